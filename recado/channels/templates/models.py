"""Table of templates."""

from typing import Any

from sqlalchemy import Boolean, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, OfProject
from recado.kit import now_ms


class TemplateRow(OfProject, Base):
    """One template in one language, as Meta last told it. Lines of one business account (`waba_id`) share it.

    `stale`: a notice said that it changed; a worker asks Meta for it again.
    """

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("project_id", "waba_id", "name", "language", name="uq_templates_name"),)

    waba_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(512))
    language: Mapped[str] = mapped_column(String(16))
    provider_id: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32))
    category: Mapped[str] = mapped_column(String(32))
    quality: Mapped[str | None] = mapped_column(String(16))
    parameter_format: Mapped[str] = mapped_column(String(16))
    components: Mapped[list[Any]]
    stale: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false(), index=True)
    checked_ms: Mapped[int]
    created_ms: Mapped[int] = mapped_column(default=now_ms)

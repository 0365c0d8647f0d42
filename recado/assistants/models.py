"""Table of assistants."""

from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, OfProject
from recado.kit import now_ms


class Assistant(OfProject, Base):
    """One assistant. `version` grows with every change of it or of its knowledge, so that caches know."""

    __tablename__ = "assistants"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)

    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    brain: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="es")
    timezone: Mapped[str] = mapped_column(String(64), default="America/Lima")
    # How long to wait for more messages before a turn, in milliseconds.
    settle_ms: Mapped[int] = mapped_column(default=0)
    # What differs from the defaults of `recado.assistants.config`.
    config: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    version: Mapped[int] = mapped_column(default=1)
    created_ms: Mapped[int] = mapped_column(default=now_ms)

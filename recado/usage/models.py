"""Table of what models took."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, OfProject
from recado.kit import now_ms


class ModelUsage(OfProject, Base):
    """A day (UTC, as 2026-11-21) of a project. Reserved is what calls on their way may still take."""

    __tablename__ = "model_usage"
    __table_args__ = (UniqueConstraint("project_id", "day"),)

    day: Mapped[str] = mapped_column(String(10))
    created_ms: Mapped[int] = mapped_column(default=now_ms)
    calls: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int] = mapped_column(default=0)
    reserved_tokens: Mapped[int] = mapped_column(default=0)
    reserved_micros: Mapped[int] = mapped_column(default=0)

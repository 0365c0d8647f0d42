"""Table of lines."""

from typing import Any

from sqlalchemy import Float, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class LineRow(OfProject, Base):
    """One line. `secrets` holds ciphertexts (see `recado.kit.crypto`) by name.

    `display_number` is the number that people know it by, as E.164, once its provider said so. It is the business's own
    and in its own texts; in logs a line is its id.
    """

    __tablename__ = "lines"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    assistant_id: Mapped[str] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(160))
    name: Mapped[str] = mapped_column(String(200))
    max_per_second: Mapped[float] = mapped_column(Float)
    secrets: Mapped[dict[str, Any]]
    config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    display_number: Mapped[str | None] = mapped_column(String(32))
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class SeenNotice(OfProject, Base):
    """A notice of a provider that was taken up: a repeated delivery finds it and changes nothing."""

    __tablename__ = "seen_notices"
    __table_args__ = (UniqueConstraint("project_id", "key"),)

    key: Mapped[str] = mapped_column(String(80))
    created_ms: Mapped[int]

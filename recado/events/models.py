"""Tables of events."""

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class Event(OfProject, Base):
    """Something that happened. `data` is JSON text without message text, numbers or secrets.

    `position` is its place in the order in which events became visible, over all projects; null until it is numbered,
    moments after its commit (`recado.mailbox.noting`).
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_position", "position", unique=True),
        Index("ix_events_project_position", "project_id", "position"),
    )

    project_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(Id)
    line_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[str] = mapped_column(Text)
    position: Mapped[int | None]
    created_ms: Mapped[int]


class EventPosition(Base):
    """The last position that was given: one row. Whoever numbers holds it until its commit."""

    __tablename__ = "event_positions"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]

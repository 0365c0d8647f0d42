"""Tables of events."""

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


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


class EventAudience(OfProject, Base):
    """Until when (database clock) the events of a project's messages are noted; see `recado.events.audiences`.

    One row a project, whose id it has. `created_ms` (database clock) is since when they are noted without a gap.
    """

    __tablename__ = "event_audiences"

    until_ms: Mapped[int]
    created_ms: Mapped[int] = mapped_column(default=now_ms)

"""Table of events."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class Event(OfProject, Base):
    """Something that happened. `data` is JSON text without message text, numbers or secrets."""

    __tablename__ = "events"

    name: Mapped[str] = mapped_column(String(64))
    conversation_id: Mapped[str | None] = mapped_column(Id)
    data: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int]

"""Table of whom a bulk send goes to."""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class BulkRecipient(OfProject, Base):
    """One line of the list that a bulk send was given, by its place in it.

    `state` is waiting, queued (in the outbox as `message_id`), sent, failed, refused (before it was queued, `code` says
    why) or skipped (`recipient_opted_out`, `not_allowed`, `duplicate`). Only the first line of a person has a
    `contact_id`. Rows of older versions call `not_allowed` `opted_out`.
    """

    __tablename__ = "bulk_recipients"
    __table_args__ = (
        Index("uq_bulk_recipients_place", "job_id", "place", unique=True),
        Index(
            "uq_bulk_recipients_contact",
            "job_id",
            "contact_id",
            unique=True,
            postgresql_where=text("contact_id IS NOT NULL"),
            sqlite_where=text("contact_id IS NOT NULL"),
        ),
        Index("ix_bulk_recipients_state", "job_id", "state"),
    )

    job_id: Mapped[str] = mapped_column(Id)
    place: Mapped[int]
    contact_id: Mapped[str | None] = mapped_column(Id)
    conversation_id: Mapped[str | None] = mapped_column(Id)
    message_id: Mapped[str | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(64))
    created_ms: Mapped[int]

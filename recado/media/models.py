"""Tables of media."""

from sqlalchemy import Boolean, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class Media(OfProject, Base):
    """A file: one that came with a message (written in the message's commit), or one that was uploaded to be sent.

    `state` is pending, stored, failed (given up), refused (too large, of a wrong type) or deleting. `due_ms` (database
    clock) is when a worker must look at it: when it is to be tried, or when the lease of its owner ends; null when
    there is nothing to do. Writes of the owner are guarded by `epoch`; that of an upload is raised by each commit that
    queues messages with it, so that who is about to remove it looks again. `sha256` is hex. `hearing` says whether an
    audio is written down: null (nobody listens), pending, done, failed.
    """

    __tablename__ = "media"
    __table_args__ = (
        Index(
            "ix_media_due",
            "due_ms",
            postgresql_where=text("due_ms IS NOT NULL"),
            sqlite_where=text("due_ms IS NOT NULL"),
        ),
        Index(
            "ix_media_message_id",
            "message_id",
            postgresql_where=text("message_id IS NOT NULL"),
            sqlite_where=text("message_id IS NOT NULL"),
        ),
        Index(
            "ix_media_contact_id",
            "contact_id",
            postgresql_where=text("contact_id IS NOT NULL"),
            sqlite_where=text("contact_id IS NOT NULL"),
        ),
    )

    line_id: Mapped[str | None] = mapped_column(Id)
    conversation_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    message_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(16))
    voice: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    provider_media_id: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    mime_type: Mapped[str | None] = mapped_column(Text)
    filename: Mapped[str | None] = mapped_column(Text)
    size_bytes: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    store_key: Mapped[str | None] = mapped_column(Text)
    hearing: Mapped[str | None] = mapped_column(String(16))
    transcript: Mapped[str | None] = mapped_column(Text)
    transcript_language: Mapped[str | None] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    owner: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int] = mapped_column(server_default="0")
    due_ms: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_ms: Mapped[int]
    stored_ms: Mapped[int | None]


class MediaUpload(OfProject, Base):
    """What a provider calls a file that was uploaded on a line, and until when it keeps it."""

    __tablename__ = "media_uploads"
    __table_args__ = (UniqueConstraint("line_id", "media_id"),)

    line_id: Mapped[str] = mapped_column(Id)
    media_id: Mapped[str] = mapped_column(Id, index=True)
    provider_media_id: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int]
    expires_ms: Mapped[int]

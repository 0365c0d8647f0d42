"""Table of the questions whose answers are asked for later."""

from sqlalchemy import Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class AnswerJob(OfProject, Base):
    """A message that came in, by the name under which its answer is asked for. What has become of it, its turn says.
    The name is a job's id, or made of the words of the message (`recado.compat.jobs`).

    `given_*` are the client's own names. The answer is posted to `callback_url` as long as `callback_due_ms` (database
    clock) is set, with `callback_key`, a ciphertext (see `recado.kit.crypto`).
    """

    __tablename__ = "answer_jobs"
    __table_args__ = (
        UniqueConstraint("message_id"),
        Index(
            "ix_answer_jobs_callback",
            "callback_due_ms",
            postgresql_where=text("callback_due_ms IS NOT NULL"),
            sqlite_where=text("callback_due_ms IS NOT NULL"),
        ),
    )

    message_id: Mapped[str] = mapped_column(Id)
    given_conversation: Mapped[str] = mapped_column(String(512))
    given_message: Mapped[str | None] = mapped_column(String(512))
    callback_url: Mapped[str | None] = mapped_column(Text)
    callback_key: Mapped[str | None] = mapped_column(Text)
    callback_due_ms: Mapped[int | None]
    callback_tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    callback_error: Mapped[str | None] = mapped_column(Text)
    created_ms: Mapped[int]

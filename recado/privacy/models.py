"""Tables of retention and erasures."""

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class Retention(OfProject, Base):
    """How many days a project keeps what; null: for ever. One row a project, whose id it has.

    `due_ms` (database clock) is when somebody looks for what has aged.
    """

    __tablename__ = "retention"
    __table_args__ = (Index("ix_retention_due", "due_ms"),)

    messages_days: Mapped[int | None]
    media_days: Mapped[int | None]
    logs_days: Mapped[int | None]
    due_ms: Mapped[int]
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class Erasure(OfProject, Base):
    """The erasure of one person, and its receipt.

    `state` is running or done. `contact_ids`, `marks` (keyed digests of their addresses) and `counts` (by table) are
    JSON text, and so is `person` (see `recado.privacy.people`), which is empty once it is done. A running one is worked
    on by whoever holds the lease (database clock). `traces` counts what was found in unused parts of the database's
    file at the end.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_open",
            "lease_until_ms",
            postgresql_where=text("state = 'running'"),
            sqlite_where=text("state = 'running'"),
        ),
    )

    state: Mapped[str] = mapped_column(String(16), default="running")
    asked_by: Mapped[str] = mapped_column(String(80))
    contact_ids: Mapped[str] = mapped_column(Text)
    marks: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text, default="{}")
    scrubbed: Mapped[str | None] = mapped_column(String(32))
    traces: Mapped[int | None]
    lease_until_ms: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=0)
    created_ms: Mapped[int]
    cut_ms: Mapped[int | None]
    done_ms: Mapped[int | None]


class ErasedMessage(OfProject, Base):
    """A message that was erased and that its provider may deliver once more, by the keyed digest of its id."""

    __tablename__ = "erased_messages"
    __table_args__ = (UniqueConstraint("line_id", "digest"), Index("ix_erased_messages_until", "until_ms"))

    line_id: Mapped[str] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(String(80))
    until_ms: Mapped[int]
    created_ms: Mapped[int]

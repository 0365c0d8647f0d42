"""Tables of the mailbox.

Message bodies are JSON kept as text: they are opaque to SQL, and PostgreSQL's jsonb would refuse what people may
write (U+0000). No foreign keys here: these rows are written thousands of times a second by one room only.
"""

from sqlalchemy import Boolean, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject, Row

ACTIVE = "state IN ('queued', 'sending', 'unknown')"


class Conversation(OfProject, Base):
    """A contact on a line, and its turn lease.

    `last_seq` numbers the messages of both directions in the order of their commits. Inbound messages with a `seq`
    above `settled_seq` are pending; `last_in_seq` is the newest inbound one. `wake_ms` (database clock) is when a
    worker must look at it: when pending messages are due, or when the lease of its owner ends; null when neither.
    `send_to` is a JSON list of [kind, value], the best address first.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        Index("uq_conversations_line_contact", "line_id", "contact_id", unique=True),
        Index(
            "ix_conversations_wake",
            "wake_ms",
            postgresql_where=text("wake_ms IS NOT NULL"),
            sqlite_where=text("wake_ms IS NOT NULL"),
        ),
        Index("ix_conversations_contact", "contact_id"),
    )

    line_id: Mapped[str] = mapped_column(Id)
    contact_id: Mapped[str] = mapped_column(Id)
    send_to: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(16), server_default="assistant")
    language: Mapped[str | None] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(Text, server_default="{}")
    last_seq: Mapped[int] = mapped_column(server_default="0")
    last_in_seq: Mapped[int] = mapped_column(server_default="0")
    settled_seq: Mapped[int] = mapped_column(server_default="0")
    # When the person last wrote, on Recado's clock: the 24-hour window is counted from it.
    last_in_ms: Mapped[int | None]
    first_pending_ms: Mapped[int | None]
    pending_due_ms: Mapped[int | None]
    wake_ms: Mapped[int | None]
    owner: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int] = mapped_column(server_default="0")
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    crashes: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_ms: Mapped[int]


class InboxMessage(OfProject, Base):
    """A message that came in; written once. `dead` marks one whose turn was given up."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("uq_inbox_provider", "line_id", "provider_message_id", unique=True),
        Index("uq_inbox_seq", "conversation_id", "seq", unique=True),
        Index("ix_inbox_dead", "project_id", postgresql_where=text("dead"), sqlite_where=text("dead")),
    )

    # On the hot path every index costs; the project's messages are found through its conversations.
    project_id: Mapped[str] = mapped_column(Id)
    line_id: Mapped[str] = mapped_column(Id)
    conversation_id: Mapped[str] = mapped_column(Id)
    seq: Mapped[int]
    provider_message_id: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    dead: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_ms: Mapped[int]


class OutboxMessage(OfProject, Base):
    """A message that goes out. The rows of one conversation, by `seq`, are its lane.

    `state` is queued, sending, unknown, sent, dead or dropped; `delivery` the rank of the best status that came
    (`recado.messages.DELIVERY_RANK`). `fence` is the epoch of the sender that claimed it last. `repeated` marks a
    row that was sent again because the outcome of an earlier try never became known.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("uq_outbox_seq", "conversation_id", "seq", unique=True),
        Index("ix_outbox_lane", "conversation_id", "seq", postgresql_where=text(ACTIVE), sqlite_where=text(ACTIVE)),
        Index(
            "ix_outbox_due",
            "line_id",
            "due_ms",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        Index(
            "ix_outbox_open",
            "line_id",
            postgresql_where=text("state IN ('sending', 'unknown')"),
            sqlite_where=text("state IN ('sending', 'unknown')"),
        ),
        Index(
            "ix_outbox_dead",
            "project_id",
            postgresql_where=text("state = 'dead'"),
            sqlite_where=text("state = 'dead'"),
        ),
        Index(
            # Not unique: a provider that repeats itself must not be able to stop a lane.
            "ix_outbox_provider",
            "line_id",
            "provider_message_id",
            postgresql_where=text("provider_message_id IS NOT NULL"),
            sqlite_where=text("provider_message_id IS NOT NULL"),
        ),
        Index(
            "uq_outbox_idempotency",
            "project_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
            sqlite_where=text("idempotency_key IS NOT NULL"),
        ),
    )

    project_id: Mapped[str] = mapped_column(Id)
    line_id: Mapped[str] = mapped_column(Id)
    conversation_id: Mapped[str] = mapped_column(Id)
    seq: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), server_default="queued")
    delivery: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # How often it was found to be sent; the first time there is an event of it.
    told: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_ms: Mapped[int]
    fence: Mapped[int] = mapped_column(server_default="0")
    unknown_ms: Mapped[int | None]
    repeated: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    provider_message_id: Mapped[str | None] = mapped_column(Text)
    # The provider's ids of tries that failed before a person had it sent again, after a space each.
    retired_ids: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_text: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    # It answers the messages that came in after the one and up to the other; null: nobody asked for it.
    answers_after: Mapped[int | None]
    answers_to: Mapped[int | None]
    created_ms: Mapped[int]
    sent_ms: Mapped[int | None]


class Sender(Base):
    """Who sends on a line: a lease with an epoch that only grows."""

    __tablename__ = "senders"

    line_id: Mapped[str] = mapped_column(Id, primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, index=True)
    owner: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int] = mapped_column(server_default="0")
    lease_until_ms: Mapped[int] = mapped_column(server_default="0")


class Process(Row, Base):
    """A process that works on this database: since when it gives signs of life without a break, and its last one."""

    __tablename__ = "processes"

    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(32))
    started_ms: Mapped[int]
    beat_ms: Mapped[int]


class Unrouted(Row, Base):
    """A delivery with a valid signature that names no line or no person we know. Kept as it came."""

    __tablename__ = "unrouted"

    channel: Mapped[str] = mapped_column(String(32))
    line_address: Mapped[str | None] = mapped_column(String(160))
    # SHA-256 of the body: a delivery that is repeated is kept once.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int]

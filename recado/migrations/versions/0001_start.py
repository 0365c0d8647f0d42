"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out here and not taken from recado.db: a migration stays what it was when the program moves on.
ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _projects()
    _assistants()
    _contacts()
    _conversations()
    _inbox()
    _outbox()
    _processes()


def _projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", ID, primary_key=True),
        sa.Column("slug", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger),
    )
    op.create_table(
        "events",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("conversation_id", ID),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )


def _assistants() -> None:
    op.create_table(
        "assistants",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("brain", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("settle_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("project_id", "slug"),
    )
    op.create_table(
        "knowledge_entries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("assistant_id", ID, nullable=False, index=True),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("keywords", JSON, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "lines",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("assistant_id", ID, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.String(160), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("max_per_second", sa.Float, nullable=False),
        sa.Column("secrets", JSON, nullable=False),
        sa.Column("config", JSON, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("channel", "address"),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("name", sa.String(256)),
        sa.Column("alias_of", ID),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "addresses",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.String(160), nullable=False),
        sa.Column("contact_id", ID, nullable=False, index=True),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("uq_addresses_name", "addresses", ["project_id", "kind", "value"], unique=True)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("send_to", sa.Text, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False, server_default="assistant"),
        sa.Column("language", sa.String(8)),
        sa.Column("state", sa.Text, nullable=False, server_default="{}"),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("last_in_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("settled_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("last_in_ms", sa.BigInteger),
        sa.Column("first_pending_ms", sa.BigInteger),
        sa.Column("pending_due_ms", sa.BigInteger),
        sa.Column("wake_ms", sa.BigInteger),
        sa.Column("owner", ID),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failures", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("crashes", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("uq_conversations_line_contact", "conversations", ["line_id", "contact_id"], unique=True)
    op.create_index("ix_conversations_contact", "conversations", ["contact_id"])
    _index_where("ix_conversations_wake", "conversations", ["wake_ms"], "wake_ms IS NOT NULL")


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("provider_message_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("dead", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("uq_inbox_provider", "inbox", ["line_id", "provider_message_id"], unique=True)
    op.create_index("uq_inbox_seq", "inbox", ["conversation_id", "seq"], unique=True)
    _index_where("ix_inbox_dead", "inbox", ["project_id"], "dead")


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("reply_to", sa.Text),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, server_default="queued"),
        sa.Column("delivery", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("unknown_ms", sa.BigInteger),
        sa.Column("repeated", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("provider_message_id", sa.Text),
        sa.Column("retired_ids", sa.Text),
        sa.Column("error_code", sa.Text),
        sa.Column("error_text", sa.Text),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("sent_ms", sa.BigInteger),
    )
    op.create_index("uq_outbox_seq", "outbox", ["conversation_id", "seq"], unique=True)
    active = "state IN ('queued', 'sending', 'unknown')"
    _index_where("ix_outbox_lane", "outbox", ["conversation_id", "seq"], active)
    _index_where("ix_outbox_due", "outbox", ["line_id", "due_ms"], "state = 'queued'")
    _index_where("ix_outbox_open", "outbox", ["line_id"], "state IN ('sending', 'unknown')")
    _index_where("ix_outbox_dead", "outbox", ["project_id"], "state = 'dead'")
    provider, idempotency = "provider_message_id IS NOT NULL", "idempotency_key IS NOT NULL"
    _index_where("ix_outbox_provider", "outbox", ["line_id", "provider_message_id"], provider)
    _index_where("uq_outbox_idempotency", "outbox", ["project_id", "idempotency_key"], idempotency, unique=True)


def _processes() -> None:
    op.create_table(
        "senders",
        sa.Column("line_id", ID, primary_key=True),
        sa.Column("project_id", ID, nullable=False, index=True),
        sa.Column("owner", ID),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "processes",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("beat_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "unrouted",
        sa.Column("id", ID, primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("line_address", sa.String(160)),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )


def _index_where(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)

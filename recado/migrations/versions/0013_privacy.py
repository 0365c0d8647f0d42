"""How long projects keep what; erasures and their receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("messages_days", sa.BigInteger),
        sa.Column("media_days", sa.BigInteger),
        sa.Column("logs_days", sa.BigInteger),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention"),
    )
    op.create_index("ix_retention_project_id", "retention", ["project_id"])
    op.create_index("ix_retention_due", "retention", ["due_ms"])
    op.create_table(
        "erasures",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("contact_ids", sa.Text, nullable=False),
        sa.Column("marks", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("scrubbed", sa.String(32)),
        sa.Column("traces", sa.BigInteger),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("cut_ms", sa.BigInteger),
        sa.Column("done_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_project_id", "erasures", ["project_id"])
    running = sa.text("state = 'running'")
    op.create_index("ix_erasures_open", "erasures", ["lease_until_ms"], postgresql_where=running, sqlite_where=running)
    op.create_table(
        "erased_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("digest", sa.String(80), nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erased_messages"),
        sa.UniqueConstraint("line_id", "digest", name="uq_erased_messages_line_id_digest"),
    )
    op.create_index("ix_erased_messages_project_id", "erased_messages", ["project_id"])
    op.create_index("ix_erased_messages_until", "erased_messages", ["until_ms"])


def downgrade() -> None:
    for table in ("erased_messages", "erasures", "retention"):
        op.drop_table(table)

"""What a later release may do while this one still runs: columns, tables and indexes beside what there is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from recado.migrations import REVISIONS

revision = "9001"
down_revision = REVISIONS[REVISIONS.index("9001") - 1]
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
# The tables that every message passes, and those of work in the background.
TABLES = (
    *("projects", "lines", "contacts", "addresses", "conversations", "inbox", "outbox", "senders", "processes"),
    *("events", "jobs", "schedules", "media", "webhook_endpoints", "webhook_deliveries"),
)


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("later_note", sa.Text))
        op.add_column(table, sa.Column("later_count", sa.BigInteger, nullable=False, server_default="0"))
    op.create_index("ix_inbox_later", "inbox", ["later_count"])
    op.create_index("ix_outbox_later", "outbox", ["later_count", "later_note"])
    op.create_table(
        "later_things",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_later_things"),
    )


def downgrade() -> None:
    op.drop_table("later_things")
    op.drop_index("ix_outbox_later", "outbox")
    op.drop_index("ix_inbox_later", "inbox")
    for table in TABLES:
        op.drop_column(table, "later_count")
        op.drop_column(table, "later_note")

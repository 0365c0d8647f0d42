"""Events get a position in the order of their commits, and webhooks carry them out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("told", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("line_id", ID))
    op.add_column("events", sa.Column("position", sa.BigInteger))
    op.drop_index("ix_events_project_id", "events")
    op.create_index("uq_events_position", "events", ["position"], unique=True)
    op.create_index("ix_events_project_position", "events", ["project_id", "position"])
    _one_row("event_positions")
    op.create_table(
        "event_audiences",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_audiences"),
    )
    op.create_index("ix_event_audiences_project_id", "event_audiences", ["project_id"])
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("url", sa.String(2048), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("paused_ms", sa.BigInteger),
        sa.Column("failing_since_ms", sa.BigInteger),
        sa.Column("after_position", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_project_id", "webhook_endpoints", ["project_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("endpoint_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.Column("owner", ID),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint("endpoint_id", "event_id", name="uq_webhook_deliveries_endpoint_id_event_id"),
    )
    op.create_index("ix_webhook_deliveries_project_id", "webhook_deliveries", ["project_id"])
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["endpoint_id", "due_ms"],
        postgresql_where=QUEUED,
        sqlite_where=QUEUED,
    )
    op.create_index("ix_webhook_deliveries_done", "webhook_deliveries", ["done_ms"])
    _one_row("webhook_positions")


def _one_row(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1", name=f"ck_{name}_one_row"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def downgrade() -> None:
    for table in ("webhook_positions", "webhook_deliveries", "webhook_endpoints", "event_positions", "event_audiences"):
        op.drop_table(table)
    op.drop_index("ix_events_project_position", "events")
    op.drop_index("uq_events_position", "events")
    op.create_index("ix_events_project_id", "events", ["project_id"])
    op.drop_column("events", "position")
    op.drop_column("events", "line_id")
    op.drop_column("outbox", "told")

"""Webhook endpoints that rest while their tries fail, and the numbers of lines as people see them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")
HELD = sa.text("owner IS NOT NULL")


def upgrade() -> None:
    # The indexes first: while they are built nobody is kept from reading lines, which every process does all the time.
    op.create_index(
        "ix_webhook_deliveries_order",
        "webhook_deliveries",
        ["endpoint_id", "position"],
        postgresql_where=QUEUED,
        sqlite_where=QUEUED,
    )
    op.create_index(
        "ix_webhook_deliveries_held",
        "webhook_deliveries",
        ["endpoint_id"],
        postgresql_where=HELD,
        sqlite_where=HELD,
    )
    op.add_column("webhook_endpoints", sa.Column("failures", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("webhook_endpoints", sa.Column("retry_ms", sa.BigInteger))
    op.add_column("lines", sa.Column("display_number", sa.String(32)))

"""What a release after that may do, once no program before 9001 runs any more: its name says so."""

import sqlalchemy as sa
from alembic import op

revision = "9002_since_9001"
down_revision = "9001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("contacts", "opted_out")


def downgrade() -> None:
    op.add_column("contacts", sa.Column("opted_out", sa.Boolean, nullable=False, server_default=sa.false()))

"""When a person asked for no marketing, or for it again: an older wish that comes later changes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("opted_out_ms", sa.BigInteger))

"""What an assistant may do and in which role; and people for whom nothing is done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("assistants", sa.Column("config", JSON, nullable=False, server_default="{}"))
    op.add_column("contacts", sa.Column("allowed", sa.Boolean, nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("contacts", "allowed")
    op.drop_column("assistants", "config")

"""The names of people are found by their unique index alone."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_addresses_project_id", "addresses")

"""Since when an address is whose; and who was merged into whom, found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("since_ms", sa.BigInteger, nullable=False, server_default="0"))
    merged = sa.text("alias_of IS NOT NULL")
    op.create_index("ix_contacts_alias", "contacts", ["alias_of"], postgresql_where=merged, sqlite_where=merged)


def downgrade() -> None:
    op.drop_index("ix_contacts_alias", "contacts")
    op.drop_column("addresses", "since_ms")

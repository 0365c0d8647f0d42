"""What assistants had learned of contacts that were deleted goes, too: it stayed, and nobody could find it."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM facts WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.id = facts.contact_id)")


def downgrade() -> None:
    """What is gone stays gone."""

"""Addresses that are told when a job has ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job_callbacks",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("due_ms", sa.BigInteger),
        sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_job_callbacks"),
        sa.UniqueConstraint("job_id", name="uq_job_callbacks_job_id"),
    )
    op.create_index("ix_job_callbacks_project_id", "job_callbacks", ["project_id"])
    due = sa.text("due_ms IS NOT NULL")
    op.create_index("ix_job_callbacks_due", "job_callbacks", ["due_ms"], postgresql_where=due, sqlite_where=due)

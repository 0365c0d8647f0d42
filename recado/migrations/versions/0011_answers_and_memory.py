"""Which messages an answer answers; what is known of a person; answers that are worked on as jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("answers_after", sa.BigInteger))
    op.add_column("outbox", sa.Column("answers_to", sa.BigInteger))
    op.create_table(
        "facts",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
        sa.UniqueConstraint("contact_id", "name", name="uq_facts_contact_id_name"),
    )
    op.create_index("ix_facts_project_id", "facts", ["project_id"])
    op.create_table(
        "answer_jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("given_conversation", sa.String(512), nullable=False),
        sa.Column("given_message", sa.String(512)),
        sa.Column("callback_url", sa.Text),
        sa.Column("callback_key", sa.Text),
        sa.Column("callback_due_ms", sa.BigInteger),
        sa.Column("callback_tries", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("callback_error", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_jobs"),
        sa.UniqueConstraint("message_id", name="uq_answer_jobs_message_id"),
    )
    op.create_index("ix_answer_jobs_project_id", "answer_jobs", ["project_id"])
    due = sa.text("callback_due_ms IS NOT NULL")
    op.create_index(
        "ix_answer_jobs_callback", "answer_jobs", ["callback_due_ms"], postgresql_where=due, sqlite_where=due
    )


def downgrade() -> None:
    op.drop_table("answer_jobs")
    op.drop_table("facts")
    op.drop_column("outbox", "answers_to")
    op.drop_column("outbox", "answers_after")

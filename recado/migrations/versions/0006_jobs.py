"""Jobs, schedules, and whom a bulk send goes to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("progress", sa.Text, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error_code", sa.String(64)),
        sa.Column("error_text", sa.Text),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("crashes", sa.SmallInteger, nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("schedule_id", ID),
        sa.Column("owner", ID),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("workflow_id", sa.String(64)),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("started_ms", sa.BigInteger),
        sa.Column("finished_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_project_id", "jobs", ["project_id"])
    op.create_index("ix_jobs_state", "jobs", ["state", "due_ms"])
    _partial("uq_jobs_key", "jobs", ["project_id", "key"], "key IS NOT NULL", unique=True)
    op.create_table(
        "schedules",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("next_ms", sa.BigInteger),
        sa.Column("last_ms", sa.BigInteger),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_index("ix_schedules_project_id", "schedules", ["project_id"])
    _partial("ix_schedules_next", "schedules", ["next_ms"], "next_ms IS NOT NULL", unique=False)
    op.create_table(
        "bulk_recipients",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("contact_id", ID),
        sa.Column("conversation_id", ID),
        sa.Column("message_id", ID),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64)),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_recipients"),
    )
    op.create_index("ix_bulk_recipients_project_id", "bulk_recipients", ["project_id"])
    op.create_index("uq_bulk_recipients_place", "bulk_recipients", ["job_id", "place"], unique=True)
    op.create_index("ix_bulk_recipients_state", "bulk_recipients", ["job_id", "state"])
    _partial(
        "uq_bulk_recipients_contact",
        "bulk_recipients",
        ["job_id", "contact_id"],
        "contact_id IS NOT NULL",
        unique=True,
    )


def downgrade() -> None:
    for table in ("bulk_recipients", "schedules", "jobs"):
        op.drop_table(table)

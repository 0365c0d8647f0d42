"""Templates that Meta has approved, and people who want no marketing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("waba_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(512), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.String(64)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("quality", sa.String(16)),
        sa.Column("parameter_format", sa.String(16), nullable=False),
        sa.Column("components", JSON, nullable=False),
        sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("checked_ms", sa.BigInteger, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.UniqueConstraint("project_id", "waba_id", "name", "language", name="uq_templates_name"),
    )
    op.create_index("ix_templates_project_id", "templates", ["project_id"])
    op.create_index("ix_templates_stale", "templates", ["stale"])
    op.create_table(
        "seen_notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seen_notices"),
        sa.UniqueConstraint("project_id", "key", name="uq_seen_notices_project_id_key"),
    )
    op.create_index("ix_seen_notices_project_id", "seen_notices", ["project_id"])
    op.add_column("contacts", sa.Column("opted_out", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("contacts", "opted_out")
    op.drop_table("seen_notices")
    op.drop_table("templates")

"""What models took, by project and day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
COUNTS = (
    "created_ms",
    "calls",
    "refused",
    "tokens_in",
    "tokens_out",
    "cost_micros",
    "reserved_tokens",
    "reserved_micros",
)


def upgrade() -> None:
    op.create_table(
        "model_usage",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("id", name="pk_model_usage"),
        sa.UniqueConstraint("project_id", "day", name="uq_model_usage_project_id_day"),
    )
    op.create_index("ix_model_usage_project_id", "model_usage", ["project_id"])


def downgrade() -> None:
    op.drop_table("model_usage")

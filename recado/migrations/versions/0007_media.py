"""Files of messages, and what providers call those that were uploaded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        *(sa.Column(name, ID) for name in ("line_id", "conversation_id", "contact_id", "message_id")),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("voice", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("provider_media_id", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("mime_type", sa.Text),
        sa.Column("filename", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("sha256", sa.String(64)),
        sa.Column("store_key", sa.Text),
        sa.Column("hearing", sa.String(16)),
        sa.Column("transcript", sa.Text),
        sa.Column("transcript_language", sa.String(8)),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("owner", ID),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("due_ms", sa.BigInteger),
        sa.Column("error_code", sa.String(64)),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("stored_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_project_id", "media", ["project_id"])
    for name, column in (("due", "due_ms"), ("message_id", "message_id"), ("contact_id", "contact_id")):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_media_{name}", "media", [column], postgresql_where=given, sqlite_where=given)
    op.create_table(
        "media_uploads",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("line_id", ID, nullable=False),
        sa.Column("media_id", ID, nullable=False),
        sa.Column("provider_media_id", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media_uploads"),
        sa.UniqueConstraint("line_id", "media_id", name="uq_media_uploads_line_id_media_id"),
    )
    op.create_index("ix_media_uploads_project_id", "media_uploads", ["project_id"])
    op.create_index("ix_media_uploads_media_id", "media_uploads", ["media_id"])


def downgrade() -> None:
    op.drop_table("media_uploads")
    op.drop_table("media")

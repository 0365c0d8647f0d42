"""The audit log. The database itself keeps its entries from being changed, and young ones from being removed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
# 90 days; recado.audit.service has the same.
KEPT_MS = 90 * 24 * 3600 * 1000

SQLITE = (
    """
    CREATE TRIGGER audit_entries_stay_as_they_are BEFORE UPDATE ON audit_entries BEGIN
        SELECT RAISE(ABORT, 'entries of the audit log are not changed');
    END
    """,
    f"""
    CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
    WHEN OLD.created_ms > CAST(unixepoch('subsec') * 1000 AS INTEGER) - {KEPT_MS} BEGIN
        SELECT RAISE(ABORT, 'entries of the audit log are kept for 90 days');
    END
    """,
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.created_ms <= extract(epoch FROM clock_timestamp()) * 1000 - {KEPT_MS} THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'entries of the audit log are not changed, and are kept for 90 days';
    END $$
    """,
    """
    CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()
    """,
    """
    CREATE TRIGGER audit_entries_stay_all BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay()
    """,
)


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("key_id", ID),
        sa.Column("name", sa.String(200)),
        sa.Column("role", sa.String(16)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object_kind", sa.String(32)),
        sa.Column("object_id", ID),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("changed_objects", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_project_id_id", "audit_entries", ["project_id", "id"])
    op.create_index("ix_audit_entries_object", "audit_entries", ["project_id", "object_id", "id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entries_stay()")

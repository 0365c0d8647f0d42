"""Full-text search of what assistants know: SQLite's FTS5, PostgreSQL's tsvector, over words that the program folds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# One row per entry that has words; `number` ties them, for FTS5 knows only whole numbers. The triggers keep both
# together whatever writes to the entries.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE knowledge_fts USING fts5(
        owner, asked, said, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER knowledge_fts_added AFTER INSERT ON knowledge_entries WHEN new.number IS NOT NULL BEGIN
        INSERT INTO knowledge_fts (rowid, owner, asked, said)
        VALUES (new.number, replace(new.assistant_id, '-', ''), new.asked, new.said);
    END
    """,
    """
    CREATE TRIGGER knowledge_fts_removed AFTER DELETE ON knowledge_entries WHEN old.number IS NOT NULL BEGIN
        DELETE FROM knowledge_fts WHERE rowid = old.number;
    END
    """,
    """
    CREATE TRIGGER knowledge_fts_changed AFTER UPDATE OF assistant_id, number, asked, said ON knowledge_entries BEGIN
        DELETE FROM knowledge_fts WHERE rowid = old.number;
        INSERT INTO knowledge_fts (rowid, owner, asked, said)
        SELECT new.number, replace(new.assistant_id, '-', ''), new.asked, new.said WHERE new.number IS NOT NULL;
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE TABLE knowledge_fts (
        number bigint PRIMARY KEY,
        assistant_id uuid NOT NULL,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_knowledge_fts_words ON knowledge_fts USING gin (words)",
    "CREATE INDEX ix_knowledge_fts_assistant ON knowledge_fts (assistant_id)",
    """
    CREATE FUNCTION knowledge_fts_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM knowledge_fts WHERE number = old.number;
        END IF;
        IF TG_OP <> 'DELETE' AND new.number IS NOT NULL THEN
            INSERT INTO knowledge_fts (number, assistant_id, words) VALUES (
                new.number, new.assistant_id,
                setweight(to_tsvector('simple', new.asked), 'A') || setweight(to_tsvector('simple', new.said), 'D')
            );
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER knowledge_fts_keep AFTER INSERT OR DELETE OR UPDATE OF assistant_id, number, asked, said
    ON knowledge_entries
    FOR EACH ROW EXECUTE FUNCTION knowledge_fts_keep()
    """,
)


def upgrade() -> None:
    op.add_column("knowledge_entries", sa.Column("number", sa.BigInteger))
    op.add_column("knowledge_entries", sa.Column("asked", sa.Text, nullable=False, server_default=sa.text("''")))
    op.add_column("knowledge_entries", sa.Column("said", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_index("uq_knowledge_entries_number", "knowledge_entries", ["number"], unique=True)
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("added", "removed", "changed"):
            op.execute(f"DROP TRIGGER knowledge_fts_{name}")
    else:
        op.execute("DROP TRIGGER knowledge_fts_keep ON knowledge_entries")
        op.execute("DROP FUNCTION knowledge_fts_keep")
    op.execute("DROP TABLE knowledge_fts")
    op.drop_index("uq_knowledge_entries_number", "knowledge_entries")
    for column in ("number", "asked", "said"):
        op.drop_column("knowledge_entries", column)

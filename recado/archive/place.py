"""Whether a restore may go where it is told to: what stands there already is never lost."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from recado.archive.copying import snapshot
from recado.archive.tables import count_of, kept_tables
from recado.db import Database
from recado.errors import Conflict
from recado.migrate import check
from recado.migrations import number_of


async def refuse_used(database: Database) -> None:
    """Raises `Conflict` (`not_empty`) for a database with an installation, and for a file that is not Recado's."""
    if database.is_sqlite:
        # Before SQLAlchemy opens it: that would change how a stranger's file keeps its journal.
        if not await asyncio.to_thread(_has_ours, database.sqlite_path):
            return
    elif (await check(database)).current is None:
        return
    async with snapshot(database) as connection:
        used = [table.name for table in kept_tables() if await count_of(connection, table)]
    if used:
        raise Conflict(
            f"The database holds an installation already ({used[0]} has rows). Name an empty one in "
            "RECADO_DATABASE_URL (or RECADO_DATA_DIR).",
            code="not_empty",
        )


def _has_ours(file: Path) -> bool:
    """True for a file with our tables, False where there is none, or one without tables. Raises `Conflict`."""
    if not file.exists() or (file.is_file() and file.stat().st_size == 0):
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            tables = {str(row[0]) for row in found if not str(row[0]).startswith("sqlite_")}
            revision = None
            if {"alembic_version", "projects"} <= tables:
                revision = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()[0]
    except (sqlite3.Error, OSError):  # no database at all, a broken one, or one that somebody holds
        raise _not_ours(file) from None
    if tables and (revision is None or number_of(str(revision)) is None):
        raise _not_ours(file)
    return bool(tables)


def _not_ours(file: Path) -> Conflict:
    return Conflict(
        f"{file} is not Recado's, or cannot be read: it stays as it is. Name another file in RECADO_DATABASE_URL (or "
        "another folder in RECADO_DATA_DIR), or move this one away.",
        code="not_empty",
    )

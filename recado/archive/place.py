"""Whether a restore may go where it is told to: what stands there already is never lost."""

import asyncio
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect

from recado.archive.copying import refuse_running, snapshot
from recado.archive.tables import NOT_KEPT, count_of, kept_tables
from recado.db import Database
from recado.errors import Conflict
from recado.migrate import FILLING_MARK, check
from recado.migrations import REVISIONS, number_of

_ELSEWHERE = "Name an empty one in RECADO_DATABASE_URL (or RECADO_DATA_DIR)"
_STOP_FIRST = "Stop Recado first, on every machine."
# The table where Alembic notes the revision, and the first that Recado ever had: who has both is Recado's.
_OURS = frozenset({"alembic_version", "projects"})
# Made by SQLite for a full-text search of ours.
_SEARCH = "knowledge_fts"


async def refuse_used(database: Database) -> None:
    """Whether a restore would lose or mix up what is there, however old or new the tables are.

    Raises `Conflict`: `not_empty` for a database with an installation, or with what is not Recado's;
    `database_too_new`; `still_running`.
    """
    if database.is_sqlite:
        # Not by SQLAlchemy: to open a stranger's file would change how it keeps its journal.
        if not await asyncio.to_thread(_refuse_used_file, database.sqlite_path):
            return
    elif not await _refuse_used_tables(database):
        return
    async with snapshot(database) as connection:
        if await connection.run_sync(lambda sync: inspect(sync).has_table("processes")):
            await refuse_running(connection, _STOP_FIRST)


async def _refuse_used_tables(database: Database) -> bool:
    """PostgreSQL: whether our tables are there. Those of others in the same database are left alone."""
    state = await check(database)
    async with snapshot(database) as connection:
        tables = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        ours = [table for table in kept_tables() if table.name in tables]
        if state.current is None and not ours:
            return False
        if state.current is None or number_of(state.current) is None or not tables >= _OURS:
            there = ours[0].name if ours else "alembic_version"
            raise Conflict(
                f"The database holds tables of another program ({there}) by names that Recado needs: they stay as "
                f"they are. {_ELSEWHERE}.",
                code="not_empty",
            )
        _refuse_installation([table.name for table in ours if await count_of(connection, table)])
        _refuse_newer(state.current)
        return True


def _refuse_used_file(file: Path) -> bool:
    """SQLite: whether our tables are there. The file is replaced by the restore, with whatever is in it."""
    if not file.exists() or (file.is_file() and file.stat().st_size == 0):
        return False
    used, revision = list[str](), None
    ours = [table.name for table in kept_tables()]
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            tables = {str(row[0]) for row in found if not str(row[0]).startswith("sqlite_")}
            if tables >= _OURS:
                revision = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()[0]
                used = [name for name in ours if name in tables and _has_rows(connection, name)]
    except (sqlite3.Error, OSError):  # no database at all, a broken one, or one that somebody holds
        raise _not_ours(file) from None
    if not tables:
        return False
    if revision is None or number_of(str(revision)) is None:
        raise _not_ours(file)
    _refuse_installation(used)
    _refuse_newer(str(revision))
    _refuse_strangers(file, tables.difference(ours, NOT_KEPT, _OURS, {FILLING_MARK}))
    return True


def _has_rows(connection: sqlite3.Connection, table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608 # our own names


def _refuse_installation(used: Collection[str]) -> None:
    if used:
        raise Conflict(
            f"The database holds an installation already ({min(used)} has rows). {_ELSEWHERE}.", code="not_empty"
        )


def _refuse_newer(revision: str) -> None:
    """What a newer Recado keeps in tables of its own, this one would not see."""
    if revision not in REVISIONS:
        raise Conflict(
            f"The database is at revision {revision}: a newer Recado made its tables. {_ELSEWHERE}, or restore with "
            "that version.",
            code="database_too_new",
        )


def _refuse_strangers(file: Path, tables: Collection[str]) -> None:
    if strangers := sorted(name for name in tables if not name.startswith(_SEARCH)):
        raise Conflict(
            f"{file} holds tables that are not Recado's, too ({strangers[0]}), and a restore replaces the whole file: "
            "it stays as it is. Name another file in RECADO_DATABASE_URL (or another folder in RECADO_DATA_DIR), or "
            "move this one away.",
            code="not_empty",
        )


def _not_ours(file: Path) -> Conflict:
    return Conflict(
        f"{file} is not Recado's, or cannot be read: it stays as it is. Name another file in RECADO_DATABASE_URL (or "
        "another folder in RECADO_DATA_DIR), or move this one away.",
        code="not_empty",
    )

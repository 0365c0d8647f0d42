"""The last step of an erasure: nothing of what was deleted stands in the database's own files.

SQLite: every connection overwrites what it deletes (`secure_delete`), the log is copied back and cut to nothing, and
the unused parts of the file are searched. Now and then a page that was divided keeps a stale copy of a row there, as do
pages that an older Recado wrote: then the file is written anew, if that takes no longer than people may wait. What is
in use is not looked at: it is others', or kept by design.

PostgreSQL: the tables are vacuumed, and what its planner keeps as examples of their values is made anew. See
docs/decisions/0017 for what that leaves.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from recado.db import Database
from recado.errors import Unavailable, retry_after
from recado.kit.sqlite import connection_class, set_up_connection
from recado.personal import Person
from recado.privacy.traces import Sought

# How long others wait for a try to cut the log, at most; it waits for readers that are at work, such as a backup.
BUSY_S = 0.2
TRY_FOR_S = 20.0
PAUSE_S = 0.5
# Writing the file anew holds up all writers: about a second for each 100 MB (measured).
MAX_REWRITE_BYTES = 128 << 20
VACUUM_LIMIT_S = 600.0
SEARCH_LIMIT_S = 600.0
# How long others wait for an empty table at most, behind who waits for it.
EMPTY_LOCK_S = 1.0
# Shorter numbers, which a project may make up, stand in all that was ever written.
MIN_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was done: `log_cut`, `rewritten` (SQLite) or `vacuumed` (PostgreSQL), and how often the person was found in
    unused parts of the file after it; None where nobody looked.
    """

    how: str
    traces: int | None = None


async def scrub(database: Database, project_id: str, tables: Collection[str], person: Person | None) -> Scrubbed:
    """Clean the files after an erasure that changed these tables. Raises `Unavailable` (`database_busy`)."""
    if not database.is_sqlite:
        await _vacuum(database, sorted(tables), person)
        return Scrubbed("vacuumed")
    await _cut_log(database.sqlite_path)
    if person is None:
        return Scrubbed("log_cut")
    sought = sought_of(project_id, person)
    found = await _search(database.sqlite_path, sought)
    if not found or await asyncio.to_thread(_size, database.sqlite_path) > MAX_REWRITE_BYTES:
        return Scrubbed("log_cut", found)
    await compact(database)
    return Scrubbed("rewritten", await _search(database.sqlite_path, sought))


def sought_of(project_id: str, person: Person) -> Sought:
    """What tells that something was this person's, in this project.

    Addresses that a project may make of any words count only as they stand in the index of addresses: after the project
    and their kind. Phone numbers stand in lists of bulk sends, too.
    """
    keys = [f"{project_id}{kind}{value}" for kind, value in person.addresses]
    numbers = [value for kind, value in person.addresses if kind == "phone" and len(value) >= MIN_DIGITS]
    ids = (*person.contact_ids, *person.conversation_ids)
    return Sought(tuple(map(str.encode, ids)), tuple(map(str.encode, (*keys, *numbers))), project_id.encode())


async def compact(database: Database) -> None:
    """Write a SQLite file anew, without anything that is not in use; all writers wait. Raises `Unavailable`."""
    await asyncio.to_thread(_rewrite, database.sqlite_path)
    await _cut_log(database.sqlite_path)


def _size(path: Path) -> int:
    return path.stat().st_size


def _rewrite(path: Path) -> None:
    connection = _connect(path, TRY_FOR_S)
    try:
        connection.execute("PRAGMA temp_store=FILE")  # as large as the database
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        raise _busy() from error
    finally:
        connection.close()


async def _cut_log(path: Path) -> None:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + TRY_FOR_S
    while not await asyncio.to_thread(_try_to_cut, path):
        if loop.time() >= until_s:
            raise _busy()
        await asyncio.sleep(PAUSE_S)


def _try_to_cut(path: Path) -> bool:
    connection = _connect(path, BUSY_S)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()  # the most of it, while nobody waits
        busy, left, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return busy == 0 and left <= 0


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, factory=connection_class())
    set_up_connection(connection)
    return connection


def _busy() -> Unavailable:
    return Unavailable(
        "Somebody reads the database for long (a backup?), so its log cannot be cut yet",
        code="database_busy",
        verdict=retry_after(10),
    )


async def _search(path: Path, sought: Sought) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "recado.privacy.traces", str(path), f"{path}-wal",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SEARCH_LIMIT_S):
            output, _ = await process.communicate(sought.as_text().encode())
    except BaseException:
        process.kill()
        raise
    if process.returncode != 0:
        raise Unavailable("The database's file could not be searched", code="search_failed", verdict=retry_after(60))
    return int(output)


# Where the planner has a text among the examples of a column's values.
_EXAMPLES = """
    SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = current_schema() AND strpos(
        concat_ws(' ', most_common_vals::text, histogram_bounds::text, most_common_elems::text), :text) > 0
"""
# The columns of text of which it has any, as they are declared: ids lead nowhere. What only the condition of an index
# names (`state`) is none of a person's, and to declare it anew could spell the condition anew.
_KNOWN = """
    SELECT quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type,
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_stats s ON s.attname = a.attname
    WHERE s.schemaname = current_schema() AND s.tablename = :table AND a.attrelid = to_regclass(quote_ident(:table))
        AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND NOT EXISTS (
            SELECT 1 FROM pg_depend d JOIN pg_index i ON i.indexrelid = d.objid
            WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                AND d.refobjsubid = a.attnum AND i.indpred IS NOT NULL AND a.attnum <> ALL (i.indkey))
"""


async def _vacuum(database: Database, tables: Sequence[str], person: Person | None) -> None:
    async with database.engine.connect() as connection, asyncio.timeout(VACUUM_LIMIT_S):
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in tables:
            await alone.execute(text(f'VACUUM (ANALYZE) "{table}"'))
        # Also from where their rows went earlier, by age.
        others: set[str] = set()
        for needle in [value for _, value in person.addresses] if person is not None else ():
            others.update((await alone.scalars(text(_EXAMPLES), {"text": needle})).all())
        others.difference_update(tables)
        for table in sorted(others):
            await alone.execute(text(f'ANALYZE "{table}"'))
    for table in (*tables, *sorted(others)):
        await _forget_examples(database, table)


async def _forget_examples(database: Database, table: str) -> None:
    """Of a table without rows ANALYZE keeps what it knew. To declare a column as it is forgets it, for no row has to be
    looked at. Raises `Unavailable` (`database_busy`).
    """
    async with database.engine.connect() as connection:
        if not await _is_known_but_empty(connection, table):
            return
    try:
        async with database.engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = {round(EMPTY_LOCK_S * 1000)}"))
            await connection.execute(text(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE'))
            if not await _is_known_but_empty(connection, table):
                return
            known = (await connection.execute(text(_KNOWN), {"table": table})).all()
            changes = [
                f"ALTER COLUMN {name} TYPE {type_}" + (f" COLLATE {collation}" if collation else "")
                for name, type_, collation in known
            ]
            await connection.execute(text(f'ALTER TABLE "{table}" {", ".join(changes)}'))
    except DBAPIError as error:
        raise _busy() from error


async def _is_known_but_empty(connection: AsyncConnection, table: str) -> bool:
    if await connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{table}")')):  # noqa: S608 # our own names
        return False
    return bool((await connection.execute(text(_KNOWN), {"table": table})).first())


# Longer than a transaction of the mailbox may take (`COMMAND_TIMEOUT_S` of recado.mailbox.postgres).
OLDER_LIMIT_S = 35.0
OLDER_LOOK_S = 0.05
_OLDER = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start <= :since
"""


async def wait_for_older(database: Database) -> None:
    """Wait for the transactions that are open now: what they do not see, whoever begins after them does.

    One that is longer than any that writes (a backup) is not waited for. SQLite has one writer, and so none of them.
    """
    if database.is_sqlite:
        return
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        since = await alone.scalar(text("SELECT clock_timestamp()"))
        loop = asyncio.get_running_loop()
        until_s = loop.time() + OLDER_LIMIT_S
        while await alone.scalar(text(_OLDER), {"since": since}):
            if loop.time() >= until_s:
                return
            await asyncio.sleep(OLDER_LOOK_S)

"""Moves the rows of an installation from one database to another: resumable, and compared row by row at the end."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy import BigInteger, Column, MetaData, String, Table, func, insert, inspect, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from recado.archive.tables import Key, add_rows, batch_of, count_of, kept_tables, key_in, last_key, rows_of, same_rows
from recado.db import Database
from recado.errors import BadInput, Conflict, RecadoError
from recado.mailbox.models import Process
from recado.mailbox.queries import gave_sign_since
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.migrate import FILLING_MARK, check, keep_writers_out, migrate, require_same
from recado.projects.models import Project

Report = Callable[[str, int, int], None]
"""Told ("copy", "write" or "compare", done, in all)."""
Transactions = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens one for each batch."""

# Holds whose rows a database is just getting. It is gone when all have arrived.
_MARK = Table(FILLING_MARK, MetaData(), Column("whose", String(36), nullable=False))
# How long a move waits for those who were writing to PostgreSQL when it began; whoever comes then waits behind it.
WRITERS_WAIT_S = 10.0
_STOP_FIRST = "Stop Recado first, on every machine: recado db copy moves what lies still."
# Signs of life are given on the database's clock.
_SQLITE_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS integer)"
_POSTGRESQL_NOW = "CAST(extract(epoch FROM now()) * 1000 AS bigint)"


async def copy_installation(source: Database, target_url: str, report: Report) -> int:
    """Copy everything to the database at `target_url`, which is empty or holds what an earlier try brought there.

    Compares both in the end, row by row. The number of rows. Raises `BadInput` (`same_database`), `Conflict`
    (`still_running`, `target_in_use`), and `RecadoError` (`copy_differs`) for rows that are not the same.
    """
    if target_url == source.url:
        raise BadInput("This is the database that the installation has now.", code="same_database")
    await _begin(source, target_url)
    target = Database(target_url)
    try:
        async with snapshot(source) as looking:
            await refuse_running(looking, _STOP_FIRST)  # before anybody is kept waiting
        async with snapshot(source, alone=True) as reading:
            began_ms = await refuse_running(reading, _STOP_FIRST)
            rows = await copy_rows(reading, target.engine.begin, report)
            async with snapshot(target) as copied:
                await compare_rows(reading, copied, report)
        # PostgreSQL lets a process begin meanwhile: what it wanted to write goes to the old database now.
        async with snapshot(source) as after:
            cure = "It began during the copy. Stop it, empty the new database, and copy again."
            await refuse_running(after, cure, at_ms=began_ms)
        async with target.engine.begin() as connection:
            await connection.run_sync(_MARK.drop)
        return rows
    finally:
        await target.close()


@asynccontextmanager
async def snapshot(database: Database, *, alone: bool = False) -> AsyncGenerator[AsyncConnection]:
    """A connection that sees the database as it is now, whatever is written meanwhile. `alone` keeps other writers
    waiting; then it raises `Conflict` (`still_running`) where they do not end on PostgreSQL.
    """
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execution_options(read_only=not alone)
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            if alone and not database.is_sqlite:
                tables = [table.name for table in kept_tables()]
                if not await keep_writers_out(connection, tables, WRITERS_WAIT_S):
                    raise Conflict(f"Something is writing to this database. {_STOP_FIRST}", code="still_running")
            yield connection


async def refuse_running(connection: AsyncConnection, cure: str, *, at_ms: int | None = None) -> int:
    """Raises `Conflict` (`still_running`) while processes give signs of life, or where one has done so since `at_ms`;
    what the database's clock says.
    """
    sqlite = connection.dialect.name == "sqlite"
    now_ms = literal_column(_SQLITE_NOW if sqlite else _POSTGRESQL_NOW, BigInteger)
    said_ms: int = (await connection.execute(select(now_ms))).scalar_one()
    alive = gave_sign_since((said_ms if at_ms is None else at_ms) - PROCESS_DEAD_AFTER_MS, said_ms)
    living = await connection.execute(select(func.count()).select_from(Process).where(alive))
    if living.scalar_one():
        raise Conflict(f"Recado is running on this database. {cure}", code="still_running")
    return said_ms


async def fill(reading: AsyncConnection, target: Database, whose: str, report: Report) -> None:
    """Bring an empty database all rows, or none: who dies on the way leaves it empty, and marked. Raises as `mark`
    does, and `RecadoError` (`copy_differs`).
    """
    await mark(target, whose)
    await migrate(target.url, fills=True)
    async with target.engine.begin() as writing:
        await copy_rows(reading, lambda: nullcontext(writing), report)
        await compare_rows(reading, writing, report)
        await writing.run_sync(_MARK.drop)


async def copy_rows(reading: AsyncConnection, target: Transactions, report: Report) -> int:
    """Write the rows that the target lacks, each table in the order of its keys; the number of rows of all tables."""
    tables = kept_tables()
    total = sum([await count_of(reading, table) for table in tables])
    done = 0
    for table in tables:
        async with target() as connection:
            after = await last_key(connection, table)
            done += await count_of(connection, table)
        async for rows in rows_of(reading, table, after):
            async with target() as connection:
                await add_rows(connection, table, rows)
            done += len(rows)
            report("copy", done, total)
    return total


async def compare_rows(reading: AsyncConnection, copied: AsyncConnection, report: Report) -> None:
    """Raises `RecadoError` (`copy_differs`) where `copied` does not hold the same rows."""
    tables = kept_tables()
    total = sum([await count_of(reading, table) for table in tables])
    done = 0
    for table in tables:
        done += await _compare(reading, copied, table)
        report("compare", done, total)


async def _compare(reading: AsyncConnection, copied: AsyncConnection, table: Table) -> int:
    count = 0
    after: Key | None = None
    while rows := await batch_of(reading, table, after):
        found = await batch_of(copied, table, after)
        if not same_rows(table, rows, found):
            raise _differs(table)
        count += len(rows)
        after = key_in(table, rows[-1])
    if await batch_of(copied, table, after):
        raise _differs(table)
    return count


def _differs(table: Table) -> RecadoError:
    return RecadoError(
        f"The rows of {table.name} are not the same in both databases. Empty the new one, and copy again.",
        code="copy_differs",
    )


async def _begin(source: Database, target_url: str) -> None:
    """Make the tables of the target, and note whose rows it gets."""
    require_same(await check(source))
    target = Database(target_url)
    try:
        async with source.system(read_only=True) as session:
            whose = await session.scalar(select(Project.id).order_by(Project.id).limit(1)) or "none"
        state = await check(target)
        if state.current is not None and not state.filling:
            raise Conflict("The new database holds an installation already. Name an empty one.", code="target_in_use")
        if not state.filling and (strangers := await _strangers(target)):
            raise Conflict(
                f"The new database holds tables of another program ({strangers[0]}). Name an empty one.",
                code="target_in_use",
            )
        await mark(target, whose)
    finally:
        await target.close()
    await migrate(target_url, fills=True)


async def _strangers(target: Database) -> list[str]:
    """Tables in our way. On PostgreSQL others may stand beside ours; a file of SQLite's is of one program."""
    async with target.engine.connect() as connection:
        await connection.execution_options(read_only=True)
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    ours = {"alembic_version", *(table.name for table in kept_tables())}
    return sorted(name for name in found if target.is_sqlite or name in ours)


async def mark(target: Database, whose: str) -> None:
    """Note whose rows a database gets: until all have come, nothing else works with it. Raises `Conflict`
    (`target_in_use`) if it gets other ones.
    """
    found = await _mark_of(target)
    if found is None:
        async with target.engine.begin() as connection:
            await connection.run_sync(_MARK.create)
            await connection.execute(insert(_MARK).values(whose=whose))
    elif found != whose:
        raise Conflict("The new database holds part of another installation. Name an empty one.", code="target_in_use")


async def _mark_of(target: Database) -> str | None:
    async with target.engine.connect() as connection:
        if not await connection.run_sync(lambda sync: sync.dialect.has_table(sync, _MARK.name)):
            return None
        return (await connection.execute(select(_MARK.c.whose))).scalar_one()

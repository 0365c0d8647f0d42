"""Brings the database to the tables that this program needs, one process at a time.

`migrate` runs in `recado up` and `recado db migrate` only. Every other process calls `wait_until_migrated` at start.
"""

import asyncio
import fcntl
import itertools
import os
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from recado import migrations
from recado.db import Database
from recado.errors import Conflict, RecadoError, retry_after
from recado.kit import standstill
from recado.kit.private import write_private
from recado.migrations import runs_on
from recado.settings import Settings

LOCK_WAIT_S = 30.0
_LOCK_POLL_S = 0.1
# Who changes tables one by one waits for a second one while others, who use that, wait for the first; and whoever comes
# stands behind the change. So all are taken at once, in a moment in which nobody uses any. Everybody is asked to begin
# nothing new meanwhile (`recado.kit.standstill`): a transaction takes some 0.2 s at most under load.
MOMENT_WITHIN_S = 0.5
_MOMENT_POLL_S = 0.005
_PAUSE_S = 1.0
# From the third try on it first waits in line for each table by itself: an autovacuum that is in the way is ended after
# deadlock_timeout, 1 s (https://www.postgresql.org/docs/current/routine-vacuuming.html, 25.1.6).
_IN_LINE_FROM = 2
IN_LINE_S = 1.5
# https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available, deadlock_detected
_IN_THE_WAY = frozenset({"55P03", "40P01"})
# Any number that nothing else on the same PostgreSQL database uses: "recado" in ASCII.
_ADVISORY_LOCK = int.from_bytes(b"recado")
# Those that we may change; others in the same schema are somebody else's.
_OWN_TABLES = text(
    "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace "
    "AND pg_has_role(relowner, 'USAGE') ORDER BY relname"
)

# The transactions that use our tables, but for VACUUM and ANALYZE, which end themselves for who waits in line. Here
# everybody sees them; pg_stat_activity says nothing of other people's sessions.
_IN_USE_BY = text(
    "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE granted AND mode <> 'ShareUpdateExclusiveLock' AND "
    "locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
    "relation IN (SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)"
)

# The table that a database has while `recado restore` or `recado db copy` brings it its rows.
FILLING_MARK = "recado_copy"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MigrationState:
    """`current` is the revision of the database (None: empty), `head` the one that this program needs. One that is
    `filling` holds only a part of an installation.
    """

    current: str | None
    head: str
    filling: bool = False

    @property
    def up_to_date(self) -> bool:
        return self.current == self.head and not self.filling

    @property
    def newer(self) -> bool:
        """A newer program than this one has changed the database."""
        return self.current is not None and self.current not in migrations.REVISIONS

    @property
    def usable(self) -> bool:
        """This program can work with it: nothing is missing and, where it is newer, nothing was taken away."""
        if self.filling:
            return False
        return self.up_to_date or (self.current is not None and self.newer and runs_on(self.head, self.current))


async def check(database: Database) -> MigrationState:
    """Where the database stands. Changes nothing."""
    async with database.engine.connect() as connection:
        await connection.execution_options(read_only=True)
        filling = await connection.run_sync(lambda sync: inspect(sync).has_table(FILLING_MARK))
        return MigrationState(await connection.run_sync(_current_revision), migrations.REVISIONS[-1], filling)


async def wait_until_migrated(database: Database, limit_s: float = LOCK_WAIT_S) -> None:
    """Return when the database is ready for this program.

    Another process may just be migrating it, so this looks again until `limit_s` is over, and then raises
    `RecadoError` (`database_not_migrated`; or at once `database_too_new`, `database_incomplete`).
    """
    until = time.monotonic() + limit_s
    while not (state := await check(database)).usable:
        _refuse_filling(state)
        _refuse_newer(state)
        if time.monotonic() >= until:
            raise RecadoError(
                f"The database is at revision {state.current or 'none'}, this program needs {state.head}. "
                "Run: recado db migrate",
                code="database_not_migrated",
                status=503,
                verdict=retry_after(limit_s),
            )
        await asyncio.sleep(_LOCK_POLL_S)


async def migrate(which: Settings | str, limit_s: float = LOCK_WAIT_S, *, fills: bool = False) -> list[str]:
    """Upgrade to the newest revision, and return the revisions applied, oldest first (often none).

    `which` is the installation whose database it is, or the URL of another one, reached without a pooler.

    Waits up to `limit_s` for another process that is doing the same, then raises `migration_locked`; and as long for
    those who use a table that changes, then `migration_blocked`. Raises `database_too_new` if a newer program has taken
    away what this one needs; if it has only added, there is nothing to do. Everything is one transaction. Only who
    `fills` the database may migrate it meanwhile: others get `database_incomplete`.
    """
    database = Database(which if isinstance(which, str) else which.resolved_direct_url)
    try:
        if await _is_done(database, fills=fills):
            return []
        async with migration_lock(database, limit_s):
            if await _is_done(database, fills=fills):
                return []  # whoever had the lock has done it
            return await _upgrade_when_free(database, limit_s)
    finally:
        await database.close()


async def _is_done(database: Database, *, fills: bool) -> bool:
    state = await check(database)
    if fills:
        state = replace(state, filling=False)
    _refuse_filling(state)
    if not state.usable:
        _refuse_newer(state)
    return state.usable


@asynccontextmanager
async def migration_lock(database: Database, limit_s: float) -> AsyncGenerator[None]:
    """Only one process at a time is inside. Raises `migration_locked` after `limit_s`.

    On PostgreSQL the database must be reached without a pooler: the lock belongs to the connection.
    """
    lock = _file_lock(database.sqlite_path, limit_s) if database.is_sqlite else _advisory_lock(database, limit_s)
    async with lock:
        yield


async def keep_writers_out(connection: AsyncConnection, tables: Iterable[str], wait_s: float) -> bool:
    """PostgreSQL: until the end of this transaction, whose first statement it must be. False, and the transaction is
    to be given up, if those who write now have not ended after `wait_s`.

    A snapshot is taken by the first statement after the LOCK, so it sees all that had been written until then
    (https://www.postgresql.org/docs/current/sql-lock.html).
    """
    try:
        await connection.execute(text(f"SET LOCAL lock_timeout = {round(wait_s * 1000)}"))
        await connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE"))
    except DBAPIError as error:
        if not _is_in_the_way(error):
            raise
        return False
    return True


def require_same(state: MigrationState) -> None:
    """For what copies whole tables, and must know all of them. Raises `Conflict` (`database_not_migrated`,
    `database_too_new`), `RecadoError` (`database_incomplete`).
    """
    _refuse_filling(state)
    if state.newer:
        raise Conflict(
            f"The database ({state.current}) is newer than this program ({state.head}): do this with the newer Recado",
            code="database_too_new",
        )
    if not state.up_to_date:
        raise Conflict("This program needs other tables. Run first: recado db migrate", code="database_not_migrated")


def _refuse_filling(state: MigrationState) -> None:
    if state.filling:
        raise RecadoError(
            "The database holds only a part of an installation: recado restore or recado db copy is bringing it the "
            "rest, or broke off. Run that command again, to its end, or name another database in RECADO_DATABASE_URL.",
            code="database_incomplete",
            status=503,
        )


def _refuse_newer(state: MigrationState) -> None:
    if state.newer:
        raise RecadoError(
            f"The database is at revision {state.current}, which this program (up to {state.head}) cannot work with: "
            "a newer Recado has used it. Start that version, or restore a backup.",
            code="database_too_new",
        )


async def _upgrade_when_free(database: Database, limit_s: float) -> list[str]:
    if database.is_sqlite:
        return await _upgrade(database)
    _alembic()  # nobody needs to stand still while it is loaded

    until = time.monotonic() + limit_s
    users: set[str] = set()
    for attempt in itertools.count():
        before, users = users, await _users(database)
        try:
            if not before & users:  # who has used a table from try to try (a backup) will for longer
                if attempt >= _IN_LINE_FROM:
                    await _wait_in_line(database)
                async with _standstill(database, MOMENT_WITHIN_S):
                    return await _upgrade(database)
        except DBAPIError as error:
            if not _is_in_the_way(error):
                raise
        log.info("migration_waits", attempt=attempt + 1)
        if time.monotonic() >= until:
            break
        await asyncio.sleep(_PAUSE_S)
    raise RecadoError(
        f"A table that has to change has been in use without a pause for {limit_s:g} s. Let what takes so "
        "long end (a backup, a query by hand), and run again: recado db migrate",
        code="migration_blocked",
        status=503,
        verdict=retry_after(limit_s),
    )


async def _users(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.scalars(_IN_USE_BY))


@asynccontextmanager
async def _standstill(database: Database, seconds: float) -> AsyncGenerator[None]:
    """PostgreSQL: ask every process to begin nothing new on the database, until the end of the block."""
    await _say(database, standstill.CHANNEL, str(round(seconds * 1000)))
    try:
        yield
    finally:
        await _say(database, standstill.CHANNEL, "0")


async def _say(database: Database, channel: str, words: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(select(func.pg_notify(channel, words)))


def _is_in_the_way(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _IN_THE_WAY


async def _wait_in_line(database: Database) -> None:
    """PostgreSQL: have each table for a moment, and nothing else meanwhile, so that nobody waits in a circle."""
    async with database.engine.connect() as connection:
        tables = list(await connection.scalars(_OWN_TABLES))
    for table in tables:
        async with database.engine.begin() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = {round(IN_LINE_S * 1000)}"))
            await connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))


async def _lock_all(connection: AsyncConnection) -> None:
    """PostgreSQL: take all tables in a moment in which nobody uses any of them, without making anybody wait for it.

    Raises `DBAPIError` (55P03) when there was no such moment.
    """
    tables = list(await connection.scalars(_OWN_TABLES))
    if not tables:
        return
    lock = text(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT")
    until = time.monotonic() + MOMENT_WITHIN_S
    while True:
        try:
            async with connection.begin_nested():
                await connection.execute(lock)
            return
        except DBAPIError as error:
            if not _is_in_the_way(error) or time.monotonic() >= until:
                raise
        await asyncio.sleep(_MOMENT_POLL_S)


async def _upgrade(database: Database) -> list[str]:
    command, make_config = _alembic()
    applied: list[str] = []

    def note(*, step: Any, **_: Any) -> None:
        applied.append(str(step.up_revision_id))

    def upgrade(connection: Connection) -> None:
        config = make_config()
        config.set_main_option("script_location", _escaped(Path(__file__).parent / "migrations"))
        config.set_main_option("version_locations", os.pathsep.join(map(_escaped, migrations.FOLDERS)))
        config.set_main_option("path_separator", "os")
        config.attributes.update(connection=connection, on_version_apply=note)
        command.upgrade(config, "head")

    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            # What is nobody's of ours (another schema's) it does not wait for longer than for a table in line.
            await connection.execute(text(f"SET LOCAL lock_timeout = {round(IN_LINE_S * 1000)}"))
            await _lock_all(connection)
        await connection.run_sync(upgrade)
    return applied


def _alembic() -> tuple[Any, type[Any]]:
    # Only here: Alembic and its templates cost every process that merely checks some 10 MB.
    from alembic import command
    from alembic.config import Config

    return command, Config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


@asynccontextmanager
async def _advisory_lock(database: Database, limit_s: float) -> AsyncGenerator[None]:
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        number = {"number": _ADVISORY_LOCK}
        until = time.monotonic() + limit_s
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number):
            await _wait_for_lock(until, limit_s)
        try:
            yield
        finally:  # the server does the same when the process dies
            await connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)


@asynccontextmanager
async def _file_lock(database: Path, limit_s: float) -> AsyncGenerator[None]:
    # flock ends with the process, so a killed migration leaves no lock behind; the file itself stays.
    with write_private(database.with_name(database.name + ".migrate-lock")) as file:
        until = time.monotonic() + limit_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await _wait_for_lock(until, limit_s)
        yield


async def _wait_for_lock(until: float, limit_s: float) -> None:
    if time.monotonic() >= until:
        raise RecadoError(
            f"Another process has been migrating this database for more than {limit_s:g} s. "
            "Wait for it, or stop it, and run again: recado db migrate",
            code="migration_locked",
            status=503,
            verdict=retry_after(limit_s),
        )
    await asyncio.sleep(_LOCK_POLL_S)

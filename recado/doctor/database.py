"""The database: whether it can be used, and what its rows tell."""

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms
from recado.doctor.deliveries import unrouted
from recado.doctor.files import files
from recado.doctor.findings import Finding, fail, ok, short, warn
from recado.doctor.keys import examine_secrets, exposed_file
from recado.doctor.lines import at_providers, lines_there
from recado.doctor.messages import dead_inbox, dead_outbox, queue, unknown_outbox
from recado.doctor.processes import jobs, workers
from recado.doctor.webhooks import webhooks_out
from recado.kit import now_ms
from recado.kit.sqlite import MINIMUM_SQLITE, sqlite_version
from recado.migrate import check
from recado.settings import Settings

# Leases are measured on the database's clock alone, but reminders and the 24-hour window compare the two.
CLOCK_WARN_MS = 2_000
CLOCK_FAIL_MS = 60_000
# What a database that cannot be used raises: SQLAlchemy's errors, and the drivers' own while they connect.
_UNUSABLE = (SQLAlchemyError, OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)

_LOOKS: tuple[Callable[[AsyncSession], Awaitable[Finding]], ...] = (
    lines_there,
    workers,
    dead_outbox,
    unknown_outbox,
    dead_inbox,
    files,
    jobs,
)


async def examine_database(settings: Settings, ask_providers: bool) -> AsyncGenerator[Finding]:
    """Whether the database can be used, what its rows tell, and what providers say of its lines."""
    name = "database"
    url = settings.resolved_database_url
    if url.startswith("sqlite:"):
        yield examine_sqlite(sqlite_version())
        if sqlite_version() < MINIMUM_SQLITE:
            return
    try:
        file = Path(make_url(url).database or "") if url.startswith("sqlite:") else None
        if file is not None and not file.exists():
            yield warn(name, f"{file} is not made yet", "It is made by: recado up (or recado db migrate)")
            return
        if file is not None and (exposed := exposed_file(file)):
            yield exposed
        database = Database(url)
    except (SQLAlchemyError, ValueError, OSError) as error:
        yield fail(name, short(error), "RECADO_DATABASE_URL looks like postgresql://user:password@host:5432/name")
        return
    try:
        ready = False
        async for finding in _examine_tables(database, settings):
            ready = ready or finding.check == "clock"
            yield finding
        if ready and ask_providers:
            for finding in await at_providers(database, settings):
                yield finding
    except _UNUSABLE as error:
        cure = "Does its server run, and does RECADO_DATABASE_URL say where?"
        if database.is_sqlite:
            cure = (
                f"See its file and its disk: ls -l {database.sqlite_path}*; what is said of the data folder comes first"
            )
        yield fail(name, f"it cannot be used: {short(error)}", cure)
    finally:
        await database.close()


def examine_sqlite(version: tuple[int, ...]) -> Finding:
    """Whether this version of SQLite keeps a database whole."""
    found, needed = (".".join(map(str, v)) for v in (version, MINIMUM_SQLITE))
    if version >= MINIMUM_SQLITE:
        return ok("SQLite", f"version {found}")
    mend = f"Use a Python with SQLite {needed} or newer, or PostgreSQL: RECADO_DATABASE_URL=postgresql://..."
    return fail("SQLite", f"version {found} can corrupt the database", mend)


async def _examine_tables(database: Database, settings: Settings) -> AsyncGenerator[Finding]:
    state = await check(database)
    if state.filling:
        says = "it holds only a part of an installation"
        yield fail("database", says, "Run again, to its end: recado restore or recado db copy")
        return
    if state.newer:
        says = f"it is at revision {state.current}, newer than this program ({state.head})"
        if not state.usable:
            yield fail("database", says, "Start the newer Recado again, or restore a backup")
            return
        yield warn("database", f"{says}, which can work with it", "Finish the upgrade: start the newer Recado")
    elif not state.up_to_date:
        says = f"it is at revision {state.current or 'none'}, needed is {state.head}"
        yield fail("database", says, "recado db migrate")
        return
    yield ok("database", f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}, revision {state.current}")
    async with database.system(read_only=True) as session:
        yield _clock(now_ms() - await database_now_ms(session))
        for finding in await examine_secrets(session, settings):
            yield finding
        for finding in await queue(session):
            yield finding
        for look in _LOOKS:
            yield await look(session)
        for finding in await webhooks_out(session, settings):
            yield finding
        for finding in await unrouted(session, settings.unrouted_days):
            yield finding


def _clock(ahead_ms: int) -> Finding:
    if abs(ahead_ms) < CLOCK_WARN_MS:
        return ok("clock", "agrees with the database's")
    says = f"{abs(ahead_ms) / 1000:.0f} s {'ahead of' if ahead_ms > 0 else 'behind'} the database's"
    mend = "Keep both machines' clocks right with NTP: timedatectl set-ntp true"
    return fail("clock", says, mend) if abs(ahead_ms) >= CLOCK_FAIL_MS else warn("clock", says, mend)

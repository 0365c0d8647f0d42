"""What the commands share: one event loop, the database, errors as one line, tables and JSON."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recado.errors import BadInput, RecadoError, Unavailable

if TYPE_CHECKING:  # SQLAlchemy and pydantic would cost `recado --help` more than half of its time
    from sqlalchemy.ext.asyncio import AsyncSession

    from recado.db import Database
    from recado.kit.pages import Cut, Page
    from recado.settings import Settings

T = TypeVar("T")
# A command beside a `recado up` that is just migrating waits for it so long; an empty database is told at once.
MIGRATION_WAIT_S = 2.0

json_option = click.option("--json", "as_json", is_flag=True, help="For scripts: JSON on standard output.")


def settings() -> "Settings":
    """The settings of the environment, or one line per wrong variable."""
    from recado.settings import load_settings

    return load_settings()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in an event loop, as the command that was called. What the database's drivers raise becomes an error
    that a person can mend.
    """
    from recado.cli.acts import acting_command

    try:
        with acting_command():
            return asyncio.run(work)
    except RecadoError:
        raise
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        raise explained from None


def explain(error: Exception) -> RecadoError | None:
    """The error of a database or a disk in our own words; None for what is a mistake of the program."""
    import sqlite3

    import asyncpg
    from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

    # Plain `DatabaseError` is what SQLite says of a file that is no database, and plain `DBAPIError` what PostgreSQL
    # says of itself (it starts, it stops, it is full); their other kinds are mistakes of ours.
    if isinstance(error, DBAPIError) and (
        isinstance(error, OperationalError | InterfaceError) or type(error) in (DatabaseError, DBAPIError)
    ):
        return _unreachable(str(error.orig))
    # The last is what a server that dies during the greeting leaves.
    drivers = (sqlite3.DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    if isinstance(error, (OSError, *drivers)):
        return _unreachable(str(error) or type(error).__name__)
    return None


def _unreachable(reason: str) -> RecadoError:
    first = reason.strip().splitlines()[0] if reason.strip() else "no answer"
    return Unavailable(
        f"The database cannot be used: {first}. RECADO_DATABASE_URL (or RECADO_DATA_DIR) says where it is; "
        "`recado doctor` looks closer"
    )


def database_of(settings: "Settings") -> "Database":
    """The database of these settings, not opened yet. Raises `BadInput` for an address that is none."""
    from sqlalchemy.exc import ArgumentError

    from recado.db import Database

    try:
        return Database(settings.resolved_database_url)
    except (ArgumentError, ValueError):
        example = "postgresql://user:password@host:5432/name"
        raise BadInput(f"RECADO_DATABASE_URL is no database address. Example: RECADO_DATABASE_URL={example}") from None


@asynccontextmanager
async def open_database() -> AsyncGenerator["Database"]:
    """The migrated database of the settings. Raises `RecadoError` (`database_not_migrated`)."""
    from recado.migrate import wait_until_migrated

    database = database_of(settings())
    try:
        await wait_until_migrated(database, MIGRATION_WAIT_S)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def project_session(slug: str, *, read_only: bool = True) -> AsyncGenerator["AsyncSession"]:
    """A transaction in the project with this short name. Raises `NotFound` (`project_not_found`)."""
    from recado.projects.service import get_by_slug

    async with open_database() as database:
        async with database.system(read_only=True) as session:
            project_id = (await get_by_slug(session, slug)).id
        async with database.project(project_id, read_only=read_only) as session:
            yield session


async def every(page_of: "Callable[[Cut], Awaitable[Page[T]]]") -> list[T]:
    """All items of a list that comes in pages."""
    from recado.kit.pages import MAX_LIMIT, Cut

    found: list[T] = []
    cursor: str | None = None
    while True:
        page = await page_of(Cut(cursor, MAX_LIMIT))
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


class IdType(click.ParamType[str]):
    """An id as Recado prints it."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return str(uuid.UUID(str(value)))
        except ValueError:
            self.fail(f"{value!r} is no id. Copy one from the list, such as 0192f0c1-2d3e-7abc-8def-0123456789ab")


ID = IdType()


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, nothing: str) -> None:
    """Rows as a table of `columns`, or all of them as a JSON list. `nothing` is what an empty table says."""
    if as_json:
        emit(list(rows))
    elif not rows:
        click.echo(nothing)
    else:
        cells = [[_title(column) for column in columns], *([_cell(row, column) for column in columns] for row in rows)]
        widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
        for line in cells:
            click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def emit(value: Any) -> None:
    """A value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _title(column: str) -> str:
    return column.removesuffix("_ms").replace("_", " ").upper()


def _cell(row: Mapping[str, Any], column: str) -> str:
    value = row[column]
    if value is None:
        return "-"
    if column.endswith("_ms"):
        return local_time(int(value))
    return " ".join(str(value).split())


def local_time(at_ms: int) -> str:
    """A stored time as this machine's clock shows it."""
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")

"""`recado db`: the tables of the database."""

from typing import TYPE_CHECKING

import click

from recado.cli import support
from recado.cli.acts import announced

if TYPE_CHECKING:
    from recado.archive.copying import Report
    from recado.migrate import MigrationState


@click.group()
def db() -> None:
    """The database: bring it up to date, or look where it stands."""


@db.command()
@support.json_option
def migrate(as_json: bool) -> None:
    """Bring the database to the tables that this version needs."""
    applied = support.run(_migrate())
    if as_json:
        support.emit({"applied": applied})
    elif applied:
        click.echo(f"The database is up to date now; applied: {', '.join(applied)}.")
    else:
        click.echo("The database was up to date already.")


@db.command()
@support.json_option
def check(as_json: bool) -> None:
    """Say where the database stands; ends with 1 if this version cannot work with it."""
    state = support.run(_check())
    if as_json:
        support.emit(
            {"current": state.current, "needed": state.head, "up_to_date": state.up_to_date, "usable": state.usable}
        )
    elif state.filling:
        click.echo("The database holds only a part of an installation. Run recado restore or recado db copy again.")
    elif state.up_to_date:
        click.echo(f"The database is up to date (revision {state.current}).")
    elif state.usable:
        click.echo(f"The database ({state.current}) is newer than this program ({state.head}), which can work with it.")
    elif state.newer:
        click.echo(f"The database ({state.current}) is newer than this program ({state.head}): start the newer Recado.")
    else:
        click.echo(f"The database is at {state.current or 'nothing'}, needed is {state.head}. Run: recado db migrate")
    if not state.usable:
        raise SystemExit(1)


@db.command(epilog="\b\nExample:\n  recado db copy --to postgresql://recado:password@localhost:5432/recado")
@click.option(
    "--to", "target", required=True, metavar="URL", help="An empty database: sqlite:///... or postgresql://..."
)
@support.json_option
def copy(target: str, as_json: bool) -> None:
    """Move the installation to another database. Stop Recado first.

    An interrupted copy goes on where it stopped. All rows are compared in the end; the old database stays as it is.
    """
    from recado.cli.archive import progress

    with progress() as report:
        rows = support.run(_copy(target, report))
    if as_json:
        support.emit({"rows": rows})
    else:
        click.echo(
            f"Copied {rows:,} rows, and compared them. From now on: RECADO_DATABASE_URL={_without_password(target)}"
        )
        if support.settings().database_direct_url:
            click.echo("RECADO_DATABASE_DIRECT_URL still names the old database: change it, too, or empty it.")


@db.command()
def compact() -> None:
    """Write a SQLite file anew: smaller, and without anything in it that is not in use. Messages wait meanwhile.

    At a quiet hour: about a second for each 100 MB.
    """
    support.run(_compact())
    click.echo("The database's file was written anew.")


async def _compact() -> None:
    from recado.errors import BadInput
    from recado.privacy.scrubbing import compact as write_anew

    async with support.open_database() as database:
        if not database.is_sqlite:
            raise BadInput("PostgreSQL looks after its files itself: VACUUM (FULL) is its command")
        await announced(support.settings())
        await write_anew(database)


async def _copy(target: str, report: "Report") -> int:
    from recado.archive.copying import copy_installation
    from recado.settings import database_address

    settings = support.settings()
    await announced(settings)
    source = support.database_of(settings)
    try:
        return await copy_installation(source, database_address(target, "--to"), report)
    finally:
        await source.close()


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url

    return make_url(url).render_as_string(hide_password=True)


async def _migrate() -> list[str]:
    from recado.installation import ensure_index
    from recado.migrate import migrate as migrate_database

    settings = support.settings()
    applied = await migrate_database(settings)
    database = support.database_of(settings)
    try:
        await ensure_index(database)
    finally:
        await database.close()
    if applied:
        await announced(settings, done=True)
    return applied


async def _check() -> "MigrationState":
    from recado.migrate import check as check_database

    database = support.database_of(support.settings())
    try:
        return await check_database(database)
    finally:
        await database.close()

"""`recado line unrouted`: well signed deliveries that fit no line or no person, and notices of the provider."""

from collections.abc import Sequence
from typing import Any

import click

from recado.cli import support

MAX_SHOWN = 1000
_DAY_MS = 24 * 3600 * 1000
# So many are looked at and removed at a time: a body may have 3 MB.
_BATCH = 200


@click.group()
def unrouted() -> None:
    """Deliveries that fit no line or no person, and notices about the account."""


@unrouted.command("list")
@click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)
@support.json_option
def list_(limit: int, as_json: bool) -> None:
    """Show what came: "line" names none of ours, "person" nobody, "notice" is about the account.

    With --json also what was delivered, as it came.
    """
    rows = support.run(_list(limit))
    nothing = "Nothing here: every delivery found its line."
    support.show(rows, ("id", "kind", "about", "channel", "created_ms"), as_json=as_json, nothing=nothing)


@unrouted.command()
@click.argument("ids", nargs=-1, type=support.ID, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="All of them instead of ids.")
@click.option("--notices", is_flag=True, help="All notices instead of ids.")
@click.option("--older-than", type=click.IntRange(0), metavar="DAYS", help="Of --all or --notices only what is older.")
@support.json_option
def drop(ids: tuple[str, ...], everything: bool, notices: bool, older_than: int | None, as_json: bool) -> None:
    """Remove what was looked at. It is gone for good."""
    if (bool(ids), everything, notices).count(True) != 1 or (ids and older_than is not None):
        raise click.UsageError("Give ids, or --all, or --notices (and with those --older-than DAYS).")
    dropped = support.run(_drop(ids, notices, older_than))
    missing = [one for one in ids if one not in dropped]
    if as_json:
        support.emit({"dropped": len(dropped), "missing": missing})
    else:
        click.echo(f"Dropped: {len(dropped)}.")
        for one in missing:
            click.echo(f"Not there: {one}. Look: recado line unrouted list", err=True)
    if missing:
        raise SystemExit(1)


async def _list(limit: int) -> list[dict[str, Any]]:
    from recado.channels.converters import CONVERTERS
    from recado.mailbox.queries import list_strays

    async with support.open_database() as database, database.system(read_only=True) as session:
        return [
            {
                "id": stray.row.id,
                "kind": stray.kind,
                "about": stray.about or None,
                "channel": stray.row.channel,
                "created_ms": stray.row.created_ms,
                "body": stray.row.body,
            }
            for stray in await list_strays(session, CONVERTERS, limit=limit)
        ]


async def _drop(ids: Sequence[str], notices: bool, older_than: int | None) -> set[str]:
    """Remove the named ones, or those that the options mean, and return the ids of what was there."""
    from recado.channels.converters import CONVERTERS
    from recado.db import database_now_ms
    from recado.mailbox.models import Unrouted
    from recado.mailbox.queries import drop_strays, list_strays

    dropped: set[str] = set()
    async with support.open_database() as database, database.system() as session:
        where: list[Any] = [Unrouted.id.in_(ids)] if ids else []
        if older_than is not None:
            where.append(Unrouted.created_ms < await database_now_ms(session) - older_than * _DAY_MS)
        before: list[Any] = []
        while batch := await list_strays(session, CONVERTERS, *where, *before, limit=_BATCH):
            chosen = [stray.row.id for stray in batch if stray.kind == "notice" or not notices]
            await drop_strays(session, chosen)
            dropped.update(chosen)
            before = [Unrouted.id < batch[-1].row.id]
    return dropped

"""`recado media`: files that people sent and that are not kept, and fetching them again."""

from typing import Any

import click

from recado.cli import support

MAX_SHOWN = 1000


@click.group()
def media() -> None:
    """Files that people sent: those that could not be fetched."""


@media.command("list")
@click.option("--state", type=click.Choice(["pending", "failed", "refused"]), help="Only these; else all of them.")
@click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)
@support.json_option
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """What is still to be fetched (pending), was given up (failed), or is too large or of a wrong type (refused)."""
    rows = support.run(_list(state, limit))
    columns = ("id", "kind", "state", "error", "attempts", "line", "created_ms")
    support.show(rows, columns, as_json=as_json, nothing="Nothing here: every file that people sent is kept.")


@media.command()
@click.argument("ids", nargs=-1, type=support.ID, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="All that were given up in the last 7 days instead of ids.")
@support.json_option
def retry(ids: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Fetch files again that were given up or refused. Meta keeps what people send for 7 days."""
    if bool(ids) == everything:
        raise click.UsageError("Give the ids of files, or --all.")
    again = support.run(_retry(ids, everything))
    missing = [one for one in ids if one not in again]
    if as_json:
        support.emit({"again": len(again), "missing": missing})
    else:
        click.echo(f"To be fetched again: {len(again)}.")
        for one in missing:
            click.echo(f"Not given up: {one}. Look: recado media list", err=True)
    if missing:
        raise SystemExit(1)


async def _list(state: str | None, limit: int) -> list[dict[str, Any]]:
    from recado.channels.service import list_lines
    from recado.media.stuck import listed

    async with support.open_database() as database, database.system(read_only=True) as session:
        lines = {line.id: line.address for line in await support.every(lambda cut: list_lines(session, cut))}
        return [
            {
                "id": row.id,
                "kind": row.kind,
                "state": row.state,
                "error": row.error_code,
                "attempts": row.attempts,
                "line": lines.get(row.line_id or "", row.line_id),
                "message_id": row.message_id,
                "created_ms": row.created_ms,
            }
            for row in await session.scalars(listed(state, limit))
        ]


async def _retry(ids: tuple[str, ...], everything: bool) -> set[str]:
    from recado.media.stuck import failed_ids, fetch_again

    async with support.open_database() as database, database.system() as session:
        return await fetch_again(session, await failed_ids(session) if everything else ids)

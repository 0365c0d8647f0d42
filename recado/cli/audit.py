"""`recado audit`: who changed what, seen, exported, and in the end removed."""

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import click

from recado.cli import support

MAX_SHOWN = 1_000
KEPT_DAYS = 90

project_option = click.option("--project", metavar="SLUG", help="Only of this project; else of the whole installation.")
key_option = click.option("--key", "key_id", type=support.ID, metavar="ID", help="Only what this key did.")
action_option = click.option("--action", metavar="NAME", help="Only this, such as update_line or 'line update'.")
object_option = click.option("--object", "object_id", type=support.ID, metavar="ID", help="Only what was done to it.")
since_option = click.option(
    "--since", type=click.DateTime(), help="Only from this moment on (UTC), such as 2026-11-21T08:00:00."
)


@click.group()
def audit() -> None:
    """The audit log: every change by a key or a command."""


@audit.command("list")
@project_option
@key_option
@action_option
@object_option
@since_option
@click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)
@support.json_option
def list_(
    project: str | None, key_id: str | None, action: str | None, object_id: str | None, since: datetime | None,
    limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Who changed what, newest first."""
    rows = support.run(_list(project, {"key_id": key_id, "action": action, "object_id": object_id}, since, limit))
    columns = ("created_ms", "actor", "name", "action", "object_kind", "object_id", "outcome", "changed_objects")
    support.show(rows, columns, as_json=as_json, nothing="Nothing was changed yet.")


@audit.command()
@project_option
@since_option
def export(project: str | None, since: datetime | None) -> None:
    """All entries, newest first, one JSON object a line."""
    support.run(_export(project, since))


@audit.command()
@click.option(
    "--older-than", type=click.IntRange(KEPT_DAYS), required=True, metavar="DAYS", help=f"{KEPT_DAYS} at least."
)
@support.json_option
def trim(older_than: int, as_json: bool) -> None:
    """Remove entries older than so many days, of all projects, for good."""
    removed = support.run(_trim(older_than))
    if as_json:
        support.emit({"removed": removed})
    else:
        click.echo(f"Removed: {removed}.")


async def _list(
    slug: str | None, wanted: dict[str, str | None], since: datetime | None, limit: int
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    async with aclosing(_entries(slug, wanted, since)) as entries:  # else the database is closed after the loop is
        async for row in entries:
            rows.append(row)
            if len(rows) == limit:
                break
    return rows


async def _export(slug: str | None, since: datetime | None) -> None:
    import json

    async with aclosing(_entries(slug, {}, since)) as entries:
        async for row in entries:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


async def _entries(
    slug: str | None, wanted: dict[str, str | None], since: datetime | None
) -> AsyncGenerator[dict[str, Any]]:
    from recado.audit.service import list_entries
    from recado.kit.pages import MAX_LIMIT, Cut
    from recado.kit.spans import Span
    from recado.projects.service import get_by_slug

    span = Span(None if since is None else int(since.replace(tzinfo=UTC).timestamp() * 1000))
    async with support.open_database() as database:
        project_id = None
        if slug is not None:
            async with database.system(read_only=True) as session:
                project_id = (await get_by_slug(session, slug)).id
        cursor: str | None = None
        while True:
            opened = database.system(read_only=True) if project_id is None else database.project(project_id)
            async with opened as session:
                page = await list_entries(session, Cut(cursor, MAX_LIMIT), **wanted, span=span)
            for row in page.items:
                yield _row(row)
            cursor = page.next_cursor
            if cursor is None:
                return


def _row(row: Any) -> dict[str, Any]:
    import json

    names = (
        "id", "project_id", "actor", "key_id", "name", "role", "action", "object_kind", "object_id", "outcome", "code",
        "request_id", "changed_objects", "created_ms",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "changes": json.loads(row.changes)}


async def _trim(days: int) -> int:
    from recado.audit.service import remove_older
    from recado.cli.acts import announced

    await announced(support.settings())
    removed = 0
    async with support.open_database() as database:
        while True:
            async with database.system() as session:
                batch = await remove_older(session, days)
            if not batch:
                return removed
            removed += batch

"""`recado outbox` and `recado inbox`: what could not be sent or answered, and what to do with it."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.errors import NotFound

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from recado.db import Database
    from recado.mailbox.service import Mailbox

OUTBOX_STATES = ("queued", "sending", "unknown", "sent", "dead", "dropped")
MAX_SHOWN = 1000
_PREVIEW = 40

project_option = click.option("--project", metavar="SLUG", help="Only of this project.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)
ids_argument = click.argument("ids", nargs=-1, type=support.ID, metavar="ID...")
all_option = click.option("--all-dead", is_flag=True, help="All dead ones (of --project, if given) instead of ids.")

Change = Callable[["Mailbox", str, str], Awaitable[None]]


@click.group()
def outbox() -> None:
    """Messages that go out: what is stuck or was given up."""


@outbox.command("list")
@project_option
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(OUTBOX_STATES),
    help="Only these; may be repeated. Default: dead, unknown, and queued after a try that failed.",
)
@limit_option
@support.json_option
def list_outbox(project: str | None, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """What was given up (dead), may or may not have arrived (unknown), or was refused and waits (queued)."""
    rows = support.run(_list_outbox(project, states, limit))
    columns = ("id", "project", "state", "error", "attempts", "created_ms", "text")
    support.show(rows, columns, as_json=as_json, nothing="Nothing here: no message is in such a state.")


@outbox.command("retry")
@ids_argument
@all_option
@project_option
def retry_outbox(ids: tuple[str, ...], all_dead: bool, project: str | None) -> None:
    """Send dead messages again, at the end of their conversation."""
    changed = support.run(_change("outbox", ids, all_dead, project, lambda box, owner, one: box.retry(owner, one)))
    click.echo(f"Queued again: {changed}.")


@outbox.command("drop")
@ids_argument
@all_option
@project_option
def drop_outbox(ids: tuple[str, ...], all_dead: bool, project: str | None) -> None:
    """Give up dead or queued messages for good."""
    changed = support.run(_change("outbox", ids, all_dead, project, lambda box, owner, one: box.drop(owner, one)))
    click.echo(f"Dropped: {changed}.")


@click.group()
def inbox() -> None:
    """Messages that came in and were given up unanswered."""


@inbox.command("list")
@project_option
@limit_option
@support.json_option
def list_inbox(project: str | None, limit: int, as_json: bool) -> None:
    """What was given up."""
    rows = support.run(_list_inbox(project, limit))
    columns = ("id", "project", "conversation_id", "created_ms", "text")
    support.show(rows, columns, as_json=as_json, nothing="Nothing here: every message was answered or is being.")


@inbox.command("retry")
@ids_argument
@all_option
@project_option
def retry_inbox(ids: tuple[str, ...], all_dead: bool, project: str | None) -> None:
    """Give dead messages to the assistant again."""
    changed = support.run(_change("inbox", ids, all_dead, project, lambda box, owner, one: box.retry_inbox(owner, one)))
    click.echo(f"Back in their conversations: {changed}.")


@inbox.command("drop")
@ids_argument
@all_option
@project_option
def drop_inbox(ids: tuple[str, ...], all_dead: bool, project: str | None) -> None:
    """Leave dead messages unanswered for good; they stay in the history."""
    changed = support.run(_change("inbox", ids, all_dead, project, lambda box, owner, one: box.drop_inbox(owner, one)))
    click.echo(f"Dropped: {changed}.")


async def _list_outbox(slug: str | None, states: Sequence[str], limit: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from recado.mailbox.models import Conversation, OutboxMessage
    from recado.mailbox.queries import needs_a_look

    async with support.open_database() as database, database.system(read_only=True) as session:
        slugs = await _slugs(session, slug)
        rows = await session.execute(
            select(OutboxMessage, Conversation.send_to)
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .where(OutboxMessage.state.in_(states) if states else needs_a_look(), OutboxMessage.project_id.in_(slugs))
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
        )
        return [
            {
                "id": row.id,
                "project": slugs[row.project_id],
                "conversation_id": row.conversation_id,
                "to": json.loads(send_to),
                "state": row.state,
                "error": row.error_code,
                "error_text": row.error_text,
                "attempts": row.attempts,
                "repeated": row.repeated,
                "created_ms": row.created_ms,
                "text": _preview(json.loads(row.body)),
            }
            for row, send_to in rows
        ]


async def _list_inbox(slug: str | None, limit: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from recado.mailbox.models import InboxMessage

    async with support.open_database() as database, database.system(read_only=True) as session:
        slugs = await _slugs(session, slug)
        rows = await session.scalars(
            select(InboxMessage)
            .where(InboxMessage.dead.is_(True), InboxMessage.project_id.in_(slugs))
            .order_by(InboxMessage.id.desc())
            .limit(limit)
        )
        return [
            {
                "id": row.id,
                "project": slugs[row.project_id],
                "conversation_id": row.conversation_id,
                "created_ms": row.created_ms,
                "text": _preview(json.loads(row.body).get("content", {})),
            }
            for row in rows
        ]


async def _slugs(session: "AsyncSession", slug: str | None) -> dict[str, str]:
    """Project id -> slug, of one project or of all."""
    from recado.projects.service import get_by_slug, list_projects

    if slug is not None:
        return {(await get_by_slug(session, slug)).id: slug}
    return {project.id: project.slug for project in await support.every(lambda cut: list_projects(session, cut))}


async def _change(table: str, ids: Sequence[str], all_dead: bool, slug: str | None, change: Change) -> int:
    """Do `change` to each message, oldest first; how many."""
    if bool(ids) == all_dead:
        raise click.UsageError("Give the ids of messages, or --all-dead.")
    async with support.open_database() as database:
        owners = await _owners(database, table, ids, slug)
        for one in ids:
            if one not in owners:
                raise NotFound(f"There is no message {one}. Look: recado {table} list", code="message_not_found")
        async with _mailbox(database) as box:
            for one, owner in sorted(owners.items()):
                await change(box, owner, one)
    return len(owners)


async def _owners(database: "Database", table: str, ids: Sequence[str], slug: str | None) -> dict[str, str]:
    """Message id -> project id, of the named messages or of all dead ones."""
    from sqlalchemy import select

    from recado.mailbox.models import InboxMessage, OutboxMessage

    model = OutboxMessage if table == "outbox" else InboxMessage
    dead = OutboxMessage.state == "dead" if table == "outbox" else InboxMessage.dead.is_(True)
    async with database.system(read_only=True) as session:
        slugs = await _slugs(session, slug)
        which = model.id.in_(ids) if ids else dead
        rows = await session.execute(select(model.id, model.project_id).where(which, model.project_id.in_(slugs)))
        return dict(rows.tuples().all())


@asynccontextmanager
async def _mailbox(database: "Database") -> AsyncGenerator["Mailbox"]:
    from recado.kit import new_id
    from recado.mailbox.service import Mailbox
    from recado.runtime import open_driver

    owner = new_id()
    box = Mailbox(open_driver(support.settings(), database, owner), owner)
    try:
        yield box
    finally:
        await box.close()


def _preview(content: dict[str, Any]) -> str:
    """The beginning of what a message says, for the operator's own eyes."""
    text = str(content.get("text") or content.get("title") or f"({content.get('type', 'message')})")
    return text if len(text) <= _PREVIEW else text[: _PREVIEW - 1] + "…"

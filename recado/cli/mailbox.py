"""`recado outbox` and `recado inbox`: what could not be sent or answered, and what to do with it."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import click

from recado.cli import support
from recado.errors import NotFound, RecadoError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from recado.db import Database
    from recado.mailbox.service import Mailbox

OUTBOX_STATES = ("queued", "sending", "unknown", "sent", "dead", "dropped")
MAX_SHOWN = 1000
_PREVIEW = 40

Table = Literal["outbox", "inbox"]
# What is done with one message of a project.
Change = Callable[["Mailbox", str, str], Awaitable[None]]

project_option = click.option("--project", metavar="SLUG", help="Only of this project.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)


@dataclass(frozen=True, slots=True)
class _Which:
    """The messages that a person means."""

    ids: tuple[str, ...]
    all_dead: bool
    project: str | None


def _command(group: click.Group, name: str, done: str, change: Change, about: str) -> None:
    """Add a command that does `change` to messages. What cannot be done is told at the end, and the rest is done."""
    table: Table = "outbox" if group.name == "outbox" else "inbox"

    @group.command(name, help=about)
    @click.argument("ids", nargs=-1, type=support.ID, metavar="ID...")
    @click.option("--all-dead", is_flag=True, help="All dead ones (of --project, if given) instead of ids.")
    @project_option
    @support.json_option
    def command(  # pyright: ignore[reportUnusedFunction] # called by click
        ids: tuple[str, ...], all_dead: bool, project: str | None, as_json: bool
    ) -> None:
        if bool(ids) == all_dead:
            raise click.UsageError("Give the ids of messages, or --all-dead.")
        result = support.run(_change(table, _Which(ids, all_dead, project), change))
        if as_json:
            support.emit({"done": result.done, "not_done": [error.as_json() for error in result.not_done]})
        else:
            click.echo(f"{done}: {len(result.done)}.")
            for error in result.not_done:
                click.echo(f"Not done: {error.message_id}: {error.message}", err=True)
        if result.not_done:
            raise SystemExit(1)


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


_command(
    outbox, "retry", "Queued again", lambda box, owner, one: box.retry(owner, one),
    "Send dead messages again, at the end of their conversation.",
)  # fmt: skip
_command(
    outbox, "drop", "Dropped", lambda box, owner, one: box.drop(owner, one),
    "Give up dead or queued messages for good.",
)  # fmt: skip


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


_command(
    inbox, "retry", "Back in their conversations", lambda box, owner, one: box.retry_inbox(owner, one),
    "Give dead messages to the assistant again.",
)  # fmt: skip
_command(
    inbox, "drop", "Dropped", lambda box, owner, one: box.drop_inbox(owner, one),
    "Leave dead messages unanswered for good; they stay in the history.",
)  # fmt: skip


async def _list_outbox(slug: str | None, states: Sequence[str], limit: int) -> list[dict[str, Any]]:
    from recado.mailbox.queries import newest_outbox

    async with support.open_database() as database, database.system(read_only=True) as session:
        slugs = await _slugs(session, slug)
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
            for row, send_to in await newest_outbox(session, slugs, states, limit)
        ]


async def _list_inbox(slug: str | None, limit: int) -> list[dict[str, Any]]:
    from recado.mailbox.queries import newest_dead_inbox

    async with support.open_database() as database, database.system(read_only=True) as session:
        slugs = await _slugs(session, slug)
        return [
            {
                "id": row.id,
                "project": slugs[row.project_id],
                "conversation_id": row.conversation_id,
                "created_ms": row.created_ms,
                "text": _preview(json.loads(row.body).get("content", {})),
            }
            for row in await newest_dead_inbox(session, slugs, limit)
        ]


async def _slugs(session: "AsyncSession", slug: str | None) -> dict[str, str]:
    """Project id -> slug, of one project or of all."""
    from recado.projects.service import get_by_slug, list_projects

    if slug is not None:
        return {(await get_by_slug(session, slug)).id: slug}
    return {project.id: project.slug for project in await support.every(lambda cut: list_projects(session, cut))}


@dataclass(frozen=True, slots=True)
class _NotDone:
    message_id: str
    code: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"id": self.message_id, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class _Result:
    """The ids of the messages that were changed, and why others were not."""

    done: list[str]
    not_done: list[_NotDone]


async def _change(table: Table, which: _Which, change: Change) -> _Result:
    """Do `change` to each message, oldest first."""
    from recado.mailbox.queries import owners_of

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            owners = await owners_of(session, table, which.ids, await _slugs(session, which.project))
        missing = f"There is no such message. Look: recado {table} list"
        result = _Result([], [_NotDone(i, "message_not_found", missing) for i in which.ids if i not in owners])
        async with _mailbox(database) as box:
            broken: RecadoError | None = None
            for one, owner in sorted(owners.items()):
                try:
                    if broken is None:
                        await change(box, owner, one)
                        result.done.append(one)
                        continue
                except NotFound as error:  # another process, or another person, was faster
                    result.not_done.append(_NotDone(one, error.code, error.message))
                    continue
                except RecadoError as error:  # it would be the same with every further one
                    broken = error
                result.not_done.append(_NotDone(one, broken.code, broken.message))
    return result


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

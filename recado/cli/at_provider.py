"""`recado line check`, `templates`, `block`, `unblock`, `blocked`: what is asked of a line's provider."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recado.cli import support

if TYPE_CHECKING:
    from recado.channels.cloud_api import CloudApiChannel
    from recado.channels.contract import Blocked, Line
    from recado.db import Database
    from recado.settings import Settings

T = TypeVar("T")
COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}
MAX_SHOWN = 10_000

line_argument = click.argument("line", metavar="LINE")
users_argument = click.argument("users", nargs=-1, required=True, metavar="NUMBER...")


@click.command()
@line_argument
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="Where Meta reaches this server, such as https://recado.example.com; else RECADO_PUBLIC_URL.",
)
@support.json_option
def check(line: str, url: str, as_json: bool) -> None:
    """Ask Meta whether LINE (a phone number id) is set up as it should be, and say what to do where it is not.

    The webhook's handshake is tried as Meta does it: at URL, or else at the address that Meta has. Ends with 1 if
    something must be mended. Changes nothing at Meta; keeps the line's number for `line list`. Speaks Spanish where the
    machine does (LANG=es...).
    """
    from recado.channels.language import machine_language
    from recado.channels.schemas import finding_out
    from recado.kit.destinations import is_web_address

    if url and not is_web_address(url):
        raise click.BadParameter("is no address of a server. Example: https://recado.example.com", param_hint="--url")
    language = machine_language()
    findings = [finding_out(one, language) for one in support.run(_with_line(line, _examine, url=url))]
    if as_json:
        support.emit([finding.model_dump() for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{click.style(finding.level.ljust(4), fg=COLOURS[finding.level])}  ", nl=False)
            click.echo(f"{finding.check}: {finding.says}")
            if finding.mend:
                click.echo(f"      -> {finding.mend}")
    if any(finding.level == "FAIL" for finding in findings):
        raise SystemExit(1)


@click.group()
def templates() -> None:
    """The templates that Meta has approved for a line."""


@templates.command("sync")
@line_argument
@support.json_option
def sync_templates(line: str, as_json: bool) -> None:
    """Fetch all templates of the line's account from Meta."""
    from dataclasses import asdict

    synced = support.run(_with_line(line, _sync))
    if as_json:
        support.emit(asdict(synced))
    else:
        click.echo(f"{synced.total} templates: {synced.added} new, {synced.changed} changed, {synced.removed} gone.")


@templates.command("list")
@line_argument
@support.json_option
def list_templates(line: str, as_json: bool) -> None:
    """The templates as they were when they were last fetched."""
    rows = support.run(_with_line(line, _listed))
    nothing = f"No template is known. Fetch them: recado line templates sync {line}"
    support.show(rows, ("name", "language", "status", "category", "quality", "text"), as_json=as_json, nothing=nothing)


@click.command()
@line_argument
@users_argument
@support.json_option
def block(line: str, users: tuple[str, ...], as_json: bool) -> None:
    """Keep people from writing to LINE. Meta takes only who wrote within the last 24 hours."""
    done = support.run(_with_line(line, lambda channel, one, _: channel.block(one, users), changes=True))
    _tell(done, "Blocked", as_json)


@click.command()
@line_argument
@users_argument
@support.json_option
def unblock(line: str, users: tuple[str, ...], as_json: bool) -> None:
    """Let people write to LINE again."""
    done = support.run(_with_line(line, lambda channel, one, _: channel.unblock(one, users), changes=True))
    _tell(done, "Unblocked", as_json)


@click.command()
@line_argument
@support.json_option
def blocked(line: str, as_json: bool) -> None:
    """Who is blocked on LINE."""
    users = support.run(_with_line(line, _all_blocked))
    if as_json:
        support.emit(users)
    else:
        click.echo("\n".join(users) or "Nobody is blocked.")


def _tell(outcome: "Blocked", word: str, as_json: bool) -> None:
    if as_json:
        failed = [{"user": user, "code": code, "text": text} for user, code, text in outcome.failed]
        support.emit({"done": list(outcome.done), "failed": failed})
    else:
        click.echo(f"{word}: {len(outcome.done)}.")
        for user, _, text in outcome.failed:
            click.echo(f"Not {user}: {text}", err=True)
    if outcome.failed:
        raise SystemExit(1)


# --- Work -------------------------------------------------------------------------------------------------


async def _with_line(
    address: str,
    work: "Callable[[CloudApiChannel, Line, Database], Awaitable[T]]",
    *,
    changes: bool = False,
    url: str = "",
) -> T:
    """Do something with a line and its channel; what `changes` something there is noted before. `url` is in place of
    RECADO_PUBLIC_URL.

    Raises `NotFound` (`line_not_found`), `Conflict` (`line_unusable`).
    """
    from recado.channels.service import find_line, usable_line
    from recado.errors import NotFound, OutcomeUnknown, Unavailable
    from recado.keyring import open_box
    from recado.kit.acting import ASKING

    settings = support.settings()
    async with support.open_database() as database:
        box = await open_box(settings, database)
        async with database.system(read_only=True) as session:
            row = await find_line(session, "cloud-api", address)
            if row is None:
                raise NotFound(f"There is no line {address!r}. Look: recado line list", code="line_not_found")
            line = await usable_line(session, box, row.id)
        if changes:
            async with database.project(line.project_id) as session:
                session.info[ASKING] = ("line", line.id)
        async with _channel(settings, url) as channel:
            try:
                return await work(channel, line, database)
            except OutcomeUnknown as error:
                raise Unavailable(f"{error.message}: try again") from None


@asynccontextmanager
async def _channel(settings: "Settings", url: str) -> "AsyncGenerator[CloudApiChannel]":
    from recado.channels.cloud_api import CloudApiChannel

    channel = CloudApiChannel(
        settings.cloud_api_base_url, public_url=url or settings.public_url, networks=settings.webhook_networks
    )
    try:
        yield channel
    finally:
        await channel.close()


async def _examine(channel: "CloudApiChannel", line: "Line", database: "Database") -> Any:
    from recado.channels.service import note_display_number

    examined = await channel.examine(line)
    if examined.display_number is not None:
        async with database.project(line.project_id) as session:
            await note_display_number(session, line.id, examined.display_number)
    return examined.findings


async def _sync(channel: "CloudApiChannel", line: "Line", database: "Database") -> Any:
    from recado.channels.templates.syncing import sync

    return await sync(database, channel, line)


async def _listed(_: "CloudApiChannel", line: "Line", database: "Database") -> list[dict[str, Any]]:
    from recado.channels.templates.service import account_of, as_template, list_templates
    from recado.channels.templates.values import text_of

    waba_id = account_of(line)
    async with database.project(line.project_id, read_only=True) as session:
        rows = await support.every(lambda cut: list_templates(session, waba_id, cut))
    names = ("name", "language", "status", "category", "quality", "checked_ms")
    return [{name: getattr(row, name) for name in names} | {"text": text_of(as_template(row))} for row in rows]


async def _all_blocked(channel: "CloudApiChannel", line: "Line", _: "Database") -> list[str]:
    users: list[str] = []
    cursor: str | None = None
    while len(users) < MAX_SHOWN:
        page = await channel.blocked(line, cursor, 1000)
        users += page.users
        cursor = page.next_cursor
        if cursor is None:
            break
    return users

"""`recado line`: the addresses that are connected to a channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.cli.unrouted import unrouted

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from recado.channels.models import LineRow
    from recado.installation import EnsuredLine

CLOUD_API = "cloud-api"
SECRET_NAMES: tuple[str, ...] = ("access_token", "app_secret", "verify_token")

name_option = click.option("--name", help="What people call the line.")
rate_option = click.option("--max-per-second", type=float, metavar="N", help="Messages a second on this line (80).")
settle_option = click.option(
    "--settle-ms",
    type=click.IntRange(0),
    metavar="MS",
    help="How long its assistant waits for a person's next message before it answers (0).",
)


@click.group()
def line() -> None:
    """Lines: the numbers that people write to."""


line.add_command(unrouted)


@line.group()
def add() -> None:
    """Connect a number. Makes what is missing: database, project, assistant."""


@add.command(
    "cloud-api",
    epilog="\b\nExample:\n  recado line add cloud-api --project clinica --brain rules --phone-number-id 123456 \\\n"
    "    --access-token EAAG... --app-secret 0a1b... --verify-token any-text\n\n"
    "Secrets are better given in the environment: RECADO_LINE_ACCESS_TOKEN, RECADO_LINE_APP_SECRET and "
    "RECADO_LINE_VERIFY_TOKEN.",
)
@click.option("--project", required=True, metavar="SLUG", help="Whose line; made if missing.")
@click.option("--brain", default="rules", show_default=True, help="Who decides the answers: rules or echo.")
@click.option("--assistant", metavar="SLUG", help="Who answers; made if missing. Default: called like the brain.")
@click.option("--phone-number-id", required=True, metavar="ID", help="Meta's id of the number.")
@click.option("--access-token", required=True, envvar="RECADO_LINE_ACCESS_TOKEN", help="Sends messages.")
@click.option("--app-secret", required=True, envvar="RECADO_LINE_APP_SECRET", help="Signs the webhooks.")
@click.option("--verify-token", required=True, envvar="RECADO_LINE_VERIFY_TOKEN", help="Any text; Meta asks it back.")
@rate_option
@name_option
@settle_option
@support.json_option
def cloud_api(
    project: str, brain: str, assistant: str | None, phone_number_id: str, access_token: str, app_secret: str,
    verify_token: str, max_per_second: float | None, name: str | None, settle_ms: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Connect a WhatsApp number by Meta's Cloud API.

    The same number again is brought up to date.
    """
    secrets = dict(zip(SECRET_NAMES, (access_token, app_secret, verify_token), strict=True))
    wanted = _Wanted(project, brain, assistant, phone_number_id, secrets, max_per_second, name, settle_ms)
    made = support.run(_add(wanted))
    if as_json:
        ids = {"line_id": made.line_id, "project_id": made.project_id, "assistant_id": made.assistant_id}
        support.emit({**ids, "created": made.created})
        return
    done = "connected" if made.created else "up to date"
    click.echo(f"Line {phone_number_id} is {done}: project {project}, id {made.line_id}.")
    click.echo("Its webhook is /webhooks/whatsapp on the address where Meta reaches this server.")


@line.command("list")
@click.option("--project", metavar="SLUG", help="Only of this project.")
@support.json_option
def list_(project: str | None, as_json: bool) -> None:
    """All lines. Secrets are not shown."""
    rows = support.run(_list(project))
    columns = ("address", "channel", "project", "assistant", "brain", "max_per_second", "settle", "name", "id")
    nothing = "There is no line yet. Connect one: recado line add cloud-api --help"
    # Not `settle_ms`: a table reads a column whose name ends so as a time of day.
    shown = rows if as_json else [{**row, "settle": f"{row['settle_ms']} ms"} for row in rows]
    support.show(shown, columns, as_json=as_json, nothing=nothing)


@line.command()
@click.option("--phone-number-id", "address", required=True, metavar="ID", help="Which line.")
@click.option("--brain", help="Change who decides the answers.")
@click.option("--access-token", help="A new token.")
@click.option("--app-secret", help="A new secret.")
@click.option("--verify-token", help="A new text.")
@rate_option
@name_option
@settle_option
def update(
    address: str, brain: str | None, access_token: str | None, app_secret: str | None, verify_token: str | None,
    max_per_second: float | None, name: str | None, settle_ms: int | None,
) -> None:  # fmt: skip
    """Change what is given; running processes take it up within seconds."""
    given = dict(zip(SECRET_NAMES, (access_token, app_secret, verify_token), strict=True))
    secrets = {secret: text for secret, text in given.items() if text is not None}
    support.run(_update(address, _Change(brain, secrets, max_per_second, name, settle_ms)))
    click.echo(f"Line {address} is up to date.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    project: str
    brain: str
    assistant: str | None
    address: str
    secrets: Mapping[str, str]
    max_per_second: float | None
    name: str | None
    settle_ms: int | None


@dataclass(frozen=True, slots=True)
class _Change:
    brain: str | None
    secrets: Mapping[str, str]
    max_per_second: float | None
    name: str | None
    settle_ms: int | None


async def _add(wanted: _Wanted) -> "EnsuredLine":
    from recado.brain.registry import builtin_brains
    from recado.channels.service import DEFAULT_MAX_PER_SECOND
    from recado.installation import NewLine, ensure_line
    from recado.kit.crypto import secret_box

    settings = support.settings()
    database = support.database_of(settings)
    rate = DEFAULT_MAX_PER_SECOND if wanted.max_per_second is None else wanted.max_per_second
    new = NewLine(CLOUD_API, wanted.address, wanted.secrets, rate, wanted.name)
    brains = builtin_brains().keys()
    try:
        made = await ensure_line(
            settings,
            database,
            secret_box(settings.secret_key, settings.data_dir),
            new,
            project=wanted.project,
            brain=wanted.brain,
            brains=brains,
            assistant=wanted.assistant,
        )
        if wanted.settle_ms is not None:
            async with database.project(made.project_id) as session:
                await _change_assistant(session, made.assistant_id, None, wanted.settle_ms)
    finally:
        await database.close()
    return made


async def _change_assistant(
    session: "AsyncSession", assistant_id: str, brain: str | None, settle_ms: int | None
) -> None:
    from recado.assistants.service import update_assistant
    from recado.brain.registry import builtin_brains

    await update_assistant(session, assistant_id, brains=builtin_brains().keys(), brain=brain, settle_ms=settle_ms)


async def _list(slug: str | None) -> list[dict[str, Any]]:
    from recado.assistants.service import get_assistant
    from recado.channels.service import list_lines
    from recado.projects.service import get_by_slug, list_projects

    async with support.open_database() as database, database.system(read_only=True) as session:
        if slug is not None:
            projects = [await get_by_slug(session, slug)]
        else:
            projects = await support.every(lambda cut: list_projects(session, cut))
        slugs = {project.id: project.slug for project in projects}
        found = await support.every(lambda cut: list_lines(session, cut))
        rows: list[dict[str, Any]] = []
        for row in found:
            if row.project_id in slugs:
                assistant = await get_assistant(session, row.assistant_id)
                about = {"assistant": assistant.slug, "brain": assistant.brain, "settle_ms": assistant.settle_ms}
                rows.append({**_json(row), "project": slugs[row.project_id], **about})
        return rows


async def _update(address: str, change: _Change) -> None:
    from recado.channels.service import find_line, update_line
    from recado.errors import NotFound
    from recado.kit.crypto import secret_box

    settings = support.settings()
    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            found = await find_line(session, CLOUD_API, address)
        if found is None:
            raise NotFound(f"There is no line {address!r}. Look: recado line list", code="line_not_found")
        async with database.project(found.project_id) as session:
            await update_line(
                session,
                secret_box(settings.secret_key, settings.data_dir),
                found.id,
                name=change.name,
                max_per_second=change.max_per_second,
                secrets=change.secrets,
            )
            if change.brain is not None or change.settle_ms is not None:
                await _change_assistant(session, found.assistant_id, change.brain, change.settle_ms)


def _json(row: "LineRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "address": row.address,
        "name": row.name,
        "max_per_second": row.max_per_second,
        "created_ms": row.created_ms,
    }

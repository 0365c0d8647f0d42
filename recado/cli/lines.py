"""`recado line`: the addresses that are connected to a channel."""

from typing import TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.cli.at_provider import block, blocked, check, templates, unblock
from recado.cli.unrouted import unrouted

if TYPE_CHECKING:
    from recado.channels.models import LineRow
    from recado.installation import Answering, EnsuredLine, NewLine

CLOUD_API = "cloud-api"
SECRET_NAMES: tuple[str, ...] = ("access_token", "app_secret", "verify_token")

name_option = click.option("--name", help="What people call the line.")
waba_option = click.option("--waba-id", metavar="ID", help="Meta's id of its WhatsApp business account.")
rate_option = click.option("--max-per-second", type=float, metavar="N", help="Messages a second on this line (80).")
settle_option = click.option(
    "--settle-ms",
    type=click.IntRange(0),
    metavar="MS",
    help="How long its assistant waits for a person's next message before it answers (0).",
)
shared_option = click.option(
    "--shared", is_flag=True, help="Also change an assistant that answers on other lines, for all of them."
)


@click.group()
def line() -> None:
    """Lines: the numbers that people write to."""


line.add_command(unrouted)
line.add_command(templates)
for command in (check, block, unblock, blocked):
    line.add_command(command)


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
@click.option("--brain", help="Who decides the answers: rules (of a new line, unless given) or echo.")
@click.option("--assistant", metavar="SLUG", help="Who answers; made if missing. Default: called like the brain.")
@shared_option
@click.option("--phone-number-id", required=True, metavar="ID", help="Meta's id of the number.")
@waba_option
@click.option("--access-token", required=True, envvar="RECADO_LINE_ACCESS_TOKEN", help="Sends messages.")
@click.option("--app-secret", required=True, envvar="RECADO_LINE_APP_SECRET", help="Signs the webhooks.")
@click.option("--verify-token", required=True, envvar="RECADO_LINE_VERIFY_TOKEN", help="Any text; Meta asks it back.")
@rate_option
@name_option
@settle_option
@support.json_option
def cloud_api(
    project: str, brain: str | None, assistant: str | None, shared: bool, phone_number_id: str, access_token: str,
    app_secret: str, verify_token: str, max_per_second: float | None, name: str | None, settle_ms: int | None,
    waba_id: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Connect a WhatsApp number by Meta's Cloud API.

    The same number again is brought up to date: what is given changes, the rest stays.
    """
    secrets = dict(zip(SECRET_NAMES, (access_token, app_secret, verify_token), strict=True))
    from recado.installation import Answering, NewLine

    new = NewLine(CLOUD_API, phone_number_id, secrets, max_per_second, name, waba_id)
    made = support.run(_add(project, new, Answering(brain, assistant, settle_ms, shared)))
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
    who = ("address", "display_number", "channel", "project")
    columns = (*who, "assistant", "brain", "max_per_second", "settle", "name", "id")
    nothing = "There is no line yet. Connect one: recado line add cloud-api --help"
    # Not `settle_ms`: a table reads a column whose name ends so as a time of day.
    shown = rows if as_json else [{**row, "settle": f"{row['settle_ms']} ms"} for row in rows]
    support.show(shown, columns, as_json=as_json, nothing=nothing)


@line.command()
@click.option("--phone-number-id", "address", required=True, metavar="ID", help="Which line.")
@click.option("--brain", help="Change who decides its assistant's answers.")
@click.option("--assistant", metavar="SLUG", help="Give the line to another assistant; made if missing.")
@shared_option
@waba_option
@click.option("--access-token", help="A new token.")
@click.option("--app-secret", help="A new secret.")
@click.option("--verify-token", help="A new text.")
@rate_option
@name_option
@settle_option
def update(
    address: str, brain: str | None, assistant: str | None, shared: bool, access_token: str | None,
    app_secret: str | None, verify_token: str | None, max_per_second: float | None, name: str | None,
    settle_ms: int | None, waba_id: str | None,
) -> None:  # fmt: skip
    """Change what is given; running processes take it up within seconds."""
    from recado.installation import Answering, NewLine

    given = dict(zip(SECRET_NAMES, (access_token, app_secret, verify_token), strict=True))
    secrets = {secret: text for secret, text in given.items() if text is not None}
    changed = NewLine(CLOUD_API, address, secrets, max_per_second, name, waba_id)
    support.run(_update(changed, Answering(brain, assistant, settle_ms, shared)))
    click.echo(f"Line {address} is up to date.")


async def _add(project: str, line: "NewLine", answering: "Answering") -> "EnsuredLine":
    from recado.brain.registry import builtin_brains
    from recado.installation import ensure_line
    from recado.keyring import open_box
    from recado.migrate import migrate

    settings = support.settings()
    database = support.database_of(settings)
    try:
        await migrate(settings)
        return await ensure_line(
            database,
            await open_box(settings, database),
            line,
            project=project,
            answering=answering,
            brains=builtin_brains().keys(),
        )
    finally:
        await database.close()


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


async def _update(line: "NewLine", answering: "Answering") -> None:
    from recado.brain.registry import builtin_brains
    from recado.installation import change_line
    from recado.keyring import open_box

    settings = support.settings()
    async with support.open_database() as database:
        await change_line(
            database,
            await open_box(settings, database),
            line,
            answering,
            brains=builtin_brains().keys(),
        )


def _json(row: "LineRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "address": row.address,
        "name": row.name,
        "display_number": row.display_number,
        "max_per_second": row.max_per_second,
        "waba_id": row.config.get("waba_id"),
        "created_ms": row.created_ms,
    }

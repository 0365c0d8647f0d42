"""`recado webhook`: where events go, what was delivered, and sending it again."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sqlalchemy.ext.asyncio import AsyncSession

project_option = click.option("--project", "project", required=True, metavar="SLUG", help="Whose webhooks.")
MAX_SHOWN = 200


@click.group()
def webhook() -> None:
    """Events that are posted to other systems."""


@webhook.command("list")
@project_option
@support.json_option
def list_(project: str, as_json: bool) -> None:
    """Where the project's events go."""
    rows = support.run(_list(project))
    columns = ("id", "url", "events", "active", "paused_ms", "failing_since_ms", "retry_ms")
    nothing = f"There is no webhook yet. Make one: recado webhook add --project {project} https://..."
    support.show(rows, columns, as_json=as_json, nothing=nothing)


@webhook.command()
@project_option
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="NAME",
    help="message.sent, message.* ... (docs/reference/events.md); all without it.",
)
@support.json_option
def add(project: str, url: str, events: tuple[str, ...], as_json: bool) -> None:
    """Post what happens from now on to URL. The secret that signs it is shown once, now.

    An address that is not public is refused, unless RECADO_WEBHOOK_NETWORKS allows its network.
    """
    made = support.run(_add(project, url, events or ("*",)))
    if as_json:
        support.emit(made)
    else:
        click.echo(made["secret"])
        click.echo(f"Webhook {made['id']} is there. Keep the secret now: it is stored encrypted.", err=True)


@webhook.command()
@project_option
@click.argument("webhook_id", type=support.ID, metavar="ID")
@click.option("--state", type=click.Choice(["queued", "delivered", "dead"]), help="Only these.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, MAX_SHOWN), help="The newest.")
@support.json_option
def deliveries(project: str, webhook_id: str, state: str | None, limit: int, as_json: bool) -> None:
    """What was posted to a webhook, the newest first."""
    rows = support.run(_deliveries(project, webhook_id, state, limit))
    columns = ("id", "event", "state", "attempts", "status", "error", "created_ms")
    support.show(rows, columns, as_json=as_json, nothing="Nothing was posted yet.")


@webhook.command()
@project_option
@click.argument("webhook_id", type=support.ID, metavar="ID")
@click.option("--delivery", type=support.ID, metavar="ID", help="One delivery, instead of a range.")
@click.option(
    "--after", type=support.ID, metavar="EVENT", help="What happened after this event; else all that is kept."
)
@click.option("--until", type=support.ID, metavar="EVENT", help="Up to this event; else up to now.")
def replay(project: str, webhook_id: str, delivery: str | None, after: str | None, until: str | None) -> None:
    """Post events to a webhook again, each with its own id, also what was never posted to it."""
    queued, since = support.run(_replay(project, webhook_id, delivery, after, until))
    click.echo(f"{queued} will be posted.")
    if since is not None:
        click.echo(f"Events of messages are kept since {since}: of earlier ones some may be missing.")


@asynccontextmanager
async def _session(slug: str, *, read_only: bool = False) -> "AsyncGenerator[AsyncSession]":
    from recado.projects.service import get_by_slug

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            project = await get_by_slug(session, slug)
        async with database.project(project.id, read_only=read_only) as session:
            yield session


async def _list(slug: str) -> list[dict[str, Any]]:
    import json

    from recado.webhooks.service import list_endpoints

    async with _session(slug, read_only=True) as session:
        return [
            {
                "id": row.id,
                "url": row.url,
                "events": " ".join(json.loads(row.events)),
                "active": row.active,
                "paused_ms": row.paused_ms,
                "failing_since_ms": row.failing_since_ms,
                "retry_ms": row.retry_ms,
            }
            for row in await support.every(lambda cut: list_endpoints(session, cut))
        ]


async def _add(slug: str, url: str, events: tuple[str, ...]) -> dict[str, Any]:
    from recado.keyring import open_box
    from recado.kit.destinations import Destinations
    from recado.webhooks.service import add_endpoint

    settings = support.settings()
    async with support.open_database() as database:
        box = await open_box(settings, database)
    async with _session(slug) as session:
        endpoint, secret = await add_endpoint(session, box, Destinations(settings.webhook_networks), url, events)
        return {"id": endpoint.id, "url": endpoint.url, "secret": secret}


async def _deliveries(slug: str, webhook_id: str, state: str | None, limit: int) -> list[dict[str, Any]]:
    import json

    from recado.kit.pages import Cut
    from recado.webhooks.service import list_deliveries

    async with _session(slug, read_only=True) as session:
        page = await list_deliveries(session, webhook_id, Cut(limit=limit), state=state)
    shown: list[dict[str, Any]] = []
    for row in page.items:
        last: dict[str, Any] = json.loads(row.log)[-1] if row.attempts else {}
        shown.append(
            {
                "id": row.id,
                "event_id": row.event_id,
                "event": row.event,
                "state": row.state,
                "attempts": row.attempts,
                "status": last.get("status"),
                "error": last.get("error"),
                "took_ms": last.get("took_ms"),
                "created_ms": row.created_ms,
            }
        )
    return shown


async def _replay(
    slug: str, webhook_id: str, delivery: str | None, after: str | None, until: str | None
) -> tuple[int, str | None]:
    """How many are queued and, of a range, since when there are all events."""
    from recado.errors import BadInput
    from recado.kit.clock import from_ms
    from recado.webhooks import service

    if delivery is not None and (after or until):
        raise BadInput("Give --delivery, or --after and --until, not both")
    async with _session(slug) as session:
        if delivery is None:
            queued = await service.replay_range(session, webhook_id, after, until)
            since_ms = await service.kept_since(session, webhook_id)
            return queued, None if since_ms is None else from_ms(since_ms).isoformat(timespec="seconds")
        await service.replay(session, delivery)
        return 1, None

"""Endpoints of other systems."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.doctor.findings import Finding, ok, warn
from recado.doctor.keys import box_of
from recado.kit.clock import from_ms
from recado.projects.models import Project
from recado.settings import Settings
from recado.webhooks.troubles import find_troubles

MAX_WEBHOOKS_TOLD = 20
# What is the case and what to do about it.
WEBHOOK_TROUBLES: dict[str, tuple[str, str]] = {
    "secret_unreadable": (
        "{project}, {host}: its secret cannot be read, so nothing is posted ({waiting} wait)",
        "Add the old key to RECADO_SECRET_KEY (after a comma), or give it a new secret: PATCH /api/v1/webhooks/{id}",
    ),
    "address_not_allowed": (
        "{project}, {host}: it is no public address, so nothing is posted ({waiting} wait)",
        "Allow its network, if it is yours: RECADO_WEBHOOK_NETWORKS=10.0.0.0/8; else give it a public address",
    ),
    "paused": (
        "{project}, {host}: it failed for a whole day and gets nothing since {since}",
        (
            'Mend the receiver, then PATCH /api/v1/webhooks/{id} {{"active": true}} and '
            "recado webhook replay --project {project} {id}"
        ),
    ),
    "failing": (
        "{project}, {host}: it has taken nothing since {since} ({waiting} wait)",
        "recado webhook deliveries --project {project} {id} shows what it answers; after a day it is paused",
    ),
    "off_with_deliveries": (
        "{project}, {host}: it is switched off, and {waiting} wait",
        'If it should get them: PATCH /api/v1/webhooks/{id} {{"active": true}}',
    ),
}


async def webhooks_out(session: AsyncSession, settings: Settings) -> list[Finding]:
    """Endpoints of other systems that do not get what they should."""
    troubles = await find_troubles(session, box_of(settings), settings.webhook_networks)
    slugs: dict[str, str] = {project.id: project.slug for project in await session.scalars(select(Project))}
    found: list[Finding] = []
    for one in troubles[:MAX_WEBHOOKS_TOLD]:
        says, cure = WEBHOOK_TROUBLES[one.what]
        project, since = slugs.get(one.project_id, "?"), _moment(one.since_ms)
        known = {"id": one.endpoint_id, "host": one.host, "project": project, "since": since, "waiting": one.waiting}
        found.append(warn("webhooks out", says.format(**known), cure.format(**known)))
    if len(troubles) > MAX_WEBHOOKS_TOLD:
        more = len(troubles) - MAX_WEBHOOKS_TOLD
        found.append(warn("webhooks out", f"{more} more", "recado webhook list --project SLUG shows them"))
    return found or [ok("webhooks out", "every webhook can be posted")]


def _moment(at_ms: int | None) -> str:
    return "?" if at_ms is None else f"{from_ms(at_ms):%Y-%m-%d %H:%M} UTC"

"""What keeps webhooks from arriving, for people who look after an installation."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms
from recado.errors import RecadoError
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Networks, leads_inwards
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint

# A receiver that was started anew is back by then.
FAILING_MS = 30 * 60_000
# So many endpoints are looked at; an installation with more has other tools.
MAX_LOOKED_AT = 1_000

What = Literal["secret_unreadable", "address_not_allowed", "paused", "failing", "off_with_deliveries"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One endpoint and what is wrong with it. `since_ms` is when that began, where it is known."""

    endpoint_id: str
    project_id: str
    host: str
    what: What
    since_ms: int | None = None
    waiting: int = 0


async def find_troubles(session: AsyncSession, box: SecretBox | None, networks: Networks) -> list[Trouble]:
    """Of all projects' endpoints, in their order. Needs a system session. Without a `box` no secret is tried."""
    now_ms = await database_now_ms(session)
    found: list[Trouble] = []
    rows = await session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id).limit(MAX_LOOKED_AT))
    for row in rows:
        what = _wrong(row, box, networks, now_ms)
        if what is None:
            continue
        since_ms = row.paused_ms if what == "paused" else row.failing_since_ms
        found.append(Trouble(row.id, row.project_id, host_of(row.url), what, since_ms, await _waiting(session, row.id)))
    return [one for one in found if one.what != "off_with_deliveries" or one.waiting]


def _wrong(row: WebhookEndpoint, box: SecretBox | None, networks: Networks, now_ms: int) -> What | None:
    if not row.active:
        return "off_with_deliveries"
    if box is not None and not _readable(row, box):
        return "secret_unreadable"
    if leads_inwards(row.url, networks):
        return "address_not_allowed"
    if row.paused_ms is not None:
        return "paused"
    failing = row.failing_since_ms is not None and row.failing_since_ms < now_ms - FAILING_MS
    return "failing" if failing else None


def _readable(row: WebhookEndpoint, box: SecretBox) -> bool:
    try:
        box.decrypt(row.secret, row.id)
    except RecadoError:
        return False
    return True


async def _waiting(session: AsyncSession, endpoint_id: str) -> int:
    queued = WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == "queued"
    return await session.scalar(select(func.count(WebhookDelivery.id)).where(*queued)) or 0


def host_of(url: str) -> str:
    """What may be shown of an address: its path and what follows may hold a token."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return "?"

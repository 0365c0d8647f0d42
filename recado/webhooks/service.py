"""Webhooks: where events go, the deliveries that are made of them, and replaying. Nothing here commits.

What is promised: every event that an endpoint takes is posted at least once and tried for a day; the `id` in the body
is the event's, the same at every attempt, so that a receiver can leave out what it has. They are sent in order, one at
a time for an endpoint; one that failed comes later, behind others. An endpoint whose tries fail gets one now and then
until it takes one; whoever changes it or replays something has it tried at once.
"""

import contextlib
import json
import re
from collections.abc import Collection, Mapping, Sequence, Set
from types import MappingProxyType

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms, json_text
from recado.errors import BadInput, Conflict, NotFound
from recado.events.audiences import attend, noted_since
from recado.events.catalogue import PAGE, is_known, nearest
from recado.events.service import (
    Event,
    event_at,
    events_between,
    last_position,
    name_matches,
    record,
)
from recado.kit import now_ms
from recado.kit.crypto import SecretBox, new_token
from recado.kit.destinations import Destinations
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookPosition

# How long an event is tried: long enough for a receiver that breaks at night, with people who mend it in the morning.
TRY_FOR_MS = 24 * 3_600_000
# Of one project; each event makes a row for each of them.
MAX_ENDPOINTS = 20
# Events that are handed to endpoints in one commit.
MAX_HANDED = 500
# Of one replay: more is asked for in parts.
MAX_REPLAYED = 5_000
# What an endpoint takes: an event, all that begin with a word, or all. Nothing else would ever fit.
EVENT_NAME = r"^(\*|[a-z_]{1,60}(\.[a-z_]{1,60})*|[a-z_]{1,60}\.\*)$"
MAX_NAME, MAX_NAMES = 64, 50
# How long the log is kept.
KEEP_MS = 30 * 24 * 3_600_000
PRUNE_ROWS = 1_000
PAUSED = "webhook.paused"
# Locks of an endpoint (PostgreSQL's FOR KEY SHARE and FOR UPDATE). Who makes rows for it only wants it to stay; who
# writes it takes FOR NO KEY UPDATE; so they do not wait for each other, and whoever removes it waits for both.
STAYS: Mapping[str, bool] = MappingProxyType({"read": True, "key_share": True})
REMOVED: Mapping[str, bool] = MappingProxyType({"read": False, "key_share": False})
# Endpoints that are given what happens.
_AWAKE = (WebhookEndpoint.active, WebhookEndpoint.paused_ms.is_(None))


# --- endpoints ----------------------------------------------------------------------------------------


async def add_endpoint(
    session: AsyncSession,
    box: SecretBox,
    destinations: Destinations,
    url: str,
    events: Sequence[str],
    secret: str | None = None,
) -> tuple[WebhookEndpoint, str]:
    """An endpoint that takes what happens from now on, and its secret.

    Raises `BadInput` (`bad_url`, `address_not_allowed`, `bad_event_name`, `unknown_event`), `Conflict`
    (`too_many_endpoints`).
    """
    _check_names(events)
    if len((await session.scalars(select(WebhookEndpoint.id))).all()) >= MAX_ENDPOINTS:
        raise Conflict(f"A project has at most {MAX_ENDPOINTS} webhook endpoints", code="too_many_endpoints")
    secret = secret or new_token("whsec")
    endpoint = WebhookEndpoint(
        url=destinations.check(url),
        secret="",
        events=json_text(list(events)),
        after_position=await last_position(session),
    )
    session.add(endpoint)
    await session.flush()
    await attend(session, [endpoint.project_id])
    endpoint.secret = box.encrypt(secret, endpoint.id)
    await session.flush()
    return endpoint, secret


async def sealed_secrets(session: AsyncSession) -> list[str]:
    """The endpoints' secrets, encrypted as they are."""
    return list(await session.scalars(select(WebhookEndpoint.secret)))


async def renew_secrets(session: AsyncSession, box: SecretBox, *, lost: bool = False) -> int:
    """Encrypt the endpoints' secrets with the box's first key; how many that changed.

    Raises `RecadoError` (`secret_unreadable`) if one fits no key; with `lost` it is given up (`SecretBox.renew`).
    """
    changed = 0
    for endpoint in await session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id).with_for_update()):
        renewed = box.renew(endpoint.secret, endpoint.id, lost=lost)
        if renewed != endpoint.secret:
            endpoint.secret = renewed
            changed += 1
    await session.flush()
    return changed


async def change_endpoint(
    session: AsyncSession,
    box: SecretBox,
    destinations: Destinations,
    endpoint_id: str,
    *,
    url: str | None = None,
    events: Sequence[str] | None = None,
    active: bool | None = None,
    secret: str | None = None,
) -> WebhookEndpoint:
    """Change what is given. Switched on again, it takes what happens from then on; replay what it missed.

    Raises `NotFound` (`webhook_not_found`), `BadInput` (`bad_url`, `address_not_allowed`, `bad_event_name`,
    `unknown_event`).
    """
    endpoint = await get_endpoint(session, endpoint_id)
    if url is not None:
        endpoint.url = destinations.check(url)
    if events is not None:
        _check_names(events, had=json.loads(endpoint.events))
        endpoint.events = json_text(list(events))
    if secret is not None:
        endpoint.secret = box.encrypt(secret, endpoint.id)
    if url is not None or secret is not None or active:
        await _end_rest(session, endpoint)
    if active is not None:
        if active and (not endpoint.active or endpoint.paused_ms is not None):
            endpoint.after_position = await last_position(session)
            endpoint.failing_since_ms, endpoint.failures = None, 0
            await attend(session, [endpoint.project_id])
        endpoint.active = active
        endpoint.paused_ms = None
    await session.flush()
    return endpoint


def _check_names(names: Sequence[str], had: Collection[str] = ()) -> None:
    """What an endpoint has had may stay: whoever sends all of it back changes something else."""
    fit = all(len(name) <= MAX_NAME and re.fullmatch(EVENT_NAME, name) for name in names)
    if not fit or not 1 <= len(names) <= MAX_NAMES:
        says = f"Give 1 to {MAX_NAMES} names of events: message.sent, message.* for all that begin so, or * for all"
        raise BadInput(says, code="bad_event_name")
    for name in names:
        if name not in had and not is_known(name):  # it would never fire
            near = ", ".join(nearest(name))
            meant = f" Did you mean {near}?" if near else ""
            raise BadInput(f"There is no event {name}.{meant} All of them: {PAGE}", code="unknown_event")


async def remove_endpoint(session: AsyncSession, endpoint_id: str) -> None:
    """Take an endpoint away with its log. Raises `NotFound` (`webhook_not_found`)."""
    # Locked before its log goes: what is being handed to it meanwhile goes, too.
    endpoint = await get_endpoint(session, endpoint_id, REMOVED)
    await session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == endpoint.id))
    await session.delete(endpoint)


async def get_endpoint(
    session: AsyncSession, endpoint_id: str, lock: Mapping[str, bool] | None = None
) -> WebhookEndpoint:
    """One endpoint. Raises `NotFound` (`webhook_not_found`)."""
    endpoint = await session.get(WebhookEndpoint, endpoint_id, with_for_update=None if lock is None else dict(lock))
    if endpoint is None:
        raise NotFound("There is no such webhook endpoint", code="webhook_not_found")
    return endpoint


async def list_endpoints(
    session: AsyncSession, cut: Cut = FIRST, span: Span = ALWAYS, *, active: bool | None = None
) -> Page[WebhookEndpoint]:
    """The project's endpoints, oldest first."""
    statement = select(WebhookEndpoint).where(*span.of(WebhookEndpoint.created_ms))
    if active is not None:
        statement = statement.where(WebhookEndpoint.active.is_(active))
    return await read_page(session, statement, WebhookEndpoint, cut)


# --- handing out --------------------------------------------------------------------------------------


async def hand_out(session: AsyncSession) -> int:
    """Make deliveries of the next events, in order; how many events were looked at. Needs a system session.

    Whoever does it holds the one row of positions until its commit: each endpoint gets each event in one row.
    """
    place = await _place(session)
    # Read before the endpoints: one that is added later than that read takes what comes after it.
    until = await last_position(session)
    endpoints = (await session.scalars(select(WebhookEndpoint).where(*_AWAKE))).all()
    if not endpoints:
        return 0
    # What happened before all of them were there is of no interest.
    after = max(place.position, min(endpoint.after_position for endpoint in endpoints))
    events = await events_between(session, after, until, MAX_HANDED)
    if not events:
        return 0
    # A lock is a write: only those are locked that get something, several times a second.
    if taking := {endpoint.id for endpoint, _ in _taken(endpoints, events)}:
        held = await _held(session, taking)
        due_ms = await database_now_ms(session)
        session.add_all([_delivery(endpoint, event, due_ms) for endpoint, event in _taken(held, events)])
    place.position = events[-1].position or after
    await session.flush()
    return len(events)


async def _held(session: AsyncSession, ids: Set[str]) -> Sequence[WebhookEndpoint]:
    """Those of the endpoints that are still there and awake, as they are now; they stay until the commit."""
    still = select(WebhookEndpoint).where(WebhookEndpoint.id.in_(ids), *_AWAKE).order_by(WebhookEndpoint.id)
    locked = still.with_for_update(read=STAYS["read"], key_share=STAYS["key_share"]).execution_options(
        populate_existing=True
    )
    return (await session.scalars(locked)).all()


def _taken(endpoints: Sequence[WebhookEndpoint], events: Sequence[Event]) -> list[tuple[WebhookEndpoint, Event]]:
    """Who takes which event, in the order of the events."""
    of_project: dict[str, list[tuple[WebhookEndpoint, frozenset[str]]]] = {}
    for endpoint in endpoints:
        of_project.setdefault(endpoint.project_id, []).append((endpoint, _names(endpoint)))
    return [
        (endpoint, event)
        for event in events
        for endpoint, names in of_project.get(event.project_id, ())
        if name_matches(event.name, names) and (event.position or 0) > endpoint.after_position
    ]


async def _place(session: AsyncSession) -> WebhookPosition:
    """Up to where events were handed out; locked until the commit."""
    held = select(WebhookPosition).with_for_update()
    place = (await session.scalars(held)).first()
    if place is None:  # the first time
        with contextlib.suppress(IntegrityError):  # another process was faster
            async with session.begin_nested():
                session.add(WebhookPosition(id=1, position=0))
                await session.flush()
        place = (await session.scalars(held)).one()
    return place


def _names(endpoint: WebhookEndpoint) -> frozenset[str]:
    return frozenset(json.loads(endpoint.events))


def _delivery(endpoint: WebhookEndpoint, event: Event, due_ms: int) -> WebhookDelivery:
    return WebhookDelivery(
        project_id=endpoint.project_id,
        endpoint_id=endpoint.id,
        event_id=event.id,
        event=event.name,
        position=event.position,
        due_ms=due_ms,
        until_ms=due_ms + TRY_FOR_MS,
    )


# --- the log ------------------------------------------------------------------------------------------


async def list_deliveries(
    session: AsyncSession, endpoint_id: str, cut: Cut = FIRST, *, state: str | None = None, span: Span = ALWAYS
) -> Page[WebhookDelivery]:
    """What was and will be sent to an endpoint, newest first. Raises `NotFound` (`webhook_not_found`)."""
    await get_endpoint(session, endpoint_id)
    statement = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint_id, *span.of(WebhookDelivery.created_ms)
    )
    if state is not None:
        statement = statement.where(WebhookDelivery.state == state)
    return await read_page(session, statement, WebhookDelivery, cut, newest_first=True)


async def get_delivery(session: AsyncSession, delivery_id: str) -> WebhookDelivery:
    """One delivery. Raises `NotFound` (`delivery_not_found`)."""
    delivery = await session.get(WebhookDelivery, delivery_id)
    if delivery is None:
        raise NotFound("There is no such delivery", code="delivery_not_found")
    return delivery


async def replay(session: AsyncSession, delivery_id: str) -> WebhookDelivery:
    """Send an event to its endpoint again, with the same id. Raises `NotFound`, `Conflict` (`webhook_inactive`)."""
    delivery = await get_delivery(session, delivery_id)
    endpoint = await get_endpoint(session, delivery.endpoint_id)
    _refuse_inactive(endpoint)
    await _end_rest(session, endpoint)
    await _again(session, [delivery.id])
    await session.refresh(delivery)
    return delivery


async def replay_range(session: AsyncSession, endpoint_id: str, after_id: str | None, until_id: str | None) -> int:
    """Send an endpoint what happened after one event and up to another, also what it was never sent; how many.

    Raises `NotFound` (`webhook_not_found`, `event_not_found`), `Conflict` (`webhook_inactive`), `BadInput`
    (`replay_too_long`).
    """
    endpoint = await get_endpoint(session, endpoint_id, STAYS)
    _refuse_inactive(endpoint)
    after = 0 if after_id is None else await event_at(session, after_id)
    until = await last_position(session) if until_id is None else await event_at(session, until_id)
    events = await events_between(session, after, until, MAX_REPLAYED + 1, _names(endpoint))
    if len(events) > MAX_REPLAYED:
        raise BadInput(f"A replay has at most {MAX_REPLAYED} events: ask in parts", code="replay_too_long")
    await _end_rest(session, endpoint)
    # What has a position above the handed-out one is on its way by itself. Locked before looking: what is being handed
    # out meanwhile is known then.
    handed = max((await _place(session)).position, endpoint.after_position)
    mine = select(WebhookDelivery.event_id, WebhookDelivery.id).where(
        WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.position > after, WebhookDelivery.position <= until
    )
    known = {row[0]: row[1] for row in await session.execute(mine)}
    await _again(session, [known[event.id] for event in events if event.id in known])
    due_ms = await database_now_ms(session)
    fresh = [event for event in events if event.id not in known and (event.position or 0) <= handed]
    session.add_all([_delivery(endpoint, event, due_ms) for event in fresh])
    await session.flush()
    return len(events)


async def kept_since(session: AsyncSession, endpoint_id: str) -> int | None:
    """Since when (ms) the events of messages are kept that this endpoint may be sent; None if they are not."""
    return await noted_since(session, (await get_endpoint(session, endpoint_id)).project_id)


async def _end_rest(session: AsyncSession, endpoint: WebhookEndpoint) -> None:
    """Somebody wants to see it tried. Before its deliveries are touched: in that order they are locked."""
    # Written whatever was read: a try that failed meanwhile may have let it rest.
    await session.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint.id).values(retry_ms=None))


async def _again(session: AsyncSession, ids: Sequence[str]) -> None:
    at_ms = await database_now_ms(session)
    again = {"state": "queued", "due_ms": at_ms, "until_ms": at_ms + TRY_FOR_MS, "attempts": 0, "done_ms": None}
    for start in range(0, len(ids), PRUNE_ROWS):
        await session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id.in_(ids[start : start + PRUNE_ROWS]))
            .values(again)
            .execution_options(synchronize_session=False)
        )


def _refuse_inactive(endpoint: WebhookEndpoint) -> None:
    if not endpoint.active or endpoint.paused_ms is not None:
        raise Conflict("This endpoint is switched off or paused: switch it on first", code="webhook_inactive")


async def pause(session: AsyncSession, endpoint: WebhookEndpoint) -> None:
    """Send nothing more to an endpoint that failed for a whole day, and say so. A project's session."""
    endpoint.paused_ms = now_ms()
    await record(session, PAUSED, {"webhook_id": endpoint.id, "failing_since_ms": endpoint.failing_since_ms})


async def keep_listening(session: AsyncSession) -> None:
    """The endpoints are still there. Needs a system session."""
    awake = select(WebhookEndpoint.project_id).where(WebhookEndpoint.active, WebhookEndpoint.paused_ms.is_(None))
    await attend(session, sorted(set(await session.scalars(awake))))


async def prune(session: AsyncSession) -> int:
    """Forget a part of what was done long ago; how many. Needs a system session."""
    before_ms = await database_now_ms(session) - KEEP_MS
    old = select(WebhookDelivery.id).where(WebhookDelivery.done_ms < before_ms).limit(PRUNE_ROWS)
    ids = (await session.scalars(old)).all()
    if ids:
        await session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(ids)))
    return len(ids)

"""Webhooks: where events go, what was delivered, and sending it again."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Admin
from recado.kit.clock import from_ms
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Destinations
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan
from recado.webhooks import service
from recado.webhooks.models import WebhookDelivery
from recado.webhooks.schemas import (
    Attempt,
    ChangedEndpoint,
    CreatedEndpoint,
    DeliveryOut,
    EndpointOut,
    NewEndpoint,
    Replay,
    Replayed,
)

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=TaggedRoute)

May = Annotated[Destinations, Depends(part(Destinations))]
Box = Annotated[SecretBox, Depends(part(SecretBox))]
IsActive = Annotated[bool | None, Query(description="Only those that are switched on, or off.")]
State = Annotated[Literal["queued", "delivered", "dead"] | None, Query(description="Only deliveries in this state.")]


@router.get("")
async def list_webhooks(caller: Admin, cut: PageCut, span: QuerySpan, active: IsActive = None) -> PageOf[EndpointOut]:
    """Where the project's events go, oldest first."""
    async with caller.reading() as session:
        return PageOf[EndpointOut].model_validate(await service.list_endpoints(session, cut, span, active=active))


@router.post("", status_code=201)
async def create_webhook(new: NewEndpoint, caller: Admin, box: Box, destinations: May) -> CreatedEndpoint:
    """Post what happens from now on to an address. The secret is in this answer and nowhere else.

    An address that is not public is refused (`address_not_allowed`), unless RECADO_WEBHOOK_NETWORKS allows its network.
    """
    async with caller.writing() as session:
        endpoint, secret = await service.add_endpoint(session, box, destinations, new.url, new.events, new.secret)
    return CreatedEndpoint(endpoint=EndpointOut.model_validate(endpoint), secret=secret)


@router.get("/{webhook_id}")
async def get_webhook(webhook_id: PathId, caller: Admin) -> EndpointOut:
    """One endpoint."""
    async with caller.reading() as session:
        return EndpointOut.model_validate(await service.get_endpoint(session, webhook_id))


@router.patch("/{webhook_id}")
async def change_webhook(
    webhook_id: PathId, changed: ChangedEndpoint, caller: Admin, box: Box, destinations: May, match: IfMatch
) -> EndpointOut:
    """Change what is given. Switched on again, it takes what happens from then on: replay what it missed."""
    async with caller.writing() as session:
        await _check(session, match, webhook_id)
        endpoint = await service.change_endpoint(
            session,
            box,
            destinations,
            webhook_id,
            url=changed.url,
            events=changed.events,
            active=changed.active,
            secret=changed.secret,
        )
    return EndpointOut.model_validate(endpoint)


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: PathId, caller: Admin, match: IfMatch) -> None:
    """Take an endpoint away, with its log."""
    async with caller.writing() as session:
        await _check(session, match, webhook_id)
        await service.remove_endpoint(session, webhook_id)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: PathId, caller: Admin, cut: PageCut, span: QuerySpan, state: State = None
) -> PageOf[DeliveryOut]:
    """What was and will be posted to an endpoint, newest first; kept for 30 days."""
    async with caller.reading() as session:
        endpoint = await service.get_endpoint(session, webhook_id)
        page = await service.list_deliveries(session, webhook_id, cut, state=state, span=span)
    rests_ms = endpoint.retry_ms or 0
    return PageOf(items=[delivery_out(row, rests_ms) for row in page.items], next_cursor=page.next_cursor)


@router.post("/{webhook_id}/replay")
async def replay_events(webhook_id: PathId, range_: Replay, caller: Admin) -> Replayed:
    """Post the events after one and up to another again, each with its own id, also what was never posted.

    Of what happened before `kept_since` the events of messages may be missing.
    """
    async with caller.writing() as session:
        queued = await service.replay_range(session, webhook_id, range_.after_event_id, range_.until_event_id)
        since_ms = await service.kept_since(session, webhook_id)
    return Replayed.model_validate({"queued": queued, "kept_since": since_ms})


@router.post("/deliveries/{delivery_id}/replay")
async def replay_delivery(delivery_id: PathId, caller: Admin) -> DeliveryOut:
    """Post one event again."""
    async with caller.writing() as session:
        return delivery_out(await service.replay(session, delivery_id))


async def _check(session: AsyncSession, match: IfMatch, webhook_id: str) -> None:
    row = await service.get_endpoint(session, webhook_id)
    await match.check(session, row, lambda: EndpointOut.model_validate(row))


def delivery_out(row: WebhookDelivery, rests_ms: int = 0) -> DeliveryOut:
    """A delivery as people read it; its endpoint rests until `rests_ms`."""
    return DeliveryOut(
        id=row.id,
        endpoint_id=row.endpoint_id,
        event_id=row.event_id,
        event=row.event,
        state=row.state,
        attempts=row.attempts,
        next_try_at=from_ms(max(row.due_ms, rests_ms)) if row.state == "queued" else None,
        log=[Attempt.model_validate(attempt) for attempt in json.loads(row.log)],
        created_at=from_ms(row.created_ms),
    )

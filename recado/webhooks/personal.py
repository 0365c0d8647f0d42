"""What this room holds of a person: the deliveries of events of their conversations."""

from sqlalchemy import ColumnElement, select

from recado.events.models import Event
from recado.events.personal import of_person
from recado.personal import Aging, rows_of
from recado.webhooks.models import WebhookDelivery

HOLDINGS = (
    rows_of(WebhookDelivery, lambda person: WebhookDelivery.event_id.in_(select(Event.id).where(of_person(person)))),
)

AGINGS = (Aging("logs", WebhookDelivery, lambda: WebhookDelivery.state != "queued"),)


def owed(event_id: ColumnElement[str]) -> ColumnElement[bool]:
    """True for an event that some endpoint is still to get."""
    return event_id.in_(select(WebhookDelivery.event_id).where(WebhookDelivery.state == "queued"))

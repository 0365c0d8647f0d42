"""What this room holds of a person: what happened in their conversations, by ids."""

import json
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, or_

from recado.events.models import Event
from recado.personal import Aging, Person, Record, rows_of


def of_person(person: Person) -> ColumnElement[bool]:
    """True for events of a person's conversations, and those that name one of their contacts."""
    named = or_(*(Event.data.contains(contact_id, autoescape=True) for contact_id in person.contact_ids))
    return or_(Event.conversation_id.in_(person.conversation_ids), and_(Event.conversation_id.is_(None), named))


def _event(row: Event) -> Record:
    return {
        "id": row.id,
        "name": row.name,
        "conversation_id": row.conversation_id,
        "data": json.loads(row.data),
        "created_ms": row.created_ms,
    }


HOLDINGS = (rows_of(Event, of_person, name="events", record=_event),)


def agings(is_owed: Callable[[ColumnElement[str]], ColumnElement[bool]]) -> tuple[Aging, ...]:
    """Events that may go by age. `is_owed` is true for the id of one that somebody is still to get."""
    return (Aging("logs", Event, lambda: Event.position.is_not(None) & ~is_owed(Event.id.expression)),)

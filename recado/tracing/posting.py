"""Webhooks out as parts of the traces of what they tell: each try is a span, and the receiver is told which one.

https://www.w3.org/TR/trace-context-2/#traceparent-header
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recado.db import Database
from recado.kit.ids import is_id
from recado.tracing.noting import Notes
from recado.tracing.placing import Which, find_places
from recado.tracing.spans import (
    RECEIVE,
    ByOurId,
    OfFile,
    Place,
    Span,
    Value,
    is_kept,
    now_ns,
    out_key,
    send_key,
    span_of,
    trace_of,
)

# What came in; every other event that names a message is about one that goes out.
RECEIVED = "message.received"
# Sampled, and of random bits.
_SAMPLED, _RANDOM = 1, 2


@dataclass(frozen=True, slots=True)
class Told:
    """An event on its way to somebody: the delivery's id, the event's name and data."""

    delivery_id: str
    event: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Followed:
    """A delivery whose event belongs to a trace: that of `message_id` (or of a job), after the span `parent`."""

    told: Told
    message_id: str
    parent: str | None
    share: float

    def key(self, attempt: int) -> str:
        return f"webhook:{self.told.delivery_id}:{attempt}"

    def headers(self, attempt: int) -> dict[str, str]:
        """What tells the receiver of a try where it belongs."""
        trace = trace_of(self.message_id)
        flags = _RANDOM | (_SAMPLED if is_kept(trace, self.share) else 0)
        return {"traceparent": f"00-{trace:032x}-{span_of(trace, self.key(attempt)):016x}-{flags:02x}"}


class TracedPosts:
    """Notes what became of each try. `share` of the traces are kept."""

    def __init__(self, database: Database, notes: Notes, share: float) -> None:
        self._database = database
        self._notes = notes
        self._share = share

    async def follow(self, told: Mapping[str, Told]) -> dict[str, Followed]:
        """Those deliveries (by their ids) whose events belong to a trace."""
        asked = {delivery_id: which for delivery_id, one in told.items() if (which := _which(one)) is not None}
        places = await find_places(self._database, set(asked.values())) if asked else {}
        found: dict[str, Followed] = {}
        for delivery_id, one in told.items():
            which = asked.get(delivery_id)
            place = _direct(one) if which is None else _placed(which, places)
            if place is not None:
                found[delivery_id] = Followed(one, *place, self._share)
        return found

    def note(self, followed: Followed, attempt: int, began_ns: int, status: int | None, error: str | None) -> None:
        """A try has ended: with a status, or with what went wrong."""
        told = followed.told
        about: dict[str, Value] = {"recado.event": told.event, "recado.webhook.attempt": attempt}
        if status is not None:
            about["http.response.status_code"] = status
        failed = error or (None if status is not None and 200 <= status < 300 else f"http_{status}")
        key = followed.key(attempt)
        self._notes.add(
            Span(
                *(followed.message_id, "webhook", key, followed.parent, began_ns, now_ns(), about, failed),
                outside=True,
            )
        )


def _which(told: Told) -> Which | None:
    """Whom the database must be asked about."""
    message_id, media_id = _id(told, "message_id"), _id(told, "media_id")
    if message_id is not None and told.event != RECEIVED:
        return ByOurId(message_id)
    return OfFile(media_id) if media_id is not None else None


def _direct(told: Told) -> tuple[str, str | None] | None:
    """(message or job, parent) that the event itself names."""
    message_id, job_id = _id(told, "message_id"), _id(told, "job_id")
    if message_id is not None:
        return message_id, RECEIVE
    return (job_id, None) if job_id is not None else None


def _id(told: Told, name: str) -> str | None:
    value = told.data.get(name)
    return value if isinstance(value, str) and is_id(value) else None


def _placed(which: Which, places: Mapping[Which, Place]) -> tuple[str, str | None] | None:
    place = places.get(which)
    if place is None:
        return None
    if isinstance(which, OfFile):
        return place.message_id, RECEIVE
    return place.message_id, send_key(place.id, place.attempts) if place.attempts else out_key(place.id)

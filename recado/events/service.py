"""What happened. Nothing here commits: an event becomes true with the caller's block. Sessions are a project's."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import json_text
from recado.errors import NotFound
from recado.events.models import Event, EventPosition
from recado.kit import now_ms
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span


async def record(
    session: AsyncSession,
    name: str,
    data: Mapping[str, Any] | None = None,
    *,
    conversation_id: str | None = None,
    line_id: str | None = None,
) -> Event:
    """Note that `name` happened. `data` is any JSON object without message text, numbers or secrets."""
    event = Event(
        name=name,
        conversation_id=conversation_id,
        line_id=line_id,
        data=json_text(dict(data or {})),
        created_ms=now_ms(),
    )
    session.add(event)
    await session.flush()
    return event


async def list_events(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    name: str | None = None,
    conversation_id: str | None = None,
    line_id: str | None = None,
    span: Span = ALWAYS,
) -> Page[Event]:
    """The project's events, newest first."""
    statement = select(Event).where(*span.of(Event.created_ms))
    if name is not None:
        statement = statement.where(Event.name == name)
    if conversation_id is not None:
        statement = statement.where(Event.conversation_id == conversation_id)
    if line_id is not None:
        statement = statement.where(Event.line_id == line_id)
    return await read_page(session, statement, Event, cut, newest_first=True)


def name_matches(name: str, names: Set[str]) -> bool:
    """True if `names` holds the name, its family (`message.*`) or everything (`*`)."""
    return name in names or "*" in names or name.partition(".")[0] + ".*" in names


def _named(names: Set[str]) -> ColumnElement[bool]:
    """`name_matches`, asked of the database."""
    if "*" in names:
        return true()
    families = [name.removesuffix(".*") for name in names if name.count(".") == 1 and name.endswith(".*")]
    within = [func.substr(Event.name, 1, len(family) + 1) == family + "." for family in families]
    return or_(Event.name.in_([*names, *families]), *within)


async def last_position(session: AsyncSession) -> int:
    """The last position that was given, over all projects; 0 before the first."""
    return await session.scalar(select(EventPosition.position)) or 0


async def last_event(session: AsyncSession, *, before_ms: int | None = None) -> Event | None:
    """The project's event with the last position, or of those that happened before a time."""
    statement = select(Event).where(Event.position.is_not(None)).order_by(Event.position.desc()).limit(1)
    if before_ms is not None:
        statement = statement.where(Event.created_ms < before_ms)
    return await session.scalar(statement)


async def events_between(
    session: AsyncSession, after: int, until: int | None, limit: int, names: Set[str] = frozenset({"*"})
) -> Sequence[Event]:
    """Events with a position above `after` and not above `until`, in its order, whose names match: the project's, or
    all in a system session.
    """
    statement = select(Event).where(Event.position > after, _named(names))
    if until is not None:
        statement = statement.where(Event.position <= until)
    return (await session.scalars(statement.order_by(Event.position).limit(limit))).all()


async def events_by_id(session: AsyncSession, ids: Sequence[str]) -> dict[str, Event]:
    """Those of the events that are still kept."""
    return {event.id: event for event in await session.scalars(select(Event).where(Event.id.in_(ids)))}


async def event_at(session: AsyncSession, event_id: str) -> int:
    """The position of an event. Raises `NotFound` (`event_not_found`) for one that is gone, or not numbered yet."""
    event = await session.get(Event, event_id)
    if event is None or event.position is None:
        raise NotFound("There is no such event, or it is no longer kept", code="event_not_found")
    return event.position

"""What happened. Nothing here commits: an event becomes true with the caller's block. Sessions are a project's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import json_text
from recado.events.models import Event
from recado.kit import now_ms
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span


async def record(
    session: AsyncSession, name: str, data: Mapping[str, Any] | None = None, *, conversation_id: str | None = None
) -> Event:
    """Note that `name` happened. `data` is any JSON object without message text, numbers or secrets."""
    event = Event(name=name, conversation_id=conversation_id, data=json_text(dict(data or {})), created_ms=now_ms())
    session.add(event)
    await session.flush()
    return event


async def list_events(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    name: str | None = None,
    conversation_id: str | None = None,
    span: Span = ALWAYS,
) -> Page[Event]:
    """The project's events, newest first."""
    statement = select(Event).where(*span.of(Event.created_ms))
    if name is not None:
        statement = statement.where(Event.name == name)
    if conversation_id is not None:
        statement = statement.where(Event.conversation_id == conversation_id)
    return await read_page(session, statement, Event, cut, newest_first=True)

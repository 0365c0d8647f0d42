"""Who listens: the events of messages are noted only for projects with a listener, for they would double the writing.

A project counts as listened to from the first look at its events, stream that is opened, or webhook that is added,
until a week after the last of them was there: who comes back within it has missed nothing. Who comes later is told so
(`noted_since`).
"""

import contextlib
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import add_unique, database_now_ms
from recado.errors import Conflict
from recado.events.models import EventAudience

AUDIENCE_MS = 7 * 24 * 3_600_000
# Written so rarely: whoever is there has the rest of the week.
RENEW_MS = 24 * 3_600_000
# PostgreSQL rounds its clock up, Python its own down.
_ROUNDING_MS = 1


async def is_fresh(session: AsyncSession, project_id: str) -> bool:
    """Whether nothing need be written for somebody who listens now."""
    until_ms = await session.scalar(select(EventAudience.until_ms).where(EventAudience.id == project_id))
    return until_ms is not None and until_ms >= await database_now_ms(session) + AUDIENCE_MS - RENEW_MS


async def attend(session: AsyncSession, project_ids: Iterable[str]) -> None:
    """Somebody listens to these projects: from this commit on the events of their messages are noted."""
    for project_id in project_ids:
        if await is_fresh(session, project_id):
            continue
        # Locked before the clock is read: what another one has renewed meanwhile has no gap.
        row = await session.get(EventAudience, project_id, with_for_update=True)
        now_ms = await database_now_ms(session)
        until_ms, since_ms = now_ms + AUDIENCE_MS, now_ms - _ROUNDING_MS
        if row is None:
            with contextlib.suppress(Conflict):  # somebody else came at the same time
                row = EventAudience(id=project_id, project_id=project_id, until_ms=until_ms, created_ms=since_ms)
                await add_unique(session, row, Conflict("listened"))
            continue
        if row.until_ms <= now_ms:
            row.created_ms = since_ms
        row.until_ms = until_ms
    await session.flush()


async def noted_since(session: AsyncSession, project_id: str) -> int | None:
    """Since when the events of a project's messages are noted without a gap; None if they are not."""
    now_ms = await database_now_ms(session)
    audience = EventAudience.id == project_id, EventAudience.until_ms > now_ms
    return await session.scalar(select(EventAudience.created_ms).where(*audience))

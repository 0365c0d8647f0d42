"""Who listens: the events of messages are noted only for projects with a listener, for they would double the writing.

A project counts as listened to from the first stream that is opened, or webhook that is added, until a week after the
last of them was there: who comes back within it has missed nothing.
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


async def is_fresh(session: AsyncSession, project_id: str) -> bool:
    """Whether nothing need be written for somebody who listens now."""
    until_ms = await session.scalar(select(EventAudience.until_ms).where(EventAudience.id == project_id))
    return until_ms is not None and until_ms >= await database_now_ms(session) + AUDIENCE_MS - RENEW_MS


async def attend(session: AsyncSession, project_ids: Iterable[str]) -> None:
    """Somebody listens to these projects: from this commit on the events of their messages are noted."""
    until_ms = await database_now_ms(session) + AUDIENCE_MS
    for project_id in project_ids:
        if await is_fresh(session, project_id):
            continue
        row = await session.get(EventAudience, project_id)
        if row is not None:
            row.until_ms = until_ms
        else:
            with contextlib.suppress(Conflict):  # somebody else came at the same time
                row = EventAudience(id=project_id, project_id=project_id, until_ms=until_ms)
                await add_unique(session, row, Conflict("listened"))
    await session.flush()

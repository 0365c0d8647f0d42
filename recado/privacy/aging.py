"""What has grown too old for its project goes, some rows at a time: each commit holds SQLite's writer for milliseconds,
and is followed by a pause at least as long.

Which rows may go stands in `recado.privacy.declared`; the condition is looked at again in the commit that removes them,
so that two processes, or a message that somebody retries at that moment, do no harm.
"""

import asyncio
import time

from sqlalchemy import select

from recado.db import Database, database_now_ms
from recado.personal import BATCH, Aging
from recado.privacy.declared import AGINGS
from recado.privacy.service import DAY_MS, Days

MIN_PAUSE_S = 0.01


async def remove_aged(database: Database, project_id: str, days: Days) -> dict[str, int]:
    """Remove what a project keeps no longer; how many rows of each table went."""
    async with database.project(project_id, read_only=True) as session:
        now_ms = await database_now_ms(session)
    gone: dict[str, int] = {}
    for aging in AGINGS:
        if (kept := days.of(aging.age)) is not None:
            count = await _remove(database, project_id, aging, now_ms - kept * DAY_MS)
            gone[aging.table] = gone.get(aging.table, 0) + count
    return gone


async def _remove(database: Database, project_id: str, aging: Aging, before_ms: int) -> int:
    due, model = aging.due(before_ms), aging.model
    after: str | None = None
    total = 0
    while True:
        wanted = select(model.id).where(due).order_by(model.id).limit(BATCH)
        async with database.project(project_id, read_only=True) as session:
            ids = (await session.scalars(wanted if after is None else wanted.where(model.id > after))).all()
        if not ids:
            return total
        began_s = time.monotonic()
        async with database.project(project_id) as session:
            total += await aging.remove(session, model, model.id.in_(ids) & due)
        await asyncio.sleep(max(MIN_PAUSE_S, time.monotonic() - began_s))
        after = ids[-1]

"""What was put off by a database's clock that was ahead, and has been set right since, is due again.

A moment that such a clock reckoned is as far away as the clock was: a year, and what failed in that minute would be
tried in a year. No rule of a row gives a wait longer than its `longest_ms`, so what lies beyond it was reckoned so.
Moments that people choose are not among these: they may lie as far ahead as they like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute

from recado.db import Database, database_now_ms
from recado.jobs.models import Job
from recado.jobs.relay import BACKOFF_CAP_S
from recado.kit.clock import WRONG_CLOCK_MS

# The longest wait that an error asks for: a restriction of a WhatsApp number (`recado.channels.cloud_api.errors`).
LONGEST_ASKED_MS = 3_600_000
# Rows of one commit: others write meanwhile.
BATCH = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wait:
    """Rows that wait until a moment, on the database's clock: by their own rules at most `longest_ms` from now.

    What is set right waits `then_ms` from now: the length of a lease where a process may be at work on it.
    """

    until: InstrumentedAttribute[Any]
    which: ColumnElement[bool]
    longest_ms: int
    then_ms: int = 0


WAITS = (Wait(Job.due_ms, Job.state == "pending", max(round(BACKOFF_CAP_S * 1000), LONGEST_ASKED_MS)),)


async def set_right(database: Database, waits: Sequence[Wait] = WAITS) -> None:
    """Shorten the waits that are longer than their rules allow. Two processes may do so at a time."""
    for wait in waits:
        if moved := await _set_right(database, wait):
            log.warning("waits_set_right", table=wait.until.class_.__tablename__, column=wait.until.key, rows=moved)


async def _set_right(database: Database, wait: Wait) -> int:
    model, moved = wait.until.class_, 0
    while True:
        async with database.system(read_only=True) as session:  # looking takes no write lock
            too_late = _too_late(wait, await database_now_ms(session))
            if await session.scalar(select(model.id).where(too_late).limit(1)) is None:
                return moved
        async with database.system() as session:
            now_ms = await database_now_ms(session)
            # What somebody else has is being written by the right clock.
            found = select(model.id).where(_too_late(wait, now_ms)).limit(BATCH).with_for_update(skip_locked=True)
            ids = (await session.scalars(found)).all()
            earlier = update(model).where(model.id.in_(ids)).values({wait.until.key: now_ms + wait.then_ms})
            await session.execute(earlier.execution_options(synchronize_session=False))
        moved += len(ids)
        if len(ids) < BATCH:
            return moved


def _too_late(wait: Wait, now_ms: int) -> ColumnElement[bool]:
    return wait.which & (wait.until > now_ms + wait.longest_ms + WRONG_CLOCK_MS)

"""The ticks of schedules: each makes one job, whichever of the processes sees it first."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms
from recado.errors import BadInput, Conflict
from recado.events.service import record
from recado.jobs.models import Schedule
from recado.jobs.service import submit
from recado.kit.clock import WRONG_CLOCK_MS, from_ms
from recado.kit.cron import parse_cron
from recado.kit.logs import place_of

# Schedules that one round of a process looks after.
BATCH = 50
# What nobody was there to begin in time is left out: a message for the morning must not go out at night. Of several
# ticks that were missed within this time, the last is made up for.
MAX_LATE_MS = 3_600_000
MINUTE_MS = 60_000
# How long a process leaves one that it could not fire, e.g. in a zone that its machine does not know: another may.
PUT_OFF_MS = MINUTE_MS

log = structlog.get_logger(__name__)


def next_ms(cron: str, timezone: str, after: datetime) -> int | None:
    """The first tick after a time. Raises `BadInput` (`bad_cron`, `bad_timezone`)."""
    due = parse_cron(cron).next(after, _zone(timezone))
    return None if due is None else round(due.timestamp() * 1000)


async def fire(database: Database, put_off: dict[str, int] | None = None) -> int:
    """Make the jobs of the schedules that are due, each in a commit of its own; how many schedules moved on.

    `put_off` remembers for a process those that it could not fire, and until when (Unix milliseconds).
    """
    waiting = {} if put_off is None else put_off
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
        # None is put off for longer: the clock was set back since.
        over = [one for one, until_ms in waiting.items() if not now_ms < until_ms <= now_ms + PUT_OFF_MS]
        for schedule_id in over:
            del waiting[schedule_id]
        due = (Schedule.next_ms <= now_ms, Schedule.id.not_in(tuple(waiting)))
        wanted = select(Schedule.id, Schedule.project_id).where(*due).order_by(Schedule.next_ms).limit(BATCH)
        found = [(row[0], row[1]) for row in await session.execute(wanted)]
    moved = 0
    for schedule_id, project_id in found:
        try:
            moved += await _fire_one(database, schedule_id, project_id)
        except Exception as error:  # whatever is wrong with one, the others are due
            log.warning("schedule_waits", schedule_id=schedule_id, **{"code": "internal_error", **place_of(error)})
            waiting[schedule_id] = now_ms + PUT_OFF_MS
    return moved


async def set_right(database: Database) -> None:
    """Reckon anew what was reckoned while the clock was ahead, or schedules would be silent until it is there again.

    The next tick of a schedule is the first one after some moment that has passed: if it is later than the first one
    from now, that moment has not come yet. A tick that was made too early is not made again (`_make_job`).
    """
    last_id: str | None = None
    while True:
        async with database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            later = Schedule.next_ms > now_ms + WRONG_CLOCK_MS
            wanted = select(Schedule.id, Schedule.project_id, Schedule.cron, Schedule.timezone, Schedule.next_ms)
            wanted = wanted.where(later, *(() if last_id is None else (Schedule.id > last_id,)))
            rows = (await session.execute(wanted.order_by(Schedule.id).limit(BATCH))).all()
        for schedule_id, project_id, cron, timezone, stored_ms in rows:
            if _earlier_ms(cron, timezone, stored_ms, now_ms) is not None:
                await _set_right_one(database, schedule_id, project_id)
        if len(rows) < BATCH:
            return
        last_id = rows[-1][0]


async def _set_right_one(database: Database, schedule_id: str, project_id: str) -> None:
    async with database.project(project_id) as session:
        schedule = await session.scalar(select(Schedule).where(Schedule.id == schedule_id).with_for_update())
        if schedule is None:
            return  # removed meanwhile
        now_ms = await database_now_ms(session)
        earlier_ms = _earlier_ms(schedule.cron, schedule.timezone, schedule.next_ms, now_ms)
        if earlier_ms is not None:
            schedule.next_ms = earlier_ms
            log.warning("schedule_set_right", schedule_id=schedule_id)


def _earlier_ms(cron: str, timezone: str, stored_ms: int | None, now_ms: int) -> int | None:
    """The first tick from now if the stored one is later; None also where this machine does not know the zone."""
    try:
        first_ms = next_ms(cron, timezone, from_ms(now_ms))
    except BadInput:
        return None
    return None if stored_ms is None or first_ms is None or first_ms >= stored_ms else first_ms


async def _fire_one(database: Database, schedule_id: str, project_id: str) -> bool:
    async with database.project(project_id) as session:
        now_ms = await database_now_ms(session)
        still_due = select(Schedule).where(Schedule.id == schedule_id, Schedule.next_ms <= now_ms)
        schedule = await session.scalar(still_due.with_for_update(skip_locked=True))
        if schedule is None:
            return False  # another process was faster
        _pass_over(schedule, now_ms)
        if schedule.next_ms is None or schedule.next_ms > now_ms:
            return True
        tick_ms = _last_tick(schedule, now_ms)
        if tick_ms is None:
            await record(session, "schedule.missed", {"schedule_id": schedule.id})
        else:
            await _make_job(session, schedule, tick_ms)
        schedule.next_ms = next_ms(schedule.cron, schedule.timezone, from_ms(now_ms))
        return True


def _pass_over(schedule: Schedule, now_ms: int) -> None:
    """Leave out ticks up to the last one that was made, or from before the schedule was: a clock that was behind, as of
    a machine that starts with the time of its last stop, has reckoned them.
    """
    past = [ms for ms in (schedule.created_ms, schedule.last_ms) if ms is not None and ms <= now_ms]
    if past and schedule.next_ms is not None and schedule.next_ms <= max(past):
        schedule.next_ms = next_ms(schedule.cron, schedule.timezone, from_ms(max(past)))


async def _make_job(session: AsyncSession, schedule: Schedule, tick_ms: int) -> None:
    key = f"schedule {schedule.id} {tick_ms}"
    try:
        await submit(session, schedule.kind, json.loads(schedule.input), key=key, schedule_id=schedule.id)
    except Conflict as conflict:
        # It was made too early, by a clock that was ahead, and does something else now: once is enough.
        if conflict.code != "idempotency_conflict":
            raise
    schedule.last_ms = tick_ms


def _last_tick(schedule: Schedule, now_ms: int) -> int | None:
    """The tick to make up for: the last one, if it is not too long ago."""
    tick_ms = schedule.next_ms
    if tick_ms is not None and tick_ms < now_ms - MAX_LATE_MS:
        tick_ms = next_ms(schedule.cron, schedule.timezone, from_ms(now_ms - MAX_LATE_MS - MINUTE_MS))
    last: int | None = None
    while tick_ms is not None and tick_ms <= now_ms:
        last, tick_ms = tick_ms, next_ms(schedule.cron, schedule.timezone, from_ms(tick_ms))
    return last


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):  # no such file, a path, or a folder
        raise BadInput(
            "timezone must be a name of the tz database. Example: America/Lima", code="bad_timezone"
        ) from None

"""Schedules: each tick makes one job, however many processes look, and old ticks are left out."""

import asyncio
import json

from sqlalchemy import update
from structlog.testing import capture_logs

from recado.db import Database, database_now_ms
from recado.events.service import list_events
from recado.jobs import schedules, service
from recado.jobs.models import Schedule
from recado.jobs.ticks import PUT_OFF_MS, fire
from recado.kit.clock import from_ms
from tests.jobs.support import kinds

MINUTE_MS = 60_000
EVERY_MINUTE = "* * * * *"
# No tick of it falls into a test: there are those only that `move_back` sets, whenever a minute ends.
NEVER = "0 0 29 2 *"


async def _nothing(_: object) -> None: ...


async def planned(database: Database, project_id: str, cron: str = NEVER) -> str:
    async with database.project(project_id) as session:
        row = await schedules.create(
            session, kinds(tidy=_nothing), name="n", kind="tidy", cron=cron, timezone="UTC", given={"a": 1}
        )
        return row.id


async def move_back(database: Database, project_id: str, by_ms: int) -> int:
    """Let the last tick be so long ago; when it was."""
    async with database.project(project_id) as session:
        tick_ms = (await database_now_ms(session) - by_ms) // MINUTE_MS * MINUTE_MS
        await session.execute(update(Schedule).values(next_ms=tick_ms))
        return tick_ms


async def jobs_of(database: Database, project_id: str) -> list[dict[str, object]]:
    async with database.project(project_id, read_only=True) as session:
        return [json.loads(job.input) for job in (await service.list_page(session)).items]


async def test_a_tick_makes_one_job_in_many_processes(database: Database, project_id: str) -> None:
    schedule_id = await planned(database, project_id)
    assert await fire(database) == 0
    tick_ms = await move_back(database, project_id, 0)
    others = [Database(database.url) for _ in range(3)]
    fired = await asyncio.gather(*(fire(one) for one in (database, *others)))
    for one in others:
        await one.close()
    assert sum(fired) == 1
    assert await jobs_of(database, project_id) == [{"a": 1}]
    async with database.project(project_id, read_only=True) as session:
        schedule = await schedules.get(session, schedule_id)
        assert (schedule.last_ms, (schedule.next_ms or 0) > await database_now_ms(session)) == (tick_ms, True)


async def test_the_last_of_several_missed_ticks_is_made_up_for(database: Database, project_id: str) -> None:
    schedule_id = await planned(database, project_id, EVERY_MINUTE)
    for missed_ms in (20 * MINUTE_MS, 20 * 24 * 60 * MINUTE_MS):
        await move_back(database, project_id, missed_ms)
        assert await fire(database) == 1
    async with database.project(project_id, read_only=True) as session:
        schedule = await schedules.get(session, schedule_id)
        assert schedule.last_ms is not None
        assert await database_now_ms(session) - schedule.last_ms < 2 * MINUTE_MS
    assert (
        1 <= len(await jobs_of(database, project_id)) <= 2
    )  # both ways lead to this minute's tick, or the clock moved


async def test_what_nobody_was_there_to_begin_is_left_out(database: Database, project_id: str) -> None:
    await planned(database, project_id)
    async with database.project(project_id) as session:
        now_ms = await database_now_ms(session)
        # Every year on a day that is neither today nor yesterday.
        cron = f"0 0 15 {from_ms(now_ms).month % 12 + 1} *"
        await session.execute(update(Schedule).values(cron=cron, next_ms=now_ms - 90 * MINUTE_MS))
    assert await fire(database) == 1
    assert await jobs_of(database, project_id) == []
    async with database.project(project_id, read_only=True) as session:
        assert [event.name for event in (await list_events(session)).items] == ["schedule.missed"]


async def test_one_that_cannot_be_fired_is_put_off_and_the_others_are_not(database: Database, project_id: str) -> None:
    """A zone that this machine does not know, or knows no more."""
    broken, sound = [await planned(database, project_id) for _ in range(2)]
    tick_ms = await move_back(database, project_id, 0)
    await set_on(database, broken, timezone="X/Y", next_ms=tick_ms - MINUTE_MS)
    put_off: dict[str, int] = {}
    with capture_logs() as logs:
        assert await fire(database, put_off) == 1
        assert await fire(database, put_off) == 0  # left alone for a while
    told = [(line["event"], line["schedule_id"], line["code"]) for line in logs]
    assert told == [("schedule_waits", broken, "bad_timezone")]
    async with database.project(project_id, read_only=True) as session:
        assert (await schedules.get(session, sound)).last_ms == tick_ms
        assert await database_now_ms(session) < put_off[broken] <= await database_now_ms(session) + PUT_OFF_MS
    # Known again when that time has passed: its tick is made up for.
    await set_on(database, broken, timezone="UTC")
    put_off[broken] = 0
    assert await fire(database, put_off) == 1
    async with database.project(project_id, read_only=True) as session:
        assert ((await schedules.get(session, broken)).last_ms, put_off) == (tick_ms - MINUTE_MS, {})


async def set_on(database: Database, schedule_id: str, **values: object) -> None:
    async with database.system() as session:
        await session.execute(update(Schedule).where(Schedule.id == schedule_id).values(values))

"""Schedules: each tick makes one job, however many processes look, and old ticks are left out."""

import asyncio
import json

from sqlalchemy import update

from recado.db import Database, database_now_ms
from recado.events.service import list_events
from recado.jobs import schedules, service
from recado.jobs.models import Schedule
from recado.jobs.ticks import fire
from tests.jobs.support import kinds

MINUTE_MS = 60_000


async def _nothing(_: object) -> None: ...


async def every_minute(database: Database, project_id: str) -> str:
    async with database.project(project_id) as session:
        row = await schedules.create(
            session, kinds(tidy=_nothing), name="n", kind="tidy", cron="* * * * *", timezone="UTC", given={"a": 1}
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
    schedule_id = await every_minute(database, project_id)
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
    schedule_id = await every_minute(database, project_id)
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
    await every_minute(database, project_id)
    async with database.project(project_id) as session:
        now_ms = await database_now_ms(session)
        # Every year on a day that is not today.
        await session.execute(update(Schedule).values(cron="0 0 1 1 *", next_ms=now_ms - 90 * MINUTE_MS))
    assert await fire(database) == 1
    assert await jobs_of(database, project_id) == []
    async with database.project(project_id, read_only=True) as session:
        assert [event.name for event in (await list_events(session)).items] == ["schedule.missed"]

"""Schedules: each tick makes one job, however many processes look, and old ticks are left out."""

import asyncio
import json

from sqlalchemy import select, update
from structlog.testing import capture_logs

from recado.db import Database, database_now_ms
from recado.events.service import list_events
from recado.jobs import schedules, service
from recado.jobs.models import Schedule
from recado.jobs.ticks import BATCH, PUT_OFF_MS, fire, next_ms, set_right
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
        await session.execute(update(Schedule).values(next_ms=tick_ms, last_ms=None, created_ms=1))
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
        values = {"cron": cron, "next_ms": now_ms - 90 * MINUTE_MS, "created_ms": now_ms - 100 * MINUTE_MS}
        await session.execute(update(Schedule).values(values))
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
    # Known again when that time has passed, or a clock was set back that reckoned it: its tick is made up for.
    await set_on(database, broken, timezone="UTC")
    for until_ms in (0, put_off[broken] + 24 * 60 * MINUTE_MS):
        await set_on(database, broken, next_ms=tick_ms - MINUTE_MS, last_ms=None)
        put_off[broken] = until_ms
        assert await fire(database, put_off) == 1
        async with database.project(project_id, read_only=True) as session:
            assert ((await schedules.get(session, broken)).last_ms, put_off) == (tick_ms - MINUTE_MS, {})


async def set_on(database: Database, schedule_id: str, **values: object) -> None:
    async with database.system() as session:
        await session.execute(update(Schedule).where(Schedule.id == schedule_id).values(values))


async def ahead(database: Database, schedule_id: str) -> tuple[int, int]:
    """Let its next tick be the one after, as a clock reckoned that was ahead: what is right, and what is stored."""
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
    right_ms = next_ms(NEVER, "UTC", from_ms(now_ms))
    assert right_ms is not None
    wrong_ms = next_ms(NEVER, "UTC", from_ms(right_ms))
    assert wrong_ms is not None
    await set_on(database, schedule_id, next_ms=wrong_ms)
    return right_ms, wrong_ms


async def next_of(database: Database, *schedule_ids: str) -> list[int | None]:
    async with database.system(read_only=True) as session:
        rows = {row.id: row.next_ms for row in await session.scalars(select(Schedule))}
    return [rows[schedule_id] for schedule_id in schedule_ids]


async def test_what_a_clock_that_was_ahead_put_off_is_reckoned_anew(database: Database, project_id: str) -> None:
    sound, unknown, paused, late = [await planned(database, project_id) for _ in range(4)]
    right_ms, _ = await ahead(database, sound)
    _, wrong_ms = await ahead(database, late)
    await set_on(database, unknown, timezone="X/Y", next_ms=wrong_ms)
    await set_on(database, paused, next_ms=None, paused=True)
    assert await fire(database) == 0
    assert await next_of(database, sound) == [wrong_ms]  # it looks at those that are due
    await set_right(database)
    assert await next_of(database, sound, late, unknown, paused) == [right_ms, right_ms, wrong_ms, None]
    assert await jobs_of(database, project_id) == []


async def test_many_that_a_clock_put_off(database: Database, project_id: str) -> None:
    ids = [await planned(database, project_id) for _ in range(BATCH + 3)]
    right_ms, wrong_ms = await ahead(database, ids[0])
    async with database.system() as session:
        await session.execute(update(Schedule).values(next_ms=wrong_ms))
    others = [Database(database.url) for _ in range(2)]
    await asyncio.gather(*(set_right(one) for one in (database, *others)))
    for one in others:
        await one.close()
    assert set(await next_of(database, *ids)) == {right_ms}


async def test_a_tick_that_was_made_too_early_is_not_made_again(database: Database, project_id: str) -> None:
    schedule_id = await planned(database, project_id)
    tick_ms = await move_back(database, project_id, 0)
    assert await fire(database) == 1
    for given in ({"a": 1}, {"a": 2}):  # also where it does something else since
        later_ms = tick_ms + 60 * MINUTE_MS  # of several that were made too early, this is not the last
        await set_on(database, schedule_id, next_ms=tick_ms, last_ms=later_ms, input=json.dumps(given))
        assert await fire(database) == 1
        assert await jobs_of(database, project_id) == [{"a": 1}]
    assert (await next_of(database, schedule_id))[0] != tick_ms


async def test_what_a_clock_that_was_behind_reckoned_makes_nothing_of_the_past(
    database: Database, project_id: str
) -> None:
    """As where a machine starts with the time of its last stop, and is told the right one a moment later."""
    made, new, due = [await planned(database, project_id) for _ in range(3)]
    tick_ms = await move_back(database, project_id, 3 * MINUTE_MS)
    await set_on(database, made, next_ms=tick_ms - 24 * 60 * MINUTE_MS, last_ms=tick_ms)
    await set_on(database, new, next_ms=tick_ms, created_ms=tick_ms + 1)
    await set_on(database, due, cron=EVERY_MINUTE, next_ms=tick_ms - 24 * 60 * MINUTE_MS, last_ms=tick_ms)
    assert await fire(database) == 3
    async with database.project(project_id, read_only=True) as session:
        # What was made is not told as missed, and what is older than its schedule is nobody's wish.
        assert not (await list_events(session)).items
        jobs = (await service.list_page(session)).items
        assert [job.schedule_id for job in jobs] == [due]  # what has become due since is made
        now_ms = await database_now_ms(session)
        assert all((schedule.next_ms or 0) > now_ms - MINUTE_MS for schedule in await session.scalars(select(Schedule)))

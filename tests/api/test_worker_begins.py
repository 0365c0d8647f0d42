"""What a worker does when it begins, in all its rooms."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, update

from recado.db import database_now_ms
from recado.jobs.models import Job, Schedule
from recado.mailbox.driver import DatabaseDown
from recado.mailbox.models import OutboxMessage
from recado.worker import make_worker
from tests.api.conftest import Api, Tenant
from tests.mailbox.support import eventually

DAY_MS = 24 * 3_600_000
YEAR_MS = 365 * DAY_MS
_QUEUED = OutboxMessage.state == "queued"


async def test_what_a_clock_that_was_ahead_put_off_is_due_when_a_worker_begins(api: Api, ours: Tenant) -> None:
    database = api.runtime.database
    async with database.system() as session:
        late_ms = await database_now_ms(session) + YEAR_MS
        await session.execute(update(OutboxMessage).where(_QUEUED).values(due_ms=late_ms))
        session.add(Job(project_id=ours.project_id, kind="x", input="{}", due_ms=late_ms, created_ms=1))
        plan = {"name": "n", "kind": "x", "cron": "0 8 * * *", "timezone": "UTC", "input": "{}"}
        daily = Schedule(project_id=ours.project_id, next_ms=late_ms, created_ms=1, **plan)
        session.add(daily)
    await make_worker(api.runtime, "up").lookout.look()
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
        for wanted in (select(func.max(OutboxMessage.due_ms)).where(_QUEUED), select(func.max(Job.due_ms))):
            assert (await session.scalar(wanted) or late_ms) <= now_ms
        assert ((await session.get_one(Schedule, daily.id)).next_ms or late_ms) <= now_ms + DAY_MS


async def test_a_worker_that_is_ready_outlives_a_database_that_goes_away_at_that_moment(
    api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, refused, back = api.runtime.mailbox.driver, asyncio.Event(), asyncio.Event()
    run = driver.run
    worker = make_worker(api.runtime, "up")

    async def away(*given: Any, **named: Any) -> Any:
        if worker.living.is_set() and not back.is_set():
            refused.set()
            raise DatabaseDown("away")
        return await run(*given, **named)

    monkeypatch.setattr(driver, "run", away)
    working = asyncio.create_task(worker.run())
    try:
        await asyncio.wait_for(refused.wait(), 30)
        back.set()
        await eventually(lambda: working.done() or worker.turns.stats.settled)
        assert not working.done()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

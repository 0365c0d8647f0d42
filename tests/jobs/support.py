"""What the tests of jobs share: a relay at work, and kinds that do what a test wants."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from recado.db import Database
from recado.events.service import list_events
from recado.jobs import service
from recado.jobs.kinds import Kind, Kinds, Run
from recado.jobs.models import Job
from recado.jobs.relay import Relay
from recado.kit import new_id
from tests.mailbox.support import eventually

WITHIN_S = 60.0


def kinds(**runs: Callable[[Run], Awaitable[Any]]) -> Kinds:
    return Kinds.of([Kind(name, run, check=lambda given: given, max_attempts=2) for name, run in runs.items()])


@asynccontextmanager
async def at_work(
    database: Database, does: Kinds, *, owner: str | None = None, dead: frozenset[str] = frozenset()
) -> AsyncGenerator[Relay]:
    """A relay that runs; the others live, but for those that are `dead`."""
    owner = owner or new_id()

    async def living() -> frozenset[str]:
        async with database.system(read_only=True) as session:
            owners = {job.owner for job in (await service.list_page(session)).items if job.owner}
        return frozenset({owner, *owners}) - dead

    relay = Relay(database, database.url, owner, does, living)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def submit(database: Database, project_id: str, kind: str, given: Any = None, key: str | None = None) -> str:
    async with database.project(project_id) as session:
        return (await service.submit(session, kind, given, key=key)).id


async def read(database: Database, job_id: str) -> Job:
    async with database.system(read_only=True) as session:
        return await session.get_one(Job, job_id)


async def ended(database: Database, job_id: str) -> Job:
    """The job once it is over."""

    async def look() -> Job | None:
        job = await read(database, job_id)
        return job if job.state in service.ENDED else None

    job = await eventually(look, within_s=WITHIN_S)
    assert job is not None
    return job


async def finished_events(database: Database, project_id: str) -> list[dict[str, Any]]:
    async with database.project(project_id, read_only=True) as session:
        page = await list_events(session, name="job.finished")
        return [json.loads(event.data) for event in page.items]

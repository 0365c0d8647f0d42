"""After the database's clock was ahead: what was put off then is due, and what rightly waits goes on waiting."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.compat.models import AnswerJob
from recado.db import Database, database_now_ms
from recado.jobs import claims
from recado.jobs.claims import claim_due
from recado.jobs.models import Job, JobCallback
from recado.kit import new_id
from recado.kit.clock import WRONG_CLOCK_MS
from recado.media import work
from recado.media.models import Media
from recado.privacy.models import Erasure, Retention
from recado.setback import BATCH, set_right
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint

# So far the clock was ahead.
YEAR_MS = 365 * 24 * 3_600_000
HOUR_MS = 3_600_000


async def clock_ms(database: Database) -> int:
    async with database.system(read_only=True) as session:
        return await database_now_ms(session)


async def keep(database: Database, project_id: str, *rows: Any) -> None:
    async with database.project(project_id) as session:
        session.add_all(rows)


async def times(database: Database, model: Any, column: str) -> dict[str, int | None]:
    async with database.system(read_only=True) as session:
        return {row.id: getattr(row, column) for row in await session.scalars(select(model))}


async def a_year_ahead(session: AsyncSession) -> int:
    """The database's clock before it is set right."""
    return await database_now_ms(session) + YEAR_MS


async def a_lease_later(session: AsyncSession) -> int:
    return await database_now_ms(session) + work.LEASE_MS


@dataclass(frozen=True)
class Case:
    """A row that waits as long as its rules may have it wait, and the column that says until when."""

    model: Any
    column: str
    longest_ms: int
    then_ms: int = 0
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    ids: tuple[str, ...] = ()

    def row(self, at_ms: int) -> Any:
        return self.model(**self.values | {name: new_id() for name in ("id", *self.ids)} | {self.column: at_ms})


DAY_MS = 24 * HOUR_MS
JOB = {"kind": "known", "input": "{}", "created_ms": 1}
FILE = {"kind": "audio", "created_ms": 1}
ENDPOINT = {"url": "http://x", "secret": "x", "events": "[]", "after_position": 0, "created_ms": 1}
POST = {"event": "e", "position": 1, "due_ms": 1, "until_ms": 1, "created_ms": 1}
ERASURE = {"asked_by": "x", "contact_ids": "[]", "marks": "[]", "person": "{}", "created_ms": 1}
ANSWER = {"given_conversation": "c", "created_ms": 1}
CALLBACK = {"url": "http://x", "secret": "x", "created_ms": 1}
CASES: dict[str, Case] = {
    "job": Case(Job, "due_ms", HOUR_MS, values=JOB),
    "job callback": Case(JobCallback, "due_ms", HOUR_MS, 30_000, CALLBACK, ("job_id",)),
    "answer callback": Case(AnswerJob, "callback_due_ms", HOUR_MS, 30_000, ANSWER, ("message_id",)),
    "endpoint that rests": Case(WebhookEndpoint, "retry_ms", HOUR_MS, values=ENDPOINT),
    "endpoint that fails": Case(WebhookEndpoint, "failing_since_ms", 0, values=ENDPOINT),
    "post": Case(WebhookDelivery, "due_ms", HOUR_MS, 0, POST, ("endpoint_id", "event_id")),
    "post that is held": Case(WebhookDelivery, "due_ms", HOUR_MS, 0, POST, ("endpoint_id", "event_id", "owner")),
    "day of a post": Case(WebhookDelivery, "until_ms", DAY_MS, DAY_MS, POST, ("endpoint_id", "event_id")),
    "lease of a post": Case(
        WebhookDelivery, "lease_until_ms", 60_000, 60_000, POST, ("endpoint_id", "event_id", "owner")
    ),
    "file to fetch": Case(Media, "due_ms", HOUR_MS, 15_000, FILE | {"state": "pending"}),
    "note to hear": Case(Media, "due_ms", HOUR_MS, 15_000, FILE | {"state": "stored", "hearing": "pending"}),
    "upload": Case(Media, "due_ms", HOUR_MS, HOUR_MS, FILE | {"state": "deleting"}),
    "look for what has aged": Case(Retention, "due_ms", HOUR_MS, values={"created_ms": 1}),
    "erasure": Case(Erasure, "lease_until_ms", 10_000, 10_000, ERASURE),
}
# What is over, is somebody's, or is no wait at all.
LEFT_ALONE: dict[str, Case] = {
    "job that runs": Case(Job, "due_ms", 0, values=JOB | {"state": "running"}),
    "post that was taken": Case(
        WebhookDelivery, "due_ms", 0, 0, POST | {"state": "delivered"}, ("endpoint_id", "event_id")
    ),
    "day of a post under way": Case(WebhookDelivery, "until_ms", 0, 0, POST, ("endpoint_id", "event_id", "owner")),
    "erasure that is done": Case(Erasure, "lease_until_ms", 0, values=ERASURE | {"state": "done"}),
}


@pytest.mark.parametrize("name", LEFT_ALONE)
async def test_what_is_over_or_under_way_is_left_alone(database: Database, project_id: str, name: str) -> None:
    case = LEFT_ALONE[name]
    late_ms = await clock_ms(database) + YEAR_MS
    await keep(database, project_id, case.row(late_ms))
    await set_right(database)
    assert list((await times(database, case.model, case.column)).values()) == [late_ms]


@pytest.mark.parametrize("name", CASES)
async def test_a_moment_reckoned_by_a_clock_that_was_ahead_comes_now(
    database: Database, project_id: str, name: str
) -> None:
    case = CASES[name]
    now_ms = await clock_ms(database)
    # The last second of the longest wait that is left alone, and what two machines' clocks may differ by.
    longest_ms = now_ms + case.longest_ms + WRONG_CLOCK_MS
    rightly = [case.row(at_ms) for at_ms in (now_ms - 1, now_ms + case.longest_ms, longest_ms)]
    wrongly = [case.row(now_ms + YEAR_MS), case.row(longest_ms + HOUR_MS)]
    kept: dict[str, int] = {row.id: getattr(row, case.column) for row in rightly}
    wrong_ids: set[str] = {row.id for row in wrongly}
    await keep(database, project_id, *rightly, *wrongly)
    await set_right(database)
    after_ms = await clock_ms(database)
    found = await times(database, case.model, case.column)
    assert {one: at_ms for one, at_ms in found.items() if one in kept} == kept
    for one in wrong_ids:
        at_ms = found[one]
        assert at_ms is not None
        assert now_ms <= at_ms - case.then_ms <= after_ms


async def test_more_than_one_commit_of_them_and_by_two_processes(database: Database, project_id: str) -> None:
    late_ms = await clock_ms(database) + YEAR_MS
    await keep(database, project_id, *(CASES["job"].row(late_ms) for _ in range(BATCH + 3)))
    other = Database(database.url)
    await asyncio.gather(set_right(database), set_right(other))
    await other.close()
    after_ms = await clock_ms(database)
    found = await times(database, Job, "due_ms")
    assert len(found) == BATCH + 3
    assert [at_ms for at_ms in found.values() if at_ms is None or at_ms > after_ms] == []


async def test_a_job_that_failed_while_the_clock_was_ahead(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = CASES["job"].row(0)
    await keep(database, project_id, job)
    with monkeypatch.context() as wrong:
        wrong.setattr(claims, "database_now_ms", a_year_ahead)
        (held,) = await claim_due(database, new_id(), ("known",), 9)
        await claims.give_back(database, held, 2_000, code="x", crashed=False)
    assert await claim_due(database, new_id(), ("known",), 9) == []
    await set_right(database)
    (again,) = await claim_due(database, new_id(), ("known",), 9)
    assert (again.id, again.attempts) == (held.id, 2)
    await set_right(database)  # what runs is left alone
    assert await claim_due(database, new_id(), ("known",), 9) == []


async def test_a_file_that_failed_while_the_clock_was_ahead(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = CASES["file to fetch"].row(0)
    await keep(database, project_id, file)
    files = work.MediaWork(database, new_id())
    with monkeypatch.context() as wrong:
        wrong.setattr(work, "database_now_ms", a_year_ahead)
        (held,) = await files.claim("keep", 9)
        assert await files.settle(held, {"error_code": "x"}, delay_ms=2_000)
    assert await files.claim("keep", 9) == []
    await set_right(database)
    with monkeypatch.context() as later:
        later.setattr(work, "database_now_ms", a_lease_later)
        (again,) = await files.claim("keep", 9)
    assert (again.id, again.attempts) == (held.id, 2)

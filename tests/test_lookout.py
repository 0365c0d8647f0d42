"""The one look: it rings for what is due, in each room, and for nothing else."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ColumnElement, delete

from recado.compat import callbacks
from recado.compat.models import AnswerJob
from recado.db import Base, Database
from recado.jobs import callbacks as told
from recado.jobs import claims
from recado.jobs.models import Job, JobCallback, Schedule
from recado.kit import new_id
from recado.kit.clock import WRONG_CLOCK_MS
from recado.kit.wakeup import Bell
from recado.lookout import Lookout, Watch, now_of
from recado.media import work as media
from recado.media.models import Media
from recado.privacy import repeats
from recado.privacy import work as privacy
from recado.privacy.models import ErasedMessage, Erasure, Retention
from recado.webhooks import delivering
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint

LONG_AGO, NEVER = 1, 2**62
Clause = Callable[[ColumnElement[int]], ColumnElement[bool]]


def jobs(now: ColumnElement[int]) -> ColumnElement[bool]:
    return claims.waiting(now, ("known",))


def job(**values: Any) -> Job:
    return Job(**{"kind": "known", "input": "{}", "due_ms": LONG_AGO, "created_ms": 1} | values)


def schedule(next_ms: int | None) -> Schedule:
    return Schedule(name="s", kind="known", input="{}", cron="* * * * *", timezone="UTC", next_ms=next_ms, created_ms=1)


def file(**values: Any) -> Media:
    return Media(**{"kind": "image", "state": "pending", "due_ms": LONG_AGO, "created_ms": 1} | values)


def answer(due_ms: int | None) -> AnswerJob:
    return AnswerJob(message_id=new_id(), given_conversation="c", callback_due_ms=due_ms, created_ms=1)


def callback(due_ms: int | None) -> JobCallback:
    return JobCallback(job_id=new_id(), url="http://x", secret="x", due_ms=due_ms, created_ms=1)


def erasure(**values: Any) -> Erasure:
    empty = {"asked_by": "x", "contact_ids": "[]", "marks": "[]", "person": "{}", "created_ms": 1}
    return Erasure(**empty | {"lease_until_ms": LONG_AGO} | values)


def erased() -> ErasedMessage:
    return ErasedMessage(line_id=new_id(), digest="d", until_ms=NEVER, created_ms=1)


def delivery(**values: Any) -> list[Base]:
    """A delivery and its endpoint."""
    of_endpoint = {name: values.pop(name) for name in ("active", "paused_ms") if name in values}
    endpoint = WebhookEndpoint(
        id=new_id(), url="http://x", secret="x", events="[]", after_position=0, created_ms=1, **of_endpoint
    )
    given = {"event_id": new_id(), "event": "e", "position": 1, "due_ms": LONG_AGO, "until_ms": NEVER}
    return [endpoint, WebhookDelivery(**given | {"endpoint_id": endpoint.id, "created_ms": 1} | values)]


CASES: list[tuple[str, Clause, list[Base], bool]] = [
    ("a job that is due", jobs, [job()], True),
    ("a job for later", jobs, [job(due_ms=NEVER)], False),
    ("a job of a kind that only a newer version knows", jobs, [job(kind="new")], False),
    ("a job that is over", jobs, [job(state="failed", finished_ms=2)], False),
    ("a job that runs, here or where a process died", jobs, [job(state="running")], True),
    ("a schedule that is due", jobs, [schedule(LONG_AGO)], True),
    ("a schedule for later, and one that is paused", jobs, [schedule(NEVER)], False),
    ("a file to fetch", lambda now: media.waiting(now, "keep"), [file()], True),
    ("a file to delete", lambda now: media.waiting(now, "keep"), [file(state="deleting")], True),
    ("a file to try again later", lambda now: media.waiting(now, "keep"), [file(due_ms=NEVER)], False),
    ("a file that is there", lambda now: media.waiting(now, "keep"), [file(state="stored", due_ms=None)], False),
    ("a note to hear", lambda now: media.waiting(now, "hear"), [file(state="stored", hearing="pending")], True),
    ("a file that is no note to hear", lambda now: media.waiting(now, "hear"), [file()], False),
    ("a callback that is due", callbacks.waiting, [answer(LONG_AGO)], True),
    ("callbacks for later, and done ones", callbacks.waiting, [answer(NEVER), answer(None)], False),
    ("a job's callback that is due", told.waiting, [callback(LONG_AGO)], True),
    ("a job's callbacks for later, and of jobs that run", told.waiting, [callback(NEVER), callback(None)], False),
    ("an erasure that nobody is at", privacy.waiting, [erasure()], True),
    ("an erasure that somebody is at", privacy.waiting, [erasure(lease_until_ms=NEVER)], False),
    ("an erasure that is done", privacy.waiting, [erasure(state="done", done_ms=2)], False),
    ("a project to look through", privacy.waiting, [Retention(due_ms=LONG_AGO)], True),
    ("a project that was looked through", privacy.waiting, [Retention(due_ms=NEVER)], False),
    ("messages that were erased", lambda _: repeats.any_erased(), [erased()], True),
    ("no messages that were erased", lambda _: repeats.any_erased(), [], False),
    ("a post that is due", delivering.waiting, delivery(), True),
    ("a post that a process has, living or dead", delivering.waiting, delivery(owner=new_id()), True),
    ("a post to try later", delivering.waiting, delivery(due_ms=NEVER), False),
    ("a post that was taken", delivering.waiting, delivery(state="delivered", done_ms=2), False),
    ("a post to a paused endpoint", delivering.waiting, delivery(paused_ms=1), False),
    ("a post to an endpoint that is switched off", delivering.waiting, delivery(active=False), False),
]


async def test_each_room_is_rung_for_what_is_due_and_for_nothing_else(database: Database, project_id: str) -> None:
    wrong: list[str] = []
    for name, clause, rows, expected in CASES:
        bell = Bell()
        lookout = Lookout(database, [Watch(clause(now_of(database)), bell)])
        async with database.project(project_id) as session:
            session.add_all([_copy(row) for row in rows])
        await lookout.look()
        if await bell.wait(0) != expected:
            wrong.append(name)
        async with database.system() as session:
            for model in {type(row) for row in rows}:
                await session.execute(delete(model))
    assert wrong == []


def _copy(row: Base) -> Base:
    """The same row once more, for another database."""
    columns = type(row).__table__.columns.keys()
    return type(row)(**{name: vars(row)[name] for name in columns if name in vars(row)})


async def test_a_bell_is_rung_for_its_own_watch_only(database: Database, project_id: str) -> None:
    bells = [Bell(), Bell(), Bell()]
    now = now_of(database)
    watched = [privacy.waiting(now), jobs(now), callbacks.waiting(now)]
    lookout = Lookout(database, [Watch(clause, bell) for clause, bell in zip(watched, bells, strict=True)])
    async with database.project(project_id) as session:
        session.add(job())
    await lookout.look()
    assert [await bell.wait(0) for bell in bells] == [False, True, False]


async def test_it_looks_again_after_the_database_was_away(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.lookout.RETRY_S", 0.0)
    monkeypatch.setattr("recado.lookout.LOOK_S", 0.0)
    bell = Bell()
    lookout = Lookout(database, [Watch(jobs(now_of(database)), bell)])
    looked = lookout.look
    failures = [OSError("away"), OSError("away")]

    async def look() -> None:
        if failures:
            raise failures.pop()
        await looked()

    monkeypatch.setattr(lookout, "look", look)
    async with database.project(project_id) as session:
        session.add(job())
    task = asyncio.create_task(lookout.run())
    assert await bell.wait(30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_a_wrong_clock_reckoned_is_set_right_at_the_first_look_and_after_a_set_back(
    database: Database,
) -> None:
    done: list[int | None] = []
    failures = [OSError("away")]

    async def set_right() -> None:
        done.append(lookout.last_ms)
        if failures:
            raise failures.pop()

    bell = Bell()
    lookout = Lookout(database, [Watch(jobs(now_of(database)), bell)], set_right)
    with pytest.raises(OSError, match="away"):
        await lookout.look()
    await lookout.look()  # once more, for it failed
    await lookout.look()
    assert done == [None, None]
    assert lookout.last_ms is not None
    lookout.last_ms += WRONG_CLOCK_MS // 2  # two machines' clocks may differ by so much
    await lookout.look()
    assert len(done) == 2
    lookout.last_ms = ahead_ms = lookout.last_ms + 2 * WRONG_CLOCK_MS
    await lookout.look()
    await lookout.look()
    assert done[2:] == [ahead_ms]

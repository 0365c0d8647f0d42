"""Jobs at work: what becomes of them when they end, fail, are stopped, or lose their process."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from recado import durable
from recado.db import Database
from recado.durable import MAX_RUNNING
from recado.errors import BadInput, Unavailable, retry_after
from recado.jobs import claims, relay, service
from recado.jobs.kinds import JobLost, JobPutOff, Kinds, Run
from recado.jobs.models import Job
from recado.jobs.relay import Relay
from recado.kit import new_id
from recado.mailbox.driver import DatabaseDown
from recado.projects.service import create_project
from tests.jobs.support import at_work, ended, finished_events, kinds, read, submit
from tests.mailbox.support import eventually


async def test_jobs_end_as_they_should(database: Database, project_id: str) -> None:
    tries: list[str] = []

    async def adds(run: Run) -> Any:
        async def add() -> int:
            return sum(run.input["numbers"])

        found = await run.step("add", add)
        await run.progress({"added": 3})
        return {"sum": found}

    async def refuses(run: Run) -> None:
        raise BadInput("There is nothing to do", code="nothing_to_do")

    async def fails_once(run: Run) -> str:
        tries.append(run.id)
        if len(tries) == 1:
            raise Unavailable("Not now", verdict=retry_after(0))
        return "better"

    async def is_broken(run: Run) -> None:
        raise ZeroDivisionError

    async def is_no_json(run: Run) -> None:
        async def thing() -> object:
            return object()

        await run.step("thing", thing)

    async def goes_on(run: Run) -> None:
        while True:
            await run.progress({"turns": 1})
            await asyncio.sleep(0.05)

    does = kinds(
        adds=adds, refuses=refuses, fails_once=fails_once, is_broken=is_broken, is_no_json=is_no_json, goes_on=goes_on
    )  # fmt: skip
    async with at_work(database, does):
        ids = {
            name: await submit(database, project_id, name, {"numbers": [1, 2, 4]} if name == "adds" else {})
            for name in does.all
        }
        unknown = await submit(database, project_id, "of_a_newer_version", {})

        async def runs() -> bool:
            return (await read(database, ids["goes_on"])).progress == '{"turns":1}'

        await eventually(runs)
        async with database.project(project_id) as session:
            asked = await service.cancel(session, ids["goes_on"])
            assert (asked.state, asked.cancel_requested) == ("running", True)
        jobs = {name: await ended(database, job_id) for name, job_id in ids.items()}
        assert (await read(database, unknown)).state == "pending"
    assert {name: job.state for name, job in jobs.items()} == {
        "adds": "succeeded", "refuses": "failed", "fails_once": "succeeded", "is_broken": "failed",
        "is_no_json": "failed", "goes_on": "cancelled",
    }  # fmt: skip
    assert json.loads(jobs["adds"].result or "") == {"sum": 7}
    assert json.loads(jobs["adds"].progress) == {"added": 3}
    assert (jobs["refuses"].error_code, jobs["refuses"].error_text) == ("nothing_to_do", "There is nothing to do")
    assert (jobs["refuses"].attempts, jobs["fails_once"].attempts, jobs["is_broken"].attempts) == (1, 2, 2)
    assert (jobs["is_broken"].error_code, jobs["is_no_json"].error_code) == ("internal_error", "internal_error")
    told = await finished_events(database, project_id)
    assert {(one["kind"], one["state"]) for one in told} == {(name, job.state) for name, job in jobs.items()}
    assert len(told) == len(jobs)


async def test_a_job_whose_database_goes_away_is_tried_again(database: Database, project_id: str) -> None:
    tries: list[str] = []

    async def sends(run: Run) -> str:
        tries.append(run.id)
        if len(tries) == 1:
            raise DatabaseDown("What the mailbox raises while its database is away")
        return "sent"

    async with at_work(database, kinds(sends=sends)):
        job = await ended(database, await submit(database, project_id, "sends"))
    assert (job.state, job.attempts) == ("succeeded", 2)


async def test_a_database_that_is_away_when_a_job_begins_is_no_crash_of_it(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, tries = claims.take, list[str]()

    async def take_later(on: Database, workflow_id: str, owner: str, living: frozenset[str]) -> claims.Held | None:
        tries.append(workflow_id)
        if len(tries) == 1:
            raise DatabaseDown("It is away")
        return await take(on, workflow_id, owner, living)

    async def sends(run: Run) -> str:
        return "sent"

    monkeypatch.setattr(claims, "take", take_later)
    async with at_work(database, kinds(sends=sends)):
        job = await ended(database, await submit(database, project_id, "sends"))
    assert (job.state, job.attempts, job.crashes, len(tries)) == ("succeeded", 1, 0, 2)


@pytest.mark.parametrize("name", ["claim_due", "take"])
async def test_what_is_claimed_in_the_moment_of_a_stop_is_given_back(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A commit that is on its way comes to its end, whoever waits for it."""
    real, begun, go_on = getattr(claims, name), asyncio.Event(), asyncio.Event()
    commits: list[asyncio.Task[Any]] = []

    async def commit(*given: Any) -> Any:
        await go_on.wait()
        return await real(*given)

    async def hesitate(*given: Any) -> Any:
        commits.append(asyncio.create_task(commit(*given)))
        begun.set()
        return await asyncio.shield(commits[-1])

    async def sends(run: Run) -> None:
        await asyncio.sleep(3600)

    job_id = await submit(database, project_id, "sends")
    monkeypatch.setattr(claims, name, hesitate)
    owner = new_id()
    relay = Relay(database, database.url, owner, kinds(sends=sends), living=nobody)
    stopped = asyncio.create_task(relay.run())
    await begun.wait()
    if name == "take":  # of a job whose process died
        async with database.system() as session:
            (await session.get_one(Job, job_id)).owner = new_id()
    stopped.cancel()
    await asyncio.wait({stopped}, timeout=1.0)  # it waits for the commit, or is over
    go_on.set()
    await asyncio.gather(stopped, *commits, return_exceptions=True)
    assert (await read(database, job_id)).owner != owner


async def nobody() -> frozenset[str]:
    return frozenset()


async def test_a_stop_lets_go_of_its_jobs_also_when_the_database_refuses_once(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, tries = claims.let_go, list[str]()

    async def let_go_later(on: Database, owner: str) -> None:
        tries.append(owner)
        if len(tries) == 1:
            raise DatabaseDown("A deadlock, or it is away")
        await let_go(on, owner)

    begun = asyncio.Event()

    async def sends(run: Run) -> None:
        begun.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr(claims, "let_go", let_go_later)
    async with at_work(database, kinds(sends=sends)):
        job_id = await submit(database, project_id, "sends")
        await begun.wait()
    job = await read(database, job_id)
    assert (job.state, job.owner, len(tries)) == ("running", None, 2)


async def test_a_stop_lets_go_of_its_jobs_also_when_the_library_does_not_close(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, begun = durable.Engine.close, asyncio.Event()

    async def fails(engine: durable.Engine) -> None:
        await close(engine)
        raise AttributeError("a defect of its own")

    async def sends(run: Run) -> None:
        begun.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr(durable.Engine, "close", fails)
    async with at_work(database, kinds(sends=sends)):
        job_id = await submit(database, project_id, "sends")
        await begun.wait()
    job = await read(database, job_id)
    assert (job.state, job.owner) == ("running", None)


async def test_what_a_stopped_process_had_goes_on_behind_its_last_step(database: Database, project_id: str) -> None:
    did: list[str] = []
    waits = asyncio.Event()

    async def run(run: Run) -> str:
        async def first() -> str:
            did.append("first")
            return "kept"

        async def second() -> None:
            did.append("second")
            await waits.wait()

        kept = await run.step("first", first)
        await run.step("second", second)
        return kept

    does = kinds(two_steps=run)
    async with at_work(database, does):
        job_id = await submit(database, project_id, "two_steps")
        await eventually(lambda: did == ["first", "second"])
    assert (await read(database, job_id)).state == "running"
    waits.set()
    async with at_work(database, does):
        job = await ended(database, job_id)
    assert (job.state, job.result, job.attempts, job.crashes) == ("succeeded", '"kept"', 1, 0)
    assert did == ["first", "second", "second"]


async def test_nothing_stays_in_the_library_of_jobs_that_ended(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor of those that ended just before a stop, nor where it could not be removed at the first try."""
    table = "workflow_status" if database.is_sqlite else f"{durable.SCHEMA}.workflow_status"
    fails = [True]
    forget = durable.Engine.forget

    async def fails_once(engine: durable.Engine, ended_before_ms: int) -> None:
        if fails and engine.launched:
            fails.pop()
            raise ZeroDivisionError
        await forget(engine, ended_before_ms)

    async def run(_: Run) -> None: ...

    async def kept(*states: str) -> bool:
        async with database.engine.connect() as connection:
            return list(await connection.scalars(text(f"SELECT status FROM {table}"))) == [*states]  # noqa: S608 # ours

    async with at_work(database, kinds(one=run)):
        await ended(database, await submit(database, project_id, "one"))
        await eventually(lambda: kept("SUCCESS"))
    monkeypatch.setattr(relay, "FORGET_S", 0.05)
    monkeypatch.setattr(durable.Engine, "forget", fails_once)
    async with at_work(database, kinds(one=run)):
        await ended(database, await submit(database, project_id, "one"))
        await eventually(kept)
    assert not fails


async def test_only_the_jobs_of_the_dead_are_taken(database: Database, project_id: str) -> None:
    """Rows as processes leave them: claimed and never started, by one that is dead and by one that lives."""
    ran: list[str] = []

    async def run(run: Run) -> None:
        ran.append(run.id)

    dead, busy = new_id(), new_id()
    lost = await submit(database, project_id, "one", {"of": "dead"})
    (held,) = await claims.claim_due(database, dead, ["one"], 5)
    kept = await submit(database, project_id, "one", {"of": "living"})
    assert [one.id for one in await claims.claim_due(database, busy, ["one"], 5)] == [kept]
    async with at_work(database, kinds(one=run), dead=frozenset({dead})):
        await ended(database, lost)
        await asyncio.sleep(1.5)  # another look after the dead
    assert ran == [lost]
    assert ((await read(database, kept)).state, (await read(database, kept)).owner) == ("running", busy)
    # The dead one was only slow: what it still writes counts no more.
    assert await claims.save_progress(database, held, {"x": 1}) is None
    assert not await claims.end(database, held, claims.End("failed", code="late"))
    assert (await read(database, lost)).state == "succeeded"


async def test_what_stalls_leaves_room_for_other_projects(
    database: Database, project_id: str, other_project_id: str
) -> None:
    began: list[str] = []
    goes_on = asyncio.Event()

    async def stalls(run: Run) -> None:
        began.append(run.project_id)
        await goes_on.wait()

    async def works(run: Run) -> None: ...

    async with at_work(database, kinds(stalls=stalls, works=works)):
        stalled = [await submit(database, project_id, "stalls", {"n": n}) for n in range(MAX_RUNNING + 4)]
        await eventually(lambda: len(began) == MAX_RUNNING - claims.KEPT_FREE)
        # Nothing of the others is due: all but what is kept for them.
        assert (await ended(database, await submit(database, other_project_id, "works"))).state == "succeeded"
        assert len(began) == MAX_RUNNING - claims.KEPT_FREE
        goes_on.set()
        assert {(await ended(database, job_id)).state for job_id in stalled} == {"succeeded"}


async def test_projects_that_all_wait_leave_room_for_another(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight projects whose jobs wait for servers that do not answer: the ninth's begins, and theirs go on later."""
    monkeypatch.setattr(relay, "PUT_OFF_S", 0.5)
    async with database.system() as session:
        stalling = [(await create_project(session, f"stalls-{n}", "Stalls")).id for n in range(8)]
    began: set[str] = set()
    goes_on = asyncio.Event()

    async def waits(run: Run) -> None:
        began.add(run.project_id)
        while not goes_on.is_set():
            await run.wait(0.05)

    async def works(run: Run) -> None: ...

    async with at_work(database, kinds(waits=waits, works=works)):
        stalled: list[str] = []
        for count, one in zip((MAX_RUNNING, *[2] * 7), stalling, strict=True):
            stalled += [await submit(database, one, "waits", {"n": n}) for n in range(count)]
            await eventually(lambda one=one: one in began)
        assert (await ended(database, await submit(database, project_id, "works"))).state == "succeeded"
        goes_on.set()
        over = [await ended(database, job_id) for job_id in stalled]
    assert {(job.state, job.attempts, job.crashes, job.error_code) for job in over} == {("succeeded", 1, 0, None)}


async def test_who_waits_keeps_its_place_where_no_other_project_needs_it(database: Database, project_id: str) -> None:
    """All places are taken, and the project with the most of them has more to do: nobody is begun anew for that."""
    async with database.system() as session:
        others = [(await create_project(session, f"waits-{n}", "Waits")).id for n in range(claims.KEPT_FREE)]
    rounds, put_off = Counter[str](), list[str]()

    async def waits(run: Run) -> None:
        while True:
            rounds[run.id] += 1
            try:
                await run.wait(0.05)
            except JobPutOff:
                put_off.append(run.id)
                raise

    async with at_work(database, kinds(waits=waits)):
        for n in range(MAX_RUNNING - claims.KEPT_FREE + 1):
            await submit(database, project_id, "waits", {"n": n})
        await eventually(lambda: len(rounds) == MAX_RUNNING - claims.KEPT_FREE)
        for count, one in enumerate(others, len(rounds) + 1):
            await submit(database, one, "waits")
            await eventually(lambda count=count: put_off or len(rounds) == count)
        seen = dict(rounds)
        await eventually(lambda: put_off or all(rounds[job_id] >= seen[job_id] + 20 for job_id in seen))
    assert put_off == []


async def test_projects_take_turns(database: Database, project_id: str, other_project_id: str) -> None:
    first = [await submit(database, project_id, "one", {"n": n}) for n in range(20)]
    second = [await submit(database, other_project_id, "one", {"n": n}) for n in range(20)]

    async def claimed(free: int, **busy: int) -> set[str]:
        names = {"first": project_id, "second": other_project_id}
        places = {names[name]: count for name, count in busy.items()}
        return {job.id for job in await claims.claim_due(database, new_id(), ["one"], free, places)}

    assert await claimed(16) == {*first[:6], *second[:6]}
    assert await claimed(8, first=8) == set(second[6:10])  # but for what is kept for those that have none
    assert await claimed(5, first=9, second=2) == {second[10]}
    assert await claimed(4, first=12) == {second[11]}
    assert await claimed(4, first=11, second=1) == set()
    async with database.project(other_project_id) as session:
        for job_id in second[12:]:
            await service.cancel(session, job_id)
    assert await claimed(7, first=9) == set(first[6:9])  # nobody else waits


async def test_many_ticks_do_not_keep_the_dead_waiting(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many schedules due at once their jobs take seconds to make; others' jobs are taken over meanwhile."""
    making = asyncio.Event()

    async def makes_many(*_: object) -> int:
        making.set()
        await asyncio.Event().wait()
        return 0

    async def run(_: Run) -> None: ...

    monkeypatch.setattr(relay.ticks, "fire", makes_many)
    dead = new_id()
    lost = await submit(database, project_id, "one")
    await claims.claim_due(database, dead, ["one"], 5)
    async with at_work(database, kinds(one=run), dead=frozenset({dead})):
        await making.wait()
        assert (await ended(database, lost)).state == "succeeded"


async def test_a_job_that_was_taken_by_another_stops_here(database: Database, project_id: str) -> None:
    seen: list[str] = []

    async def run(run: Run) -> None:
        try:
            while True:
                await run.progress({})
                await asyncio.sleep(0.05)
        except JobLost:
            seen.append("lost")
            raise

    async with at_work(database, kinds(one=run)):
        job_id = await submit(database, project_id, "one")

        async def taken() -> bool:
            job = await read(database, job_id)
            if job.state != "running" or not job.workflow_id or job.epoch < 2:
                return False
            return await claims.take(database, job.workflow_id, new_id(), ()) is not None

        await eventually(taken)
        await eventually(lambda: seen == ["lost"])
    assert (await read(database, job_id)).state == "running"


async def test_a_process_without_jobs_does_not_load_the_library(database: Database, project_id: str) -> None:
    async with at_work(database, Kinds()) as relay:
        await submit(database, project_id, "one")
        await asyncio.sleep(1.2)
        assert not relay._engine.launched  # pyright: ignore[reportPrivateUsage]


async def test_a_version_that_does_not_know_a_job_gives_it_back(database: Database, project_id: str) -> None:
    """Two versions beside each other: the older one comes upon what a newer one left, and leaves it to the next."""
    began = asyncio.Event()
    again = False

    async def run(run: Run) -> str:
        began.set()
        if not again:
            await asyncio.sleep(60)
        return "done"

    newer = kinds(newer=run)
    async with at_work(database, newer):
        job_id = await submit(database, project_id, "newer")
        await asyncio.wait_for(began.wait(), 60)
    async with at_work(database, kinds(older=run)):

        async def waits() -> bool:
            return (await read(database, job_id)).state == "pending"

        await eventually(waits)
    again = True
    async with at_work(database, newer):
        job = await ended(database, job_id)
    assert (job.state, job.attempts, job.crashes) == ("succeeded", 1, 0)

"""Whoever started a job is told of its end: signed, at least once, and nowhere that is not allowed."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import update

from recado.db import Database, database_now_ms
from recado.errors import BadInput, NotFound
from recado.jobs import service
from recado.jobs.callbacks import JobCallbacks, call_back, get_callback, renew_secrets
from recado.jobs.kinds import Run
from recado.jobs.models import Job, JobCallback
from recado.kit import due_posts, randomness
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Destinations
from recado.kit.due_posts import MAX_POSTS, MAX_POSTS_TO_ONE, MAX_TRIES
from recado.kit.postman import Postman
from recado.personal import first_id
from recado.privacy.aging import remove_aged
from recado.privacy.service import Days
from tests.jobs.support import at_work, ended, kinds, submit
from tests.mailbox.support import eventually
from tests.webhooks.receiver import Receiver, hanging, receiving

BOX, SECRET = SecretBox(["a key for tests only"]), "a-secret-of-the-receiver"
HERE = Destinations((ip_network("127.0.0.0/8"),))


@asynccontextmanager
async def calling(database: Database, box: SecretBox = BOX, may: Destinations = HERE) -> AsyncGenerator[None]:
    task = asyncio.create_task(JobCallbacks(database, box, may, look_s=0.02).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def named(database: Database, project_id: str, job_id: str, url: str) -> None:
    async with database.project(project_id) as session:
        await call_back(session, BOX, HERE, await service.get(session, job_id), url, SECRET)


async def callback(database: Database, project_id: str, job_id: str) -> JobCallback:
    async with database.project(project_id, read_only=True) as session:
        return await get_callback(session, job_id)


async def make_due(database: Database) -> None:
    async with database.system() as session:
        await session.execute(update(JobCallback).where(JobCallback.due_ms.is_not(None)).values(due_ms=1))


async def done(database: Database, project_id: str, job_id: str) -> JobCallback:
    async def look() -> bool:
        return (await callback(database, project_id, job_id)).done_ms is not None

    await eventually(look)
    return await callback(database, project_id, job_id)


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with receiving() as made:
        yield made


async def test_succeeded_failed_and_cancelled_jobs_are_told_once_and_signed(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    async def works(run: Run) -> Any:
        return {"sum": 7}

    async def refuses(run: Run) -> None:
        raise BadInput("There is nothing to do", code="nothing_to_do")

    ids = [await submit(database, project_id, name, {}) for name in ("works", "refuses", "waits")]
    for job_id in ids:
        await named(database, project_id, job_id, receiver.url)
    async with calling(database), at_work(database, kinds(works=works, refuses=refuses)):
        async with database.project(project_id) as session:
            await service.cancel(session, ids[2])
        rows = [await done(database, project_id, job_id) for job_id in ids]
    bodies = {body["data"]["id"]: body for body in receiver.bodies}
    assert len(receiver.posts) == 3
    assert [bodies[job_id]["data"]["state"] for job_id in ids] == ["succeeded", "failed", "cancelled"]
    assert bodies[ids[0]]["data"]["result"] == {"sum": 7}
    assert bodies[ids[1]]["data"]["error"]["code"] == "nothing_to_do"
    assert [(bodies[row.job_id]["id"], bodies[row.job_id]["event"]) for row in rows] == [
        (row.id, "job.finished") for row in rows
    ]
    for raw, headers in receiver.posts:
        made = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert headers["x-webhook-signature"] == made
        assert "x-webhook-timestamp" in headers
    assert [(row.tries, row.error, row.due_ms) for row in rows] == [(1, None, None)] * 3


async def test_it_is_tried_again_with_the_same_body_and_given_up_in_the_end(
    database: Database, project_id: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(_attempt: int, _base_s: float, _cap_s: float) -> float:
        return 0.0

    monkeypatch.setattr(randomness, "full_jitter", at_once)
    receiver.answer, receiver.retry_after = lambda number: 503 if number == 0 else 204, "900"
    job_id = await submit(database, project_id, "waits", {})
    await named(database, project_id, job_id, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    async with calling(database):
        await eventually(lambda: len(receiver.posts) == 1)

        async def noted() -> bool:
            return (await callback(database, project_id, job_id)).error == "HTTP 503"

        await eventually(noted)
        # The receiver asked for a quarter of an hour; its own wait would be over long before.
        async with database.system(read_only=True) as session:
            left_ms = ((await callback(database, project_id, job_id)).due_ms or 0) - await database_now_ms(session)
        assert 600_000 < left_ms <= 900_000
        await make_due(database)
        assert (await done(database, project_id, job_id)).tries == 2
    assert receiver.posts[0][0] == receiver.posts[1][0]
    receiver.answer = lambda _: 500
    other = await submit(database, project_id, "waits", {})
    await named(database, project_id, other, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, other)
        await session.execute(update(JobCallback).where(JobCallback.job_id == other).values(tries=MAX_TRIES - 1))
    async with calling(database):
        row = await done(database, project_id, other)
    assert (row.tries, row.error, row.due_ms) == (MAX_TRIES, "HTTP 500", None)


async def test_a_defect_is_not_tried_again_at_once(
    database: Database, project_id: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def broken(row: JobCallback, _: Job) -> bytes:
        tried.append(row.id)
        raise ValueError("a defect")

    monkeypatch.setattr("recado.jobs.callbacks.body_of", broken)
    job_id = await submit(database, project_id, "waits", {})
    await named(database, project_id, job_id, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    async with calling(database):
        await eventually(lambda: bool(tried))
    async with database.system() as session:
        now_ms = await database_now_ms(session)
    row = await callback(database, project_id, job_id)
    assert row.due_ms is not None
    assert (row.tries, row.done_ms, row.due_ms > now_ms) == (1, None, True)


async def test_one_process_posts_and_a_dead_ones_claim_runs_out(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    job_id = await submit(database, project_id, "waits", {})
    await named(database, project_id, job_id, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    dead = JobCallbacks(database, BOX, HERE)
    (lost,) = await dead._claim(10)  # pyright: ignore[reportPrivateUsage]
    assert await dead._claim(10) == []  # pyright: ignore[reportPrivateUsage]
    await make_due(database)  # its lease has run out
    async with calling(database), calling(database):
        assert (await done(database, project_id, job_id)).tries == 2
    await dead._mark(lost, 0, "stopped")  # pyright: ignore[reportPrivateUsage] # too late: it is another's
    assert (await callback(database, project_id, job_id)).error is None
    assert len(receiver.posts) == 1


async def test_private_addresses_are_refused_at_once_and_at_the_call(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    job_id = await submit(database, project_id, "waits", {})
    async with database.project(project_id) as session:
        job = await service.get(session, job_id)
        with pytest.raises(BadInput) as refused:
            await call_back(session, BOX, Destinations(), job, receiver.url, SECRET)
        assert refused.value.code == "address_not_allowed"
        with pytest.raises(NotFound):
            await get_callback(session, job_id)
    await named(database, project_id, job_id, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)

    async def noted() -> bool:
        return (await callback(database, project_id, job_id)).error == "address_not_allowed"

    async with calling(database, may=Destinations()):
        await eventually(noted)
    assert receiver.posts == []


async def test_a_job_that_is_over_is_told_at_once_and_the_first_callback_holds(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    job_id = await submit(database, project_id, "waits", {})
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    assert (await ended(database, job_id)).state == "cancelled"
    await named(database, project_id, job_id, receiver.url)
    await named(database, project_id, job_id, "http://127.0.0.1:9/other")
    async with calling(database):
        assert (await done(database, project_id, job_id)).url == receiver.url
    assert len(receiver.posts) == 1


async def test_secrets_are_encrypted_anew_until_they_are_done(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    job_id = await submit(database, project_id, "waits", {})
    await named(database, project_id, job_id, receiver.url)
    newer = SecretBox(["another key for tests", "a key for tests only"])
    async with database.system() as session:
        assert (await renew_secrets(session, newer), await renew_secrets(session, newer)) == (1, 0)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    async with calling(database, SecretBox(["another key for tests"])):
        await done(database, project_id, job_id)
    async with database.system() as session:
        assert await renew_secrets(session, SecretBox(["a third key for tests"])) == 0


async def test_a_job_that_has_aged_goes_with_its_callback_but_not_before_it_was_told(
    database: Database, project_id: str, receiver: Receiver
) -> None:
    job_id = await submit(database, project_id, "waits", {})
    await named(database, project_id, job_id, receiver.url)
    async with database.project(project_id) as session:
        await service.cancel(session, job_id)
    async with database.system() as session:
        old = {"id": first_id(1_000), "created_ms": 1_000}
        await session.execute(update(Job).where(Job.id == job_id).values(old))
        await session.execute(update(JobCallback).values(job_id=old["id"]))
    assert (await remove_aged(database, project_id, Days(logs=30)))["jobs"] == 0
    async with calling(database):
        await done(database, project_id, first_id(1_000))
    assert (await remove_aged(database, project_id, Days(logs=30)))["jobs"] == 1
    with pytest.raises(NotFound):
        await callback(database, project_id, first_id(1_000))


async def test_a_receiver_that_hangs_leaves_room_for_others(
    database: Database, project_id: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_posts, "Postman", partial(Postman, timeout_s=600.0))  # nothing ends but by the receiver
    async with hanging() as silent:
        for number, url in enumerate([silent.url] * (MAX_POSTS + 1) + [receiver.url]):
            job_id = await submit(database, project_id, "waits", {"n": number})
            await named(database, project_id, job_id, url)
            async with database.project(project_id) as session:
                await service.cancel(session, job_id)
        async with calling(database):
            await eventually(lambda: receiver.posts and len(silent.held) == MAX_POSTS_TO_ONE)
            silent.over.set()
            await eventually(lambda: len(silent.held) > MAX_POSTS_TO_ONE)

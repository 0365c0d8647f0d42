"""Deliveries: one row for each endpoint and event, in order, tried again, and safe from a kill and a stop."""

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.event import listen, remove

from recado.events.service import record
from recado.kit import new_id
from recado.kit.destinations import Destinations
from recado.kit.postman import Result
from recado.kit.signed import signature
from recado.lookout import now_of
from recado.webhooks import delivering, service
from recado.webhooks.delivering import CLAIM_ROWS, claim, release, settle
from recado.webhooks.models import WebhookDelivery
from tests.mailbox.support import eventually
from tests.webhooks.support import REFUSED, World, all_are

KEY = "a key for tests only"


async def test_every_event_that_is_wanted_comes_once_and_in_order(world: World, other_project_id: str) -> None:
    await world.happen("job.before")
    await world.add("job.*")
    await world.add("alert.raised")
    made = await world.happen("job.one", "alert.raised", "other", "job.two", "job.three")
    async with world.database.project(other_project_id) as session:
        await record(session, "job.secret")
    await world.mailbox.number_events()
    async with world.delivering(2):  # two processes hand out and send
        await eventually(lambda: all_are(world, 4, "delivered"))
    assert [i for i in world.receiver.ids if i != made[1]] == [made[0], made[3], made[4]]
    assert sorted(world.receiver.ids) == sorted([made[0], made[1], made[3], made[4]])
    assert all(row.project_id == world.project_id and row.attempts == 1 for row in await world.rows())
    (log,) = json.loads((await world.rows())[0].log)
    assert (log["status"], log["error"]) == (204, None)


async def test_processes_beside_each_other_keep_the_order(world: World) -> None:
    """More than one claim holds: a second process must not begin with what comes after it."""
    await world.add()
    made = await world.happen(*("job.done" for _ in range(2 * CLAIM_ROWS + 5)))
    await world.deliverer().hand_out()
    async with world.delivering(3):
        await eventually(lambda: all_are(world, len(made), "delivered"))
    assert world.receiver.ids == made


async def test_a_stop_ends_what_is_on_its_way_and_gives_the_rest_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "DRAIN_S", 30.0)  # its end is waited for, also on a machine that stalls
    await world.add()
    made = await world.happen("a", "b", "c")
    await world.deliverer().hand_out()
    posted = asyncio.Event()
    world.receiver.on_post = posted.set
    async with world.delivering():
        await asyncio.wait_for(posted.wait(), 60)
    assert [(row.owner, row.lease_until_ms) for row in await world.rows()] == [(None, 0)] * 3
    assert (await world.rows())[0].state == "delivered"
    async with world.delivering():
        await eventually(lambda: all_are(world, 3, "delivered"))
    assert world.receiver.ids == made


async def test_what_is_changed_during_a_post_holds_for_the_next(world: World) -> None:
    endpoint_id = await world.add()
    made = await world.happen("a", "b", "c")
    await world.deliverer().hand_out()
    done = asyncio.Event()

    async def change(number: int) -> None:
        async with world.database.project(world.project_id) as session:
            how: dict[str, Any] = {"secret": "another secret"} if number == 0 else {"active": False}
            await service.change_endpoint(session, world.box, Destinations(), endpoint_id, **how)
        if number == 1:
            done.set()

    world.receiver.before_answer = change
    async with world.delivering():
        await asyncio.wait_for(done.wait(), 60)
        await eventually(lambda: _settled(world, ["delivered", "delivered", "queued"]))
    assert world.receiver.ids == made[:2]
    for (body, headers), is_new in zip(world.receiver.posts, (False, True), strict=True):
        assert (headers["x-webhook-signature"] == signature("another secret", body)) is is_new


async def _settled(world: World, states: list[str]) -> bool:
    rows = await world.rows()
    return [row.state for row in rows] == states and all(row.owner is None for row in rows)


async def test_a_failure_comes_again_with_the_same_body(world: World) -> None:
    await world.add()
    await world.happen("job.done")
    world.receiver.answer = lambda n: (500, 307, 204)[n]
    async with world.delivering():

        async def due_now() -> bool:
            await world.time_passes()
            return await all_are(world, 1, "delivered")

        await eventually(due_now)
    assert len({body for body, _ in world.receiver.posts}) == 1
    (row,) = await world.rows()
    assert [attempt["status"] for attempt in json.loads(row.log)] == [500, 307, 204]
    assert row.attempts == 3
    assert "whsec" not in row.log
    assert (await world.endpoint()).failing_since_ms is None


async def test_a_claim_is_one_process_until_its_lease_ends(world: World) -> None:
    endpoint_id = await world.add()
    made = await world.happen("a", "b", "c")
    await world.deliverer().hand_out()
    first, second = new_id(), new_id()
    async with world.database.system() as session:
        mine = (await claim(session, world.box, endpoint_id, first)).rows
    assert [json.loads(row.body or b"")["id"] for row in mine] == made
    async with world.database.system() as session:
        assert (await claim(session, world.box, endpoint_id, second)).rows == ()
    await world.set(WebhookDelivery, lease_until_ms=1)  # the lease ends
    async with world.database.system() as session:
        theirs = (await claim(session, world.box, endpoint_id, second)).rows
    async with world.database.project(world.project_id) as session:
        await settle(session, endpoint_id, first, mine[0], REFUSED)  # too late
        await release(session, first, [row.id for row in mine])
        await settle(session, endpoint_id, second, theirs[0], Result(1, 1, 200, None, None))
    assert [(row.state, row.attempts, row.owner) for row in await world.rows()] == [
        ("delivered", 1, None),
        ("queued", 0, second),
        ("queued", 0, second),
    ]


async def test_what_is_taken_away_during_a_post_is_not_posted(world: World) -> None:
    """As by an erasure: what was claimed with it stays behind."""
    await world.add()
    made = await world.happen("a", "b", "c", "d")

    async def take_away(number: int) -> None:
        if number == 0:
            async with world.database.system() as session:
                await session.execute(delete(WebhookDelivery).where(WebhookDelivery.event_id.in_(made[1:3])))

    world.receiver.before_answer = take_away
    async with world.delivering():
        await eventually(lambda: all_are(world, 2, "delivered"))
    assert world.receiver.ids == [made[0], made[3]]


async def test_what_waits_is_found_without_a_look_at_all_of_it(world: World) -> None:
    """Endless logs and backlogs cost nothing, several times a second. PostgreSQL goes by its statistics."""
    if not world.database.is_sqlite:
        return
    asked: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "webhook_deliveries" in statement and statement.startswith("SELECT") and "WHERE" in statement:
            asked[statement] = parameters

    engine = world.database.engine.sync_engine
    listen(engine, "before_cursor_execute", note)
    await world.add()
    await world.happen("a", "b")
    world.receiver.answer = lambda n: 500 if n == 0 else 204
    async with world.delivering():

        async def due_now() -> bool:
            await world.time_passes()
            return await all_are(world, 2, "delivered")

        await eventually(due_now)
    async with world.database.system(read_only=True) as session:
        await session.scalar(select(delivering.waiting(now_of(world.database))))
    remove(engine, "before_cursor_execute", note)
    ways: set[str] = set()
    async with world.database.engine.connect() as connection:
        for statement, parameters in asked.items():
            for step in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                if "webhook_deliveries" in (way := str(step[-1])):
                    ways.add(way)
    found = re.compile(r"USING INDEX (ix_webhook_deliveries_(due|order|held|done) |.* \(id=\?\)$)")
    assert [way for way in ways if not found.search(way)] == []
    assert [way for way in ways if "ix_webhook_deliveries_order" in way], "a claim reads no more than it takes"


async def test_a_killed_worker_loses_nothing(world: World, tmp_path: Path) -> None:
    """`kill -9` while the receiver holds a post: it comes again, with the same id, and the others once."""
    await world.add()
    made = await world.happen("a", "b", "c")
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recado", "worker"),
        env={
            **os.environ,
            "RECADO_DATABASE_URL": world.database.url,
            "RECADO_DATA_DIR": str(tmp_path),
            "RECADO_SECRET_KEY": KEY,
            "RECADO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    def kill() -> None:
        if len(world.receiver.posts) == 2:
            worker.send_signal(signal.SIGKILL)

    world.receiver.on_post = kill
    assert await worker.wait() == -signal.SIGKILL
    assert await world.states() == ["delivered", "queued", "queued"]
    await world.set(WebhookDelivery, lease_until_ms=0)  # the dead one's lease ends
    async with world.delivering():
        await eventually(lambda: all_are(world, 3, "delivered"))
    assert world.receiver.ids == [made[0], made[1], made[1], made[2]]


async def test_what_was_done_long_ago_is_forgotten(world: World) -> None:
    await world.add()
    await world.happen("a", "b")
    await world.deliverer().hand_out()
    old, new = await world.rows()
    async with world.database.system() as session:
        await session.execute(
            update(WebhookDelivery).where(WebhookDelivery.id == old.id).values(state="dead", done_ms=1)
        )
    async with world.database.system() as session:
        assert await service.prune(session) == 1
    assert [row.id for row in await world.rows()] == [new.id]

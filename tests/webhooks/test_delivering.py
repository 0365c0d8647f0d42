"""Deliveries: one row for each endpoint and event, in order, tried again, paused, replayed, and safe from a kill."""

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from sqlalchemy import delete, select, text, update
from sqlalchemy.event import listen, remove
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms
from recado.errors import BadInput, Conflict, NotFound
from recado.events.service import list_events, record
from recado.kit import new_id, randomness
from recado.kit.clock import use_clock
from recado.kit.crypto import SecretBox
from recado.kit.destinations import EVERYWHERE, Destinations
from recado.kit.postman import Result
from recado.kit.signed import signature
from recado.lookout import now_of
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import SqliteDriver
from recado.webhooks import delivering, service
from recado.webhooks.delivering import CLAIM_ROWS, Deliverer, claim, release, settle
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.mailbox.support import eventually, on_postgres, waits_for_a_lock
from tests.webhooks.receiver import Receiver, hanging, receiving

LOOPBACK = (ip_network("127.0.0.0/8"),)
DAY_MS = 24 * 3_600_000
REFUSED = Result(1, 2, 500, None, "no")
KEY = "a key for tests only"


@dataclass
class World:
    """A database with a project, a receiver, and what numbers events."""

    database: Database
    project_id: str
    box: SecretBox
    mailbox: Mailbox
    receiver: Receiver

    async def add(self, *events: str, url: str | None = None) -> str:
        async with self.database.project(self.project_id) as session:
            added, _ = await service.add_endpoint(
                session, self.box, Destinations(EVERYWHERE), url or self.receiver.url, ("*",)
            )
            added.events = json.dumps(events or ("*",))  # also names that no event has but those of these tests
        return added.id

    async def happen(self, *names: str) -> list[str]:
        ids: list[str] = []
        for name in names:
            async with self.database.project(self.project_id) as session:
                ids.append((await record(session, name, {"n": len(ids)})).id)
            await self.mailbox.number_events()
        return ids

    def deliverer(self) -> Deliverer:
        return Deliverer(self.database, self.box, new_id(), LOOPBACK)

    async def rows(self) -> list[WebhookDelivery]:
        async with self.database.system(read_only=True) as session:
            return list(await session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.position)))

    async def endpoint(self) -> WebhookEndpoint:
        async with self.database.system(read_only=True) as session:
            return (await session.scalars(select(WebhookEndpoint))).one()

    async def set(self, kind: Any, **values: Any) -> None:
        async with self.database.system() as session:
            await session.execute(update(kind).values(values))

    async def time_passes(self) -> None:
        """Whatever comes later is due."""
        await self.set(WebhookDelivery, due_ms=0)
        await self.set(WebhookEndpoint, retry_ms=None)

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    @contextlib.asynccontextmanager
    async def delivering(self, count: int = 1) -> AsyncGenerator[None]:
        tasks = [asyncio.create_task(self.deliverer().run()) for _ in range(count)]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def world(database: Database, project_id: str, box: SecretBox) -> AsyncIterator[World]:
    owner = new_id()
    driver = (
        SqliteDriver(database.sqlite_path) if database.is_sqlite else PostgresDriver(database.url, database.url, owner)
    )
    mailbox = Mailbox(driver, owner)
    async with receiving() as receiver:
        yield World(database, project_id, box, mailbox, receiver)
    await mailbox.close()


async def test_every_event_that_is_wanted_comes_once_and_in_order(world: World, other_project_id: str) -> None:
    await world.happen("job.before")
    await world.add("job.*")
    await world.add("alert.raised")
    made = await world.happen("job.one", "alert.raised", "other", "job.two", "job.three")
    async with world.database.project(other_project_id) as session:
        await record(session, "job.secret")
    await world.mailbox.number_events()
    async with world.delivering(2):  # two processes hand out and send
        await eventually(lambda: _all(world, 4, "delivered"))
    assert [i for i in world.receiver.ids if i != made[1]] == [made[0], made[3], made[4]]
    assert sorted(world.receiver.ids) == sorted([made[0], made[1], made[3], made[4]])
    assert all(row.project_id == world.project_id and row.attempts == 1 for row in await world.rows())
    (log,) = json.loads((await world.rows())[0].log)
    assert (log["status"], log["error"]) == (204, None)


async def _all(world: World, count: int, state: str) -> bool:
    return await world.states() == [state] * count


async def test_processes_beside_each_other_keep_the_order(world: World) -> None:
    """More than one claim holds: a second process must not begin with what comes after it."""
    await world.add()
    made = await world.happen(*("job.done" for _ in range(2 * CLAIM_ROWS + 5)))
    await world.deliverer().hand_out()
    async with world.delivering(3):
        await eventually(lambda: _all(world, len(made), "delivered"))
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
        await eventually(lambda: _all(world, 3, "delivered"))
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


@on_postgres
async def test_an_endpoint_takes_what_happens_from_its_commit_on(world: World) -> None:
    """Also while another process is just handing out."""
    await world.add()
    await world.happen("a")

    async def hand_out() -> int:
        async with world.database.system() as session:
            return await service.hand_out(session)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 1
        other = asyncio.create_task(hand_out())
        await eventually(lambda: waits_for_a_lock(world.database))
        added = await world.add()
        (made,) = await world.happen("b")
    await other
    await world.deliverer().hand_out()
    assert [row.event_id for row in await world.rows() if row.endpoint_id == added] == [made]


@on_postgres
async def test_nothing_is_left_of_an_endpoint_that_is_removed_while_it_is_handed_something(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a")

    async def remove() -> None:
        async with world.database.project(world.project_id) as session:
            await service.remove_endpoint(session, endpoint_id)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 1
        removing = asyncio.create_task(remove())
        await eventually(lambda: waits_for_a_lock(world.database))
    await removing
    assert await world.rows() == []


@on_postgres
async def test_endpoints_that_get_nothing_are_not_written_to(world: World) -> None:
    """A row lock is a write, several times a second."""
    takes, other = await world.add("a"), await world.add("b")
    assert await _locked(world) == set()
    await world.happen("a", "c")
    assert await world.deliverer().hand_out() == 2
    assert await _locked(world) == {takes}
    await world.happen("b")
    assert await world.deliverer().hand_out() == 1
    assert await _locked(world) == {takes, other}
    assert [row.endpoint_id for row in await world.rows()] == [takes, other]


async def _locked(world: World) -> set[str]:
    """The endpoints whose rows somebody has locked since they were written."""
    async with world.database.system(read_only=True) as session:
        return set(await session.scalars(text("SELECT id::text FROM webhook_endpoints WHERE xmax::text <> '0'")))


@on_postgres
async def test_an_endpoint_that_goes_or_sleeps_before_it_is_handed_something_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed, asleep, again, stays = [await world.add() for _ in range(4)]
    made = await world.happen("a", "b")
    between = service.events_between

    async def changed_meanwhile(*given: Any) -> Any:
        """Once the endpoints are read, before those that take something are locked."""
        async with world.database.project(world.project_id) as session:
            await service.remove_endpoint(session, removed)
            for endpoint_id in (asleep, again):
                await service.change_endpoint(session, world.box, Destinations(EVERYWHERE), endpoint_id, active=False)
            await service.change_endpoint(session, world.box, Destinations(EVERYWHERE), again, active=True)
        return await between(*given)

    monkeypatch.setattr(service, "events_between", changed_meanwhile)
    async with asyncio.timeout(60):  # nothing waits for what is not locked yet
        assert await world.deliverer().hand_out() == 2
    assert [(row.endpoint_id, row.event_id) for row in await world.rows()] == [(stays, one) for one in made]


async def test_a_failure_comes_again_with_the_same_body(world: World) -> None:
    await world.add()
    await world.happen("job.done")
    world.receiver.answer = lambda n: (500, 307, 204)[n]
    async with world.delivering():

        async def due_now() -> bool:
            await world.time_passes()
            return await _all(world, 1, "delivered")

        await eventually(due_now)
    assert len({body for body, _ in world.receiver.posts}) == 1
    (row,) = await world.rows()
    assert [attempt["status"] for attempt in json.loads(row.log)] == [500, 307, 204]
    assert row.attempts == 3
    assert "whsec" not in row.log
    assert (await world.endpoint()).failing_since_ms is None


@pytest.fixture
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait ends by itself while a test runs."""

    def longest(_attempt: int, _base_s: float, cap_s: float) -> float:
        return cap_s

    monkeypatch.setattr(randomness, "full_jitter", longest)


@pytest.mark.usefixtures("long_waits")
async def test_an_endpoint_that_is_down_gets_a_probe_whatever_waits_for_it(world: World) -> None:
    """And the others get theirs meanwhile. Once it is up again, all that waited comes in order."""
    failing = await world.add("a")
    made = await world.happen(*["a"] * (2 * CLAIM_ROWS + 5))
    world.receiver.answer = lambda _: 503
    async with receiving() as well, world.delivering():
        await eventually(lambda: _posts(world, 2))  # one failure is none
        await world.add("b", url=well.url)
        others = [(await world.happen("b"))[0] for _ in range(10)]

        async def all_others() -> bool:
            return well.ids == others

        await eventually(all_others)
        assert world.receiver.ids == made[:2]

        async def rests() -> bool:
            shown = await _endpoint(world, failing)
            return (shown.failures, (shown.retry_ms or 0) > (shown.failing_since_ms or 0)) == (2, True)

        await eventually(rests)
        world.receiver.answer = lambda _: 204
        await world.set(WebhookEndpoint, retry_ms=1)  # the rest is over

        async def all_but_two() -> bool:
            return (await world.states()).count("delivered") == len(made) - 2 + len(others)

        await eventually(all_but_two)
        assert world.receiver.ids == made
        await world.time_passes()  # those that failed have waits of their own
        await eventually(lambda: _all(world, len(made) + len(others), "delivered"))
        assert world.receiver.ids == made + made[:2]
    assert (await _endpoint(world, failing)).failures == 0


async def test_a_receiver_that_asks_for_time_gets_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its first failure on; one that asks for time for an event alone gets the others."""

    def at_once(_attempt: int, _base_s: float, _cap_s: float) -> float:
        return 0.0

    monkeypatch.setattr(randomness, "full_jitter", at_once)
    await world.add()
    made = await world.happen("a", "b")
    world.receiver.retry_after = "1800"

    async def times() -> tuple[float, float]:
        """How long the first delivery, and the endpoint, are left alone (s)."""
        async with world.database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
        endpoint, (row, _) = await world.endpoint(), await world.rows()
        return (row.due_ms - now_ms) / 1000, ((endpoint.retry_ms or 0) - now_ms) / 1000

    world.receiver.answer = lambda _: 503
    async with world.delivering():
        await eventually(lambda: _posts(world, 1))

        async def waits() -> bool:
            return all(1500 < left_s <= 1800 for left_s in await times())

        await eventually(waits)
    assert world.receiver.ids == made[:1]
    assert json.loads((await world.rows())[0].log)[0]["retry_after_s"] == 1800
    await world.time_passes()
    world.receiver.answer = lambda n: 413 if world.receiver.ids[n] == made[0] else 204
    async with world.delivering():

        async def other_came() -> bool:
            return [(row.state, row.attempts) for row in await world.rows()] == [("queued", 2), ("delivered", 1)]

        await eventually(other_came)
    of_delivery_s, of_endpoint_s = await times()
    assert 1500 < of_delivery_s <= 1800
    assert of_endpoint_s < 0
    assert world.receiver.ids == [made[0], made[1], made[0]]


async def _endpoint(world: World, endpoint_id: str) -> WebhookEndpoint:
    async with world.database.system(read_only=True) as session:
        found = await session.get(WebhookEndpoint, endpoint_id)
        assert found is not None
        return found


@pytest.mark.usefixtures("long_waits")
async def test_a_receiver_that_refuses_some_events_gets_the_others(world: World) -> None:
    await world.add()
    await world.happen(*["bad", "good"] * 5)
    world.receiver.answer = lambda n: 400 if world.receiver.bodies[n]["event"] == "bad" else 204
    async with world.delivering():

        async def all_good(count: int, tries: int) -> bool:
            rows = await world.rows()
            bad, good = rows[::2], rows[1::2]
            return len(good) == count and {one.state for one in good} == {"delivered"} and bad[0].attempts == tries

        await eventually(lambda: all_good(5, 1))
        for tries in (2, 3, 4):  # they come again, one after the other: that is no news
            await world.set(WebhookDelivery, due_ms=0)
            await eventually(lambda: _tried(world, tries))  # noqa: B023 # awaited at once
        await world.happen("bad", "good")
        await eventually(lambda: all_good(6, 4))
    endpoint = await world.endpoint()
    assert (endpoint.failures <= 1, endpoint.retry_ms) == (True, None)


@pytest.mark.usefixtures("long_waits")
async def test_many_refused_events_do_not_hold_up_what_comes_behind_them(world: World) -> None:
    await world.add()
    await world.happen(*["bad"] * 12, "good")
    world.receiver.answer = lambda n: 422 if world.receiver.bodies[n]["event"] == "bad" else 204
    async with world.delivering():

        async def good_came() -> bool:
            return "delivered" in {row.state for row in await world.rows()}

        await eventually(good_came)


async def _tried(world: World, tries: int) -> bool:
    return {row.attempts for row in await world.rows() if row.state == "queued"} == {tries}


@pytest.mark.usefixtures("long_waits")
async def test_whoever_mends_a_receiver_need_not_wait(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a", "b")
    await world.deliverer().hand_out()
    change = partial(service.change_endpoint, box=world.box, destinations=Destinations(EVERYWHERE))
    owner = new_id()
    for _ in range(2):
        await _fail(world, endpoint_id, owner)
    first, second = await world.rows()
    assert (first.attempts, second.attempts) == (1, 1), "the same one again could be the only one that it refuses"
    assert await _claimed(world, endpoint_id) == 0
    mends: tuple[Callable[[AsyncSession], Awaitable[object]], ...] = (
        lambda session: service.replay(session, first.id),
        lambda session: service.replay_range(session, endpoint_id, None, None),
        lambda session: change(session, endpoint_id=endpoint_id, secret="another secret"),
        lambda session: change(session, endpoint_id=endpoint_id, url=world.receiver.url),
        lambda session: change(session, endpoint_id=endpoint_id, active=True),
    )
    for mend in mends:
        await world.set(WebhookEndpoint, retry_ms=2**52)
        await world.set(WebhookDelivery, due_ms=0)
        assert await _claimed(world, endpoint_id) == 0
        async with world.database.project(world.project_id) as session:
            await mend(session)
        assert await _claimed(world, endpoint_id) == 1


async def _claimed(world: World, endpoint_id: str) -> int:
    """How many deliveries are claimed; they are given back."""
    owner = new_id()
    async with world.database.system() as session:
        rows = (await claim(session, world.box, endpoint_id, owner)).rows
    async with world.database.project(world.project_id) as session:
        await release(session, owner, [row.id for row in rows])
    return len(rows)


async def test_the_day_of_what_waited_behind_others_begins_with_its_first_try(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a")
    await world.deliverer().hand_out()
    for states in (["queued"], ["dead"]):
        await world.set(WebhookDelivery, until_ms=1)
        await _fail(world, endpoint_id, new_id())
        assert await world.states() == states


async def test_back_off_ends_after_a_day_and_the_endpoint_is_paused(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("job.done")
    await world.deliverer().hand_out()
    owner = new_id()
    with randomness.use_random(1):
        waits = [await _fail(world, endpoint_id, owner) for _ in range(12)]
    assert all(0 <= wait <= min(5_000 * 2**n, 3_600_000) for n, wait in enumerate(waits))
    assert max(waits) > 100_000
    assert await world.states() == ["queued"]
    (row,) = await world.rows()
    await world.set(WebhookDelivery, until_ms=row.created_ms - DAY_MS)
    endpoint = await world.endpoint()
    assert endpoint.failing_since_ms is not None
    await world.set(WebhookEndpoint, failing_since_ms=endpoint.failing_since_ms - DAY_MS)
    await _fail(world, endpoint_id, owner)
    assert await world.states() == ["dead"]
    assert (await world.endpoint()).paused_ms is not None
    async with world.database.project(world.project_id, read_only=True) as session:
        (paused,) = (await list_events(session, name=service.PAUSED)).items
    assert json.loads(paused.data)["webhook_id"] == endpoint_id
    assert await world.happen("job.more")
    await world.deliverer().hand_out()
    assert len(await world.rows()) == 1, "a paused endpoint gets nothing new"


async def _fail(world: World, endpoint_id: str, owner: str) -> int:
    """One try that fails; how long the next one waits (milliseconds)."""
    await world.time_passes()
    async with world.database.system() as session:
        row, *rest = (await claim(session, world.box, endpoint_id, owner)).rows
    async with world.database.project(world.project_id) as session:
        await settle(session, endpoint_id, owner, row, REFUSED)
        await release(session, owner, [one.id for one in rest])
        left = await session.get(WebhookDelivery, row.id)
        assert left is not None
        return left.due_ms - await database_now_ms(session)


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


async def test_one_and_a_range_are_replayed_with_their_ids(world: World) -> None:
    made = await world.happen("a", "b")  # before there was an endpoint
    endpoint_id = await world.add("a", "b", "d")
    made += await world.happen("c", "d")
    async with world.delivering():
        await eventually(lambda: _all(world, 1, "delivered"))
        assert world.receiver.ids == [made[3]]
        (row,) = await world.rows()
        async with world.database.project(world.project_id) as session:
            assert (await service.replay(session, row.id)).state == "queued"
        await eventually(lambda: _posts(world, 2))
        async with world.database.project(world.project_id) as session:
            assert await service.replay_range(session, endpoint_id, made[0], None) == 2
        await eventually(lambda: _all(world, 2, "delivered"))
        await eventually(lambda: _posts(world, 4))
    assert world.receiver.ids[:2] == [made[3]] * 2
    assert sorted(world.receiver.ids[2:]) == sorted([made[1], made[3]])


async def test_a_range_is_as_long_as_what_the_endpoint_takes_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_REPLAYED", 3)
    made = await world.happen(*["message.sent"] * 6, "message.failed", "messages.x", "message", "job.a", "job.b.c")
    endpoint_id = await world.add("message.failed", "job.*")
    async with world.database.project(world.project_id) as session:
        assert await service.replay_range(session, endpoint_id, None, None) == 3
    # The second fits nothing; an older version took it.
    await world.set(WebhookEndpoint, events=json.dumps(["message.*", "job.b.*"]))
    async with world.database.project(world.project_id) as session:
        with pytest.raises(BadInput, match="in parts"):
            await service.replay_range(session, endpoint_id, made[3], None)
        assert await service.replay_range(session, endpoint_id, made[4], None) == 3
    assert [row.event_id for row in await world.rows()] == [made[n] for n in (5, 6, 8, 9, 10)]


async def test_a_rest_that_began_after_the_look_is_ended_too(world: World) -> None:
    endpoint_id = await world.add("job.*")
    await world.happen("job.one")
    await world.deliverer().hand_out()
    (row,) = await world.rows()

    async def change(session: AsyncSession) -> None:
        await service.change_endpoint(session, world.box, Destinations(EVERYWHERE), endpoint_id, active=True)

    rests = update(WebhookEndpoint).values(retry_ms=2**52).execution_options(synchronize_session=False)
    asks: tuple[Callable[[AsyncSession], Awaitable[Any]], ...] = (
        change,
        lambda session: service.replay(session, row.id),
        lambda session: service.replay_range(session, endpoint_id, None, None),
    )
    for ask in asks:
        async with world.database.project(world.project_id) as session:
            seen = await service.get_endpoint(session, endpoint_id)
            await session.execute(rests)  # as a try that failed at this very time
            assert seen.retry_ms is None
            await ask(session)
        assert (await world.endpoint()).retry_ms is None


@on_postgres
async def test_a_range_is_replayed_while_it_is_handed_out(world: World) -> None:
    endpoint_id = await world.add()
    made = await world.happen("a", "b")

    async def replay() -> int:
        async with world.database.project(world.project_id) as session:
            return await service.replay_range(session, endpoint_id, None, None)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 2
        asked = asyncio.create_task(replay())
        await eventually(lambda: waits_for_a_lock(world.database))
    assert await asked == 2
    assert [row.event_id for row in await world.rows()] == made


async def test_a_replay_that_is_asked_for_during_a_try_is_still_owed(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a")
    owner, taken = new_id(), Result(1, 1, 200, None, None)
    async with world.delivering():
        await eventually(lambda: _all(world, 1, "delivered"))
    for result in (REFUSED, taken):
        async with world.database.project(world.project_id) as session:
            await service.replay(session, (await world.rows())[0].id)
        async with world.database.system() as session:
            (row,) = (await claim(session, world.box, endpoint_id, owner)).rows
        await _later(world)
        async with world.database.project(world.project_id) as session:
            await service.replay(session, row.id)
            await settle(session, endpoint_id, owner, row, result)
        (kept,) = await world.rows()
        assert (kept.state, kept.attempts, kept.owner, kept.lease_until_ms) == ("queued", 0, None, 0)
    async with world.delivering():
        await eventually(lambda: _posts(world, 2))
        await eventually(lambda: _all(world, 1, "delivered"))


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
        await eventually(lambda: _all(world, 2, "delivered"))
    assert world.receiver.ids == [made[0], made[3]]


async def _later(world: World) -> None:
    """A millisecond later on the database's clock."""
    async with world.database.system(read_only=True) as session:
        began_ms = await database_now_ms(session)
    while True:
        async with world.database.system(read_only=True) as session:
            if await database_now_ms(session) > began_ms:
                return


async def _posts(world: World, count: int) -> bool:
    return len(world.receiver.posts) >= count


async def test_an_endpoint_that_hangs_holds_up_no_other(world: World) -> None:
    async with hanging() as silent:
        await world.add(url=silent.url)
        await world.add()
        made = await world.happen("a", "b")
        async with world.delivering():
            await eventually(lambda: _posts(world, 2))
            assert world.receiver.ids == made
            silent.over.set()


async def test_every_endpoint_has_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More endpoints that fail, with much waiting for each, than are served at the same time."""
    monkeypatch.setattr(delivering, "MAX_ENDPOINTS", 1)
    posted: list[int] = []
    async with contextlib.AsyncExitStack() as stack:
        for number in range(3):
            receiver = await stack.enter_async_context(receiving())
            receiver.answer, receiver.on_post = lambda _: 500, partial(posted.append, number)
            await world.add(url=receiver.url)
        await world.happen(*["a"] * 10)
        async with world.delivering():

            async def all_twice() -> bool:
                return len(posted) >= 6

            await eventually(all_twice)
    assert posted[:6] == [0, 1, 2, 0, 1, 2]


async def test_slow_endpoints_leave_places_to_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "MAX_ENDPOINTS", 2)
    monkeypatch.setattr(delivering, "MAX_SLOW", 1)
    monkeypatch.setattr(delivering, "Postman", partial(delivering.Postman, timeout_s=600))
    clock_ms, over = [1_700_000_000_000], asyncio.Event()

    async def slowly(number: int) -> None:
        """The first post takes long by the clock, the second until the end."""
        if number == 0:
            clock_ms[0] += delivering.SLOW_MS
        else:
            await over.wait()

    async with contextlib.AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(receiving()) for _ in range(3)]
        for receiver in slow:
            receiver.before_answer = slowly
            await world.add("slow", url=receiver.url)
        await world.add("quick")
        stack.enter_context(use_clock(lambda: clock_ms[0]))
        await stack.enter_async_context(world.delivering())
        stack.callback(over.set)
        await world.happen("slow")
        await eventually(lambda: _all(world, 3, "delivered"))
        await world.happen("slow", "slow")

        async def one_hangs() -> bool:
            return sum(len(receiver.posts) for receiver in slow) == 4

        await eventually(one_hangs)
        quick = await world.happen(*["quick"] * 3)
        await eventually(lambda: _posts(world, 3))
        assert world.receiver.ids == quick
        assert await one_hangs()


async def test_every_slow_endpoint_has_its_turn_whatever_the_quick_ones_get(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quick ones that are always due must not bring the round of the slow ones back to its beginning."""
    monkeypatch.setattr(delivering, "MAX_ENDPOINTS", 2)
    monkeypatch.setattr(delivering, "MAX_SLOW", 1)
    slow = sorted([await world.add("slow") for _ in range(3)])
    quick = await world.add("quick")
    assert quick > slow[-1]
    await world.happen(*["slow", "quick"] * 3)
    deliverer, leaves, served = world.deliverer(), asyncio.Queue[None](), list[str]()
    await deliverer.hand_out()
    for endpoint_id in slow:
        deliverer._note_pace(endpoint_id, delivering.SLOW_MS)  # pyright: ignore[reportPrivateUsage]

    async def serve(endpoint_id: str, _: object) -> None:
        """All stays due. A slow one leaves when it is told to."""
        served.append(endpoint_id)
        if endpoint_id in slow:
            await leaves.get()

    async def look() -> None:
        await deliverer._start(cast(Any, None))  # pyright: ignore[reportPrivateUsage]
        for _ in range(3):
            await asyncio.sleep(0)

    monkeypatch.setattr(deliverer, "_serve", serve)
    for _ in range(6):
        await look()
        await look()  # a quick one has its turn while a slow one is served
        leaves.put_nowait(None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [one for one in served if one in slow] == slow * 2
    assert served.count(quick) >= 6


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
            return await _all(world, 2, "delivered")

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
        await eventually(lambda: _all(world, 3, "delivered"))
    assert world.receiver.ids == [made[0], made[1], made[1], made[2]]


async def test_what_is_wrong_is_refused(world: World) -> None:
    for url in (
        "ftp://example.com/",
        "http://",
        "https://a:b@example.com",
        "http://x/#y",
        "http://x y/",
        "http://x:0/",
    ):
        with pytest.raises(BadInput):
            await world.add(url=url)
    for name in ("", "Message.sent", "message.sent.*", "*.sent", "message*", ".*", "a" * 65):
        with pytest.raises(BadInput, match=r"message\.sent"):
            async with world.database.project(world.project_id) as session:
                await service.add_endpoint(session, world.box, Destinations(), "https://example.com/", (name,))
    endpoint_id = await world.add()
    await world.happen("a")
    await world.deliverer().hand_out()
    (row,) = await world.rows()
    async with world.database.project(world.project_id) as session:
        with pytest.raises(NotFound):
            await service.replay_range(session, endpoint_id, new_id(), None)
        await service.change_endpoint(session, world.box, Destinations(), endpoint_id, active=False)
        with pytest.raises(Conflict):
            await service.replay(session, row.id)
    async with world.database.system() as session:
        assert (await claim(session, world.box, endpoint_id, new_id())).rows == ()
    async with world.database.project(world.project_id) as session:
        await service.remove_endpoint(session, endpoint_id)
    assert await world.rows() == []


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

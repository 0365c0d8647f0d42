"""Endpoints that fail: they rest and are probed, get what they do not refuse, and are paused after a day."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms
from recado.events.service import list_events
from recado.kit import new_id, randomness
from recado.kit.destinations import EVERYWHERE, Destinations
from recado.setback import set_right
from recado.webhooks import delivering, service
from recado.webhooks.delivering import CLAIM_ROWS, Claimed, claim, release, settle
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.mailbox.support import eventually
from tests.webhooks.receiver import receiving
from tests.webhooks.support import REFUSED, World, all_are, posts_came

DAY_MS = 24 * 3_600_000


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
        await eventually(lambda: posts_came(world, 2))  # one failure is none
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
        await eventually(lambda: all_are(world, len(made) + len(others), "delivered"))
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
        await eventually(lambda: posts_came(world, 1))

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


async def test_what_failed_while_the_clock_was_ahead_is_posted_when_it_is_set_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint_id, owner = await world.add("a"), new_id()
    await world.happen("a")
    async with world.database.system() as session:
        await service.hand_out(session)

    async def a_year_ahead(session: AsyncSession) -> int:
        return await database_now_ms(session) + 365 * DAY_MS

    async def claimed() -> Claimed:
        async with world.database.system() as session:
            return await claim(session, world.box, endpoint_id, owner)

    with monkeypatch.context() as wrong:
        wrong.setattr(delivering, "database_now_ms", a_year_ahead)
        (row,) = (await claimed()).rows
        async with world.database.project(world.project_id) as session:
            await settle(session, endpoint_id, owner, row, replace(REFUSED, retry_after_s=60))
    assert (await claimed()).rows == ()
    await set_right(world.database)
    async with world.database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
    (again,) = (await claimed()).rows
    assert (again.id, again.attempts) == (row.id, 1)
    assert again.until_ms <= now_ms + DAY_MS
    assert ((await world.endpoint()).failing_since_ms or 0) <= now_ms  # so that a day of it is a day

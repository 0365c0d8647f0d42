"""Every endpoint has its turn: neither those that hang nor those that are slow or fail take it from the others."""

import asyncio
import contextlib
from functools import partial
from typing import Any, cast

import pytest

from recado.kit.clock import use_clock
from recado.webhooks import delivering
from tests.mailbox.support import eventually
from tests.webhooks.receiver import hanging, receiving
from tests.webhooks.support import World, all_are, posts_came


async def test_an_endpoint_that_hangs_holds_up_no_other(world: World) -> None:
    async with hanging() as silent:
        await world.add(url=silent.url)
        await world.add()
        made = await world.happen("a", "b")
        async with world.delivering():
            await eventually(lambda: posts_came(world, 2))
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
        await eventually(lambda: all_are(world, 3, "delivered"))
        await world.happen("slow", "slow")

        async def one_hangs() -> bool:
            return sum(len(receiver.posts) for receiver in slow) == 4

        await eventually(one_hangs)
        quick = await world.happen(*["quick"] * 3)
        await eventually(lambda: posts_came(world, 3))
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

"""Who gets a slot: keys and conversations in turn, own prefixes first; and that no slot is lost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest

from recado.errors import RecadoError
from recado.model.engine import EngineInfo, Generation, Piece
from recado.model.slots import Slots, common_prefix


class Places:
    """An engine of which only the number of slots is wanted."""

    def __init__(self, slots: int) -> None:
        self.info = EngineInfo("places", None, "none", slots, 1)

    def generate(self, generation: Generation, slot: int) -> AsyncGenerator[Piece]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


def slots_of(count: int, *, max_waiting: int = 100, max_per_key: int = 100) -> tuple[Slots, Places]:
    slots = Slots(max_waiting=max_waiting, max_per_key=max_per_key, clock=asyncio.get_running_loop().time)
    engine = Places(count)
    slots.replace(None, engine)
    return slots, engine


async def served(slots: Slots, order: list[str], key: str, conversation: str | None, name: str) -> None:
    async with slots.take(key, conversation, ""):
        order.append(name)


async def settle() -> None:
    """Let every task that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_keys_and_conversations_take_turns() -> None:
    slots, _ = slots_of(1)
    order: list[str] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slots.take("z", None, ""))
        wishes = [("a", "1", "a1"), ("a", "1", "a1'"), ("a", "2", "a2"), ("b", "1", "b1"), ("b", None, "b")]
        tasks = [asyncio.create_task(served(slots, order, *wish)) for wish in wishes]
        await settle()
        assert slots.waiting == 5
    await asyncio.gather(*tasks)
    assert order == ["a1", "b1", "a2", "b", "a1'"]
    assert (slots.busy, slots.waiting) == (0, 0)


async def test_a_conversation_comes_back_to_its_slot() -> None:
    slots, _ = slots_of(3)
    async with slots.take("k", "ana", "rules ana 1") as ana, slots.take("k", "luis", "rules luis 1") as luis:
        pass
    async with slots.take("k", "luis", "rules luis 1 2") as again:
        assert again is luis
    async with slots.take("k", None, "rules ana 1 2") as alike:
        assert alike is ana
    async with slots.take("k", "eva", "other") as new:
        assert new not in (ana, luis)


async def test_the_bounds() -> None:
    slots, _ = slots_of(1, max_waiting=1, max_per_key=2)
    async with slots.take("a", None, ""):
        waiting = asyncio.create_task(served(slots, [], "a", None, ""))
        await settle()
        for key, code in (("a", "too_many_requests"), ("b", "queue_full")):
            with pytest.raises(RecadoError) as caught:
                async with slots.take(key, None, ""):
                    pass
            assert caught.value.code == code
            assert caught.value.verdict.retry_after_s is not None
    await waiting
    async with slots.take("b", None, ""):
        pass


async def test_whoever_is_cancelled_gives_its_slot_back() -> None:
    slots, _ = slots_of(1)
    order: list[str] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slots.take("a", None, ""))
        tasks = [asyncio.create_task(served(slots, order, "a", None, str(n))) for n in range(4)]
        await settle()
        tasks[1].cancel()
    tasks[0].cancel()  # its slot was granted just now
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["2", "3"]
    assert (slots.busy, slots.waiting, slots.total) == (0, 0, 1)


async def test_a_new_engine_gets_those_who_wait_and_the_old_one_drains() -> None:
    slots, old = slots_of(1)
    new = Places(2)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slots.take("a", None, ""))
        waiting = asyncio.create_task(served(slots, [], "b", None, ""))
        await settle()
        drained = slots.replace(old, new)
        await waiting
        assert not drained.is_set()
    assert drained.is_set()
    assert slots.total == 2
    async with slots.take("a", None, "") as slot:
        assert slot.engine is new


@pytest.mark.parametrize(("one", "other", "length"), [("", "", 0), ("abc", "abd", 2), ("abc", "abc", 3), ("a", "b", 0)])
def test_common_prefix(one: str, other: str, length: int) -> None:
    assert common_prefix(one, other) == length

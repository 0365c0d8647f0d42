"""Pictures of rows in memory: shared looks, bounded looks, and no lost miss."""

import asyncio

import pytest

from recado.kit import picture
from recado.kit.picture import Picture


class Counting(Picture):
    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.world = 0
        self.seen = 0
        self.broken = False

    async def _load(self) -> None:
        if self.broken:
            raise OSError("the database is away")
        self.looks += 1
        world = self.world
        await asyncio.sleep(0)
        self.seen = world


async def test_many_misses_share_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MISS_SPACING_S", 0.3)
    counting = Counting()
    await counting.refresh()
    await asyncio.gather(*(counting.refresh_after_miss() for _ in range(100)))
    assert counting.looks == 2


async def test_a_miss_sees_what_was_there_when_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MISS_SPACING_S", 0.01)
    counting = Counting()
    looking = asyncio.create_task(counting.refresh())
    await asyncio.sleep(0)  # the look has read the world already
    counting.world = 1
    await counting.refresh_after_miss()
    assert counting.seen == 1
    await looking


async def test_the_old_picture_stays_while_the_database_is_away() -> None:
    counting = Counting()
    counting.world = 1
    keeping = asyncio.create_task(counting.keep_fresh(0.01))
    await seen(counting, 1)
    counting.broken = True
    await asyncio.sleep(0.05)
    assert counting.seen == 1
    counting.broken, counting.world = False, 2
    await seen(counting, 2)
    keeping.cancel()


async def seen(counting: Counting, world: int) -> None:
    async with asyncio.timeout(30):
        while counting.seen != world:  # noqa: ASYNC110 # it has no event to wait for
            await asyncio.sleep(0.01)

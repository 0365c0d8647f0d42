"""A WhatsApp line on the simulator, whose voice notes are fetched and heard."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contracts.providers import cloud_api_simulator
from tests.mailbox.conftest import world
from tests.mailbox.support import World
from tests.media.support import Place, place

__all__ = ["world"]


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with cloud_api_simulator() as url:
        yield url


@pytest_asyncio.fixture(name="at")
async def a_place(world: World, simulator: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(world, simulator, tmp_path) as made:
        yield made

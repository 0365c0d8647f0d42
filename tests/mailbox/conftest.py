"""A database of each kind, and processes on it; everything is closed after the test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from recado.conversations import turn
from recado.db import Database
from recado.mailbox import sender
from recado.mailbox.driver import Driver
from recado.mailbox.service import Mailbox
from tests.mailbox.support import Shop, World


@pytest_asyncio.fixture
async def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    for part in (sender, turn):  # what is under way at the end of a test ends well, also on a machine that stalls
        monkeypatch.setattr(part, "DRAIN_S", 30.0)
    made = World(database)
    yield made
    await made.close()


@pytest.fixture
async def driver(world: World) -> Driver:
    return world.driver()


@pytest.fixture
async def mailbox(world: World) -> Mailbox:
    """The first process."""
    return world.mailbox()


@pytest.fixture
async def other(world: World) -> Mailbox:
    """A second process on the same database."""
    return world.mailbox()


@pytest.fixture
async def shop(world: World) -> Shop:
    return await world.shop()

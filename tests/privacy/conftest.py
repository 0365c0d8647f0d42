"""Somebody to erase, in a database of each kind."""

from pathlib import Path

import pytest_asyncio

from recado.kit.crypto import SecretBox
from tests.mailbox.conftest import world
from tests.mailbox.support import World
from tests.privacy.support import Life, live

__all__ = ["world"]


@pytest_asyncio.fixture
async def life(world: World, box: SecretBox, tmp_path: Path) -> Life:
    return await live(world, box, tmp_path)

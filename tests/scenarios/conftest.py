"""A town for each test, and the tiny model that it asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.databases import Databases
from tests.model.tiny import write_tiny_model
from tests.scenarios.town import Town, town


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With room for a turn's prompt, of which it reads every byte or two as a token."""
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf", seed=2, context=16_384)


@pytest_asyncio.fixture
async def place(databases: Databases, tmp_path: Path) -> AsyncIterator[Town]:
    url = databases.create("sqlite")
    async with town(url, tmp_path) as made:
        yield made
    databases.drop(url)

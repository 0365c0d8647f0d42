"""A process that traces, on a database of each kind, and the collector that it tells."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from recado.db import Database
from recado.kit import new_id
from recado.settings import Settings
from recado.tracing import service
from recado.tracing.mailbox import TracedMailbox
from recado.tracing.service import Tracing, open_tracing
from tests.mailbox.support import Shop, World
from tests.operations.collector import Collector, Seen, collector


@dataclass
class Traced:
    """The tracing of a process, and its mailbox."""

    kept: Collector
    tracing: Tracing
    mailbox: TracedMailbox
    database: Database

    async def spans(self) -> list[Seen]:
        """Everything that was told. Nothing is traced afterwards."""
        await self.tracing.close()
        return self.kept.spans


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        yield found


@pytest_asyncio.fixture
async def world(database: Database) -> AsyncIterator[World]:
    made = World(database)
    yield made
    await made.close()


@pytest.fixture
async def shop(world: World) -> Shop:
    return await world.shop()


@pytest_asyncio.fixture
async def traced(world: World, kept: Collector, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Traced]:
    monkeypatch.setattr(service, "END_S", 60.0)  # what these tests look at must come, also on a busy machine
    owner = new_id()
    tracing = open_tracing(Settings(), world.database, owner, "worker")
    assert tracing is not None
    yield Traced(kept, tracing, tracing.mailbox(world.driver(owner)), world.database)
    monkeypatch.setattr(service, "END_S", 0.0)  # whoever wanted the spans has them
    await tracing.close()

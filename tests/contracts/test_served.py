"""The contract of all that is served over HTTP: the same for the API, its webhooks, a worker's page and the Model API.

Whoever is refused gets the answer, and nobody keeps a connection, or takes memory, without end.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import ASGIApp

from recado.api import build_app, build_worker_app
from recado.channels.cloud_api.callback import WEBHOOK_PATH
from recado.health import Stopping
from recado.kit import connections, gate
from recado.kit.serving import Server
from recado.kit.short_way import ShortWay
from recado.model.access import Access
from recado.model.app import ModelApi
from recado.model.service import ModelService
from recado.model.settings import ModelSettings
from recado.runtime import open_runtime
from recado.settings import Settings
from recado.worker import make_worker
from tests.databases import Databases

# More than any of them takes, and than sockets hold: who sends all of it depends on somebody who reads it.
TOO_LARGE = 16 << 20
WITHIN_S = 60.0


@dataclass(frozen=True)
class Door:
    """Where something is served: the head of a POST, and what is answered if the half of its body comes."""

    served: str
    head: bytes
    half: int


DOORS = {
    "api": Door("api", b"POST /api/v1/contacts HTTP/1.1\r\nHost: localhost\r\n", 401),
    "webhooks": Door(
        "api", b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: sha256=0\r\n", 408
    ),
    "worker": Door("worker", b"POST /health HTTP/1.1\r\nHost: localhost\r\n", 405),
    "model": Door("model", b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n", 408),
}


@dataclass(frozen=True)
class Served:
    """One of them, at work."""

    door: Door
    server: Server
    port: int

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                yield reader, writer
            finally:
                writer.close()

    async def answer(self, *sent: bytes) -> bytes:
        """All that comes on a connection of its own until its end, after all of this was sent."""
        async with self.connected() as (reader, writer):
            for piece in sent:
                writer.write(piece)
                await writer.drain()
            return await reader.read()


@pytest_asyncio.fixture(params=DOORS)
async def served(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> AsyncIterator[Served]:
    door = DOORS[request.param]
    async with _application(door.served, databases, tmp_path) as app:
        server = Server(app, stop_s=1)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve([listening]))
            await asyncio.wait_for(server.listening.wait(), WITHIN_S)
            yield Served(door, server, listening.getsockname()[1])
            server.should_exit = True
            await serving


@asynccontextmanager
async def _application(name: str, databases: Databases, folder: Path) -> AsyncGenerator[ASGIApp]:
    if name == "model":
        yield ModelApi(ModelService(ModelSettings(), _unasked, _unasked), Access(())).app()
        return
    url = databases.create("sqlite")
    async with open_runtime(Settings(database_url=url, data_dir=folder)) as runtime:
        yield build_app(runtime) if name == "api" else build_worker_app(runtime, make_worker(runtime, name), Stopping())
    databases.drop(url)


async def test_webhooks_that_come_whole_go_the_short_way(databases: Databases, tmp_path: Path) -> None:
    async with _application("api", databases, tmp_path) as app:
        connection: Any = Server(app, stop_s=1).config.http
        assert connection.func is ShortWay
        assert set(connection.args[0]) == {WEBHOOK_PATH.encode()}


async def _unasked(*_: Any) -> Any:
    raise AssertionError("no model is needed")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def test_who_sends_all_of_a_body_that_is_refused_learns_why(served: Served) -> None:
    """Many clients, and programs in front, look for an answer only then."""
    large = served.door.head + b"Content-Length: %d\r\n" % TOO_LARGE
    ends = await served.answer(large + b"Connection: close\r\n\r\n", b" " * TOO_LARGE)
    assert (status_of(ends), b"body_too_large" in ends) == (413, True)
    async with served.connected() as (reader, writer):
        for _ in range(2):  # the connection stays
            writer.write(large + b"\r\n" + b" " * TOO_LARGE)
            assert status_of(await reader.readuntil(b"\r\n\r\n")) == 413
            await reader.readuntil(b"body_too_large")


async def test_who_asks_first_and_is_answered_need_not_send_it(served: Served) -> None:
    """And no request follows on that connection: it would stand where the body is waited for."""
    asks = b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % TOO_LARGE
    answer = await served.answer(served.door.head + asks)
    assert status_of(answer) == 413
    assert b"\r\nconnection: close\r\n" in answer


async def test_a_head_without_end_is_refused(served: Served) -> None:
    # No more than it takes: who sends on may find the connection closed before it reads why.
    one_field = await served.answer(served.door.head + b"Cookie: " + b"x" * 65_000, b"x" * 1_000)
    many_fields = await served.answer(served.door.head + b"A: b\r\n" * 2_000)
    assert (status_of(one_field), status_of(many_fields)) == (431, 431)


async def test_a_body_without_end_has_one(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_SILENCE_S", 0.5)
    async with served.connected() as (reader, writer):
        writer.write(served.door.head + b"Content-Length: 9\r\n\r\nhalf")
        assert status_of(await reader.readuntil(b"\r\n\r\n")) == served.door.half
        # Now only: it must not be over before the answer. What comes begins another wait.
        (connection,) = served.server.server_state.connections
        connection.timeout_keep_alive = 0.5  # pyright: ignore[reportAttributeAccessIssue] # of either protocol
        writer.write(b"x")
        with contextlib.suppress(ConnectionError):  # closed with something unread
            await reader.read()


async def test_a_connection_on_which_no_request_comes_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.5)
    served.server.config.timeout_keep_alive = 0.5  # pyright: ignore[reportAttributeAccessIssue] # int by its type only
    assert await served.answer() == b""
    assert await served.answer(b"\r\n") == b""  # may stand before a request (RFC 9112, section 2.2), and is none
    with contextlib.suppress(ConnectionError):  # closed with something unread
        assert await served.answer(served.door.head[:9]) == b""

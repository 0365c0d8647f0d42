"""What goes the short way, and that the rest means the same on the long one."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from recado.kit.serving import Server
from recado.kit.short_way import Answer, Headers, Taker
from tests.mailbox.support import eventually

WITHIN_S = 60.0
POST = b"POST /hook HTTP/1.1\r\nHost: here\r\n"
WHOLE = POST + b"X-Name: Ana\r\nContent-Length: 4\r\n\r\nbody"
SHORT, LONG = b"short: body", b"long: body"


@dataclass
class App:
    """Answers which way a request came. Taken ones wait for `goes_on`."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    names: list[bytes] = field(default_factory=list[bytes])
    fails: bool = False

    def __post_init__(self) -> None:
        self._long = Starlette(routes=[Route("/hook", self.answer, methods=["GET", "POST"])])
        self.takers: Mapping[bytes, Taker] = {b"/hook": self.take}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._long(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        return Response(b"long: " + await request.body())

    async def take(self, headers: Headers, body: bytes) -> Answer:
        self.taken.set()
        await self.goes_on.wait()
        if self.fails:
            raise ValueError(body)
        self.names += [value for name, value in headers if name == b"x-name"]
        return Answer(201, [(b"x-id", b"7")], b"short: " + body)


@dataclass
class Here:
    """A server of it, and a connection."""

    app: App
    server: Server
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def connection(self) -> Any:
        """As the server has it."""
        (connection,) = self.server.server_state.connections
        return connection

    async def read(self) -> bytes:
        """The body of the next answer."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        (length,) = (line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        return await self.reader.readexactly(int(length.partition(b":")[2]))


@asynccontextmanager
async def connected() -> AsyncGenerator[Here]:
    app = App()
    server = Server(app, stop_s=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        await server.listening.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
        try:
            async with asyncio.timeout(WITHIN_S):
                yield Here(app, server, reader, writer)
        finally:
            writer.close()
            app.goes_on.set()
            server.should_exit = True
            await asyncio.wait_for(serving, WITHIN_S)


async def test_a_plain_post_is_taken_one_after_the_other() -> None:
    async with connected() as here:
        here.app.goes_on.set()
        here.writer.write(WHOLE)
        head = await here.reader.readuntil(b"\r\n\r\n")
        assert head == b"HTTP/1.1 201 Created\r\nx-id: 7\r\ncontent-length: 11\r\n\r\n"
        assert await here.reader.readexactly(len(SHORT)) == SHORT
        here.writer.write(WHOLE)
        assert await here.read() == SHORT
        assert here.app.names == [b"Ana", b"Ana"]


@pytest.mark.parametrize(
    "sent",
    [
        POST.replace(b"/hook", b"/hook?a=1") + b"Content-Length: 4\r\n\r\nbody",
        POST + b"Content-Length: 4\r\nConnection: close\r\n\r\nbody",
        POST.replace(b"1.1", b"1.0") + b"Content-Length: 4\r\n\r\nbody",
    ],
    ids=["query", "last", "old"],
)
async def test_what_is_not_plain_goes_the_long_way(sent: bytes) -> None:
    async with connected() as here:
        here.writer.write(sent)
        assert await here.read() == LONG


async def test_what_does_not_come_at_once_goes_the_long_way() -> None:
    async with connected() as here:
        for head, pieces in (
            (b"Content-Length: 4\r\n\r\n", (b"bo", b"dy")),
            (b"Content-Length: 4\r\n\r\nbo", (b"dy",)),
            (b"Transfer-Encoding: chunked\r\n\r\n", (b"2\r\nbo\r\n", b"2\r\ndy\r\n0\r\n\r\n")),
        ):
            here.writer.write(POST + head)
            await eventually(lambda: here.connection.cycle and not here.connection.cycle.response_complete)  # it came
            for piece in pieces:
                here.writer.write(piece)
            assert await here.read() == LONG
        here.app.goes_on.set()
        here.writer.write(WHOLE)
        assert await here.read() == SHORT


async def test_who_asks_first_is_told_to_go_on() -> None:
    async with connected() as here:
        here.writer.write(POST + b"Content-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert await here.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        here.writer.write(b"body")
        assert await here.read() == LONG


async def test_answers_are_in_the_order_of_the_requests() -> None:
    async with connected() as here:
        here.writer.write(WHOLE + WHOLE + POST.replace(b"POST", b"GET") + b"\r\n")
        await here.app.taken.wait()
        here.app.goes_on.set()
        assert [await here.read() for _ in range(3)] == [SHORT, LONG, b"long: "]


async def test_who_is_gone_is_not_answered_and_what_it_sent_is_taken() -> None:
    async with connected() as here:
        here.writer.write(WHOLE)
        await here.app.taken.wait()
        (task,) = here.server.server_state.tasks
        here.writer.transport.abort()
        await eventually(lambda: not here.server.server_state.connections)
        here.app.goes_on.set()
        await task
        assert here.app.names == [b"Ana"]


async def test_a_stop_waits_for_the_answer_and_ends_the_connection() -> None:
    async with connected() as here:
        here.writer.write(WHOLE)
        await here.app.taken.wait()
        connection = here.connection
        here.server.should_exit = True
        await eventually(lambda: not connection.cycle.keep_alive)
        here.app.goes_on.set()
        head = await here.reader.readuntil(b"\r\n\r\n")
        assert b"\r\nconnection: close\r\n" in head  # or a proxy sends the next one on it
        assert await here.reader.read() == SHORT


async def test_a_stop_that_waits_no_longer_acknowledges_nothing() -> None:
    async with connected() as here:
        here.writer.write(WHOLE)
        await here.app.taken.wait()
        here.server.should_exit = True
        assert await here.reader.read() == b""


async def test_a_defect_acknowledges_nothing() -> None:
    async with connected() as here:
        here.app.fails = True
        here.app.goes_on.set()
        here.writer.write(WHOLE)
        assert await here.reader.read() == b""


async def test_who_reads_no_answers_is_answered_no_more() -> None:
    async with connected() as here:
        here.app.goes_on.set()
        here.writer.write(WHOLE)
        assert await here.read() == SHORT
        here.connection.flow.pause_writing()
        here.writer.write(WHOLE)
        await eventually(lambda: here.app.names[1:])
        assert not here.connection.cycle.response_complete
        here.connection.flow.resume_writing()
        assert await here.read() == SHORT


async def test_a_connection_is_not_kept_for_ever_after_an_answer() -> None:
    async with connected() as here:
        here.app.goes_on.set()
        here.writer.write(WHOLE)
        await here.app.taken.wait()
        here.connection.timeout_keep_alive = 0.1
        assert await here.read() == SHORT
        here.writer.write(WHOLE)
        assert await here.read() == SHORT
        assert await here.reader.read() == b""

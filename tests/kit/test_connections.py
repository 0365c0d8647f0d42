"""What a connection takes, and what it goes on after. What ends it: `tests/contracts/test_served.py`."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from recado.kit.gate import MAX_BODY_BYTES, Gate
from recado.kit.serving import Server

HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"


async def here(request: Request) -> Response:
    """Read the body to its end."""
    await request.body()
    return Response("here")


@asynccontextmanager
async def connected() -> AsyncGenerator[tuple[Server, asyncio.StreamReader, asyncio.StreamWriter]]:
    server = Server(Gate(Starlette(routes=[Route("/", here, methods=["GET", "POST"])])), stop_s=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        await server.listening.wait()
        reader, writer = await asyncio.open_connection("127.0.0.1", listening.getsockname()[1])
        try:
            async with asyncio.timeout(60.0):
                yield server, reader, writer
        finally:
            writer.close()
            server.should_exit = True
            await asyncio.wait_for(serving, 60.0)


@pytest.mark.parametrize("sent", [MAX_BODY_BYTES // 2, MAX_BODY_BYTES + 1])
async def test_a_connection_on_which_too_much_was_sent_does_not_stay_for_ever(sent: int) -> None:
    """Whether the rest comes or not, also of who is gone without a word. Another request may follow the rest."""
    async with connected() as (server, reader, writer):
        size = MAX_BODY_BYTES + 1
        writer.write(HEAD + f"Content-Length: {size}\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413 ")
        (connection,) = server.server_state.connections
        if sent == size:
            writer.write(b"x" * sent)
            writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert b"HTTP/1.1 200 OK\r\n" in await reader.readuntil(b"here")
        # Now only, or a slow machine is not done with what is whole. The rest is what comes last.
        cast(Any, connection).timeout_keep_alive = 0.5
        writer.write(b"GET" if sent == size else b"x" * sent)
        with contextlib.suppress(ConnectionError):  # closed with something unread
            await reader.read()


@pytest.mark.parametrize(
    "sent",
    [
        (HEAD + b"A: " + b"x" * 60_000 + b"\r\nContent-Length: 4\r\n\r\nbody",),
        (HEAD + b"Content-Length: 4\r\n", b"\r\n", b"bo", b"dy"),
    ],
)
async def test_a_large_head_is_taken_and_one_that_comes_in_pieces(sent: tuple[bytes, ...]) -> None:
    async with connected() as (_, reader, writer):
        for piece in sent:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")

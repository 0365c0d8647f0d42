"""The lean client: what surely did not leave, what may have, and when connections are kept."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from recado.kit.posting import NoAnswer, NotSent, Poster

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return await reader.readexactly(length)


@asynccontextmanager
async def client(script: Script, scheme: str = "http", **more: float) -> AsyncGenerator[tuple[Poster, list[int]]]:
    """A client of a server that runs `script` on each connection, and the number of connections so far."""
    opened = [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened[0] += 1
        try:
            await script(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    poster = Poster(
        f"{scheme}://127.0.0.1:{port}",
        connect_timeout_s=more.get("connect_timeout_s", 20.0),
        answer_timeout_s=more.get("answer_timeout_s", 20.0),
        max_connections=int(more.get("max_connections", 4)),
        keep_alive_s=more.get("keep_alive_s", 15.0),
    )
    try:
        yield poster, opened
    finally:
        await poster.close()
        server.close()


async def always_ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await read_request(reader)
        writer.write(OK)


async def test_connections_are_kept() -> None:
    async with client(always_ok) as (poster, opened):
        head = poster.head("/x", {})
        assert [await poster.post(head, b"1") for _ in range(3)] == [(200, b"{}")] * 3
        assert opened == [1]


async def test_an_old_connection_is_not_used_again() -> None:
    async with client(always_ok, keep_alive_s=-1.0) as (poster, opened):
        head = poster.head("/x", {})
        for _ in range(2):
            await poster.post(head, b"1")
        assert opened == [2]


async def test_no_more_connections_than_allowed() -> None:
    async with client(always_ok, max_connections=2) as (poster, opened):
        head = poster.head("/x", {})
        answers = await asyncio.gather(*(poster.post(head, b"1") for _ in range(20)))
        assert answers == [(200, b"{}")] * 20
        assert opened[0] <= 2


async def test_waiting_for_a_connection_has_an_end_and_nothing_was_sent() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with client(silent, max_connections=1, connect_timeout_s=0.1) as (poster, _):
        head = poster.head("/x", {})
        first = asyncio.create_task(poster.post(head, b"1"))
        await asyncio.sleep(0)  # it takes the only place
        with pytest.raises(NotSent):
            await poster.post(head, b"2")
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_silence_is_no_answer() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with client(silent, answer_timeout_s=0.1) as (poster, _):
        with pytest.raises(NoAnswer):
            await poster.post(poster.head("/x", {}), b"1")


async def test_a_refused_connection_is_not_sent() -> None:
    async with client(always_ok) as (poster, _):
        pass
    gone = Poster(
        "http://127.0.0.1:1", connect_timeout_s=1.0, answer_timeout_s=1.0, max_connections=1, keep_alive_s=1.0
    )
    with pytest.raises(NotSent):
        await gone.post(gone.head("/x", {}), b"1")
    with pytest.raises(NotSent):
        await poster.post(poster.head("/x", {}), b"1")  # closed


async def test_a_handshake_that_fails_is_not_sent() -> None:
    async with client(always_ok, scheme="https", connect_timeout_s=0.5) as (poster, _):
        with pytest.raises(NotSent):
            await poster.post(poster.head("/x", {}), b"1")


async def test_an_announcement_is_not_the_answer() -> None:
    async def announce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK)
        await reader.read()

    async with client(announce) as (poster, _):
        assert await poster.post(poster.head("/x", {}), b"1") == (200, b"{}")


async def test_what_nobody_asked_for_ends_the_connection() -> None:
    async def twice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await read_request(reader)
            writer.write(OK + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    async with client(twice) as (poster, opened):
        head = poster.head("/x", {})
        assert [await poster.post(head, b"1") for _ in range(2)] == [(200, b"{}")] * 2
        assert opened == [2]


@pytest.mark.parametrize("answer", [b"hello\r\n\r\n", b""])
async def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    async def odd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer)

    async with client(odd) as (poster, _):
        with pytest.raises(NoAnswer):
            await poster.post(poster.head("/x", {}), b"1")


async def test_the_status_decides_when_the_body_breaks_off() -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{")

    async with client(broken) as (poster, _):
        status, _ = await poster.post(poster.head("/x", {}), b"1")
        assert status == 400


async def test_a_header_has_one_line() -> None:
    async with client(always_ok) as (poster, _):
        with pytest.raises(ValueError, match="one line"):
            poster.head("/x", {"Authorization": "a\r\nEvil: 1"})

"""The guard around the tests itself."""

import asyncio
import socket

import pytest


def test_no_test_reaches_beyond_this_machine() -> None:
    with socket.socket() as sock:
        sock.settimeout(0.1)
        with pytest.raises(AssertionError, match="only loopback"):
            sock.connect(("192.0.2.1", 80))
        with pytest.raises(AssertionError, match="only loopback"):
            sock.connect_ex(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(AssertionError, match="only loopback"):
        sock.sendto(b"", ("192.0.2.1", 53))


async def test_no_name_is_looked_up() -> None:
    with pytest.raises(AssertionError, match=r"graph\.facebook\.com"):
        await asyncio.get_running_loop().getaddrinfo("graph.facebook.com", 443)


async def test_loopback_works() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
        writer.close()
        await writer.wait_closed()

"""An S3-compatible server on loopback, and a way to it that can be cut."""

import asyncio
import contextlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import boto3
import pytest
from moto.server import ThreadedMotoServer

_BLOCK_BYTES = 65_536


@contextmanager
def bucket_server() -> Generator[str]:
    """Its URL. The library finds credentials that the server takes."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        server.start()
        host, port = server.get_host_and_port()
        try:
            yield f"http://{host}:{port}"
        finally:
            server.stop()


def client_of(endpoint: str) -> Any:
    return cast(Any, boto3).client("s3", endpoint_url=endpoint, region_name="us-east-1")


class Way:
    """A port that leads to a server while it is open."""

    def __init__(self, endpoint: str) -> None:
        self._host, port = endpoint.removeprefix("http://").split(":")
        self._to_port = int(port)
        self._port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._lead, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Whoever comes is refused. (What is under way may end.)"""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._to_port)
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await reader.read(_BLOCK_BYTES):
            writer.write(block)
            await writer.drain()
    writer.close()

"""HTTP/1.1 on bare protocols for stub, load and bare limit, cheap enough to stay out of what is measured.

Loopback only, one request at a time on a connection, no TLS, no redirects.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, cast

import httptools

HOST = "127.0.0.1"
OK = 200


class Request(NamedTuple):
    """One whole request; `signature` is the value of X-Hub-Signature-256, empty when there is none."""

    method: bytes
    path: str
    body: bytes
    signature: bytes


Handler = Callable[["ServerConnection", Request], None]


class ServerConnection(asyncio.Protocol):
    """Parses requests and gives each to the handler, which answers now or later with `reply`."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._url = b""
        self._body = b""
        self._signature = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.abort()

    def on_message_begin(self) -> None:
        self._url = self._body = self._signature = b""

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"x-hub-signature-256":
            self._signature = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method = self._parser.get_method()
        self._handler(self, Request(method, self._url.decode("latin-1"), self._body, self._signature))

    def reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        """Answer the request under way with a JSON body; a connection that is gone takes nothing."""
        if self._transport is not None:
            head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
            self._transport.write(head + body)


Done = Callable[[int], None]


class Link(asyncio.Protocol):
    """One keep-alive connection of a client; it opens itself at the first send and again after it was lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._done: Done | None = None
        self._status = 0
        self._opening: asyncio.Task[None] | None = None

    def send(self, request: bytes, done: Done) -> None:
        """Send one whole request; `done` gets the status, or 0 when the connection was refused or lost."""
        assert self._done is None, "one request at a time"
        self._done = done
        if self._transport is None:
            self._opening = asyncio.get_running_loop().create_task(self._open_and_write(request))
        else:
            self._transport.write(request)

    async def open(self) -> None:
        """Connect now, so that the first request does not pay for it; OSError when nobody listens."""
        self._parser = httptools.HttpResponseParser(self)
        await asyncio.get_running_loop().create_connection(lambda: self, HOST, self._port)

    async def _open_and_write(self, request: bytes) -> None:
        try:
            await self.open()
        except OSError:
            self._finish()
        else:
            assert self._transport is not None
            self._transport.write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._finish()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._parser.should_keep_alive():
            self._finish()
        else:
            self.close()

    def _finish(self) -> None:
        done, self._done = self._done, None
        status, self._status = self._status, 0
        if done is not None:
            done(status)


def post(path: str, body: bytes, headers: bytes = b"") -> bytes:
    """A whole POST request with a JSON body; `headers` are whole lines, each with its CRLF."""
    return (
        b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n%s"
        % (path.encode(), len(body), headers, body)
    )

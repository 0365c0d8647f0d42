"""A lean HTTP/1.1 client for one thing: POSTing small bodies to one server over kept connections, and knowing for sure
whether the bytes may have left.

It stands on httptools (the parser of Node.js) and asyncio's transports; see docs/decisions/0008 for why it is ours.
"""

import asyncio
import ssl
from collections import deque
from functools import cache
from typing import cast
from urllib.parse import urlsplit

import httptools

# An answer of the Graph API has some hundred bytes; whoever sends this much is not one.
MAX_ANSWER_BYTES = 1024 * 1024
_DEFAULT_PORTS = {"http": 80, "https": 443}


@cache
def authorities() -> ssl.SSLContext:
    """How certificates are checked: against the system's authorities, which take some 50 ms and megabytes to read."""
    return ssl.create_default_context()


class NotSent(Exception):
    """No connection stood, so nothing can have left."""


class NoAnswer(Exception):
    """The bytes may have left, and no answer came."""


class _Link(asyncio.Protocol):
    """One connection: one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.idle_since_s = 0.0
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._status = 0
        self._chunks: list[bytes] = []
        self._size = 0

    @property
    def usable(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Write a request; a future of its status and body."""
        assert self.transport is not None  # noqa: S101 # only a usable link is asked
        self._answer = asyncio.get_running_loop().create_future()
        self._status, self._chunks, self._size = 0, [], 0
        self.transport.write(request)
        return self._answer

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _finish(self, error: Exception | None = None) -> None:
        answer, self._answer = self._answer, None
        if answer is None or answer.done():
            return
        if error is None or self._status:  # once there is a status it decides, whatever became of the rest
            answer.set_result((self._status, b"".join(self._chunks)))
        else:
            answer.set_exception(error)

    # --- asyncio.Protocol -----------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.abort()  # nobody asked
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.abort()
            self._finish(NoAnswer("the answer is not HTTP"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._finish(NoAnswer(type(exc).__name__ if exc else "the connection was closed"))

    # --- httptools ------------------------------------------------------------------------------------

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MAX_ANSWER_BYTES:
            self.abort()
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._status < 200:  # 1xx announces an answer, it is none (RFC 9110, section 15.2)
            self._status = 0
            return
        if self.transport is not None and (self._answer is None or not self._parser.should_keep_alive()):
            self.transport.close()
        self._finish()


class Poster:
    """POSTs to one server. `base_url` is http(s)://host[:port][/path]; requests go to `base_url` + their path.

    At most `max_connections` at a time; more wait, within the time for connecting. An idle connection is kept for
    `keep_alive_s`. Certificates are checked against the system's authorities.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connect_timeout_s: float,
        answer_timeout_s: float,
        max_connections: int,
        keep_alive_s: float,
    ) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._tls = authorities() if parts.scheme == "https" else None
        self._path = parts.path
        self._authority = parts.netloc.rpartition("@")[2]
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._keep_alive_s = keep_alive_s
        self._free = max_connections
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle: list[_Link] = []
        self._links: set[_Link] = set()
        self._closed = False

    def head(self, path: str, headers: dict[str, str], method: str = "POST") -> bytes:
        """The beginning of a request to `path`, to be made once and used often."""
        lines = [f"{method} {self._path}{path} HTTP/1.1", f"Host: {self._authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header has one line")
        return "\r\n".join([*lines, "Content-Length: "]).encode("latin-1")

    async def post(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `NotSent` or `NoAnswer`. A request is never repeated."""
        link = await self._take()
        timer = asyncio.get_running_loop().call_later(self._answer_timeout_s, link.abort)
        try:
            return await link.ask(b"%b%d\r\n\r\n%b" % (head, len(body), body))
        except asyncio.CancelledError:
            link.abort()
            raise
        finally:
            timer.cancel()
            self._give_back(link)

    async def close(self) -> None:
        """Close every connection; what waits for an answer gets none."""
        self._closed = True
        for link in self._links:
            link.abort()
        self._idle.clear()
        for waiter in self._waiting:
            waiter.cancel()
        await asyncio.sleep(0)  # the transports say good-bye in the next round of the loop

    # --- connections ----------------------------------------------------------------------------------

    async def _take(self) -> _Link:
        if self._closed:
            raise NotSent("the client is closed")
        if self._free > 0:
            self._free -= 1
            if (link := self._kept()) is not None:
                return link
            return await self._connected(self._connect_timeout_s)
        began_s = asyncio.get_running_loop().time()
        await self._wait_for_place()
        if (link := self._kept()) is not None:
            return link
        return await self._connected(self._connect_timeout_s - (asyncio.get_running_loop().time() - began_s))

    def _kept(self) -> _Link | None:
        oldest_s = asyncio.get_running_loop().time() - self._keep_alive_s
        while self._idle:
            link = self._idle.pop()  # the one used last: the others may grow old and close
            if link.usable and link.idle_since_s >= oldest_s:
                return link
            link.abort()
            self._links.discard(link)
        return None

    async def _connected(self, within_s: float) -> _Link:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(within_s):
                _, link = await loop.create_connection(
                    _Link,
                    self._host,
                    self._port,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except (OSError, TimeoutError) as error:
            self._free_place()
            raise NotSent(type(error).__name__) from error
        except BaseException:
            self._free_place()
            raise
        self._links.add(link)
        return link

    async def _wait_for_place(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                await waiter
        except TimeoutError:
            if waiter.done() and not waiter.cancelled():
                self._free_place()  # it came at the very moment
            raise NotSent("all connections are busy") from None
        except asyncio.CancelledError:
            if self._closed:
                raise NotSent("the client is closed") from None
            raise
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _free_place(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)  # the place goes on to whoever waited longest
                return
        self._free += 1

    def _give_back(self, link: _Link) -> None:
        if link.usable and not self._closed:
            link.idle_since_s = asyncio.get_running_loop().time()
            self._idle.append(link)
        else:
            link.abort()
            self._links.discard(link)
        self._free_place()

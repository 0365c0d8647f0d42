"""The short way of a plain POST to a path: whoever takes it is called with its headers and body, without ASGI.

ASGI, as uvicorn has it, costs a webhook a fifteenth of all that is done for a message (`make bench`). What is anything
but plain (does not come at once, asks before it sends, is the last on its connection) goes the long way as before, and
means the same there. Only whoever is not answered before a stop waits no longer gets no answer here, instead of a 500.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from recado.kit.connections import Connection
from recado.kit.logs import place_of

log = structlog.get_logger(__name__)

# Names are in lower case.
Headers = Sequence[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """What is answered to a request. Its length is told without being in the headers."""

    status: int
    headers: Headers
    body: bytes


Taker = Callable[[Headers, bytes], Awaitable[Answer]]


class _Taken:
    """Stands where uvicorn has the request that it is at; this is what it asks of it."""

    keep_alive = True
    disconnected = False
    response_complete = False

    @property
    def message_event(self) -> "_Taken":
        return self

    def set(self) -> None:
        """Nobody waits for more of a request that came whole."""


class ShortWay(Connection):
    """A connection whose plain POSTs to a path of `takers` are answered by them."""

    def __init__(self, takers: Mapping[bytes, Taker], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._takers = takers
        # Of a request whose head is here, and that is taken as soon as all of it is.
        self._body: bytearray | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._body is not None and not self.transport.is_closing():
            self._go_the_long_way(self._body)

    def on_headers_complete(self) -> None:
        if self.url in self._takers and self._is_plain():
            self._end_head()
            self._body = bytearray()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._body is None:
            super().on_body(body)
        else:
            self._body += body

    def on_message_complete(self) -> None:
        if self._body is None:
            super().on_message_complete()
            return
        body, self._body = bytes(self._body), None
        taken = _Taken()
        self.cycle: Any = taken
        task = self.loop.create_task(self._answer(taken, self._takers[self.url], self.headers, body))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _is_plain(self) -> bool:
        parser: Any = self.parser
        return (
            parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and (not self.cycle or self.cycle.response_complete)
        )

    def _go_the_long_way(self, body: bytearray) -> None:
        """The rest of the body is still to come: there it is waited for, with its limits."""
        self._body = None
        self._unset_keepalive_if_required()
        super().on_headers_complete()
        if body:
            super().on_body(bytes(body))

    async def _answer(self, taken: _Taken, taker: Taker, headers: Headers, body: bytes) -> None:
        try:
            answer = await taker(headers, body)
            if self.flow.write_paused and not taken.disconnected:
                await self.flow.drain()
            if taken.disconnected or self.transport.is_closing():
                return
            self.transport.write(_as_bytes(answer, last=not taken.keep_alive))
        except Exception as error:  # not acknowledged: it comes again
            log.error("request_defect", **place_of(error))
            self.transport.close()
            return
        except asyncio.CancelledError:  # a stop that waits no longer
            self.transport.close()
            raise
        taken.response_complete = True
        if not taken.keep_alive:
            self.transport.close()
        self.on_response_complete()


def _as_bytes(answer: Answer, *, last: bool) -> bytes:
    """`last`: whoever keeps connections is told that this one ends, or it sends the next request into nothing."""
    fields = b"".join(b"%b: %b\r\n" % field for field in answer.headers)
    fields += b"connection: close\r\n" if last else b""
    return b"%b%bcontent-length: %d\r\n\r\n%b" % (STATUS_LINE[answer.status], fields, len(answer.body), answer.body)

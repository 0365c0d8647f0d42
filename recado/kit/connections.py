"""A connection of a client, as uvicorn has it, that neither stays for ever nor takes whatever it is sent."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Of a request's line and headers. nginx takes 32 KiB
# (https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers).
MAX_HEAD_BYTES = 65_536
# What a header costs beside its text.
HEADER_BYTES = 32
# How long they may take, as in nginx (client_header_timeout).
HEAD_S = 60.0
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """What uvicorn leaves open: who says nothing at all, or never ends the head of a request, keeps a connection, and
    who sends heads without an end takes memory, before any key is asked for.

    And uvicorn ends its wait for the next request with whatever comes. After an early answer, as that to a body that is
    too large, this is the rest of the body, and nobody waits any more: a client that is gone would keep its connection.
    """

    _in_head = False
    _head_bytes = 0
    _fields_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] # as uvicorn has it
        super().connection_made(transport)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if self.transport.get_protocol() is not self or self.transport.is_closing():
            return  # a WebSocket by now, or gone
        if self._in_head and self._head_timer is None:  # mostly it comes whole
            self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)
        if self._in_head and (was_in_head or not self.cycle):  # else a part of it may be of the last body
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse_head()
        # Also before the first request: empty lines begin none (RFC 9112, section 2.2).
        elif (not self.cycle or self.cycle.response_complete) and self.timeout_keep_alive_task is None:
            self._wait_for_request()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes, self._fields_bytes = True, 0, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields_bytes += len(name) + len(value) + HEADER_BYTES
        if self._fields_bytes > MAX_HEAD_BYTES:
            raise ValueError("the head is too large")  # for the parser to stop at
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if self._fields_bytes > MAX_HEAD_BYTES:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _refuse_head(self) -> None:
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _wait_for_request(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _end_head(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self.cycle and not self.cycle.response_complete:  # it waits behind a request that we are at
            self._head_timer = self.loop.call_later(HEAD_S, self._head_is_late)
        elif not self.transport.is_closing():
            self.transport.close()

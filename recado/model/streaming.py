"""Answers that stop when their client leaves, whole or as a stream of events."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from recado.errors import RecadoError
from recado.kit.logs import place_of
from recado.model.engine import Piece
from recado.model.openai_shapes import DONE, Head, error_body, error_response, event
from recado.model.service import Asked, ModelService

T = TypeVar("T")

log = structlog.get_logger(__name__)


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client leaves; then `ClientGone` is raised."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream(Response):
    """A chat completion as server-sent events. Its status waits for the first piece, so that an error before it is told
    as one; a later one is the stream's last event."""

    media_type = "text/event-stream"

    def __init__(self, service: ModelService, asked: Asked, head: Head, *, include_usage: bool) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store"
        self._service = service
        self._asked = asked
        self._head = head
        self._include_usage = include_usage
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await unless_gone(receive, self._write(send))
        except ClientGone:
            return
        except RecadoError as error:
            if not self._started:
                await error_response(error)(scope, receive, send)
                return
            log.warning("stream_failed", **place_of(error))
            await _send(send, event(error_body(error)), more=False)

    async def _write(self, send: Send) -> None:
        async def sink(piece: Piece) -> None:
            if not self._started:
                self._started = True
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await _send(send, self._head.event({"role": "assistant", "content": ""}))
            if piece.text:
                await _send(send, self._head.event({"content": piece.text}))
            if piece.finish is not None:
                usage = self._head.usage(piece.usage) if self._include_usage else b""
                await _send(send, self._head.event({}, piece.finish) + usage + DONE)

        await self._service.write(self._asked, sink)
        await _send(send, b"", more=False)


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})

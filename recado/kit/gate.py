"""The gate in front of the API: gives each request an id, limits its body, logs it, and lets no error through.

Plain ASGI. What is logged is the operation's name, never the address or the query: they may name a person.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Generator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado.kit import new_id
from recado.kit.logs import place_of
from recado.kit.problems import if_database_is_down, internal_error, problem_response, stopping
from recado.kit.within import within

# The longest text that goes out has 65,536 characters; 1 MiB leaves room for knowledge in large pieces.
MAX_BODY_BYTES = 1024 * 1024
# Between two pieces of a body; after that its client is gone, or keeps us on purpose. nginx has the same
# (https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_timeout).
BODY_SILENCE_S = 60.0
REQUEST_ID_HEADER = b"x-request-id"
# Printable ASCII without blanks: nothing that could end a line or a field of the logs.
_REQUEST_ID = re.compile(r"[!-~]{1,128}")
# Asked for every few seconds by machines.
_QUIET = frozenset({"get_health", "get_ready", "get_metrics"})

log = structlog.get_logger(__name__)


class InFlight:
    """The requests that a process is at, so that its stop leaves none without an answer."""

    def __init__(self) -> None:
        self.ending = False
        self._tasks: dict[_Answer, asyncio.Task[Any]] = {}

    @property
    def count(self) -> int:
        return len(self._tasks)

    @contextmanager
    def one(self, answer: "_Answer") -> Generator[None]:
        """A request is being answered for as long as the block lasts. Raises `CancelledError`, see `end_within`."""
        if (task := asyncio.current_task()) is not None:
            self._tasks[answer] = task
        try:
            yield
        finally:
            self._tasks.pop(answer, None)

    async def end_within(self, limit_s: float) -> None:
        """Wait so long for the answers; what is not answered then is cancelled, for the gate to say so. What has begun
        to be answered, as a file that is being read, goes on.
        """
        self.ending = True
        loop = asyncio.get_running_loop()
        until_s = loop.time() + limit_s
        while (waiting := self._unanswered()) and (left_s := until_s - loop.time()) > 0:
            await asyncio.wait(waiting, timeout=left_s)
        for task in self._unanswered():
            task.cancel()

    def _unanswered(self) -> list["asyncio.Task[Any]"]:
        return [task for answer, task in self._tasks.items() if answer.status is None]


class Gate:
    """Wraps the API. `larger`: (method, path) -> the limit of its body in bytes, for those that take files. `in_flight`
    is told of the requests.
    """

    def __init__(
        self,
        app: ASGIApp,
        larger: Mapping[tuple[str, str], int] | None = None,
        in_flight: InFlight | None = None,
    ) -> None:
        self._app = app
        self._larger = larger or {}
        self._in_flight = in_flight or InFlight()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id_of(header(scope, REQUEST_ID_HEADER)))
        began_s = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=answer.request_id):
            try:
                with self._in_flight.one(answer):
                    await self._pass(scope, receive, answer)
            except asyncio.CancelledError:
                if not self._in_flight.ending or answer.status is not None:
                    raise
                await stopping()(scope, receive, answer)
            finally:
                _log_request(scope, answer.status, time.perf_counter() - began_s)

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        declared = header(scope, b"content-length")
        most = self._larger.get((scope["method"], scope["path"]), MAX_BODY_BYTES)
        if declared is not None and (not declared.isdecimal() or int(declared) > most):
            # The server reads the rest and drops it: a client that sends all before it listens would be cut off
            # otherwise, and never learn why.
            refusal = problem_response(413, "body_too_large", f"A body has at most {most} bytes.")
            await refusal(scope, receive, answer)
            return
        try:
            await self._app(scope, _limited(receive, most), answer)
        except Exception as error:  # the last resort: whatever it is, the client gets a problem
            problem = if_database_is_down(error)
            if problem is None:
                log.error("request_defect", operation=operation_name(scope), **place_of(error))
                problem = internal_error()
            if answer.status is None:
                await problem(scope, receive, answer)


class AskedFirst:
    """Wraps all that is served. Who asks first whether to send a body (`Expect: 100-continue`), and is answered before
    anybody has read of it, does not send it: the connection ends with that answer (RFC 9110, section 10.1.1).

    Else the next request on it would be taken for that body, and wait for ever. Programs in front do go on with such a
    connection, for all their clients: Go's before 1.22.5 (CVE-2024-24791), as in the Caddy of Debian 12.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or header(scope, b"expect") is None:
            await self._app(scope, receive, send)
            return
        is_read = False

        async def read() -> Message:
            nonlocal is_read
            is_read = True
            return await receive()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and not is_read:
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self._app(scope, read, answer)


class _Answer:
    """Sends on what the application sends, with the request's id."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (REQUEST_ID_HEADER, self.request_id.encode())]
        await self._send(message)


def _limited(receive: Receive, most: int) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    size, is_whole = 0, False

    async def read() -> MutableMapping[str, Any]:
        nonlocal size, is_whole
        if is_whole:
            return await receive()
        try:
            message = await next_piece(receive)
        except TimeoutError:
            raise HTTPException(408) from None
        is_whole = not message.get("more_body", False)
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return read


async def next_piece(receive: Receive) -> MutableMapping[str, Any]:
    """The next piece of a body. Raises `TimeoutError`."""
    with within(BODY_SILENCE_S):
        return await receive()


def request_id_of(asked: str | None) -> str:
    """What the request is called: by its client (`REQUEST_ID_HEADER`), or by us."""
    return asked if asked and _REQUEST_ID.fullmatch(asked) else new_id()


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this (lower-case) name."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return None


def operation_name(scope: Scope) -> str | None:
    """The operation that answers; None before it was found."""
    return getattr(scope.get("route"), "name", None)


def _log_request(scope: Scope, status: int | None, took_s: float) -> None:
    operation = operation_name(scope)
    write = log.debug if operation in _QUIET and status == 200 else log.info
    write("request", method=scope["method"], operation=operation, status=status, ms=round(took_s * 1000, 1))

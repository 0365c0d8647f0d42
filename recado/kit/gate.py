"""The gate in front of the API: gives each request an id, limits its body, logs it, and lets no error through.

Plain ASGI. What is logged is the operation's name, never the address or the query: they may name a person.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import structlog
from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado.kit import new_id
from recado.kit.logs import place_of
from recado.kit.problems import if_database_is_down, internal_error, problem_response

# The longest text that goes out has 65,536 characters; 1 MiB leaves room for knowledge in large pieces.
MAX_BODY_BYTES = 1024 * 1024
REQUEST_ID_HEADER = b"x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Asked for every few seconds by machines.
_QUIET = frozenset({"get_health", "get_ready", "get_metrics"})

log = structlog.get_logger(__name__)


class Gate:
    """Wraps the API. `larger`: (method, path) -> the limit of its body in bytes, for those that take files."""

    def __init__(self, app: ASGIApp, larger: Mapping[tuple[str, str], int] | None = None) -> None:
        self._app = app
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id_of(scope))
        began_s = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=answer.request_id):
            try:
                await self._pass(scope, receive, answer)
            finally:
                _log_request(scope, answer.status, time.perf_counter() - began_s)

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        declared = header(scope, b"content-length")
        most = self._larger.get((scope["method"], scope["path"]), MAX_BODY_BYTES)
        if declared is not None and (not declared.isdecimal() or int(declared) > most):
            # The server reads the rest and drops it: a client that sends all before it listens would be cut off
            # otherwise, and never learn why. Who asked first does not send it, and then no request can follow.
            closing = {} if header(scope, b"expect") is None else {"Connection": "close"}
            refusal = problem_response(413, "body_too_large", f"A body has at most {most} bytes.", headers=closing)
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
    size = 0

    async def read() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return read


def request_id_of(scope: Scope) -> str:
    """What the request is called: by its client, or by us."""
    asked = header(scope, REQUEST_ID_HEADER)
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

"""The door of /v1: the key, its project's limit, and errors in the words of contract C. Plain ASGI."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from recado.audit.door import Refusals
from recado.caller import Caller
from recado.db import Database
from recado.errors import RecadoError, Unauthorized
from recado.kit.gate import header
from recado.projects import auth
from recado.projects.service import KeyRevoked

NO_KEY = "Missing X-API-Key"
BAD_KEY = "Invalid X-API-Key"
TOO_MANY = "Rate limit exceeded"


class Limit:
    """How often each project may ask, in this process. `rate` is requests/seconds; empty is no limit."""

    def __init__(self, rate: str) -> None:
        self._item: RateLimitItem | None = None
        if rate:
            amount, _, seconds = rate.partition("/")
            self._item = RateLimitItemPerSecond(int(amount), int(seconds))
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    @property
    def seconds(self) -> int:
        """The longest that waiting takes."""
        return self._item.get_expiry() if self._item is not None else 0

    async def take(self, project_id: str) -> bool:
        """True if the project may ask once more now."""
        return self._item is None or await self._limiter.hit(self._item, project_id)


async def caller_of(database: Database, token: str | None) -> Caller:
    """Whose key this is. Raises `Unauthorized`, in contract C's words."""
    if not token:
        raise Unauthorized(NO_KEY, code="no_api_key")
    try:
        return await auth.caller_of(database, token)
    except Unauthorized as error:
        raise Unauthorized(BAD_KEY, code="bad_api_key") from error


class Door:
    """Lets HTTP requests with a known key through, as often as their project may ask."""

    def __init__(self, app: ASGIApp, database: Database, limit: Limit, refusals: Refusals) -> None:
        self._app = app
        self._database = database
        self._limit = limit
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                caller = await caller_of(self._database, header(scope, b"x-api-key"))
            except RecadoError as error:
                if isinstance(error.__cause__, KeyRevoked):
                    await auth.note_revoked(self._refusals, self._database, error.__cause__, scope)
                await problem(error.status, error.message)(scope, receive, send)
                return
            if not await self._limit.take(caller.project_id):
                await problem(429, TOO_MANY, {"Retry-After": str(self._limit.seconds)})(scope, receive, send)
                return
            scope["state"] = {**scope.get("state", {}), "caller": caller}
        await self._app(scope, receive, send)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An error as the old clients read it."""
    return JSONResponse({"detail": detail}, status, headers)


def install_errors(app: FastAPI) -> None:
    """Let every expected error be answered as `{"detail"}`; others are the gate's."""
    app.add_exception_handler(RecadoError, _recado_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _recado_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RecadoError)  # noqa: S101 # what it was installed for
    headers: dict[str, str] = {}
    if error.verdict.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(error.verdict.retry_after_s)))
    return problem(error.status, error.message, headers)


async def _validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 # what it was installed for
    found = error.errors()[:5]
    # Never what was sent: it may hold a person's words.
    says = "; ".join(f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}" for one in found)
    return problem(422, says[:500])


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 # what it was installed for
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))

"""The door of /v1: the key, the limits, and errors in the words of contract C. Plain ASGI."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from recado.audit.door import Refusals
from recado.caller import Caller
from recado.db import Database
from recado.errors import RecadoError, Unauthorized
from recado.kit.allowing import Rate
from recado.kit.gate import header
from recado.kit.rates import Rates, Refused
from recado.projects import auth
from recado.projects.limits import ApiRates, count_caller
from recado.projects.service import KeyRevoked

NO_KEY = "Missing X-API-Key"
BAD_KEY = "Invalid X-API-Key"
TOO_MANY = "Rate limit exceeded"


class Limit:
    """How often a project may ask here, besides what its keys and it may everywhere. `rate` is requests/seconds; empty
    is no limit of its own.
    """

    def __init__(self, rates: Rates, limits: ApiRates, rate: str) -> None:
        self._rates = rates
        self._limits = limits
        self._rate: Rate | None = None
        if rate:
            amount, _, seconds = rate.partition("/")
            self._rate = Rate(int(amount), int(seconds))

    async def take(self, caller: Caller) -> Refused | None:
        """Count one request; what is refused here, which is less than elsewhere, does not count elsewhere."""
        if self._rate is not None:
            refused = await self._rates.take("v1", caller.project_id, self._rate)
            if refused is not None:
                return refused
        return await count_caller(self._rates, self._limits, caller)


async def caller_of(scope: Scope, token: str | None, database: Database, refusals: Refusals) -> Caller:
    """Whose key this is; one that was closed is noted. Raises `Unauthorized`, in contract C's words."""
    if not token:
        raise Unauthorized(NO_KEY, code="no_api_key")
    try:
        return await auth.caller_of(database, token)
    except Unauthorized as error:
        if isinstance(error, KeyRevoked):
            await auth.note_revoked(refusals, database, error, scope)
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
                caller = await caller_of(scope, header(scope, b"x-api-key"), self._database, self._refusals)
            except RecadoError as error:
                await problem(error.status, error.message)(scope, receive, send)
                return
            refused = await self._limit.take(caller)
            if refused is not None:
                await problem(429, TOO_MANY, {"Retry-After": str(refused.wait_s)})(scope, receive, send)
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
    if any(one["type"] == "json_invalid" for one in found):
        return problem(422, "The body is not valid JSON")
    # Never what was sent: it may hold a person's words.
    says = "; ".join(f"{'.'.join(map(str, one['loc'][1:])) or 'body'}: {one['msg']}" for one in found)
    return problem(422, says[:500])


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 # what it was installed for
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))

"""Errors as RFC 9457 problems: `application/problem+json` with a stable `code`, whatever went wrong.

A problem never repeats what was sent: a body may hold a secret or a person's words.
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from recado.errors import RecadoError

MEDIA_TYPE = "application/problem+json"
# A client that sent a thousand wrong fields learns enough from these.
MAX_FIELD_ERRORS = 20
# Names of fields are the client's own words, and may be anything.
MAX_POINTER = 200
# A database that does not answer now is mostly back within seconds.
DATABASE_RETRY_S = 2
# A process is back, or another one found, within that.
STOPPED_RETRY_S = 2
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_incomplete",
    413: "body_too_large",
    415: "unsupported_media_type",
}

# What SQLAlchemy and its drivers raise when the database cannot be reached or is too busy.
_DATABASE_DOWN = (DBAPIError, PoolTimeoutError, ConnectionError, TimeoutError)
# Classes of PostgreSQL's codes that tell of the server or the way to it, such as 57P03, "starting up" (appendix A).
_SERVER_STATES = frozenset({"08", "53", "57", "58"})

log = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="Where: body, query, path or header, then the names down to the field.")
    message: str = Field(description="What is wrong, for people.")


class Problem(BaseModel):
    """What went wrong (RFC 9457). Decide on `code` and `status`; `detail` is for people and may change."""

    type: str = Field(default="about:blank", description="Always about:blank: `code` says more than a link would.")
    title: str = Field(description="The name of the HTTP status.")
    status: int
    detail: str = Field(description="What happened and what to do, for people.")
    code: str = Field(description="Stable and machine-readable.")
    errors: list[FieldError] | None = Field(default=None, description="Each wrong field, if that is the problem.")


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as an HTTP answer."""
    title = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    problem = Problem(title=title, status=status, detail=detail, code=code, errors=list(errors) or None)
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(error: RecadoError) -> Response:
    """One of our own errors as an answer; its verdict becomes `Retry-After`."""
    headers: dict[str, str] = {}
    if error.verdict.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.verdict.retry_after_s)))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.status >= 500:
        log.warning("request_failed", code=error.code, status=error.status)
    return problem_response(error.status, error.code, error.message, headers=headers)


def install(app: FastAPI, routes: Sequence[tuple[str, str]]) -> None:
    """Let every error of the application be answered as a problem. `routes` are (method, path) of all there are."""
    app.state.routes = routes
    app.add_exception_handler(RecadoError, _recado_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in _DATABASE_DOWN:
        app.add_exception_handler(kind, _database_error)
    app.add_exception_handler(Exception, _unexpected_error)


async def _recado_error(_request: Request, error: Exception) -> Response:
    return problem_of(error) if isinstance(error, RecadoError) else internal_error()


async def _validation_error(_request: Request, error: Exception) -> Response:
    found: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    if any(item["type"] == "json_invalid" for item in found):
        return problem_response(400, "bad_json", "The body is not valid JSON.")
    errors = [FieldError(pointer=_pointer(item["loc"]), message=_message(item)) for item in found[:MAX_FIELD_ERRORS]]
    return problem_response(422, "bad_input", "The request does not fit; `errors` says where.", errors=errors)


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "model_attributes_type" or (item["type"] == "dict_type" and tuple(item["loc"]) == ("body",)):
        return "Must be a JSON object, with Content-Type: application/json"
    return str(item["msg"]).removeprefix("Value error, ")


def _pointer(loc: Sequence[str | int]) -> str:
    return "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in loc)[:MAX_POINTER]


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return internal_error()
    details = {
        400: "The body cannot be read. Send JSON in UTF-8.",
        404: "There is nothing at this address.",
        405: "This address does not know the method.",
        408: "The rest of the body did not come.",
        413: "The body is too large.",
    }
    code = _CODES.get(error.status_code, "http_error")
    detail = details.get(error.status_code, str(error.detail))
    headers = error.headers
    if error.status_code == 405:
        headers = {"Allow": ", ".join(allowed_methods(request.app.state.routes, request.url.path))}
    return problem_response(error.status_code, code, detail, headers=headers)


def allowed_methods(routes: Sequence[tuple[str, str]], here: str) -> list[str]:
    """The methods of an address, sorted; none if there is nothing. Starlette names those of one of its routes only."""
    found = {method for method, path in routes if _pattern(path).fullmatch(here)}
    if "GET" in found:
        found.add("HEAD")
    return sorted({*found, "OPTIONS"}) if found else []


@lru_cache(maxsize=256)
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", path))


def if_database_is_down(error: Exception) -> Response | None:
    """The answer to an error that no handler took, if it tells no more than that the database is away."""
    return _database_down(error) if isinstance(error, _DATABASE_DOWN) and not _is_defect(error) else None


async def _database_error(_request: Request, error: Exception) -> Response:
    if _is_defect(error):
        raise error
    return _database_down(error)


def _is_defect(error: Exception) -> bool:
    """Not the database's absence: wrong SQL, which SQLite calls an operational error, too, and what rows refuse."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error, OperationalError | InterfaceError):
        return getattr(error.orig, "sqlite_errorname", None) == "SQLITE_ERROR"
    return str(getattr(error.orig, "sqlstate", None))[:2] not in _SERVER_STATES


def _database_down(error: Exception) -> Response:
    cause = error.orig if isinstance(error, DBAPIError) else error
    reason = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    log.warning("request_failed", code="database_unavailable", error=type(cause).__name__, reason=reason)
    return problem_response(
        503,
        "database_unavailable",
        "The database does not answer now. Try again.",
        headers={"Retry-After": str(DATABASE_RETRY_S)},
    )


def stopping() -> Response:
    """The answer to what takes longer than a stop."""
    return problem_response(
        503,
        "stopping",
        "This process stops and cannot wait for the end of this. Ask again; a change may have been made all the same.",
        headers={"Retry-After": str(STOPPED_RETRY_S)},
    )


async def _unexpected_error(_request: Request, _error: Exception) -> Response:
    return internal_error()  # it travels on to the gate, which logs it


def internal_error() -> Response:
    """The answer to what should not happen: it says nothing of what did."""
    return problem_response(500, "internal_error", "Something went wrong here; it has been logged with X-Request-Id.")

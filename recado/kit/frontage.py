"""What every HTTP answer has in common, whoever gives it: headers that protect browsers, HEAD and OPTIONS. Plain ASGI.

Also CORS: pages of other origins may call the API only if their origin is named in the settings.
"""

from collections.abc import Callable, Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers. What is shown in a
# browser (a page of its own) brings other values for what it needs.
_SECURITY = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
# Beside the few that every page may send.
_ASKED_HEADERS = (
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Range",
    "X-API-Key", "X-Customer-Id", "X-Request-Id",
)  # fmt: skip
_SHOWN_HEADERS = (
    "Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Idempotent-Replayed", "RateLimit",
    "RateLimit-Policy", "Retry-After", "X-Request-Id",
)  # fmt: skip
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# How long a browser may remember what it may send: Chromium remembers no longer.
_REMEMBERED_S = 7_200


class Shield:
    """Adds the security headers that an answer does not have already. `hsts_s` > 0: browsers use HTTPS for so long."""

    def __init__(self, app: ASGIApp, hsts_s: int = 0) -> None:
        self._app = app
        self._headers = dict(_SECURITY)
        if hsts_s:
            self._headers[b"strict-transport-security"] = f"max-age={hsts_s}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [pair for pair in self._headers.items() if pair[0] not in names]
            await send(message)

        await self._app(scope, receive, shielded)


class Methods:
    """Answers HEAD as GET without its body, and OPTIONS with what there is. `allowed` gives the methods of a path."""

    def __init__(self, app: ASGIApp, allowed: Callable[[str], Sequence[str]]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope.get("method")
        if method == "OPTIONS" and (allowed := self._allowed(scope["path"])):
            await Response(status_code=204, headers={"Allow": ", ".join(allowed)})(scope, receive, send)
        elif method == "HEAD" and "GET" in self._allowed(scope["path"]):
            await self._app({**scope, "method": "GET"}, receive, _without_body(send))
        else:
            await self._app(scope, receive, send)


def _without_body(send: Send) -> Send:
    async def headless(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return headless


def for_origins(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """The application, open to pages of these origins; as it is if there are none."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=_METHODS,
        allow_headers=_ASKED_HEADERS,
        expose_headers=_SHOWN_HEADERS,
        max_age=_REMEMBERED_S,
    )

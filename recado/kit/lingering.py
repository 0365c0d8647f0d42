"""The answer to a client that still sends a body which nobody wants, and whose connection ends with it. Plain ASGI.

A server that closes while bytes of the client are unread resets the connection, and with it goes the answer, which the
client has not read yet: it learns of a broken pipe, not of the 413 (RFC 9112, section 9.6). So the rest is read first
and dropped. On a connection that stays the server does so by itself.
"""

import asyncio
import contextlib

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado.kit.gate import header

# How long a client may be silent, and how long it may go on (nginx has 5 s and 30 s:
# https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_timeout).
SILENCE_S = 2.0
LINGER_S = 10.0


class Lingering:
    """Wraps all that is served."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _closes(scope) or not _brings_body(scope):
            await self._app(scope, receive, send)
            return
        is_read = False

        async def read() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = not message.get("more_body")  # whoever is gone brings no more, either
            return message

        async def answer(message: Message) -> None:
            if is_read or message["type"] != "http.response.body" or message.get("more_body"):
                await send(message)
                return
            await send({**message, "more_body": True})  # the client has all of it now
            await _drop_rest(receive)
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, read, answer)


def _closes(scope: Scope) -> bool:
    return scope["http_version"] == "1.0" or "close" in (header(scope, b"connection") or "").lower()


def _brings_body(scope: Scope) -> bool:
    """Not so who asks first: after a refusal nothing comes (`AskedFirst`)."""
    if header(scope, b"expect") is not None:
        return False
    return header(scope, b"transfer-encoding") is not None or header(scope, b"content-length") not in (None, "0")


async def _drop_rest(receive: Receive) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            more = True
            while more:
                async with asyncio.timeout(SILENCE_S):
                    more = (await receive()).get("more_body")

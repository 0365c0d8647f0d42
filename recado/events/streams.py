"""Events on their way to a listener: as server-sent events, and through a WebSocket."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from recado.events.feed import Feed, Listener, Missed, Place, Told, Wanted
from recado.kit import randomness

# A sign of life, for proxies that close what is silent: nginx after 60 s (proxy_read_timeout).
BEAT_S = 15.0
# Who takes nothing for so long is gone.
SEND_S = 30.0
# When a browser comes back after a cut; spread, so that not all come at once. Milliseconds.
RETRY_MS = (1_000, 3_000)
# RFC 6455, section 7.4.1, and the registry it names.
UNSUPPORTED, POLICY, TRY_AGAIN = 1003, 1008, 1013
# By why a listener was cut; else it may come again.
_CLOSED_WITH = {"unsupported_data": UNSUPPORTED, "key_revoked": POLICY}

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx: do not gather
]


async def told(listener: Listener, missed: Missed) -> AsyncIterator[list[Told]]:
    """What a listener missed, then what comes; an empty list every `BEAT_S`. Ends when the listener is cut."""
    async for page in missed:
        yield page
    while listener.cut is None:
        came = await listener.next(BEAT_S)
        if came or listener.cut is None:
            yield came


class EventStream(Response):
    """Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

    media_type = "text/event-stream"

    def __init__(self, feed: Feed, wanted: Wanted, after: Place, key_id: str) -> None:
        super().__init__()
        self._feed = feed
        self._wanted = wanted
        self._after = after
        self._key_id = key_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._feed.listen(self._wanted, self._after, self._key_id) as (listener, missed):
            watching = asyncio.create_task(_end_when_gone(receive, listener))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await _send(send, b"retry: %d\n" % randomness.source().randint(*RETRY_MS) + _standing(self._after.id))
                async for events in told(listener, missed):
                    await _send(send, b"".join(one.frame for one in events) or b":\n" + _standing(listener.stands_at))
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except TimeoutError:
                return  # the client takes nothing any more: the server closes what is left
            finally:
                watching.cancel()


def _standing(at: str) -> bytes:
    """What a listener can go on after that was given no event: an `id` without `data` is remembered by
    browsers, and no event (the specification's "dispatch the event", steps 1 and 2).
    """
    return f"id: {at}\n\n".encode()


async def _send(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _end_when_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end("gone")


# --- WebSocket --------------------------------------------------------------------------------------------


async def talk(websocket: WebSocket, listener: Listener, missed: Missed) -> None:
    """Send events until either side ends it. Pings of the protocol are the server's (uvicorn, every 20 s)."""
    hearing = asyncio.create_task(_hear(websocket, listener))
    try:
        async for events in told(listener, missed):
            for event in events:
                async with asyncio.timeout(SEND_S):
                    await websocket.send_text(event.text)
        if listener.cut != "gone":
            await websocket.close(_CLOSED_WITH.get(listener.cut or "", TRY_AGAIN), listener.cut)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return  # gone in the middle of a word
    finally:
        hearing.cancel()


async def _hear(websocket: WebSocket, listener: Listener) -> None:
    try:
        while (message := await websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:  # bytes, which nobody asked for
                listener.end("unsupported_data")
                return
            if _is_ping(text):
                await websocket.send_text('{"type":"pong"}')
    except (WebSocketDisconnect, RuntimeError):
        pass
    listener.end("gone")


def _is_ping(text: str) -> bool:
    with contextlib.suppress(ValueError, RecursionError):
        return bool(json.loads(text) == {"type": "ping"})
    return False

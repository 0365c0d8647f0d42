"""How often the API may be called: by an address before its key is looked at, and by a key and its project after. Plain
ASGI. Opening a WebSocket counts as a request, and so does each message that comes in by it. The webhooks of providers
have a gate of their own and are not counted.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado.caller import Caller
from recado.kit.peers import Network, client_of
from recado.kit.problems import problem_response
from recado.kit.rates import Rate, Rates, Refused

# RFC 6455, 7.4.1: a violation of policy.
_POLICY = 1008
_WHOSE = {"address": "this address", "key": "this key", "project": "this project"}


@dataclass(frozen=True, slots=True)
class ApiRates:
    """How often an address, a key and a project may call; None: as often as they like."""

    address: Rate | None = None
    key: Rate | None = None
    project: Rate | None = None


class LimitAddresses:
    """Counts the requests of each address, and what it sends by WebSockets.

    `open_paths` are not counted: machines ask there every few seconds.
    """

    def __init__(
        self, app: ASGIApp, rates: Rates, rate: Rate | None, trusted: Sequence[Network], open_paths: Collection[str]
    ) -> None:
        self._app = app
        self._rates = rates
        self._rate = rate
        self._trusted = trusted
        self._open_paths = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                await self._rates.close()
            return
        rate = self._rate
        if rate is None or scope["path"] in self._open_paths:
            await self._app(scope, receive, send)
            return
        client = client_of(scope, self._trusted)
        await _count_all(self._app, scope, receive, send, lambda: self._rates.take("address", client, rate))


class LimitCallers:
    """Counts the requests of each key and of each project: stands behind what finds the caller."""

    def __init__(self, app: ASGIApp, rates: Rates, limits: ApiRates) -> None:
        self._app = app
        self._rates = rates
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("state", {}).get("caller")
        if isinstance(caller, Caller):
            await _count_all(self._app, scope, receive, send, lambda: count_caller(self._rates, self._limits, caller))
        else:
            await self._app(scope, receive, send)


async def count_caller(rates: Rates, limits: ApiRates, caller: Caller) -> Refused | None:
    """Count one request of a key and of its project, one after the other: what its key is refused does not count for
    the project.
    """
    for scope, who, rate in (("key", caller.key_id, limits.key), ("project", caller.project_id, limits.project)):
        if rate is not None and (refused := await rates.take(scope, who, rate)) is not None:
            return refused
    return None


async def _count_all(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, take: Callable[[], Awaitable[Refused | None]]
) -> None:
    """Call `app` if one more request may be taken; of a WebSocket each message is one, too."""
    refused = await take()
    if refused is not None:
        await _refuse(refused, scope, receive, send)
    elif scope["type"] == "websocket":
        counted = _Socket(receive, send, take)
        await app(scope, counted.receive, counted.send)
    else:
        await app(scope, receive, send)


class _Socket:
    """A WebSocket that is closed when too much comes in by it."""

    def __init__(self, receive: Receive, send: Send, take: Callable[[], Awaitable[Refused | None]]) -> None:
        self._receive = receive
        self._send = send
        self._take = take
        self._closed = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "websocket.receive" and await self._take() is not None:
            await self.send({"type": "websocket.close", "code": _POLICY, "reason": "rate_limited"})
            self._closed = True
            return {"type": "websocket.disconnect", "code": _POLICY}
        return message

    async def send(self, message: Message) -> None:
        if not self._closed:
            await self._send(message)


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """429 with what https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ says of the limit."""
    rate, name = refused.rate, refused.scope
    answer = problem_response(
        429,
        "rate_limited",
        f"Too many requests from {_WHOSE[name]}: at most {rate.amount} in {rate.per_s} s. "
        f"Try again in {refused.wait_s} s.",
        headers={
            "Retry-After": str(refused.wait_s),
            "RateLimit-Policy": f'"{name}";q={rate.amount};w={rate.per_s}',
            "RateLimit": f'"{name}";r=0;t={refused.wait_s}',
        },
    )
    await answer(scope, receive, send)

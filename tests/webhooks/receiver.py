"""A system that takes webhooks, on loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Receiver:
    """Keeps what was posted. `answer` says with which status, by the number of the post (from 0)."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 204
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list[tuple[bytes, dict[str, str]]])
    on_post: Callable[[], None] = lambda: None
    # What happens between a post, by its number, and its answer.
    before_answer: Callable[[int], Awaitable[None]] | None = None
    # What it says beside a status that is no success.
    retry_after: str | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.posts.append((await request.read(), {name.lower(): value for name, value in request.headers.items()}))
        self.on_post()
        if self.before_answer is not None:
            await self.before_answer(len(self.posts) - 1)
        status = self.answer(len(self.posts) - 1)
        headers = {"Location": self.url + "/elsewhere"} if status in (301, 302, 307) else {}
        if self.retry_after is not None and status >= 300:
            headers["Retry-After"] = self.retry_after
        text = None if status == 204 else f"no: {request.headers['X-Webhook-Signature']}\x1b[2J"
        return web.Response(status=status, headers=headers, text=text)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _ in self.posts]

    @property
    def ids(self) -> list[str]:
        return [body["id"] for body in self.bodies]


@contextlib.asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    """A receiver, listening."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@dataclass
class Silent:
    """Takes connections and says nothing until it is `over`."""

    url: str = ""
    held: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def hold(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.held.append(writer)
        await self.over.wait()
        writer.close()


@contextlib.asynccontextmanager
async def hanging() -> AsyncGenerator[Silent]:
    """A receiver that hangs, listening."""
    silent = Silent()
    server = await asyncio.start_server(silent.hold, "127.0.0.1", 0)
    silent.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield silent
    finally:
        silent.over.set()
        server.close()
        await server.wait_closed()

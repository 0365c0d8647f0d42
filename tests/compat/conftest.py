"""A whole Recado on a free port, and clients that know nothing but HTTP and contract C."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio

from recado.api import build_app
from recado.decisions import Brain, Context, Decision
from recado.health import Stopping
from recado.installation import ensure_keys, ensure_web_lines
from recado.kit.serving import Server
from recado.main import SKILLS
from recado.messages import Button, OutButtons, OutList, OutText, Reply, Row, Text
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings
from recado.worker import make_worker

KEY, OTHER_KEY = "0123456789abcdef", "fedcba9876543210"
SECRET = "a-secret-of-the-gateway"


@dataclass
class Scripted:
    """Says what the test wants: "buttons" and "list" offer choices, "quiet" is silence, "error" fails, and "hold" waits
    until it is let go; the rest is repeated, with a number that grows with each turn."""

    name: str = "rules"
    turns: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    holding: asyncio.Event = field(default_factory=asyncio.Event)
    contexts: list[Context] = field(default_factory=list[Context])
    decisions: dict[str, Decision] = field(default_factory=dict[str, Decision])

    async def decide(self, context: Context) -> Decision:
        self.turns += 1
        self.contexts.append(context)
        words = [one.content.text for one in context.messages if isinstance(one.content, Text)]
        if "hold" in words:
            self.holding.set()
            await self.held.wait()
        if "error" in words:
            raise ValueError("a defect")
        if words[-1] in self.decisions:
            return self.decisions[words[-1]]
        return Decision(replies=self._replies(words))

    def _replies(self, words: Sequence[str]) -> tuple[Reply, ...]:
        said = f"{self.turns}: {' + '.join(words)}"
        if words[-1] == "quiet":
            return ()
        if words[-1] == "two":
            return (OutText(text="one"), OutText(text="two"))
        if words[-1] == "buttons":
            return (OutButtons(text=said, buttons=(Button(id="y", title="Yes"), Button(id="n", title="No"))),)
        if words[-1] == "list":
            rows = (Row(id="a", title="First", description="the first"), Row(id="b", title="Second"))
            return (OutList(text=said, button="Choose", rows=rows),)
        return (OutText(text=said),)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    json: Any


@dataclass
class Client:
    """What an old client has: a URL and a key."""

    url: str
    http: aiohttp.ClientSession
    runtime: Runtime
    brain: Scripted
    worker: "asyncio.Task[None] | None" = None
    stopping: Stopping = field(default_factory=Stopping)

    async def call(self, method: str, path: str, json: Any = None, *, key: str | None = KEY, **more: Any) -> Answer:
        headers = {**({"X-API-Key": key} if key is not None else {}), **more.pop("headers", {})}
        if json is not None:
            more["json"] = json
        async with self.http.request(method, self.url + path, headers=headers, **more) as answer:
            body = await answer.read()
            return Answer(answer.status, answer.headers, await answer.json() if body else None)

    async def post(self, path: str, json: Any, **more: Any) -> Answer:
        return await self.call("POST", path, json, **more)

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.call("GET", path, **more)

    def start_worker(self) -> None:
        self.worker = asyncio.create_task(make_worker(self.runtime, "up").run())

    async def stop_worker(self) -> None:
        if self.worker is not None:
            self.worker.cancel()
            await asyncio.gather(self.worker, return_exceptions=True)
            self.worker = None


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Client]:
    """API and worker of one process, with the scripted brain."""
    async with open_runtime(settings, SKILLS) as runtime:
        brain = Scripted()
        brains: Mapping[str, Brain] = {"rules": brain}
        object.__setattr__(runtime, "brains", brains)
        await ensure_keys(runtime.database, [("clinic", KEY), ("farm", OTHER_KEY)])
        await ensure_web_lines(runtime.database, runtime.box, ["clinic", "farm"], brains=brains)
        await runtime.directory.refresh()
        listening = socket.socket(proto=socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        stopping = Stopping()
        app = build_app(runtime, stopping=stopping)
        server = Server(app, stop_s=60, websockets=True)
        task = asyncio.create_task(server.serve([listening]))
        await server.listening.wait()
        async with aiohttp.ClientSession() as http:
            client = Client(f"http://127.0.0.1:{listening.getsockname()[1]}", http, runtime, brain, stopping=stopping)
            client.start_worker()
            try:
                yield client
            finally:
                brain.held.set()
                await client.stop_worker()
        server.should_exit = True
        await task


def settings_of(database_url: str, data_dir: Path, **more: Any) -> Settings:
    given: dict[str, Any] = {"project_rate_limit": "", "webhook_networks": "127.0.0.1/32", **more}
    return Settings(database_url=database_url, data_dir=data_dir, answer_limit_s=30.0, **given)


@pytest_asyncio.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncGenerator[Client]:
    async with serving(settings_of(database_url, tmp_path)) as opened:
        yield opened

"""A provider on loopback: what a request must have is checked, and faults can be ordered."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from recado.brain.llm.simulator import shapes
from recado.brain.llm.simulator.shapes import Json, Kind, Request

STOP_S = 0.1


@dataclass(frozen=True, slots=True)
class Says:
    """The model writes this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Fits:
    """The model writes what fits the schema that it is given, with these words for every text."""

    words: str


@dataclass(frozen=True, slots=True)
class Fails:
    """An error of the provider, in its own shape."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Raw:
    """A body that is not of the API."""

    body: bytes
    status: int = 200


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends before the answer."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing comes until the client goes."""


Act = Says | Fits | Fails | Raw | Cut | Silent


@dataclass
class Host:
    """A server of one kind. It does `acts` in their order; the last one for ever. `requests` are their bodies.

    `key` None takes any key.
    """

    kind: Kind
    acts: list[Act]
    key: str | None = None
    url: str = ""
    requests: list[Json] = field(default_factory=list[Json])

    @property
    def base_url(self) -> str:
        """What the settings name as its address."""
        return f"{self.url}/v1" if self.kind == "openai" else self.url

    def told(self, number: int = -1) -> str:
        """All that a request said, as one text."""
        return json.dumps(self.requests[number], ensure_ascii=False)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Any call."""
        try:
            body: Json = json.loads(await request.read())
        except ValueError:
            return web.json_response(shapes.error(self.kind, 400, "no JSON"), status=400)
        headers = {name.lower(): text for name, text in request.headers.items()}
        problem = shapes.problem(self.kind, Request(request.path, headers, body), self.key)
        self.requests.append(body)
        if problem is not None:
            return web.json_response(shapes.error(self.kind, 400, problem), status=400)
        return await self._act(request, body)

    async def _act(self, request: web.Request, body: Json) -> web.StreamResponse:
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        match act:
            case Says(text):
                return web.json_response(shapes.answer(self.kind, text))
            case Fits(words):
                fitting = json.dumps(fit(shapes.schema_of(self.kind, body), words), ensure_ascii=False)
                return web.json_response(shapes.answer(self.kind, fitting))
            case Fails(status, headers):
                return web.json_response(shapes.error(self.kind, status), status=status, headers=headers)
            case Raw(raw, status):
                return web.Response(body=raw, status=status, content_type="application/json")
            case Cut():
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case Silent():
                await asyncio.Event().wait()
                return web.Response()


def fit(schema: Json, words: str) -> Any:
    """The shortest value of a schema, as far as answers to a turn need it: these words for a text, nothing in lists,
    "other" where there is a choice that has it."""
    if "enum" in schema:
        return "other" if "other" in schema["enum"] else schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: fit(schema["properties"][name], words) for name in schema.get("required", ())}
        case "string":
            return words[: schema.get("maxLength", len(words))]
        case "array":
            return []
        case "boolean":
            return False
        case _:
            return schema.get("maximum", 1)


@asynccontextmanager
async def host(kind: Kind, *acts: Act, key: str | None = None, port: int = 0) -> AsyncGenerator[Host]:
    """A provider on 127.0.0.1 that does these acts; `port` 0 takes a free one.

    Raises `OSError` for one that is taken.
    """
    made = Host(kind, _some(acts), key)
    app = web.Application()
    app.router.add_post("/{path:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()


def _some(acts: Sequence[Act]) -> list[Act]:
    if not acts:
        raise ValueError("a host needs something to do")
    return list(acts)

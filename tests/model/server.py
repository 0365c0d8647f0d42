"""Runs `recado model` as people do, and asks it things."""

import asyncio
import io
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.cli.terminal import Installation, Program, free_port

LIMIT_S = 90.0
# A text that takes seconds: nothing shorter is allowed, and no client can be faster than it.
LONG_SCHEMA = {"type": "string", "minLength": 20_000, "maxLength": 30_000}
LONG = {
    "messages": [{"role": "user", "content": "hola"}],
    "response_format": {"type": "json_schema", "json_schema": {"name": "long", "schema": LONG_SCHEMA}},
}
SHORT = {"messages": [{"role": "user", "content": "hola"}], "max_tokens": 1}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Server:
    program: Program
    url: str

    async def post(self, path: str, body: Any, **headers: str) -> Answer:
        async with aiohttp.ClientSession() as http, http.post(self.url + path, json=body, headers=headers) as response:
            return Answer(response.status, dict(response.headers), json.loads(await response.read()))

    async def post_bytes(self, path: str, body: bytes) -> Answer:
        headers = {"Content-Type": "application/json"}
        data = io.BytesIO(body)
        async with aiohttp.ClientSession() as http, http.post(self.url + path, data=data, headers=headers) as response:
            return Answer(response.status, dict(response.headers), json.loads(await response.read()))

    async def get(self, path: str, **headers: str) -> Answer:
        async with aiohttp.ClientSession() as http, http.get(self.url + path, headers=headers) as response:
            text = await response.text()
            is_json = "json" in response.headers["Content-Type"]
            return Answer(response.status, dict(response.headers), json.loads(text) if is_json else text)

    async def metric(self, name: str) -> float:
        """The value of a metric; 0 if there is none yet."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", (await self.get("/metrics")).body, re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def until(self, name: str, value: float) -> None:
        """Wait until a metric has this value."""

        async def reached() -> bool:
            return await self.metric(name) == value

        await eventually(reached)

    @asynccontextmanager
    async def writing(self, **headers: str) -> AsyncGenerator[aiohttp.ClientResponse]:
        """A stream that takes seconds, from its first bytes; the client leaves at the end of the block."""
        timeout = aiohttp.ClientTimeout(total=LIMIT_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(self.url + "/v1/chat/completions", json={**LONG, "stream": True}, headers=headers) as response,
        ):
            assert response.status == 200, await response.text()
            await response.content.readany()
            yield response


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(LIMIT_S):
        while not await true():  # noqa: ASYNC110 # another process changes it
            await asyncio.sleep(0.02)


@contextmanager
def running_server(model: Path, folder: Path, port: int | None = None, /, **variables: str) -> Generator[Server]:
    """A server whose model is ready, on this port or a free one."""
    port = port or free_port()
    # One thread: llama.cpp's wait for each other by spinning, and tests share their cores.
    settings = {"LOCAL_MODEL_PATH": str(model), "PORT": str(port), "N_THREADS": "1", **variables}
    installation = Installation(folder, **settings)
    with installation.running("model", until="is ready") as program:
        yield Server(program, f"http://127.0.0.1:{port}")

"""`recado model bench`: what a model does on this machine, and what the server adds to it.

Nothing is taken from answers but their counts: a random model measures as well as a good one.
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from recado.model.access import Access
from recado.model.app import ModelApi
from recado.model.engine import ChatMessage, Engine, EngineLimits, Generation, Locate, Located, OpenEngine, Progress
from recado.model.llama import launch
from recado.model.places import GGUF
from recado.model.serve import listen, make_server
from recado.model.service import Asked, ModelService, collect
from recado.model.settings import ModelSettings

CONVERSATIONS = 8
TURNS = 6
ROUNDS = 3
# No further round is begun after that: a large model reads for minutes what reuse spares it.
ENOUGH_S = 120.0
ANSWER_TOKENS = 8
# Of a slot's context: what all conversations share, in words of about two tokens.
SHARED_PART = 0.6
OVERHEAD_REQUESTS = 150
PATIENCE_S = 3_600.0
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    """What conversations did: answers per second, tokens per second in and out, the mean time in the queue, and the
    part of the prompts' tokens that the cache knew."""

    answers_per_s: float
    read_per_s: float
    written_per_s: float
    queue_ms: float
    cached: float


@dataclass(frozen=True, slots=True)
class Overhead:
    """Median times of a request of one token: through the Model API, and to llama.cpp's own server."""

    server_ms: float
    bare_ms: float

    @property
    def added_ms(self) -> float:
        return self.server_ms - self.bare_ms


@dataclass(frozen=True, slots=True)
class Figures:
    """`overhead` None: the model's engine has no server of its own to compare with."""

    reused: Load
    read_anew: Load
    overhead: Overhead | None

    @property
    def gain(self) -> float:
        """How many times the answers that reuse of prefixes makes of the same engine."""
        return self.reused.answers_per_s / self.read_anew.answers_per_s

    def lines(self) -> list[str]:
        """For people."""
        told = [
            f"tokens read            {self.reused.read_per_s:,.0f}/s ({self.reused.cached:.0%} known to the cache)",
            f"tokens written         {self.reused.written_per_s:,.0f}/s",
            f"time in the queue      {self.reused.queue_ms:.1f} ms (mean)",
            (
                f"{CONVERSATIONS} conversations        {self.reused.answers_per_s:.1f} answers/s; "
                f"{self.read_anew.answers_per_s:.1f} without reuse of prefixes: x {self.gain:.1f}"
            ),
        ]
        if self.overhead is not None:
            told.append(
                f"overhead               {self.overhead.added_ms:.1f} ms a request "
                f"({self.overhead.server_ms:.1f} ms; llama.cpp alone {self.overhead.bare_ms:.1f} ms)"
            )
        return told


async def measure(settings: ModelSettings, locate: Locate, open_engine: OpenEngine) -> Figures:
    """All figures of the model that the settings name; takes a minute or so, or one round of a large one. Raises what
    loading raises.
    """
    settings = settings.model_copy(update={"slots": CONVERSATIONS, "deadline_s": PATIENCE_S})
    loads: dict[bool, list[Load]] = {True: [], False: []}
    began_s = time.perf_counter()
    async with (
        _service(settings, locate, open_engine, reuse=True) as reusing,
        _service(settings, locate, open_engine, reuse=False) as anew,
    ):
        for number in range(ROUNDS):  # in turns, for the machine has other things to do as well
            loads[True].append(await _converse(reusing, settings.context_tokens, number))
            loads[False].append(await _converse(anew, settings.context_tokens, number))
            if time.perf_counter() - began_s > ENOUGH_S:
                break
    located = await locate(*settings.named, _ignore)
    if located.path.suffix != GGUF:
        return Figures(_median(loads[True]), _median(loads[False]), None)
    async with _service(settings.model_copy(update={"slots": 1}), locate, open_engine, reuse=True) as alone:
        overhead = await _overhead(alone, located, settings)
    return Figures(_median(loads[True]), _median(loads[False]), overhead)


@asynccontextmanager
async def _service(
    settings: ModelSettings, locate: Locate, open_engine: OpenEngine, *, reuse: bool
) -> AsyncGenerator[ModelService]:
    async def opened(located: Located, limits: EngineLimits, progress: Progress) -> Engine:
        return await open_engine(located, replace(limits, reuse_prefix=reuse), progress)

    service = ModelService(settings, locate, opened)
    try:
        await service.load(*settings.named)
        yield service
    finally:
        await service.close()


async def _converse(service: ModelService, context_tokens: int, number: int) -> Load:
    """Some new conversations at a time, with one long system prompt for all, the same in every round."""
    before, began_s = replace(service.stats), time.perf_counter()
    shared = "regla " * int(context_tokens * SHARED_PART / 4)
    await asyncio.gather(*(_conversation(service, shared, f"{number}-{one}") for one in range(CONVERSATIONS)))
    took_s, after = time.perf_counter() - began_s, service.stats
    read = after.prompt_tokens - before.prompt_tokens
    return Load(
        answers_per_s=CONVERSATIONS * TURNS / took_s,
        read_per_s=read / took_s,
        written_per_s=(after.completion_tokens - before.completion_tokens) / took_s,
        queue_ms=(after.queue_s - before.queue_s) / (after.queued - before.queued) * 1000,
        cached=(after.cached_tokens - before.cached_tokens) / read,
    )


async def _conversation(service: ModelService, shared: str, name: str) -> None:
    messages = [ChatMessage("system", shared)]
    for turn in range(TURNS):
        messages.append(ChatMessage("user", f"{name} pregunta {turn}"))
        generation = Generation(tuple(messages), ANSWER_TOKENS, temperature=0)
        text, _ = await collect(service, Asked(generation, "bench", name))
        messages.append(ChatMessage("assistant", text))


async def _overhead(service: ModelService, located: Located, settings: ModelSettings) -> Overhead:
    """The same requests, one after the other and in turns, to our server and to llama.cpp's."""
    sock = listen(_HOST, 0)
    ours = f"http://{_HOST}:{sock.getsockname()[1]}"
    server = make_server(ModelApi(service, Access(())).app())
    serving = asyncio.create_task(server.serve([sock]))
    bare = await launch(located, EngineLimits(1, settings.context_tokens, settings.threads))
    times: dict[str, list[float]] = {ours: [], bare.address: []}
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as http:
            for _ in range(OVERHEAD_REQUESTS):
                for url, taken in times.items():
                    taken.append(await _ask(http, url, bare.key))
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        await bare.stop()
    return Overhead(statistics.median(times[ours]), statistics.median(times[bare.address]))


async def _ask(http: aiohttp.ClientSession, url: str, key: str) -> float:
    """Milliseconds of a request of one token."""
    body: Mapping[str, Any] = {"messages": [{"role": "user", "content": "hola"}], "max_tokens": 1, "temperature": 0}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    began_s = time.perf_counter()
    async with http.post(f"{url}/v1/chat/completions", data=json.dumps(body), headers=headers) as response:
        await response.read()
        response.raise_for_status()
    return (time.perf_counter() - began_s) * 1000


def _median(loads: list[Load]) -> Load:
    return sorted(loads, key=lambda load: load.answers_per_s)[len(loads) // 2]


def _ignore(_percent: int) -> None:
    pass

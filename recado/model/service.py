"""The model that is served: loading it, swapping it without a failed request, and writing with it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from recado.errors import RecadoError, Unavailable, retry_after
from recado.model.engine import Engine, EngineInfo, EngineLimits, Generation, Locate, OpenEngine, Piece, Progress
from recado.model.settings import ModelSettings
from recado.model.slots import Slots
from recado.model.stats import ModelStats, Places

LOADING_RETRY_S = 2.0

Sink = Callable[[Piece], Awaitable[None]]
"""Takes the pieces of a text as they come."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that someone wants. `key` is who asks; requests of one `conversation` are served in order."""

    generation: Generation
    key: str
    conversation: str | None = None


class ModelService:
    """Serves one model at a time."""

    def __init__(
        self,
        settings: ModelSettings,
        locate: Locate,
        open_engine: OpenEngine,
        told: Progress = lambda _: None,
    ) -> None:
        """`told` is called with the percent of what is being downloaded, checked or loaded, whenever it changes."""
        self._locate = locate
        self._open = open_engine
        self._told = told
        self._limits = EngineLimits(settings.slots, settings.context_tokens, settings.threads, settings.device)
        self._deadline_s = settings.deadline_s
        self._clock = asyncio.get_running_loop().time
        self._slots = Slots(max_waiting=settings.max_waiting, max_per_key=settings.max_per_key, clock=self._clock)
        self._engine: Engine | None = None
        self._changing = asyncio.Lock()
        self._draining: set[asyncio.Task[None]] = set()
        self.percent = 0
        self.stats = ModelStats()

    @property
    def info(self) -> EngineInfo | None:
        """Of the model that is served; None until the first is loaded."""
        return None if self._engine is None else self._engine.info

    @property
    def places(self) -> Places:
        return Places(self._slots.total, self._slots.busy, self._slots.waiting)

    async def load(self, name: str, revision: str | None = None) -> EngineInfo:
        """Load a model beside the one that is served, if any, and serve it from then on. The old one goes when its last
        request has ended. Raises what finding and opening raise; then everything stays as it was."""
        async with self._changing:
            self.percent = 0
            try:
                located = await self._locate(name, revision, self._progress)
                new = await self._open(located, self._limits, self._progress)
            except BaseException:
                self.percent = 0 if self._engine is None else 100  # of what is served, as before
                raise
            old, self._engine = self._engine, new
            self.percent = 100
            drained = self._slots.replace(old, new)
            log.info("model_loaded", engine=new.info.engine, slots=new.info.slots)
            if old is not None:
                task = asyncio.create_task(_close_when(drained, old))
                self._draining.add(task)
                task.add_done_callback(self._draining.discard)
            return new.info

    def _progress(self, percent: int) -> None:
        self.percent = percent
        self._told(percent)

    async def write(self, asked: Asked, sink: Sink) -> None:
        """Let the model write; `sink` gets the pieces. Cancelling it frees the slot.

        Raises `Unavailable` (`model_loading`, `queue_full`, `engine_failed`), `RecadoError` (`too_many_requests`,
        `deadline_exceeded`) and `BadInput` as `Engine.generate` does.
        """
        try:
            await self._in_time(asked, sink)
        except RecadoError as error:
            self.stats.outcomes[error.code] += 1
            raise
        except asyncio.CancelledError:
            self.stats.outcomes["gone"] += 1
            raise
        self.stats.outcomes["ok"] += 1

    async def _in_time(self, asked: Asked, sink: Sink) -> None:
        if self._engine is None:
            raise Unavailable(
                "The model is still loading; /health says how far it is.",
                code="model_loading",
                verdict=retry_after(LOADING_RETRY_S),
            )
        deadline = asyncio.timeout(self._deadline_s)
        try:
            async with deadline:
                await self._with_slot(asked, sink)
        except TimeoutError:
            if not deadline.expired():
                raise
            raise RecadoError(
                f"The model did not finish within {self._deadline_s:g} s. Ask for fewer tokens, or try again later.",
                code="deadline_exceeded",
                status=504,
                verdict=retry_after(LOADING_RETRY_S),
            ) from None

    async def _with_slot(self, asked: Asked, sink: Sink) -> None:
        came_s = self._clock()
        prompt = "\n".join(f"{one.role} {one.content}" for one in asked.generation.messages)
        async with self._slots.take(asked.key, asked.conversation, prompt) as slot:
            began_s = self._clock()
            self.stats.count_queue(began_s - came_s)
            async with aclosing(slot.engine.generate(asked.generation, slot.index)) as pieces:
                async for piece in pieces:
                    if piece.finish is not None:
                        self.stats.count_usage(piece.usage, self._clock() - began_s)
                        self.stats.cut += piece.finish == "length"
                    await sink(piece)

    async def close(self) -> None:
        """Stop serving and give the memory back."""
        for task in self._draining:
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)
        if self._engine is not None:
            await self._engine.close()


async def _close_when(drained: asyncio.Event, engine: Engine) -> None:
    try:
        await drained.wait()
    finally:
        await engine.close()


async def collect(service: ModelService, asked: Asked) -> tuple[str, Piece]:
    """The whole text, and the last piece of it."""
    texts: list[str] = []
    last = Piece("")

    async def take(piece: Piece) -> None:
        nonlocal last
        texts.append(piece.text)
        last = piece

    await service.write(asked, take)
    return "".join(texts), last

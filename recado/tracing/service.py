"""Tracing of one process: puts the noting parts in place, and brings what they noted out, in the background."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import structlog

from recado.brain.llm.thinking import Thinker
from recado.db import Database
from recado.decisions import Brain
from recado.jobs.kinds import Kinds
from recado.mailbox.driver import Driver
from recado.media.work import MediaWork
from recado.settings import Settings
from recado.tracing.mailbox import TracedMailbox
from recado.tracing.noting import Notes
from recado.tracing.parts import TracedBrain, TracedMediaWork, TracedModel, TracedWebhook, traced_kinds
from recado.tracing.placing import find_places
from recado.tracing.posting import TracedPosts
from recado.tracing.spans import Span, Unplaced, is_kept, trace_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from recado.tracing.exporting import Exporter

# How late a span leaves the process; what a process had noted when it was killed is not traced.
ROUND_S = 0.5
# Spans of one call of the collector: with 500 bytes each, half a megabyte.
MAX_BATCH = 1_024
# How long the end of a process waits for a collector: a stop takes at most 5 s in all.
END_S = 1.0

log = structlog.get_logger(__name__)


class Tracing:
    """Open while the process runs. `share` of the traces are kept."""

    def __init__(self, database: Database, owner: str, exporter: "Exporter", share: float) -> None:
        self.notes = Notes()
        self._database = database
        self._owner = owner
        self._exporter = exporter
        self._share = share
        self._dropped = 0
        self._task = asyncio.create_task(self._run(), name="traces")

    @property
    def counts(self) -> Mapping[str, int]:
        """Spans by what became of them, for metrics."""
        dropped = self._dropped + self.notes.dropped
        return {"exported": self._exporter.exported, "failed": self._exporter.failed, "dropped": dropped}

    # --- parts ----------------------------------------------------------------------------------------

    def mailbox(self, driver: Driver) -> TracedMailbox:
        return TracedMailbox(driver, self._owner, self.notes)

    def brains(self, brains: Mapping[str, Brain], mailbox: TracedMailbox) -> Mapping[str, Brain]:
        return {name: TracedBrain(brain, mailbox.turns) for name, brain in brains.items()}

    def model_of(self, thinker: Thinker) -> None:
        """Trace the calls of a thinker's model."""
        thinker.model = TracedModel(thinker.model)

    def kinds(self, kinds: Kinds) -> Kinds:
        return traced_kinds(kinds, self.notes)

    def media_work(self) -> MediaWork:
        return TracedMediaWork(self._database, self._owner, self.notes)

    def posts(self) -> TracedPosts:
        return TracedPosts(self._database, self.notes, self._share)

    def webhook(self, app: "ASGIApp") -> TracedWebhook:
        return TracedWebhook(app)

    # --- the way out ----------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(ROUND_S)
            await self._round()

    async def _round(self) -> None:
        while noted := self.notes.take(MAX_BATCH):
            try:
                spans = [span for span in await self._placed(noted) if is_kept(trace_of(span.message_id), self._share)]
            except Exception as error:  # the database is away: what it would have said is not traced
                log.warning("traces_not_placed", error=type(error).__name__)
                self._dropped += len(noted)
                continue
            if spans and not self._exporter.offer(spans):
                self._dropped += len(spans)

    async def _placed(self, noted: Iterable[Span | Unplaced]) -> list[Span]:
        unplaced = [one for one in noted if isinstance(one, Unplaced)]
        spans = [one for one in noted if isinstance(one, Span)]
        if unplaced:
            places = await find_places(self._database, {one.which for one in unplaced})
            for one in unplaced:
                if (place := places.get(one.which)) is not None:
                    spans.extend(one.spans(place))
        return spans

    async def close(self) -> None:
        """Export what was noted, as far as the collector takes it within a second."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._round()
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        self._exporter.end(lambda: _tell(loop, ended))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await ended.wait()
        self._exporter.give_up()


def _tell(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(ended.set)


def open_tracing(settings: Settings, database: Database, owner: str, kind: str) -> Tracing | None:
    """None unless the settings name a collector. Call it inside the running loop."""
    share = settings.traced_share
    if share <= 0:
        return None
    # Loaded here: whoever traces nothing does without the memory and the time that the library takes.
    from recado.tracing.exporting import Exporter

    return Tracing(database, owner, Exporter(owner, kind), share)

"""Renders the metrics of one process."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import Metric as Sampled
from prometheus_client.registry import Collector

from recado.brain.llm.thinking import Thinker
from recado.conversations.turn import TurnStats
from recado.db import Database
from recado.kit.disk import DiskLook
from recado.kit.rates import Rates
from recado.mailbox.sender import SenderStats
from recado.media.fetching import FetchStats
from recado.metrics import catalogue, counted
from recado.metrics.counted import CountsWebhooks
from recado.metrics.waiting import Stored, Waiting, read_stored, read_waiting
from recado.tracing.service import Tracing

# Whoever asks more often gets the same answer: counting must not load the database.
CACHE_S = 1.0
# What changes slowly: sizes, and sums over tables.
SLOW_CACHE_S = 15.0
# A disk that takes longer has no metrics.
DISK_LIMIT_S = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a process counts. What is None or empty does not run in it."""

    turns: TurnStats | None = None
    sender: SenderStats | None = None
    files: FetchStats | None = None
    webhooks: Mapping[str, CountsWebhooks] = field(default_factory=dict[str, CountsWebhooks])
    thinker: Thinker | None = None
    rates: Rates | None = None
    tracing: Tracing | None = None

    def samples(self) -> Iterable[Sampled]:
        yield from counted.of_webhooks(self.webhooks)
        yield from counted.of_work(self.turns, self.sender, self.files)
        if self.thinker is not None:
            yield from counted.of_model(self.thinker)
        if self.rates is not None:
            yield from counted.of_rates(self.rates)
        if self.tracing is not None:
            yield from counted.of_traces(self.tracing.counts)


@dataclass(slots=True)
class Metrics:
    """The metrics of one process and its installation."""

    database: Database
    data_disk: DiskLook
    counted: Counted = field(default_factory=Counted)
    _text: bytes = b""
    _made_s: float = float("-inf")
    _stored: Stored | None = None
    _stored_s: float = float("-inf")
    _process: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        ProcessCollector(registry=self._process)

    async def text(self) -> bytes:
        """The exposition, at most a second old."""
        if time.monotonic() - self._made_s >= CACHE_S:
            samples = [*self.counted.samples(), *await self._of_disk(), *await self._of_database()]
            registry = CollectorRegistry()
            registry.register(_Given(samples))
            self._text = generate_latest(registry) + generate_latest(self._process)
            self._made_s = time.monotonic()
        return self._text

    async def _of_disk(self) -> list[Sampled]:
        """None of it if the disk does not answer."""
        try:
            found = await self.data_disk.take(DISK_LIMIT_S)
        except Exception as error:  # the rest is worth showing all the same
            log.warning("disk_not_measured", error=type(error).__name__)
            return []
        backup_s = found.stamped.timestamp() if found.stamped else 0.0  # 0: never
        return [catalogue.DISK_FREE.one(found.free_bytes), catalogue.BACKUP_TIME.one(backup_s)]

    async def _of_database(self) -> list[Sampled]:
        """What waits; only that it does not answer if the database does not."""
        try:
            waiting = await read_waiting(self.database)
            if self._stored is None or time.monotonic() - self._stored_s >= SLOW_CACHE_S:
                self._stored, self._stored_s = await read_stored(self.database), time.monotonic()
        except Exception as error:  # the process's own counts are worth showing all the same
            log.warning("queues_not_counted", error=type(error).__name__)
            return [catalogue.DATABASE_UP.one(0)]
        return [catalogue.DATABASE_UP.one(1), *_of_waiting(waiting, self._stored.unrouted), *_of_stored(self._stored)]


class _Given(Collector):
    def __init__(self, metrics: list[Sampled]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Sampled]:
        return self._metrics


def _of_waiting(found: Waiting, unrouted: int) -> Iterable[Sampled]:
    yield catalogue.WAITING.by_one(found.waiting | {"unrouted": unrouted})
    yield catalogue.OLDEST_PENDING.one(found.oldest_pending_s)
    yield catalogue.OUTBOX_OVERDUE.by_one(found.outbox_overdue_s)
    yield catalogue.JOBS.by_one(found.jobs)
    yield catalogue.JOB_OVERDUE.one(found.job_overdue_s)
    yield catalogue.PROCESSES.of(found.processes)
    yield catalogue.LINES.by_one(found.lines)


def _of_stored(found: Stored) -> Iterable[Sampled]:
    yield catalogue.DATABASE_BYTES.one(found.database_bytes)
    yield catalogue.WEBHOOK_ENDPOINTS.by_one(found.webhook_endpoints)
    yield catalogue.MEDIA_STUCK.by_one(found.media_stuck)
    yield catalogue.MEDIA_OLDEST.one(found.media_oldest_s)
    yield catalogue.MODEL_TODAY.by_one(found.model_today)

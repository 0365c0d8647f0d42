"""Metrics for Prometheus: what this process did, and what waits in the database. Nothing here names a person."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol

import structlog
from fastapi import APIRouter, Depends, Response
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import and_, func, select

from recado import __version__
from recado.brain.llm.budget import MICROS
from recado.brain.llm.thinking import Thinker
from recado.conversations.turn import TurnStats
from recado.db import Database, database_now_ms
from recado.jobs.service import count_by_state
from recado.kit.parts import part
from recado.kit.rates import Rates
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage
from recado.mailbox.queries import LISTED_STATES, given_up, in_state
from recado.mailbox.sender import SenderStats
from recado.mailbox.service import Mailbox

# Whoever asks more often gets the same answer: counting must not load the database.
CACHE_S = 1.0

log = structlog.get_logger(__name__)
router = APIRouter(tags=["installation"])


class CountsWebhooks(Protocol):
    """What a webhook's application counts."""

    received: int
    refused: int


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits, in all projects."""

    waiting: Mapping[str, int]
    oldest_pending_s: float
    jobs: Mapping[str, int]


@dataclass(slots=True)
class Metrics:
    """Renders the metrics of one process. `turns` and `sender` are None where they do not run."""

    database: Database
    mailbox: Mailbox
    turns: TurnStats | None
    sender: SenderStats | None
    webhooks: Mapping[str, CountsWebhooks]
    thinker: Thinker | None = None
    rates: Rates | None = None
    _text: bytes = b""
    _made_s: float = float("-inf")
    _process: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        ProcessCollector(registry=self._process)

    async def text(self) -> bytes:
        """The exposition, at most a second old."""
        if time.monotonic() - self._made_s >= CACHE_S:
            queues = await self._queues()
            registry = CollectorRegistry()
            registry.register(_Given([*self._counts(), *_gauges(queues)]))
            self._text = generate_latest(registry) + generate_latest(self._process)
            self._made_s = time.monotonic()
        return self._text

    async def _queues(self) -> Queues | None:
        """What waits; None if the database does not say."""
        try:
            return await read_queues(self.database)
        except Exception as error:  # the process's own counts are worth showing all the same
            log.warning("queues_not_counted", error=type(error).__name__)
            return None

    def _counts(self) -> Iterable[Metric]:
        yield InfoMetricFamily("recado_build", "The program that runs", {"version": __version__})
        received = CounterMetricFamily("recado_webhooks", "Webhook deliveries", labels=["channel", "outcome"])
        for channel, app in self.webhooks.items():
            received.add_metric([channel, "received"], app.received)
            received.add_metric([channel, "refused"], app.refused)
        yield received
        if self.turns is not None:
            yield _outcomes("recado_turns", "Turns by how they ended", _values(self.turns, TurnStats))
        if self.sender is not None:
            yield _outcomes("recado_sends", "Tries to send by how they ended", _values(self.sender, SenderStats))
        if self.thinker is not None:
            yield from _of_model(self.thinker)
        if self.rates is not None:
            refused = CounterMetricFamily("recado_rate_limited", "Requests refused with 429", labels=["by"])
            for scope, count in sorted(self.rates.refused.items()):
                refused.add_metric([scope], count)
            yield refused
            about = "Requests that were let through uncounted, because Redis did not answer"
            yield CounterMetricFamily("recado_rate_unchecked", about, self.rates.unchecked)


class _Given(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _values(stats: object, kind: type[object]) -> dict[str, int]:
    return {name: int(getattr(stats, name)) for name in kind.__annotations__}


def _outcomes(name: str, about: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, about, labels=["outcome"])
    for outcome, count in counts.items():
        family.add_metric([outcome], count)
    return family


_BREAKER = {"closed": 0, "half_open": 1, "open": 2}


def _of_model(thinker: Thinker) -> Iterable[Metric]:
    """What the model was asked, what it took, and how often the rules answered in its place."""
    name, stats = thinker.model.name, thinker.stats
    yield _outcomes(
        "recado_model_answers", "Answers of the model", {"right": stats.answered, "repaired": stats.repaired}
    )
    taken = CounterMetricFamily("recado_model_tokens", "Tokens that the model read and wrote", labels=["direction"])
    taken.add_metric(["in"], stats.tokens_in)
    taken.add_metric(["out"], stats.tokens_out)
    yield taken
    yield CounterMetricFamily("recado_model_cost", "By the prices of the settings", stats.cost_micros / MICROS)
    took = SummaryMetricFamily("recado_model_seconds", "How long the model's calls took", labels=["model"])
    took.add_metric([name], stats.calls, stats.seconds)
    yield took
    fell = CounterMetricFamily(
        "recado_model_fallbacks", "Turns that the rules answered in its place", labels=["reason"]
    )
    for reason, count in sorted(stats.fallbacks.items()):
        fell.add_metric([reason], count)
    yield fell
    state = _BREAKER[thinker.breaker.state]
    yield GaugeMetricFamily("recado_model_breaker", "0 closed, 1 half open, 2 open: it is left alone", state)


def _gauges(queues: Queues | None) -> Iterable[Metric]:
    yield GaugeMetricFamily("recado_database_up", "1 if the database answered", 0 if queues is None else 1)
    if queues is None:
        return
    waiting = GaugeMetricFamily("recado_waiting", "What waits in the database, all projects together", labels=["what"])
    for what, count in queues.waiting.items():
        waiting.add_metric([what], count)
    yield waiting
    jobs = GaugeMetricFamily("recado_jobs", "Jobs by their state, all projects together", labels=["state"])
    for state, count in queues.jobs.items():
        jobs.add_metric([state], count)
    yield jobs
    yield GaugeMetricFamily(
        "recado_oldest_pending_seconds", "How long the oldest unanswered message has waited", queues.oldest_pending_s
    )


async def read_queues(database: Database) -> Queues:
    """Counts from the partial indexes: as expensive as what waits, not as what is stored."""
    async with database.system(read_only=True) as session:
        pending = Conversation.wake_ms.is_not(None)
        waiting: dict[str, int] = {}
        waiting["conversations"] = await session.scalar(select(func.count(Conversation.id)).where(pending)) or 0
        unanswered = and_(InboxMessage.conversation_id == Conversation.id, InboxMessage.seq > Conversation.settled_seq)
        oldest = select(func.min(InboxMessage.created_ms)).select_from(Conversation).join(InboxMessage, unanswered)
        oldest_ms = await session.scalar(oldest.where(pending))
        for state in LISTED_STATES:
            outbox = select(func.count()).select_from(OutboxMessage).where(in_state(state))
            waiting[f"outbox_{state}"] = await session.scalar(outbox) or 0
        dead = select(func.count()).select_from(InboxMessage).where(given_up())
        waiting["inbox_dead"] = await session.scalar(dead) or 0
        jobs = await count_by_state(session)
        now_ms = await database_now_ms(session)
    return Queues(waiting, max(0.0, (now_ms - oldest_ms) / 1000) if oldest_ms is not None else 0.0, jobs)


@router.get("/metrics", name="get_metrics", response_class=Response)
async def get_metrics(metrics: Annotated[Metrics, Depends(part(Metrics))]) -> Response:
    """What this process did and what waits, for Prometheus."""
    return Response(await metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

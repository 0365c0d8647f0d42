"""What the Model API counts, for Prometheus. Nothing here names a person or repeats a text."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from recado.model.engine import Usage

# Tokens per second are a mean over so long.
WINDOW_S = 60.0


@dataclass(slots=True)
class ModelStats:
    """`outcomes` are counted by "ok", "gone" (the client left) or the code of an error."""

    clock: Callable[[], float] = time.monotonic
    outcomes: Counter[str] = field(default_factory=Counter[str])
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cut: int = 0
    queued: int = 0
    queue_s: float = 0.0
    writing_s: float = 0.0
    _recent: deque[tuple[float, int, int]] = field(default_factory=deque[tuple[float, int, int]])

    def count_queue(self, took_s: float) -> None:
        self.queued += 1
        self.queue_s += took_s

    def count_usage(self, usage: Usage, took_s: float) -> None:
        self.prompt_tokens += usage.prompt_tokens
        self.cached_tokens += usage.cached_tokens
        self.completion_tokens += usage.completion_tokens
        self.writing_s += took_s
        self._recent.append((self.clock(), usage.prompt_tokens, usage.completion_tokens))

    def rates(self) -> tuple[float, float]:
        """Tokens per second in and out, over the last minute."""
        while self._recent and self._recent[0][0] < self.clock() - WINDOW_S:
            self._recent.popleft()
        read = sum(one for _, one, _ in self._recent)
        written = sum(one for _, _, one in self._recent)
        return read / WINDOW_S, written / WINDOW_S


@dataclass(frozen=True, slots=True)
class Places:
    """Slots and queue at a moment."""

    total: int
    busy: int
    waiting: int


def exposition(stats: ModelStats, places: Places) -> bytes:
    """All metrics as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Given([*_counters(stats), *_gauges(stats, places)]))
    return generate_latest(registry) + generate_latest(_process())


def _counters(stats: ModelStats) -> Iterable[Metric]:
    requests = CounterMetricFamily("recado_model_requests", "Requests by how they ended", labels=["outcome"])
    for outcome, count in stats.outcomes.items():
        requests.add_metric([outcome], count)
    yield requests
    for name, about, value in (
        ("recado_model_prompt_tokens", "Tokens of prompts", stats.prompt_tokens),
        ("recado_model_cached_tokens", "Tokens of prompts that the cache knew", stats.cached_tokens),
        ("recado_model_completion_tokens", "Tokens written", stats.completion_tokens),
        ("recado_model_cut", "Answers that used up their tokens", stats.cut),
        ("recado_model_writing_seconds", "Time that slots were in use", stats.writing_s),
    ):
        yield CounterMetricFamily(name, about, value)
    yield SummaryMetricFamily("recado_model_queue_seconds", "Time in the queue", stats.queued, stats.queue_s)


def _gauges(stats: ModelStats, places: Places) -> Iterable[Metric]:
    read, written = stats.rates()
    for name, about, value in (
        ("recado_model_tokens_in_per_second", "Tokens of prompts per second, last minute", read),
        ("recado_model_tokens_out_per_second", "Tokens written per second, last minute", written),
        ("recado_model_slots", "Slots of the model", places.total),
        ("recado_model_slots_busy", "Slots in use", places.busy),
        ("recado_model_waiting", "Requests in the queue", places.waiting),
    ):
        yield GaugeMetricFamily(name, about, value)


class _Given(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _process() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry

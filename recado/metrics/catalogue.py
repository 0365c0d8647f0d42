"""Every metric there is: its name, kind, labels and meaning. The reference page is made from it, and nothing else is
exposed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.core import Metric as Sampled

from recado.kit.histograms import Histogram

Kind = Literal["counter", "gauge", "histogram", "summary", "info"]
Scope = Literal["process", "installation"]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric. `scope` says whether each process counts its own (add them up), or every process tells the same of the
    whole installation (take the largest).
    """

    name: str
    kind: Kind
    about: str
    labels: tuple[str, ...] = ()
    scope: Scope = "process"

    @property
    def series(self) -> tuple[str, ...]:
        """The names under which Prometheus keeps it."""
        ends = {
            "counter": ("_total",),
            "info": ("_info",),
            "summary": ("_count", "_sum"),
            "histogram": ("_bucket", "_count", "_sum"),
        }
        return tuple(self.name + end for end in ends.get(self.kind, ("",)))

    def of(self, samples: Mapping[tuple[str, ...], float]) -> Sampled:
        """Its samples by the values of its labels; of counters, gauges and infos."""
        if self.kind == "counter":
            family: CounterMetricFamily | GaugeMetricFamily = CounterMetricFamily(
                self.name, self.about, labels=self.labels
            )
        else:
            family = GaugeMetricFamily(self.name, self.about, labels=self.labels)
        for values, value in samples.items():
            family.add_metric(values, value)
        return family

    def one(self, value: float) -> Sampled:
        """Its only sample."""
        return self.of({(): value})

    def by_one(self, samples: Mapping[str, float]) -> Sampled:
        """Its samples by the values of its only label."""
        return self.of({(value,): count for value, count in samples.items()})

    def spread(self, histogram: Histogram) -> Sampled:
        """A histogram without labels."""
        family = HistogramMetricFamily(self.name, self.about)
        family.add_metric([], histogram.buckets(), histogram.total)
        return family

    def summed(self, values: Iterable[str], count: int, total: float) -> Sampled:
        """A summary of one set of label values."""
        family = SummaryMetricFamily(self.name, self.about, labels=self.labels)
        family.add_metric(list(values), count, total)
        return family

    def told(self, facts: Mapping[str, str]) -> Sampled:
        """An info."""
        return InfoMetricFamily(self.name, self.about, dict(facts))


def _everywhere(name: str, about: str, *labels: str) -> Family:
    return Family(name, "gauge", about, labels, "installation")


# --- what each process did --------------------------------------------------------------------------------

BUILD = Family("recado_build", "info", "The program that runs.", ("version",))
WEBHOOKS = Family("recado_webhooks", "counter", "Webhook deliveries of providers.", ("channel", "outcome"))
TURNS = Family("recado_turns", "counter", "Turns by how they ended.", ("outcome",))
ANSWER_SECONDS = Family(
    "recado_answer_seconds",
    "histogram",
    "From a message's commit to that of its answer: settling, waiting, thinking. The oldest of a turn's messages "
    "counts.",
)
SENDS = Family("recado_sends", "counter", "Tries to send by how they ended.", ("outcome",))
LINE_SENDS = Family("recado_line_sends", "counter", "Tries to send of each line.", ("line_id", "outcome"))
SEND_ERRORS = Family("recado_send_errors", "counter", "Tries that were not taken, by the error's code.", ("code",))
SEND_SECONDS = Family(
    "recado_send_seconds",
    "histogram",
    "From the commit of a message to send until the provider had taken it: its lane, pacing, tries.",
)
MEDIA_FILES = Family("recado_media_files", "counter", "Files of messages, by what became of a try.", ("outcome",))
RATE_LIMITED = Family("recado_rate_limited", "counter", "Requests refused with 429.", ("by",))
RATE_UNCHECKED = Family(
    "recado_rate_unchecked", "counter", "Requests that were let through uncounted, because Redis did not answer."
)
MODEL_ANSWERS = Family("recado_model_answers", "counter", "Answers of the model.", ("outcome",))
MODEL_TOKENS = Family("recado_model_tokens", "counter", "Tokens that the model read and wrote.", ("direction",))
MODEL_COST = Family("recado_model_cost", "counter", "What the model cost, by the prices of the settings.")
MODEL_SECONDS = Family("recado_model_seconds", "summary", "How long the model's calls took.", ("model",))
MODEL_FALLBACKS = Family(
    "recado_model_fallbacks", "counter", "Turns that the rules answered in its place.", ("reason",)
)
MODEL_BREAKER = Family("recado_model_breaker", "gauge", "0 closed, 1 half open, 2 open: the model is left alone.")
TRACE_SPANS = Family("recado_trace_spans", "counter", "Spans of traces by what became of them.", ("outcome",))
DISK_FREE = Family("recado_disk_free_bytes", "gauge", "Room that is left where RECADO_DATA_DIR is.")
BACKUP_TIME = Family(
    "recado_backup_timestamp_seconds",
    "gauge",
    "When `recado backup` last succeeded with this RECADO_DATA_DIR, in seconds since 1970; 0: never.",
)

# --- what is so in the installation -----------------------------------------------------------------------

DATABASE_UP = Family("recado_database_up", "gauge", "1 if the database answered this process.")
DATABASE_BYTES = _everywhere("recado_database_bytes", "How large the database is.")
WAITING = _everywhere("recado_waiting", "What waits in the database, all projects together.", "what")
OLDEST_PENDING = _everywhere(
    "recado_oldest_pending_seconds", "How long the oldest unanswered message has waited; 0 if there is none."
)
OUTBOX_OVERDUE = _everywhere(
    "recado_outbox_overdue_seconds",
    "How long the oldest message has been due (queued) or of unknown outcome (unknown); 0 if there is none.",
    "state",
)
MEDIA_STUCK = _everywhere(
    "recado_media_stuck",
    "Files that people sent and that are not kept: still to be fetched (pending), or given up within the 7 days that "
    "the provider has them (failed).",
    "state",
)
MEDIA_OLDEST = _everywhere(
    "recado_media_oldest_seconds", "How long the oldest file that is to be fetched has waited; 0 if there is none."
)
JOBS = _everywhere("recado_jobs", "Jobs by their state, all projects together.", "state")
JOB_OVERDUE = _everywhere(
    "recado_job_overdue_seconds", "How long the oldest job has been due without having begun; 0 if there is none."
)
PROCESSES = _everywhere(
    "recado_processes", "Processes by kind: alive, or silent for more than 5 s without having said good-bye.",
    "kind", "state",
)  # fmt: skip
LINES = _everywhere("recado_lines", "Lines, held by a process that sends for them or free.", "sender")
WEBHOOK_ENDPOINTS = _everywhere("recado_webhook_endpoints", "Webhooks out: active, failing, or off.", "state")
MODEL_TODAY = _everywhere(
    "recado_model_today", "What models took today (UTC), all projects together: calls, tokens, cost, refusals.", "what"
)

CATALOGUE = tuple(value for value in list(globals().values()) if isinstance(value, Family))

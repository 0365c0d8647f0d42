"""What a process counted since its start, as samples."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Protocol

from prometheus_client.core import Metric as Sampled

from recado import __version__
from recado.brain.llm.budget import MICROS
from recado.brain.llm.thinking import Thinker
from recado.conversations.turn import TurnStats
from recado.kit.rates import Rates
from recado.mailbox.sender import SenderStats
from recado.media.fetching import FetchStats
from recado.metrics import catalogue

# Troubles of a line that a person must mend. They stand at 0 from the start: Prometheus sees no increase in a series
# that begins with 1.
LINE_TROUBLES = (
    "access_token_invalid",
    "account_restricted",
    "line_unknown",
    "number_not_registered",
    "payment_problem",
    "permission_denied",
    "spam_limited",
)
_BREAKER = {"closed": 0, "half_open": 1, "open": 2}


class CountsWebhooks(Protocol):
    """What a webhook's application counts."""

    received: int
    refused: int


def outcomes(stats: Any) -> dict[str, float]:
    """The plain counts of a record, by their names."""
    return {one.name: getattr(stats, one.name) for one in fields(stats) if one.type in (int, "int")}


def of_webhooks(webhooks: Mapping[str, CountsWebhooks]) -> Iterable[Sampled]:
    yield catalogue.BUILD.told({"version": __version__})
    yield catalogue.WEBHOOKS.of(
        {
            (channel, outcome): getattr(app, outcome)
            for channel, app in webhooks.items()
            for outcome in ("received", "refused")
        }
    )


def of_work(turns: TurnStats | None, sender: SenderStats | None, files: FetchStats | None) -> Iterable[Sampled]:
    if turns is not None:
        yield catalogue.TURNS.by_one(outcomes(turns))
        yield catalogue.ANSWER_SECONDS.spread(turns.took)
    if sender is not None:
        yield catalogue.SENDS.by_one(outcomes(sender))
        yield catalogue.LINE_SENDS.of(dict(sorted(sender.by_line.items())))
        yield catalogue.SEND_ERRORS.by_one(dict(sorted((dict.fromkeys(LINE_TROUBLES, 0) | sender.errors).items())))
        yield catalogue.SEND_SECONDS.spread(sender.took)
    if files is not None:
        yield catalogue.MEDIA_FILES.by_one(outcomes(files))


def of_model(thinker: Thinker) -> Iterable[Sampled]:
    """What the model was asked, what it took, and how often the rules answered in its place."""
    name, stats = thinker.model.name, thinker.stats
    yield catalogue.MODEL_ANSWERS.by_one({"right": stats.answered, "repaired": stats.repaired})
    yield catalogue.MODEL_TOKENS.by_one({"in": stats.tokens_in, "out": stats.tokens_out})
    yield catalogue.MODEL_COST.one(stats.cost_micros / MICROS)
    yield catalogue.MODEL_SECONDS.summed([name], stats.calls, stats.seconds)
    yield catalogue.MODEL_FALLBACKS.by_one(dict(sorted(stats.fallbacks.items())))
    yield catalogue.MODEL_BREAKER.one(_BREAKER[thinker.breaker.state])


def of_rates(rates: Rates) -> Iterable[Sampled]:
    yield catalogue.RATE_LIMITED.by_one(dict(sorted(rates.refused.items())))
    yield catalogue.RATE_UNCHECKED.one(rates.unchecked)


def of_traces(counts: Mapping[str, int]) -> Iterable[Sampled]:
    yield catalogue.TRACE_SPANS.by_one(dict(counts))

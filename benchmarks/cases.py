"""What `make bench` measures: one line a case, and the targets that they are held to."""

from dataclasses import dataclass
from typing import Literal

Database = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Case:
    """One subject under one load.

    `people` write 10 messages each, as fast as they are answered; with `paced_from`, at half of the rate that the
    named case reached, for some seconds.
    """

    name: str
    subject: Literal["bare", "pywa", "recado"]
    database: Database | None = None
    statuses: bool = False
    lines: int = 1
    processes: int = 1
    brain: str = "echo"
    people: int = 1000
    paced_from: str | None = None


CASES = (
    # The bare limit is many times faster: more people, so that it runs for seconds, too, as all do.
    Case("bare-sqlite", "bare", "sqlite", people=6000),
    Case("bare-postgresql", "bare", "postgresql", people=6000),
    Case("pywa", "pywa"),
    Case("recado-sqlite", "recado", "sqlite"),
    Case("recado-postgresql", "recado", "postgresql"),
    Case("recado-sqlite-statuses", "recado", "sqlite", statuses=True),
    Case("recado-postgresql-statuses", "recado", "postgresql", statuses=True),
    Case("four-lines-one-process", "recado", "postgresql", lines=4),
    Case("four-lines-two-processes", "recado", "postgresql", lines=4, processes=2),
    Case("half-rate-sqlite", "recado", "sqlite", paced_from="recado-sqlite"),
    Case("half-rate-postgresql", "recado", "postgresql", paced_from="recado-postgresql"),
    Case("half-rate-sqlite-slow", "recado", "sqlite", brain="slow-echo", paced_from="recado-sqlite"),
    Case("half-rate-postgresql-slow", "recado", "postgresql", brain="slow-echo", paced_from="recado-postgresql"),
)


@dataclass(frozen=True)
class RateTarget:
    """`case` must answer at least `factor` times what `base` answers."""

    case: str
    base: str
    factor: float


@dataclass(frozen=True)
class LatencyTarget:
    """The 99th percentile of `case`'s acknowledgements must stay under `ms`."""

    case: str
    ms: float


RATE_TARGETS = (
    RateTarget("recado-sqlite", "pywa", 4.0),
    RateTarget("recado-postgresql", "pywa", 4.0),
    RateTarget("recado-sqlite", "bare-sqlite", 0.35),
    RateTarget("recado-postgresql", "bare-postgresql", 0.35),
    RateTarget("four-lines-two-processes", "four-lines-one-process", 1.3),
)
LATENCY_TARGETS = tuple(LatencyTarget(case.name, 50.0) for case in CASES if case.paced_from)

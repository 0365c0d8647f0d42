"""From the samples of all rounds to medians, ratios, a table and the verdict on the targets."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cases import CASES, LATENCY_TARGETS, RATE_TARGETS, Case
from benchmarks.subjects import Sample

HEADER = (
    "case",
    "replies/s",
    "range",
    "x pywa",
    "x bare",
    "ack p50 ms",
    "ack p99 ms",
    "reply p99 ms",
    "statuses late s",
    "CPU ms/msg",
    "PG CPU",
    "PSS MB",
    "lost/doubled/misordered",
)


@dataclass(frozen=True)
class Measured:
    """A sample of a case; `rate` is what it answered a second, or the paced rate that it bore."""

    rate: float
    sample: Sample


Rounds = dict[str, list[Measured]]


@dataclass(frozen=True)
class Verdict:
    target: str
    found: str
    met: bool


def median(rounds: Rounds, case: str, value: Callable[[Measured], float]) -> float | None:
    found = [value(measured) for measured in rounds.get(case, [])]
    return statistics.median(found) if found else None


def rate(rounds: Rounds, case: str) -> float | None:
    return median(rounds, case, lambda measured: measured.rate)


def ratio(rounds: Rounds, case: str, base: str) -> float | None:
    ours, theirs = rate(rounds, case), rate(rounds, base)
    return ours / theirs if ours and theirs else None


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _row(rounds: Rounds, case: Case) -> list[str]:
    def at(value: Callable[[Measured], float], form: str = ".1f") -> str:
        return _number(median(rounds, case.name, value), form)

    measured = rounds[case.name]
    rates = [each.rate for each in measured]
    reports = [each.sample.report for each in measured]
    wrong = [sum(getattr(report, what) for report in reports) for what in ("lost", "doubled", "misordered")]
    bare = f"bare-{case.database}"
    comparable = case.paced_from is None
    return [
        case.name + (" (paced)" if not comparable else ""),
        at(lambda each: each.rate, ".0f"),
        f"{min(rates):.0f}-{max(rates):.0f}",
        _number(ratio(rounds, case.name, "pywa") if comparable else None, ".2f"),
        _number(ratio(rounds, case.name, bare) if comparable else None, ".3f"),
        at(lambda each: each.sample.report.acknowledgement_ms.p50),
        at(lambda each: each.sample.report.acknowledgement_ms.p99),
        at(lambda each: each.sample.report.reply_ms.p99),
        at(lambda each: each.sample.report.statuses_late_s, ".2f") if case.statuses else "",
        at(lambda each: each.sample.cpu_ms_per_message, ".3f"),
        at(lambda each: each.sample.postgres_cpu_ms_per_message, ".3f") if case.database == "postgresql" else "",
        at(lambda each: each.sample.pss_mb, ".0f"),
        "/".join(map(str, wrong)),
    ]


def table(rounds: Rounds) -> list[list[str]]:
    """The header and one row a case that was measured."""
    return [list(HEADER), *(_row(rounds, case) for case in CASES if rounds.get(case.name))]


def verdicts(rounds: Rounds) -> list[Verdict]:
    """Of the targets whose cases were measured."""
    found: list[Verdict] = []
    for target in RATE_TARGETS:
        reached = ratio(rounds, target.case, target.base)
        if reached is not None:
            wanted = f"{target.case} at least {target.factor}x {target.base}"
            found.append(Verdict(wanted, f"{reached:.2f}x", reached >= target.factor))
    for target in LATENCY_TARGETS:
        ms = median(rounds, target.case, lambda each: each.sample.report.acknowledgement_ms.p99)
        if ms is not None:
            wanted = f"{target.case} acknowledges within {target.ms:.0f} ms (p99)"
            found.append(Verdict(wanted, f"{ms:.1f} ms", ms < target.ms))
    return found


def as_text(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: list[str]) -> str:
        first, *rest = zip(row, widths, strict=True)
        return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])

    return "\n".join(map(line, rows))


def as_markdown(rows: list[list[str]]) -> str:
    head, *body = rows
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *body])

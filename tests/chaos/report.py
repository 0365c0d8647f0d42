"""Results as a table, as JSON, and as a part of docs/benchmarks.md."""

from collections.abc import Sequence
from typing import Any

from tests.chaos.checker import FAULTS
from tests.chaos.run import Result
from tests.chaos.takeover import median_and_max

HEADER = (
    "case",
    "messages",
    "kills",
    "PostgreSQL crashes",
    "lost",
    "doubled",
    "misordered",
    "wrong person",
    "otherwise wrong",
    "repeats (unknown, marked)",
    "takeover s median/max",
    "takeover of jobs s median/max",
    "too late",
    "next answer s median/max",
    "start s median/max",
    "stop s median/max",
    "pause at the upgrade s",
    "seconds",
)


def _pair(values: Sequence[float]) -> str:
    median, longest = median_and_max(values)
    return "" if median is None or longest is None else f"{median:.1f}/{longest:.1f}"


def _seconds(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1f}"


def _longest(result: Result, jobs: bool = False) -> list[float]:
    return [waited_s for takeover in result.takeovers if (waited_s := takeover.longest_s(jobs)) is not None]


def row(result: Result) -> list[str]:
    verdict = result.verdict
    other = sum(verdict.count(fault) for fault in ("unmarked", "strange", "unfinished"))
    return [
        result.case.name,
        str(verdict.messages),
        str(result.kills),
        str(result.crashes),
        *(str(verdict.count(fault)) for fault in ("lost", "doubled", "misordered", "wrong_person")),
        str(other),
        f"{verdict.repeats}, {verdict.marked}",
        _pair(_longest(result)),
        _pair(_longest(result, jobs=True)),
        str(len(result.late)),
        _pair(result.first_answers_s),
        _pair(result.starts_s),
        _pair(result.stops_s),
        f"{_seconds(result.pause.seconds)} (limit {result.pause_limit_s:g})",
        f"{result.seconds:.0f}",
    ]


def table(results: Sequence[Result]) -> list[list[str]]:
    return [list(HEADER), *map(row, results)]


def as_json(result: Result) -> dict[str, Any]:
    median, longest = median_and_max(_longest(result))
    job_median, job_longest = median_and_max(_longest(result, jobs=True))
    answer_median, answer_longest = median_and_max(result.first_answers_s)
    start_median, start_longest = median_and_max(result.starts_s)
    turns = sum(any(holding.kind == "turn" for holding in takeover.held.holdings) for takeover in result.takeovers)
    return {
        "case": result.case.key,
        "ok": result.ok,
        "messages": result.verdict.messages,
        "kills": result.kills,
        "kills_in_a_turn": turns,
        "kills_in_a_send": sum(takeover.held.sending > 0 for takeover in result.takeovers),
        "kills_in_a_file": sum(takeover.held.files > 0 for takeover in result.takeovers),
        "database_crashes": result.crashes,
        **{fault: result.verdict.count(fault) for fault in FAULTS},
        "repeats": result.verdict.repeats,
        "marked": result.verdict.marked,
        "takeover_s": {"median": median, "max": longest, "late": result.late},
        "takeover_of_jobs_s": {"median": job_median, "max": job_longest},
        "next_answer_s": {"median": answer_median, "max": answer_longest},
        "starts_s": {"median": start_median, "max": start_longest},
        "stops_s": [round(stop_s, 2) for stop_s in result.stops_s],
        "pause_s": {"longest": result.pause.seconds, "limit": result.pause_limit_s, "people": result.pause.people},
        "seconds": round(result.seconds, 1),
        "faults": result.faults,
        "notes": result.notes,
        "evidence": str(result.evidence) if result.evidence else None,
    }


def explanation(result: Result) -> str:
    """Why a case failed, in a few lines; everything is in its folder."""
    lines = [f"{result.case.name}: {len(result.verdict.violations)} violations, {len(result.late)} late takeovers"]
    if result.paused_too_long:
        lines.append(f"  pause at the upgrade, s: {_seconds(result.pause.seconds)}; limit {result.pause_limit_s:g}")
    lines += [f"  {v.fault}: {v.text}: {v.found}" for v in result.verdict.violations[:10]]
    lines += [f"  late: {text}" for text in result.late[:10]]
    return "\n".join([*lines, f"  evidence: {result.evidence}"])

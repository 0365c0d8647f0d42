"""Figures of the classifier on some lines, and how they are shown: a table a language, then who was taken for whom."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from recado.brain.rules.intents.classifier import INTENTS, Reading
from training.dataset import Line, is_harder

BINS = 10
SURE = 0.6
"""The confidence from which the report counts a reading as sure."""


@dataclass(frozen=True)
class Score:
    """Figures of some lines, shares of 1. `calibration_error` is the mean distance of confidence from being right, in
    `BINS` bins of confidence (expected calibration error, Naeini and others, 2015)."""

    lines: int
    right: float
    urgent_found: float
    false_alarms: float
    calibration_error: float


def score(lines: Sequence[Line], readings: Sequence[Reading]) -> Score:
    """The figures of readings of lines, in the same order."""
    pairs = list(zip(lines, readings, strict=True))
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for line, reading in pairs:
        bins[min(int(reading.confidence * BINS), BINS - 1)].append((reading.confidence, reading.intent == line.intent))
    off = sum(abs(sum(sure for sure, _ in found) - sum(right for _, right in found)) for found in bins)
    return Score(
        lines=len(pairs),
        right=share(reading.intent == line.intent for line, reading in pairs),
        urgent_found=share(reading.intent == "urgent" for line, reading in pairs if line.intent == "urgent"),
        false_alarms=share(reading.intent == "urgent" for line, reading in pairs if line.intent != "urgent"),
        calibration_error=off / max(len(pairs), 1),
    )


def share(found: Iterable[bool]) -> float:
    """How many of them are true, of 1; 0 of none."""
    values = list(found)
    return sum(values) / max(len(values), 1)


def as_markdown(lines: Sequence[Line], readings: Sequence[Reading]) -> str:
    """Figures a language and an origin, how sure it is, then the confusion table."""
    parts = [
        "| lines | count | intent right | urgent found | false alarms | calibration error |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    rows: tuple[tuple[str, Callable[[Line], bool]], ...] = (
        ("all", lambda _: True),
        ("es", lambda line: line.language == "es"),
        ("en", lambda line: line.language == "en"),
        ("of the first files", lambda line: not is_harder(line.text)),
        ("of the later, harder files", lambda line: is_harder(line.text)),
    )
    for name, belongs in rows:
        chosen = [at for at, line in enumerate(lines) if belongs(line)]
        found = score([lines[at] for at in chosen], [readings[at] for at in chosen])
        parts.append(
            f"| {name} | {found.lines} | {found.right:.1%} | {found.urgent_found:.1%} | {found.false_alarms:.2%} "
            f"| {found.calibration_error:.3f} |"
        )
    return "\n".join([*parts, "", _how_sure(lines, readings), "", *_confusions(lines, readings)]) + "\n"


def _how_sure(lines: Sequence[Line], readings: Sequence[Reading]) -> str:
    pairs = list(zip(lines, readings, strict=True))
    sure = [reading.intent == line.intent for line, reading in pairs if reading.confidence >= SURE]
    two = share(line.intent in reading.likeliest(2) for line, reading in pairs)
    return (
        f"At a confidence of {SURE} or more ({len(sure) / max(len(pairs), 1):.1%} of lines) {share(sure):.1%} are "
        f"right; the right one is among the two likeliest for {two:.1%} of all lines."
    )


def _confusions(lines: Sequence[Line], readings: Sequence[Reading]) -> Iterable[str]:
    table = Counter((line.intent, reading.intent) for line, reading in zip(lines, readings, strict=True))
    yield "| meant \\ read | " + " | ".join(INTENTS) + " | right |"
    yield "|---|" + "---:|" * (len(INTENTS) + 1)
    for meant in INTENTS:
        row = [table[meant, read] for read in INTENTS]
        cells = " | ".join(str(count or "") for count in row)
        yield f"| {meant} | {cells} | {table[meant, meant] / max(sum(row), 1):.1%} |"

"""`python -m training.evaluate`: how often the classifier is right on the lines that nobody trained on.

`--markdown FILE` also writes the figures as a section for docs/benchmarks.md.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recado.brain.rules.intents.classifier import INTENTS, WEIGHTS_FILE, Reading, classify, load
from training.dataset import Line, held_out_lines, training_lines

BINS = 10


@dataclass(frozen=True)
class Score:
    """Figures of some lines."""

    lines: int
    right: float
    urgent_found: float
    false_alarms: float
    calibration_error: float


def score(lines: Sequence[Line], readings: Sequence[Reading]) -> Score:
    """The figures: shares of 1, the calibration error as the mean distance of confidence from being right, in bins."""
    pairs = list(zip(lines, readings, strict=True))
    urgent = [reading for line, reading in pairs if line.intent == "urgent"]
    calm = [reading for line, reading in pairs if line.intent != "urgent"]
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for line, reading in pairs:
        bins[min(int(reading.confidence * BINS), BINS - 1)].append((reading.confidence, reading.intent == line.intent))
    off = sum(abs(sum(sure for sure, _ in found) - sum(right for _, right in found)) for found in bins)
    return Score(
        lines=len(pairs),
        right=_share(reading.intent == line.intent for line, reading in pairs),
        urgent_found=_share(reading.intent == "urgent" for reading in urgent),
        false_alarms=_share(reading.intent == "urgent" for reading in calm),
        calibration_error=off / max(len(pairs), 1),
    )


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / max(len(values), 1)


def section(lines: Sequence[Line], readings: Sequence[Reading]) -> str:
    """A section of Markdown: figures a language, then the confusion table."""
    parts = [
        "### Intents of the rules brain\n",
        "| lines | count | intent right | urgent found | false alarms | calibration error |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in ("all", "es", "en"):
        chosen = [at for at, line in enumerate(lines) if name in ("all", line.language)]
        found = score([lines[at] for at in chosen], [readings[at] for at in chosen])
        parts.append(
            f"| {name} | {found.lines} | {found.right:.1%} | {found.urgent_found:.1%} | {found.false_alarms:.2%} "
            f"| {found.calibration_error:.3f} |"
        )
    asked = _when_asked(lines, readings)
    parts.extend(["", asked, ""])
    parts.extend(["| meant \\ read | " + " | ".join(INTENTS) + " | right |", "|---" * 14 + "|"])
    table = Counter((line.intent, reading.intent) for line, reading in zip(lines, readings, strict=True))
    for meant in INTENTS:
        row = [table[meant, read] for read in INTENTS]
        cells = " | ".join(str(count or "") for count in row)
        parts.append(f"| {meant} | {cells} | {table[meant, meant] / max(sum(row), 1):.1%} |")
    return "\n".join(parts) + "\n"


def _when_asked(lines: Sequence[Line], readings: Sequence[Reading], threshold: float = 0.6) -> str:
    pairs = list(zip(lines, readings, strict=True))
    sure = [reading.intent == line.intent for line, reading in pairs if reading.confidence >= threshold]
    two = _share([line.intent in reading.likeliest(2) for line, reading in pairs])
    return (
        f"At a confidence of {threshold} or more ({len(sure) / max(len(pairs), 1):.1%} of lines) "
        f"{_share(sure):.1%} are "
        f"right; the right one is among the two likeliest for {two:.1%} of all lines."
    )


def main() -> None:
    """Judge, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--training", action="store_true", help="judge the lines that were learned from instead")
    arguments = parser.parse_args()
    began = time.perf_counter()
    load()
    loaded_ms = (time.perf_counter() - began) * 1e3
    lines = training_lines() if arguments.training else held_out_lines()
    readings: list[Reading] = []
    times_ms: list[float] = []
    for line in lines:
        began = time.perf_counter()
        readings.append(classify(line.text))
        times_ms.append((time.perf_counter() - began) * 1e3)
    text = section(lines, readings)
    size_kb = WEIGHTS_FILE.stat().st_size / 1e3
    text += (
        f"\n{size_kb:.0f} kB of weights, loaded in {loaded_ms:.1f} ms; a decision takes "
        f"{statistics.median(times_ms):.2f} ms (median), "
        f"{statistics.quantiles(times_ms, n=100)[98]:.2f} ms (99th percentile).\n"
    )
    sys.stdout.write(text)
    if arguments.markdown:
        arguments.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""`python -m training.evaluate`: how often the rules brain is right on the messages that nothing was learned from.

Exits with 1 when a target is missed. `--write docs/benchmarks.md` also puts the figures there; `--banking77 DIR` and
`--clinc150 FILE` score the recipe on those public sets, which are never downloaded.
"""

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.document import write_part
from benchmarks.machine import describe
from recado.brain.rules.intents.classifier import WEIGHTS_FILE, Reading, classify, load
from recado.brain.rules.understanding import understand
from recado.errors import RecadoError
from training import dates, public, report
from training.dataset import Line, held_out_lines

# What was promised for the rules brain.
INTENTS_RIGHT = 0.97
URGENT_FOUND = 0.99
FALSE_ALARMS_BELOW = 0.01
DATES_RIGHT = 0.99
LOAD_MS_BELOW = 50.0
DECISION_MS_BELOW = 1.0
READING_MS_BELOW = 2.0
# Any moment will do: it is for the time that reading takes.
NOW = dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Speed:
    """Milliseconds: to load the weights, of a decision the median and the 99th percentile, and to read a message.

    Reading one (the median) is all of it: the wish, the dates and what else is told.
    """

    load_ms: float
    median_ms: float
    slowest_ms: float
    reading_ms: float


@dataclass(frozen=True)
class Target:
    """One thing promised, and what was measured."""

    name: str
    wanted: str
    measured: str
    met: bool


def read_all(lines: Sequence[Line]) -> tuple[list[Reading], Speed]:
    """Classify lines one by one, the weights read first."""
    began = time.perf_counter()
    load()
    loaded_ms = (time.perf_counter() - began) * 1e3
    readings: list[Reading] = []
    times_ms: list[float] = []
    for line in lines:
        began = time.perf_counter()
        readings.append(classify(line.text))
        times_ms.append((time.perf_counter() - began) * 1e3)
    return readings, Speed(
        loaded_ms, statistics.median(times_ms), statistics.quantiles(times_ms, n=100)[98], reading_ms(lines)
    )


def reading_ms(lines: Sequence[Line]) -> float:
    """The median of what it takes to read a message whole, in milliseconds."""
    times_ms: list[float] = []
    for line in lines:
        began = time.perf_counter()
        understand(line.text, now=NOW, region="PE")
        times_ms.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times_ms)


def targets(score: report.Score, marks: dates.Marks, speed: Speed) -> tuple[Target, ...]:
    """What was promised beside what was measured."""
    return (
        Target("intents right", f">= {INTENTS_RIGHT:.0%}", f"{score.right:.1%}", score.right >= INTENTS_RIGHT),
        Target(
            "urgent found", f">= {URGENT_FOUND:.0%}", f"{score.urgent_found:.1%}", score.urgent_found >= URGENT_FOUND
        ),
        Target(
            "false alarms",
            f"< {FALSE_ALARMS_BELOW:.0%}",
            f"{score.false_alarms:.2%}",
            score.false_alarms < FALSE_ALARMS_BELOW,
        ),
        Target("dates right", f">= {DATES_RIGHT:.0%}", f"{marks.share:.1%}", marks.share >= DATES_RIGHT),
        Target("load", f"< {LOAD_MS_BELOW:.0f} ms", f"{speed.load_ms:.1f} ms", speed.load_ms < LOAD_MS_BELOW),
        Target(
            "decision (median)",
            f"< {DECISION_MS_BELOW:.0f} ms",
            f"{speed.median_ms:.2f} ms",
            speed.median_ms < DECISION_MS_BELOW,
        ),
        Target(
            "reading a message whole (median)",
            f"< {READING_MS_BELOW:.0f} ms",
            f"{speed.reading_ms:.2f} ms",
            speed.reading_ms < READING_MS_BELOW,
        ),
    )


def as_markdown(found: Sequence[Target]) -> str:
    """A row a target."""
    rows = [f"| {row.name} | {row.wanted} | {row.measured} | {'yes' if row.met else 'no'} |" for row in found]
    return "\n".join(["| | wanted | measured | met |", "|---|---:|---:|---|", *rows]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge, print, write if asked to; 1 when a target is missed, 2 when a data set cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page as well")
    parser.add_argument("--banking77", type=Path, metavar="DIR", help="folder with its train.csv and test.csv")
    parser.add_argument("--clinc150", type=Path, metavar="FILE", help="its data_full.json")
    given = parser.parse_args(arguments)
    try:
        splits = [public.banking77(given.banking77)] if given.banking77 else []
        splits += [public.clinc150(given.clinc150)] if given.clinc150 else []
    except RecadoError as error:
        sys.stderr.write(f"{error.message}\n")
        return 2
    lines = held_out_lines()
    readings, speed = read_all(lines)
    marks = dates.examine()
    judged = targets(report.score(lines, readings), marks, speed)
    parts = [("rules-brain", "The rules brain", _body(judged, report.as_markdown(lines, readings), speed, marks))]
    if splits:
        parts.append(("public-intents", "Intents of public data sets", public.as_markdown(splits)))
    command = ["python", "-m", "training.evaluate", *(sys.argv[1:] if arguments is None else arguments)]
    for name, title, body in parts:
        sys.stdout.write(body)
        if given.write:
            write_part(given.write, name, title, describe(Path()), command, body.rstrip("\n"))
    return 0 if all(target.met for target in judged) else 1


def _body(judged: Sequence[Target], intents: str, speed: Speed, marks: dates.Marks) -> str:
    return "\n".join(
        [
            as_markdown(judged),
            "### Intents, on messages held out from training\n",
            intents,
            _as_sentence(speed),
            "### Dates\n",
            dates.as_markdown(marks),
        ]
    )


def _as_sentence(speed: Speed) -> str:
    return (
        f"{WEIGHTS_FILE.stat().st_size / 1e3:.0f} kB of weights, loaded in {speed.load_ms:.1f} ms; a decision takes "
        f"{speed.median_ms:.2f} ms (median), {speed.slowest_ms:.2f} ms (99th percentile). Reading a message whole, "
        f"with its dates and facts, takes {speed.reading_ms:.2f} ms (median).\n"
    )


if __name__ == "__main__":
    sys.exit(main())

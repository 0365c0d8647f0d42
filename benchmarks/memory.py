"""`make bench-memory`: the memory of `recado up --no-demo` while 100,000 messages pass through it.

    python -m benchmarks.memory [--messages 100000] [--database sqlite] [--json FILE] [--write docs/benchmarks.md]

PSS of its process group (/proc/PID/smaps_rollup), without PostgreSQL and the Graph stub, which are not part of it.
Ends with 1 when it grew over the limit, or a message was lost, doubled or misordered.
"""

import argparse
import dataclasses
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.processes import BenchmarkError, stop_on_sigterm
from benchmarks.procfs import pss_mb
from benchmarks.results import as_markdown, as_text
from benchmarks.subjects import Subject, Traffic, load, started
from benchmarks.workplace import say, workplace

# What the product promises.
LIMIT_MB = 200.0
MESSAGES_EACH = 10
# One load at a time is built in memory before it starts.
PEOPLE_AT_ONCE = 1000
WITHIN_S = 60.0


@dataclass(frozen=True)
class Point:
    messages: int
    pss_mb: float
    replies_per_s: float
    correct: bool


def watch(subject: Subject, messages: int) -> list[Point]:
    """Put the messages on the subject, each person's ten once, and look after every load."""
    points = [Point(0, pss_mb(subject.groups), 0.0, True)]
    people = messages // MESSAGES_EACH
    begin = time.monotonic()
    for first in range(0, people, PEOPLE_AT_ONCE):
        count = min(PEOPLE_AT_ONCE, people - first)
        report = load(subject, Traffic(count, MESSAGES_EACH, within_s=WITHIN_S), first_person=first)
        done = (first + count) * MESSAGES_EACH
        point = Point(done, pss_mb(subject.groups), report.replies_per_s, report.correct)
        points.append(point)
        say(f"{done} messages: {point.pss_mb:.0f} MB, {point.replies_per_s:.0f}/s, {time.monotonic() - begin:.0f} s")
    return points


def summary(points: list[Point]) -> list[list[str]]:
    """The start, some steps on the way and the end."""
    step = max(1, (len(points) - 1) // 5)
    shown = [*points[:-1:step], points[-1]]
    return [
        ["messages", "PSS MB", "replies/s"],
        *([str(point.messages), f"{point.pss_mb:.0f}", f"{point.replies_per_s:.0f}"] for point in shown),
    ]


def publish(given: argparse.Namespace, machine: str, points: list[Point]) -> bool:
    highest = max(point.pss_mb for point in points)
    correct = all(point.correct for point in points)
    met = highest < LIMIT_MB
    judged = f"{'met' if met else 'MISSED'}: at most {highest:.0f} MB, limit {LIMIT_MB:.0f} MB"
    if not correct:
        judged += "; WRONG: messages were lost, doubled or misordered"
    rows = summary(points)
    print(f"\n{machine}\n\n{as_text(rows)}\n\n{judged}")
    if given.json:
        record = {"machine": machine, "points": [dataclasses.asdict(point) for point in points], "met": met}
        given.json.write_text(json.dumps(record, indent=1))
    if given.write:
        command = ["python", "-m", "benchmarks.memory", *sys.argv[1:]]
        title = f"Memory ({given.database})"
        write_part(given.write, f"memory-{given.database}", title, machine, command, f"{as_markdown(rows)}\n\n{judged}")
    return met and correct


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description="The memory of recado up under messages.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every point here")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    given = parser.parse_args()
    stop_on_sigterm()
    case = Case("memory", "recado", given.database)
    try:
        with workplace(given.database == "postgresql") as bench, started(bench, case) as subject:
            points = watch(subject, given.messages)
            machine = describe(bench.folder)
    except KeyboardInterrupt:
        sys.exit(130)
    except BenchmarkError as error:
        sys.exit(str(error))
    sys.exit(0 if publish(given, machine, points) else 1)


if __name__ == "__main__":
    main()

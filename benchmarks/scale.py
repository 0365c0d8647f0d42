"""`make bench-scale`: what a message costs when 1,000,000 are stored, beside what it costs with 10,000.

    python -m benchmarks.scale [--databases sqlite,postgresql] [--rounds 3] [--json FILE] [--write docs/benchmarks.md]

The people who write have a history in both. Rounds alternate between the two, each with a freshly started Recado on
the same database. Ends with 1 when a ratio is over the limit, or a message was lost, doubled or misordered.
"""

import argparse
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cases import Case, Database
from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.prefill import prefill
from benchmarks.processes import BenchmarkError, stop_on_sigterm
from benchmarks.results import as_markdown, as_text
from benchmarks.subjects import Bench, Sample, Traffic, measure, new_database, on_database, prepare, warm_up
from benchmarks.workplace import say, workplace

DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
FEW = 10_000
MANY = 1_000_000
# What the product promises.
LIMIT = 1.2
# A round's people are others than those of the round before, out of the 1,000 that the small database knows. They are
# spread over all that are stored, so that their rows are.
PEOPLE = 300
# Each, and so often that SQLite's log is full more than once in a round: 12,000 messages write some 270 MiB to a full
# database. No more than a contact's burst (45) allows, so that nobody is made to wait.
MESSAGES_EACH = 40
MAX_ROUNDS = 3
WITHIN_S = 60.0


@dataclass(frozen=True)
class Cost:
    """Of one message; `wall_ms` is one over the rate. `cpu_ms` includes the database server's."""

    wall_ms: float
    cpu_ms: float
    pss_mb: float
    correct: bool


def cost(sample: Sample) -> Cost:
    report = sample.report
    wall_ms = 1000 / report.replies_per_s if report.replies_per_s else float("inf")
    cpu_ms = sample.cpu_ms_per_message + sample.postgres_cpu_ms_per_message
    return Cost(round(wall_ms, 4), round(cpu_ms, 4), sample.pss_mb, report.correct)


def compare(bench: Bench, database: Database, rounds: int) -> dict[int, list[Cost]]:
    """The costs of all rounds by the number of messages that were stored."""
    costs: dict[int, list[Cost]] = {FEW: [], MANY: []}
    with contextlib.ExitStack() as stack:
        stored: dict[int, tuple[Case, Path, str]] = {}
        for messages in costs:
            case = Case(f"scale-{messages}", "recado", database)
            folder, url = stack.enter_context(new_database(bench, case))
            prepare(case, folder, url)
            begin = time.monotonic()
            prefill(url, messages)
            say(f"{database}: {messages} messages stored in {time.monotonic() - begin:.0f} s")
            stored[messages] = case, folder, url
        for number in range(rounds):
            for messages, (case, folder, url) in stored.items():
                with on_database(case, folder, url) as subject:
                    warm_up(subject)
                    step = messages // FEW
                    traffic = Traffic(PEOPLE, MESSAGES_EACH, within_s=WITHIN_S, people_step=step)
                    sample = measure(bench, subject, traffic, first_person=number * PEOPLE * step)
                costs[messages].append(cost(sample))
                say(f"round {number + 1}  {database} with {messages}: {costs[messages][-1]}")
    return costs


def ratios(costs: dict[int, list[Cost]]) -> dict[str, tuple[float, float, float]]:
    """By what is compared: median with few, median with many, the ratio."""
    whats: dict[str, Callable[[Cost], float]] = {
        "wall ms per message": lambda each: each.wall_ms,
        "CPU ms per message": lambda each: each.cpu_ms,
        "PSS MB": lambda each: each.pss_mb,
    }
    found: dict[str, tuple[float, float, float]] = {}
    for what, value in whats.items():
        few, many = (statistics.median(map(value, costs[messages])) for messages in (FEW, MANY))
        found[what] = few, many, many / few if few else float("inf")
    return found


def publish(given: argparse.Namespace, machine: str, costs: dict[Database, dict[int, list[Cost]]]) -> bool:
    rows = [["database", "of", f"{FEW:,} stored", f"{MANY:,} stored", "ratio", f"limit {LIMIT}"]]
    met = True
    for database, theirs in costs.items():
        for what, (few, many, ratio) in ratios(theirs).items():
            met = met and ratio <= LIMIT
            rows.append(
                [database, what, f"{few:.3f}", f"{many:.3f}", f"{ratio:.2f}", "met" if ratio <= LIMIT else "MISSED"]
            )
    correct = all(each.correct for theirs in costs.values() for those in theirs.values() for each in those)
    judged = "" if correct else "\n\nWRONG: messages were lost, doubled or misordered"
    print(f"\n{machine}\n\n{as_text(rows)}{judged}")
    if given.json:
        samples = {
            database: {str(messages): [asdict(each) for each in those] for messages, those in theirs.items()}
            for database, theirs in costs.items()
        }
        given.json.write_text(json.dumps({"machine": machine, "costs": samples, "met": met}, indent=1))
    if given.write:
        command = ["python", "-m", "benchmarks.scale", *sys.argv[1:]]
        write_part(given.write, "scale", "With many messages stored", machine, command, as_markdown(rows) + judged)
    return met and correct


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description="The cost of a message in a full database.")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=MAX_ROUNDS, choices=range(1, MAX_ROUNDS + 1))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every cost here")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    given = parser.parse_args()
    stop_on_sigterm()
    databases: list[Database] = [database for database in DATABASES if given.databases.split(",").count(database)]
    try:
        with workplace("postgresql" in databases) as bench:
            costs: dict[Database, dict[int, list[Cost]]] = {}
            for database in databases:
                costs[database] = compare(bench, database, given.rounds)
            machine = describe(bench.folder)
    except KeyboardInterrupt:
        sys.exit(130)
    except BenchmarkError as error:
        sys.exit(str(error))
    sys.exit(0 if publish(given, machine, costs) else 1)


if __name__ == "__main__":
    main()

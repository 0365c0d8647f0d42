"""`make bench-backup`: what people notice of a backup of 1,000,000 messages, and whether it can be restored.

    python -m benchmarks.backup [--databases sqlite,postgresql] [--messages 1000000] [--write docs/benchmarks.md]

200 messages a second are written and answered, in rounds of 10 s: some with no backup before and after, the others
while one is made. The backup is restored to an empty place afterwards, and its messages are counted. Ends with 1 when
the slowest round during the backup was slower (p99 of its acknowledgements) than the slowest without by 100 ms, a
message was lost, doubled or misordered, or the restored database is not whole.

A round without a backup is slow, too, where the disk is shared: hence as many of them, and the difference.
"""

import argparse
import json
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cases import Case, Database
from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.prefill import prefill
from benchmarks.processes import BenchmarkError, finish, stop_on_sigterm
from benchmarks.results import as_markdown, as_text
from benchmarks.subjects import (
    FIRST_MEASURED_PERSON,
    RECADO,
    Bench,
    Subject,
    Traffic,
    load,
    new_database,
    on_database,
    prepare,
    recado_env,
    warm_up,
)
from benchmarks.verdict import Report
from benchmarks.workplace import say, workplace
from recado.kit.ports import free_port

DATABASES: tuple[Database, ...] = ("sqlite", "postgresql")
MANY = 1_000_000
RATE = 200.0
LIMIT_MS = 100.0
# 200 a second for 10 s.
ROUND = Traffic(people=200, messages=10, rate=RATE)
BACKUP_WITHIN_S = 900.0
MAX_ROUNDS = 60
# Before the backup; after it as many more as make them as many as during it.
ROUNDS_BEFORE = 3


@dataclass(frozen=True)
class Outcome:
    """Rounds during the backup beside those without; `restored` counts messages of both directions."""

    without: list[Report]
    during: list[Report]
    backup_s: float
    backup_mb: float
    restore_s: float
    restored: int
    stored: int

    @property
    def slower_ms(self) -> float:
        """By how much the slowest round during the backup was slower than the slowest without."""
        return worst_ms(self.during) - worst_ms(self.without)

    @property
    def correct(self) -> bool:
        return self.restored >= self.stored and all(one.correct for one in (*self.without, *self.during))


def worst_ms(reports: list[Report]) -> float:
    """The 99th percentile of the acknowledgements of the slowest round."""
    return max(report.acknowledgement_ms.p99 for report in reports)


def command(name: str, folder: Path, env: dict[str, str], *argv: str) -> tuple[dict[str, object], float]:
    """What a command of Recado prints as JSON, and how long it took."""
    began = time.monotonic()
    if finish(name, [str(RECADO), *argv, "--json"], folder, BACKUP_WITHIN_S, env) != 0:
        raise BenchmarkError(f"{argv[0]} failed:\n{(folder / f'{name}.log').read_text()[-2000:]}")
    return json.loads((folder / f"{name}.log").read_text()), time.monotonic() - began


def outcome(bench: Bench, database: Database, messages: int) -> Outcome:
    """All of it on one database."""
    case = Case("backup", "recado", database)
    with new_database(bench, case) as (folder, url), new_database(bench, case) as (place, empty):
        prepare(case, folder, url)
        prefill(url, messages)
        say(f"{database}: {messages} messages stored")
        with on_database(case, folder, url) as subject:
            warm_up(subject)
            rounds = Rounds(subject)
            without = [rounds.next() for _ in range(ROUNDS_BEFORE)]
            made, backup_s, during = _during(rounds, folder, recado_env(folder, url, free_port()))
            without += [rounds.next() for _ in range(len(during) - ROUNDS_BEFORE)]
        say(f"{database}: backed up in {backup_s:.0f} s")
        env = recado_env(place, empty, free_port())
        restored, restore_s = command("restore", place, env, "restore", str(made["folder"]))
    counts, size = restored["messages"], made["size_bytes"]
    assert isinstance(counts, int)
    assert isinstance(size, int)
    return Outcome(without, during, backup_s, size / 1e6, restore_s, counts, 2 * messages)


@dataclass
class Rounds:
    """Rounds of messages, each from people who have not written before."""

    subject: Subject
    done: int = 0

    def next(self) -> Report:
        self.done += 1
        return load(self.subject, ROUND, FIRST_MEASURED_PERSON + self.done * ROUND.people)


def _during(rounds: Rounds, folder: Path, env: dict[str, str]) -> tuple[dict[str, object], float, list[Report]]:
    """A backup, with messages from before its beginning to its end."""
    made: list[tuple[dict[str, object], float]] = []
    making = threading.Thread(target=lambda: made.append(command("backup", folder, env, "backup", str(folder))))
    making.start()
    reports: list[Report] = []
    while making.is_alive() and len(reports) < MAX_ROUNDS:
        reports.append(rounds.next())
    making.join()
    if not made:
        raise BenchmarkError(f"the backup failed\n{(folder / 'backup.log').read_text()[-2000:]}")
    return *made[0], reports


def publish(given: argparse.Namespace, machine: str, found: dict[Database, Outcome]) -> bool:
    rows = [
        [
            "database",
            "messages",
            "slowest round without, ack p99 ms",
            "slowest round during",
            "slowest message",
            "backup",
            "restore",
            f"slower by less than {LIMIT_MS:g} ms",
        ]
    ]
    for database, one in found.items():
        rows.append(
            [
                database,
                f"{one.stored // 2:,}",
                f"{worst_ms(one.without):.1f}",
                f"{worst_ms(one.during):.1f}",
                f"{max(report.acknowledgement_ms.max for report in one.during):.0f}",
                f"{one.backup_s:.0f} s, {one.backup_mb:,.0f} MB",
                f"{one.restore_s:.0f} s, {'whole' if one.restored >= one.stored else 'NOT WHOLE'}",
                "met" if one.slower_ms < LIMIT_MS else "MISSED",
            ]
        )
    print(f"\n{machine}\n\n{as_text(rows)}")
    if given.write:
        told = ["python", "-m", "benchmarks.backup", *sys.argv[1:]]
        write_part(given.write, "backup", "A backup while people write", machine, told, as_markdown(rows))
    return all(one.correct and one.slower_ms < LIMIT_MS for one in found.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.backup", description="What people notice of a backup.")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--messages", type=int, default=MANY)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    given = parser.parse_args()
    stop_on_sigterm()
    databases: list[Database] = [database for database in DATABASES if given.databases.split(",").count(database)]
    try:
        with workplace("postgresql" in databases) as bench:
            found: dict[Database, Outcome] = {one: outcome(bench, one, given.messages) for one in databases}
            machine = describe(bench.folder)
    except KeyboardInterrupt:
        sys.exit(130)
    except BenchmarkError as error:
        sys.exit(str(error))
    sys.exit(0 if publish(given, machine, found) else 1)


if __name__ == "__main__":
    main()

"""`make bench`: webhooks in, replies at a Graph stub out; Recado beside a pywa bot and the bare limit.

    python -m benchmarks.run [--quick] [--rounds 3] [--only 'recado-*,pywa'] [--json FILE] [--write docs/benchmarks.md]

Stub, load and subject are processes of their own on 127.0.0.1. Each round measures every case once, in the same order,
so that the noise of the machine meets them all; the table shows medians over the rounds. Ends with 1 when a message was
lost, doubled or misordered, or a case could not be measured; with --strict also when a target was missed.
"""

import argparse
import dataclasses
import fnmatch
import json
import sys
import time
from pathlib import Path

from benchmarks import pywa_rate
from benchmarks.cases import CASES, Case
from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.processes import BenchmarkError, stop_on_sigterm
from benchmarks.results import Measured, Rounds, as_markdown, as_text, rate, table, verdicts
from benchmarks.subjects import Bench, Traffic, measure, started, warm_up
from benchmarks.workplace import say, workplace

HALF = 0.5
# Between two messages of one person lies longer than a slow turn, so that each is a turn of its own.
SLOW_GAP_S = 2.5


@dataclasses.dataclass(frozen=True)
class Effort:
    """How long to measure."""

    rounds: int
    people_factor: float
    paced_s: float
    pywa_trial_s: float
    pywa_first_search_s: float
    pywa_next_search_s: float


FULL = Effort(3, 1.0, 6.0, 4.0, 90.0, 45.0)
QUICK = Effort(1, 0.5, 3.0, 2.0, 30.0, 30.0)


def chosen(patterns: str) -> list[Case]:
    """The cases that a comma-separated list of patterns names, with those they are paced by."""
    wanted = {case.name for case in CASES for pattern in patterns.split(",") if fnmatch.fnmatch(case.name, pattern)}
    wanted |= {case.paced_from for case in CASES if case.name in wanted and case.paced_from}
    return [case for case in CASES if case.name in wanted]


def measure_pywa(where: Bench, case: Case, effort: Effort, rounds: Rounds) -> Measured:
    known = rate(rounds, case.name)
    search = pywa_rate.Search(
        where, case, effort.pywa_trial_s, effort.pywa_next_search_s if known else effort.pywa_first_search_s
    )
    found = search.run(known or pywa_rate.FIRST_GUESS, pywa_rate.NEXT_STEP if known else pywa_rate.FIRST_STEP)
    assert search.best is not None
    return Measured(found, search.best)


def paced(case: Case, effort: Effort, rounds: Rounds) -> Traffic:
    """Half of the highest rate for some seconds; behind a slow brain each person waits for an answer first."""
    highest = rate(rounds, case.paced_from or "")
    if highest is None:
        raise BenchmarkError(f"{case.paced_from} was not measured")
    half = highest * HALF
    messages = max(1, int(effort.paced_s / SLOW_GAP_S)) if case.brain != "echo" else 10
    return Traffic(max(1, round(half * effort.paced_s / messages)), messages, round(half, 1))


def measure_case(where: Bench, case: Case, effort: Effort, rounds: Rounds) -> Measured:
    if case.subject == "pywa":
        return measure_pywa(where, case, effort, rounds)
    traffic = paced(case, effort, rounds) if case.paced_from else Traffic(round(case.people * effort.people_factor))
    with started(where, case) as subject:
        warm_up(subject)
        sample = measure(where, subject, traffic)
    return Measured(traffic.rate or sample.report.replies_per_s, sample)


def measure_all(where: Bench, cases: list[Case], effort: Effort) -> tuple[Rounds, dict[str, str]]:
    """All rounds; what could not be measured is named with its reason and not tried again."""
    rounds: Rounds = {}
    failed: dict[str, str] = {}
    for number in range(effort.rounds):
        for case in cases:
            if case.name in failed:
                continue
            begin = time.monotonic()
            try:
                measured = measure_case(where, case, effort, rounds)
            except BenchmarkError as error:
                failed[case.name] = str(error)
                say(f"round {number + 1}  {case.name}: not measured: {error}")
                continue
            rounds.setdefault(case.name, []).append(measured)
            took = time.monotonic() - begin
            say(f"round {number + 1}  {case.name}: {measured.rate:.0f}/s  (measured in {took:.0f} s)")
    return rounds, failed


def publish(given: argparse.Namespace, machine: str, rounds: Rounds, failed: dict[str, str]) -> bool:
    """Print, and write what was asked for; whether all was correct, and under --strict every target met."""
    rows, found = table(rounds), verdicts(rounds)
    judged = [f"{'met   ' if each.met else 'MISSED'}  {each.target}: {each.found}" for each in found]
    print("\n".join(["", machine, "", as_text(rows), "", *judged]))
    if given.json:
        samples = {name: [dataclasses.asdict(each) for each in those] for name, those in rounds.items()}
        targets = [dataclasses.asdict(each) for each in found]
        given.json.write_text(
            json.dumps({"machine": machine, "cases": samples, "targets": targets, "failed": failed}, indent=1)
        )
    if given.write:
        body = as_markdown(rows) + "\n\n" + "\n".join(f"- {line}" for line in judged)
        write_part(
            given.write, "bench", "Replies a second", machine, ["python", "-m", "benchmarks.run", *sys.argv[1:]], body
        )
    correct = all(each.sample.report.correct for those in rounds.values() for each in those)
    return correct and not failed and (not given.strict or all(each.met for each in found))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description="Recado beside a pywa bot and the bare limit.")
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--rounds", type=int, help="how often to measure each case")
    parser.add_argument("--only", default="*", metavar="NAMES", help="comma-separated, * allowed; --list shows them")
    parser.add_argument("--list", action="store_true", help="show the names of the cases")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample here")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target was missed")
    return parser


def main() -> None:
    given = arguments().parse_args()
    stop_on_sigterm()
    if given.list:
        print("\n".join(case.name for case in CASES))
        return
    cases = chosen(given.only)
    if not cases:
        sys.exit(f"no case is called {given.only}; --list shows the names")
    effort = QUICK if given.quick else FULL
    if given.rounds:
        effort = dataclasses.replace(effort, rounds=given.rounds)
    try:
        with workplace(any(case.database == "postgresql" for case in cases)) as where:
            rounds, failed = measure_all(where, cases, effort)
            machine = describe(where.folder)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if publish(given, machine, rounds, failed) else 1)


if __name__ == "__main__":
    main()

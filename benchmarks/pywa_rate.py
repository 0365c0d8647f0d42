"""The highest paced rate that the pywa bot bears: nothing lost, doubled or misordered, and no backlog left behind."""

import contextlib
import sys
import time

from benchmarks.cases import Case
from benchmarks.processes import BenchmarkError
from benchmarks.subjects import Bench, Sample, Subject, Traffic, measure, started, warm_up
from benchmarks.verdict import Report

FIRST_GUESS = 250.0
FIRST_STEP = 1.5
# From where the round before ended.
NEXT_STEP = 1.15
# Close enough: two rates this near cannot be told apart on a noisy machine.
PRECISION = 1.08
PEOPLE = 300
# Unpaced, it misorders even the few messages of a warm-up.
WARM_UP_RATE = 60.0
# A rate that it bears leaves no backlog: the last reply comes at most this long after the last webhook was due.
DRAIN_WITHIN_S = 1.0
WAIT_FOR_REPLIES_S = 2.0


def why(report: Report) -> str:
    """What was wrong with a trial, in a few words."""
    wrong = [f"{getattr(report, what)} {what}" for what in ("lost", "doubled", "misordered") if getattr(report, what)]
    return ", ".join(wrong) or (f"refused {report.refused}" if report.refused else f"{report.drain_s:.1f} s behind")


class Search:
    """Steps up to the first rate that fails twice, then bisects; a bot that failed is started again."""

    def __init__(self, bench: Bench, case: Case, trial_s: float, within_s: float) -> None:
        self._bench = bench
        self._case = case
        self._trial_s = trial_s
        self._deadline = time.monotonic() + within_s
        self._stack = contextlib.ExitStack()
        self._subject: Subject | None = None
        self._person = PEOPLE
        self.best: Sample | None = None
        self.best_rate = 0.0

    def run(self, guess: float, step: float) -> float:
        """The highest rate that passed; raises `BenchmarkError` when none did."""
        low, high, rate = 0.0, 0.0, guess
        with self._stack:
            while time.monotonic() < self._deadline and (not (low and high) or high / low > PRECISION):
                if self._bears(rate):
                    low = rate
                    rate = (low * high) ** 0.5 if high else rate * step
                else:
                    high = rate
                    rate = (low * high) ** 0.5 if low else rate / step
        if self.best is None:
            raise BenchmarkError("pywa bore no rate at all")
        return self.best_rate

    def _bears(self, rate: float) -> bool:
        return self._trial(rate) or self._trial(rate)

    def _trial(self, rate: float) -> bool:
        subject = self._running()
        messages = max(1, round(rate * self._trial_s / PEOPLE))
        sample = measure(
            self._bench, subject, Traffic(PEOPLE, messages, rate, WAIT_FOR_REPLIES_S), first_person=self._person
        )
        self._person += PEOPLE
        report = sample.report
        passed = report.correct and report.drain_s <= DRAIN_WITHIN_S
        found = "bears it" if passed else f"does not ({why(report)})"
        print(f"    pywa at {rate:.0f}/s: {found}", file=sys.stderr, flush=True)
        if not passed:
            self._stack.close()
            self._subject = None
        elif rate > self.best_rate:
            self.best, self.best_rate = sample, rate
        return passed

    def _running(self) -> Subject:
        if self._subject is None:
            self._subject = self._stack.enter_context(started(self._bench, self._case))
            warm_up(self._subject, WARM_UP_RATE)
        return self._subject

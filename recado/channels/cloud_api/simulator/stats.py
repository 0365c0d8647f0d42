"""Counts since the start or the last reset, for people and tests."""

from collections import Counter
from typing import Any


class Stats:
    """`counts` by name; `faults` by the name of the fault; the last webhook that was refused, and why."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.webhook_answers: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.last_failure: dict[str, Any] | None = None

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] += by

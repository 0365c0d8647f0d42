"""How long the work of a dead process waits until a living one takes it.

Taken means committed: the conversation or the line has a higher epoch in the database. The time counts from the kill,
and for the last of all that the dead process held. But nobody can take anything over while no worker runs or the
database is down. So where the next worker got ready later than the leases of the dead one ended (a single process that
is started again late), the time counts from `LEASE_S` before it was ready. More than `TAKEOVER_S` so counted is late,
for a job more than `JOB_TAKEOVER_S`.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from recado.db import Database
from tests.chaos.cases import JOB_TAKEOVER_S, LEASE_S, TAKEOVER_S
from tests.chaos.rows import Held, Holding, epochs

_POLL_S = 0.05
_GIVE_UP_S = 60.0


@dataclass(slots=True)
class Able:
    """When there was somebody to take work over: at least one ready worker, and a database."""

    changes: list[tuple[float, bool]] = field(default_factory=lambda: [(0.0, False)])

    def set(self, able: bool, at_s: float | None = None) -> None:
        if self.changes[-1][1] != able:
            self.changes.append((time.time() if at_s is None else at_s, able))

    def since(self, at_s: float) -> float:
        """The begin of the unbroken time up to `at_s` in which somebody was able; `at_s` itself if nobody is."""
        before = [change for change in self.changes if change[0] <= at_s]
        return before[-1][0] if before and before[-1][1] else at_s


@dataclass(frozen=True, slots=True)
class Takeover:
    """One kill: what it hit, and how long each thing waited. `late` tells what waited too long."""

    killed_s: float
    victim: str
    held: Held
    waited_s: tuple[tuple[Holding, float], ...]
    late: tuple[str, ...]

    def longest_s(self, jobs: bool) -> float | None:
        """Of what people wait for (turns and lines), or of jobs; None if it held nothing of the kind."""
        return max((waited_s for held, waited_s in self.waited_s if (held.kind == "job") is jobs), default=None)


def counted_s(killed_s: float, taken_s: float, able_since_s: float) -> float:
    """How long the work waited for those who could have taken it."""
    return taken_s - max(killed_s, able_since_s - LEASE_S)


async def watch(database: Database, able: Able, victim: str, killed_s: float, held: Held, slack_s: float) -> Takeover:
    """Wait until everything that the victim held is taken or settled, and measure it."""
    left = set(held.holdings)
    waited: list[tuple[Holding, float]] = []
    late: list[str] = []
    while left and time.time() < killed_s + _GIVE_UP_S:
        now = await epochs(database, list(left))
        at_s = time.time()
        for holding in [holding for holding in left if holding in now]:
            epoch, free = now[holding]
            if epoch > holding.epoch:
                since_s = able.since(at_s)
                waited.append((holding, counted_s(killed_s, at_s, since_s)))
                if waited[-1][1] > (JOB_TAKEOVER_S if holding.kind == "job" else TAKEOVER_S) + slack_s:
                    since = f"workers ready since {since_s - killed_s:+.2f} s"
                    late.append(f"{holding} {at_s - killed_s:.2f} s after the kill ({since})")
                left.discard(holding)
            elif free:
                left.discard(holding)  # the last commit of the dead one got through
        await asyncio.sleep(_POLL_S)
    late += [f"{holding} never" for holding in left]
    return Takeover(killed_s, victim, held, tuple(waited), tuple(late))


def first_answers_s(takeovers: Sequence[Takeover], seen_ms: Sequence[tuple[str, int]]) -> list[float]:
    """For each line on which answers waited when its sender died: seconds until a phone got the next one."""
    found: list[float] = []
    for takeover in takeovers:
        for line in takeover.held.waiting_lines:
            # What was on its way at the moment of the kill still arrives.
            after_ms = takeover.killed_s * 1000 + 100
            next_ms = min((at_ms for where, at_ms in seen_ms if where == line and at_ms > after_ms), default=None)
            if next_ms is not None:
                found.append(next_ms / 1000 - takeover.killed_s)
    return found


def median_and_max(values: Sequence[float]) -> tuple[float | None, float | None]:
    return (statistics.median(values), max(values)) if values else (None, None)

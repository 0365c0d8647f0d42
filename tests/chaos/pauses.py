"""How long people wait while a release is exchanged for the next.

A pause is the longest time in which several people waited and no phone got an answer, from the begin of the exchange
to its end; one that is not over at the end is counted on until a phone gets an answer, but at most until the next kill:
what comes then is a takeover, and judged as one. It begins when the last of these several wrote (or with the exchange,
or with the answer before). What programs send is no answer. Not counted are people to whom nothing was sent when the
exchange began because of an outcome that was not known: they wait for a status, or `reconcile_after_s`, and no exchange
is to blame. Before it begins everything that was killed is up again, and what it held is taken over.
"""

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# One or two may have bad luck of their own (a lost webhook, an answer that Graph swallowed).
SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A message as its person saw it: when it was written, and when its answer came (None: never). In ms."""

    person: str
    written_ms: int
    answered_ms: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """The longest pause (None: several people never waited at the same time), and how many people waited at all."""

    seconds: float | None
    people: int


def pause_of_upgrade(
    asked: Sequence[Asked],
    answers_ms: Sequence[int],
    between_ms: tuple[int, int],
    broken_ms: Sequence[int] = (),
    held_up: Collection[str] = (),
) -> Pause:
    """`answers_ms`: when phones got answers; `between_ms`: begin and end of the exchange; `broken_ms`: when something
    was killed; `held_up`: who is not counted.
    """
    began_ms, ended_ms = between_ms
    until_ms = min((at for at in broken_ms if at >= ended_ms), default=math.inf)
    waits = [
        one
        for one in asked
        if one.person not in held_up
        and one.written_ms <= ended_ms
        and (one.answered_ms is None or one.answered_ms > began_ms)
    ]
    longest_ms: float | None = None
    for before, then in itertools.pairwise(sorted({began_ms, *(at for at in answers_ms if at > began_ms)})):
        after = min(then, until_ms)
        starts = _waiting_since(waits, before, after) if before < after else []
        if len(starts) >= SEVERAL:
            longest_ms = max(longest_ms or 0.0, after - starts[SEVERAL - 1])
    return Pause(None if longest_ms is None else longest_ms / 1000, len({one.person for one in waits}))


def _waiting_since(waits: Sequence[Asked], before_ms: float, after_ms: float) -> list[float]:
    """Since when, of this time in which no answer came, each person waits who still does at its end; sorted."""
    since: dict[str, float] = {}
    for one in waits:
        if one.written_ms < after_ms <= (after_ms if one.answered_ms is None else one.answered_ms):
            since[one.person] = min(since.get(one.person, math.inf), max(before_ms, one.written_ms))
    return sorted(since.values())


def asked(written_ms: Mapping[str, int], persons: Mapping[str, str], answered_ms: Mapping[str, int]) -> list[Asked]:
    """From what was written when (by text), by whom, and when each was answered first."""
    return [Asked(persons[text], at_ms, answered_ms.get(text)) for text, at_ms in written_ms.items()]

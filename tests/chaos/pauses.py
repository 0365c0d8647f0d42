"""How long people wait while a release is exchanged for the next.

Counted are those who wrote meanwhile and were owed nothing when they did: in other conversations something may be stuck
for reasons of its own (an outcome that is not known is asked for after `reconcile_after_s`), and who is owed too much
writes nothing. A pause is time in which several of them wait and no phone gets anything.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
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
    """The longest pause, and how many people's waiting it was measured by."""

    seconds: float
    people: int


def pause_of_upgrade(
    asked: Sequence[Asked], seen_ms: Sequence[int], between_ms: tuple[int, int], broken_ms: Sequence[int] = ()
) -> Pause:
    """`seen_ms`: when phones got anything; `between_ms`: begin and end of the exchange; `broken_ms`: when something was
    killed. What people wait for after the next kill is a takeover, and judged as one.
    """
    waits = _free_when_they_wrote(asked, between_ms)
    ends_ms = min((at for at in broken_ms if at >= between_ms[1]), default=math.inf)
    moments = [between_ms[0], *sorted(at for at in seen_ms if at > between_ms[0])]
    longest_ms = 0.0
    for before, then in itertools.pairwise(moments):
        after = min(then, ends_ms)
        began = sorted(max(before, m.written_ms) for m in waits if m.written_ms < after <= (m.answered_ms or after))
        if len(began) >= SEVERAL and before < ends_ms:
            longest_ms = max(longest_ms, after - began[SEVERAL - 1])
    return Pause(longest_ms / 1000, len({m.person for m in waits}))


def _free_when_they_wrote(asked: Sequence[Asked], between_ms: tuple[int, int]) -> list[Asked]:
    of_person: dict[str, list[Asked]] = {}
    for message in sorted(asked, key=lambda message: message.written_ms):
        of_person.setdefault(message.person, []).append(message)
    found: list[Asked] = []
    for messages in of_person.values():
        free_ms: float = 0
        for message in messages:
            if message.written_ms >= free_ms and between_ms[0] <= message.written_ms <= between_ms[1]:
                found.append(message)
            free_ms = max(free_ms, float("inf") if message.answered_ms is None else message.answered_ms)
    return found


def asked(written_ms: Mapping[str, int], persons: Mapping[str, str], answered_ms: Mapping[str, int]) -> list[Asked]:
    """From what was written when (by text), by whom, and when each was answered first."""
    return [Asked(persons[text], at_ms, answered_ms.get(text)) for text, at_ms in written_ms.items()]

"""How long things took: counts in fixed steps, cheap enough for every message (half a microsecond)."""

from bisect import bisect_left
from collections.abc import Sequence

from recado.kit import clock

# From what a person does not notice to what they have given up on.
STEPS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class Histogram:
    """Counts of values up to each step, and beyond the last."""

    __slots__ = ("counts", "steps", "total")

    def __init__(self, steps: Sequence[float] = STEPS_S) -> None:
        self.steps = tuple(steps)
        self.counts = [0] * (len(self.steps) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.steps, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, int]]:
        """Cumulative, by their upper ends as Prometheus writes them."""
        found: list[tuple[str, int]] = []
        count = 0
        for step, more in zip((*map(str, self.steps), "+Inf"), self.counts, strict=True):
            count += more
            found.append((step, count))
        return found


def age_s(uuid7: str) -> float:
    """How long ago an id was made: a UUIDv7 begins with the milliseconds since 1970 (RFC 9562, section 5.7)."""
    return max(0, clock.now_ms() - int(uuid7[:8] + uuid7[9:13], 16)) / 1000

"""The random choices of one part, from a seed, so that a run can be repeated: the same calls in the same order."""

from random import Random

from recado.channels.cloud_api.simulator.stats import Stats


class Dice(Random):
    """A stream of its own for each `part`, so that one part's choices do not move another's. Not for secrets."""

    def __init__(self, seed: int, part: str, stats: Stats) -> None:
        self._part = part
        self._stats = stats
        super().__init__(f"{seed}/{part}")

    def begin_anew(self, seed: int) -> None:
        self.seed(f"{seed}/{self._part}")

    def fault(self, name: str, probability: float) -> bool:
        """True with this probability, and counted. A fault that is off leaves the stream as it is."""
        if probability <= 0 or self.random() >= probability:
            return False
        self._stats.faults[name] += 1
        return True

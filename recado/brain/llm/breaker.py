"""A circuit breaker: a model that keeps failing is left alone for a while, then tried with one call.

Closed, open, half open: Nygard, Release It! (2nd edition, 2018), chapter 5. Of one process and one event loop.
"""

import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half_open"]
# A single failure is the network's; as many in a row are the model's.
FAILURES_TO_OPEN = 5
OPEN_S = 30.0
# A provider may ask for more patience; not for so much that nobody notices when it is back.
LONGEST_OPEN_S = 300.0


class Breaker:
    """`clock` tells seconds that only grow. `allows` before each call; then exactly one of `succeeded`, `failed` and
    `gave_up`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until_s: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        if self._open_until_s is None:
            return "closed"
        return "half_open" if self._trying or self._clock() >= self._open_until_s else "open"

    def allows(self) -> bool:
        """True if a call may be made now. When half open, only one at a time."""
        if self._open_until_s is None:
            return True
        if self._trying or self._clock() < self._open_until_s:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._failures, self._open_until_s, self._trying = 0, None, False

    def failed(self, asked_s: float = 0.0) -> None:
        """The call failed; `asked_s` is how long the provider asks to be left alone, which opens it at once and for so
        long: a local model that is loading asks for two seconds, and is then there."""
        self._failures += 1
        if self._trying or asked_s > 0 or self._failures >= FAILURES_TO_OPEN:
            self._open_until_s = self._clock() + min(LONGEST_OPEN_S, asked_s or OPEN_S)
        self._trying = False

    def gave_up(self) -> None:
        """The call ended and says nothing about the model: its turn was given up."""
        self._trying = False

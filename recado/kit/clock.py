"""Business time. Everything that asks for the time asks here, so that tests and simulations own it.

Leases do not use this clock but the database's (`recado.db`): machines may disagree about the time.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime

# What a row dates further ahead of the database's clock than that was written while a clock was wrong, and says
# nothing: else a process that died then would live, and hold its lines, until the clock is there again. Two machines'
# clocks may differ by less.
WRONG_CLOCK_MS = 900_000
# 0001-01-02 and 9999-12-31, at midnight UTC.
_FIRST_MS, _LAST_MS = -62_135_510_400_000, 253_402_214_400_000


def _system_ms() -> int:
    return time.time_ns() // 1_000_000


_source: Callable[[], int] = _system_ms


def now_ms() -> int:
    """The time in milliseconds since 1970-01-01T00:00:00Z."""
    return _source()


def now() -> datetime:
    """The time as an aware UTC datetime, in milliseconds."""
    return from_ms(_source())


def from_ms(at_ms: int) -> datetime:
    """An aware UTC datetime of milliseconds since 1970-01-01T00:00:00Z.

    What is further away than a datetime can be in every time zone becomes the nearest that can: what somebody else
    claimed and was stored must not keep anything from being read.
    """
    return datetime.fromtimestamp(min(max(at_ms, _FIRST_MS), _LAST_MS) / 1000, UTC)


@contextmanager
def use_clock(source: Callable[[], int]) -> Generator[None]:
    """Let `source` (milliseconds since 1970) tell the time inside the block."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before

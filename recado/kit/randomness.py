"""Randomness that tests can seed. Secrets do not come from here (see `recado.kit.crypto`)."""

import os
import random
from collections.abc import Generator
from contextlib import contextmanager

_source = random.Random()
# A forked process must not draw what its parent draws: two ids would be one.
os.register_at_fork(after_in_child=_source.seed)


def source() -> random.Random:
    """The random source in use."""
    return _source


def full_jitter(attempt: int, base_s: float, cap_s: float) -> float:
    """Seconds to wait before try `attempt` (1 is the first retry), drawn from 0..min(cap, base * 2^(attempt-1)).

    "Full jitter" of https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    """
    return _source.uniform(0.0, min(cap_s, base_s * 2.0 ** min(attempt - 1, 32)))


@contextmanager
def use_random(seed: int) -> Generator[None]:
    """Make everything random inside the block follow from `seed`."""
    global _source
    before, _source = _source, random.Random(seed)
    try:
        yield
    finally:
        _source = before

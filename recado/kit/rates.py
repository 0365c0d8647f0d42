"""How often something may be done: counted in this process, or in a Redis that several processes share.

Fixed windows of the `limits` library: a window begins with its first request. That costs one step of a counter, and at
worst lets twice the amount through around the end of a window.

A Redis that does not answer stops nobody: requests pass uncounted, and it is asked again some seconds later.
"""

import asyncio
import math
import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from recado.errors import SettingsError
from recado.kit.allowing import Rate

# A Redis beside the process answers within a millisecond; a request waits no longer than this for it.
REDIS_LIMIT_S = 0.25
# How long a Redis that failed is left alone, give or take a fifth.
REDIS_PAUSE_S = 5.0
# Counters in memory, some 200 bytes each. Beyond it the windows that ended are removed, or, if none has, all.
MAX_COUNTERS = 100_000
KEY_PREFIX = "recado"
# Each step of a counter takes a fraction of a millisecond of one of them.
MAX_CONNECTIONS = 32

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Refused:
    """The amount is used up. `scope` names what was counted, `wait_s` when a new window begins."""

    scope: str
    rate: Rate
    wait_s: int


class MemoryStorage(Storage):
    """Counters of this process. The library's own looks through all of them at each step."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, tuple[int, float]] = {}  # count, end of the window

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now_s = time.time()
        count, ends_s = self._counts.get(key, (0, 0.0))
        if ends_s <= now_s:
            if len(self._counts) >= MAX_COUNTERS:
                self._make_room(now_s)
            count, ends_s = 0, now_s + expiry
        self._counts[key] = (count + amount, ends_s)
        return count + amount

    def _make_room(self, now_s: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now_s}
        if len(self._counts) >= MAX_COUNTERS:
            log.warning("rate_counters_full", counters=MAX_COUNTERS)
            self._counts.clear()

    async def get(self, key: str) -> int:
        count, ends_s = self._counts.get(key, (0, 0.0))
        return count if ends_s > time.time() else 0

    async def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        removed = len(self._counts)
        self._counts.clear()
        return removed

    async def clear(self, key: str) -> None:
        self._counts.pop(key, None)


class Pool(Protocol):
    """Connections to Redis."""

    async def disconnect(self) -> None: ...


class Rates:
    """Counts requests. `refused` (by scope) and `unchecked` (what Redis did not count) are for the metrics."""

    def __init__(self, url: str = "") -> None:
        """`url` is that of a Redis; empty counts in memory. Raises `SettingsError` if its library is missing."""
        self._pool = _pool(url) if url else None
        self._storage: Storage = MemoryStorage() if self._pool is None else _redis(url, self._pool)
        self._limiter = FixedWindowRateLimiter(self._storage)
        self._ask_from_s = 0.0
        self.refused: Counter[str] = Counter()
        self.unchecked = 0

    async def take(self, scope: str, who: str, rate: Rate) -> Refused | None:
        """Count one request of `who`; what to tell them if it is one too many."""
        item = _item(rate)
        if self._pool is None:
            if await self._limiter.hit(item, scope, who):
                return None
            return await self._refusal(scope, who, rate)
        if time.monotonic() < self._ask_from_s:
            self.unchecked += 1
            return None
        was_down = self._ask_from_s > 0
        if was_down:  # one request finds out for all
            self._ask_from_s = time.monotonic() + REDIS_PAUSE_S
        try:
            async with asyncio.timeout(REDIS_LIMIT_S):
                refused = None if await self._limiter.hit(item, scope, who) else await self._refusal(scope, who, rate)
        except Exception as error:  # whatever it is: nobody waits for a counter
            self._pause(error)
            return None
        if was_down:
            self._ask_from_s = 0.0
            log.info("rate_limits_back")
        return refused

    def _pause(self, error: Exception) -> None:
        self.unchecked += 1
        self._ask_from_s = time.monotonic() + REDIS_PAUSE_S * random.uniform(0.8, 1.2)  # noqa: S311
        log.warning("rate_limits_unchecked", error=type(error).__name__, again_s=REDIS_PAUSE_S)

    async def _refusal(self, scope: str, who: str, rate: Rate) -> Refused:
        ends_s = await self._storage.get_expiry(_item(rate).key_for(scope, who))
        self.refused[scope] += 1
        return Refused(scope, rate, max(1, min(rate.per_s, math.ceil(ends_s - time.time()))))

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.disconnect()


def _item(rate: Rate) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(rate.amount, rate.per_s)


def _pool(url: str) -> Pool:
    try:
        # An extra, and not needed where one process counts for itself.
        from redis.asyncio import BlockingConnectionPool
    except ImportError as error:
        raise SettingsError(
            "RECADO_LIMITS_URL: the library for Redis is missing. Install it: make setup EXTRAS=redis (or pip install "
            "'recado[redis]')"
        ) from error
    return BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] # takes what a connection takes
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=REDIS_LIMIT_S,
        socket_timeout=REDIS_LIMIT_S,
        socket_connect_timeout=REDIS_LIMIT_S,
    )


def _redis(url: str, pool: Pool) -> Storage:
    options: dict[str, Any] = {"connection_pool": pool}
    return RedisStorage("async+" + url, implementation="redispy", key_prefix=KEY_PREFIX, **options)

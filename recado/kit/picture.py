"""A picture in memory of some rows, taken again every few seconds and when something is missing in it."""

import asyncio
import time
from abc import ABC, abstractmethod

import structlog

EVERY_S = 3.0
# However much is asked for that does not exist, the database is asked no more often.
MISS_SPACING_S = 0.5

_log = structlog.get_logger(__name__)


class Picture(ABC):
    """What `_load` put aside. Reading it never waits; one `Picture` belongs to one event loop."""

    def __init__(self) -> None:
        self._loading = asyncio.Lock()
        self._taken_s = float("-inf")

    @abstractmethod
    async def _load(self) -> None:
        """Read the database and replace the picture in one step."""

    async def refresh(self) -> None:
        """Take the picture now. Errors are the caller's, and leave the old picture in place."""
        asked_s = time.monotonic()
        async with self._loading:
            if self._taken_s <= asked_s:
                await self._take()

    async def refresh_after_miss(self) -> None:
        """Return when the picture is newer than this call. Many callers share one look at the database."""
        asked_s = time.monotonic()
        async with self._loading:
            if self._taken_s > asked_s:
                return
            await asyncio.sleep(max(0.0, self._taken_s + MISS_SPACING_S - time.monotonic()))
            await self._take()

    async def keep_fresh(self, every_s: float = EVERY_S) -> None:
        """Refresh until cancelled. An unreachable database is logged, and the old picture stays."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.refresh()
            except Exception as error:  # whatever it was, the next look may succeed
                _log.warning("picture_not_refreshed", picture=type(self).__name__, error=type(error).__name__)

    async def _take(self) -> None:
        began_s = time.monotonic()
        await self._load()
        self._taken_s = began_s

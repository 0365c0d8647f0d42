"""One look at the database for all of a worker's rooms that wait for something to become due there.

Each room would otherwise ask by itself, several times a second, and an idle process would be busy asking.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import BigInteger, ColumnElement, literal_column, select

from recado.db import Database
from recado.kit.clock import WRONG_CLOCK_MS
from recado.kit.logs import place_of
from recado.kit.wakeup import Bell

# How late what has become due is begun.
LOOK_S = 0.5
# How often a room whose bell is rung from here still looks by itself.
SELDOM_S = 10.0
# After a look that failed.
RETRY_S = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """What to look for, with an index to find it by, and whose bell to ring while it is there."""

    waiting: ColumnElement[bool]
    bell: Bell


def now_of(database: Database) -> ColumnElement[int]:
    """The database's clock in milliseconds since 1970, at the start of the look, as a part of a statement."""
    said = "unixepoch('now', 'subsec') * 1000" if database.is_sqlite else "extract(epoch FROM now()) * 1000"
    return literal_column(f"CAST({said} AS bigint)", BigInteger)


class Lookout:
    """Looks for one process until `run` is cancelled.

    It sees the database's clock: at its first look, and when that was set back, it has `set_right` do what is to be
    done about moments that a wrong clock reckoned; again at the next look, if it could not.
    """

    def __init__(
        self,
        database: Database,
        watches: Sequence[Watch],
        set_right: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.last_ms: int | None = None
        self._database = database
        self._set_right = set_right
        self._bells = [watch.bell for watch in watches]
        self._question = select(
            now_of(database), *(watch.waiting.label(f"w{number}") for number, watch in enumerate(watches))
        )

    async def run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # the database is away: the rooms find out and say so, too
                log.warning("lookout_waits", **place_of(error))
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Look once, and ring."""
        async with self._database.system(read_only=True) as session:
            now_ms, *seen = (await session.execute(self._question)).one()
        for bell, waiting in zip(self._bells, seen, strict=True):
            if waiting:
                bell.ring()
        if self._set_right and (self.last_ms is None or now_ms < self.last_ms - WRONG_CLOCK_MS):
            await self._set_right()
        self.last_ms = now_ms

"""For a moment nobody begins anything new on the database, so that a migration can have its tables.

A migration needs tables that nobody uses, and under load there is no such moment by itself. It asks for one over
PostgreSQL's NOTIFY; every process lets what it has begun end, and begins the next when it is told to go on, or after
the time that was asked for, whichever is first: one that asked and died holds nobody up for longer.
"""

import asyncio

CHANNEL = "recado_standstill"
# Whatever is asked for. People wait for answers, and providers some 10 s for theirs.
LONGEST_S = 3.0


class Standstill:
    """Of one process. Everything is called inside the running loop."""

    def __init__(self) -> None:
        self._over: asyncio.Event | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def asked_for(self) -> bool:
        return self._over is not None

    async def over(self) -> None:
        """Return when this one is over; a next one is not waited for, so that nobody waits for ever."""
        if self._over is not None:
            await self._over.wait()

    def heard(self, payload: str) -> None:
        """What was said on `CHANNEL`: for how many milliseconds to stand still, 0 to go on."""
        if payload.isascii() and payload.isdigit():
            self.end()
            if seconds := min(int(payload) / 1000, LONGEST_S):
                self._over = asyncio.Event()
                self._timer = asyncio.get_running_loop().call_later(seconds, self.end)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._over is not None:
            self._over.set()
        self._over = self._timer = None

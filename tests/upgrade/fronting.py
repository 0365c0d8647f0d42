"""What stands before several processes: it asks each whether it is ready, and sends requests to those only."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

_ASK_EVERY_S = 0.02
_WITHIN_S = 90.0
_TIMES = 5


class Balancer:
    """Takes turns over the addresses that said that they were ready when they were asked last.

    `changed` is told of these addresses whenever they are others, before any request goes by them. `refused` collects
    what must not happen: requests that a ready process did not answer well; `answered` counts the others by method. One
    that is told to come again, with the time to wait, does so, as clients do.
    """

    def __init__(self, addresses: Sequence[str], changed: Callable[[Sequence[str]], Awaitable[None]]) -> None:
        self.addresses = tuple(addresses)
        self.ready: tuple[str, ...] = ()
        self.refused: list[str] = []
        self.answered: Counter[str] = Counter()
        self._changed = changed
        self._turn = itertools.count()
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_WITHIN_S))

    async def run(self) -> None:
        """Ask again and again; ends only when it is cancelled."""
        while True:
            asked = await asyncio.gather(*map(self._is_ready, self.addresses))
            ready = tuple(address for address, yes in zip(self.addresses, asked, strict=True) if yes)
            if ready != self.ready:
                await self._changed(ready)
                self.ready = ready
            await asyncio.sleep(_ASK_EVERY_S)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that this balancer finds out."""
        async with asyncio.timeout(_WITHIN_S):
            while not condition():  # noqa: ASYNC110 # other processes bring it about
                await asyncio.sleep(_ASK_EVERY_S)

    async def ask(self, method: str, path: str, key: str, body: object = None) -> Any:
        """The answer of a ready process as JSON; None if it was none, which is noted."""
        said = ""
        for _ in range(_TIMES):
            address = self.ready[next(self._turn) % len(self.ready)]
            try:
                request = self._http.request(method, address + path, json=body, headers={"X-API-Key": key})
                async with request as answer:
                    if answer.status == 200:
                        self.answered[method] += 1
                        return await answer.json()
                    said = f"{method} {path} at {address}: {answer.status} {await answer.text()}"
                    again_s = answer.headers.get("Retry-After")
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                said, again_s = f"{method} {path} at {address}: {error!r}", None
            if again_s is None:
                break
            await asyncio.sleep(float(again_s))
        self.refused.append(said)
        return None

    async def _is_ready(self, address: str) -> bool:
        try:
            async with self._http.get(f"{address}/ready") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        await self._http.close()

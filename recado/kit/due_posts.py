"""Posts what is due to whoever asked for it: at least once, with back-off, for about a day.

Who uses it keeps the rows. A due one is claimed for the length of a lease, so that a process that dies leaves it to the
others, and goes out by the one way that keeps it out of private networks (`recado.kit.postman`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from recado.kit import randomness
from recado.kit.destinations import Networks
from recado.kit.logs import place_of
from recado.kit.postman import Postman
from recado.kit.wakeup import Bell

# At the same time, in one process; each may take as long as the postman's limit.
MAX_POSTS = 16
# Longer than one try.
LEASE_MS = 30_000
# How long a stop waits for the posts on their way; then they are given back and made again.
DRAIN_S = 1.5
# 2, 4, 8 ... at most 3,600 s with jitter: so many tries take about a day.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 3_600.0
MAX_TRIES = 60

log = structlog.get_logger(__name__)
T = TypeVar("T")


def delay_ms(tries: int) -> int | None:
    """How long to wait after so many tries that failed; None: that was the last."""
    if tries >= MAX_TRIES:
        return None
    return round(randomness.full_jitter(tries, BACKOFF_BASE_S, BACKOFF_CAP_S) * 1000)


class DuePosts(Generic[T]):
    """Posts for one process until `run` is cancelled.

    `claim` takes up to so many due rows; `post` makes one try of one and writes down what became of it. If `post` is
    cancelled it gives its row back. Whoever rings `bell` may let it look by itself less often, every `look_s`.
    """

    def __init__(
        self,
        networks: Networks,
        claim: Callable[[int], Awaitable[Sequence[T]]],
        post: Callable[[Postman, T], Awaitable[None]],
        bell: Bell,
        look_s: float,
    ) -> None:
        self._networks = networks
        self._claim_rows = claim
        self._post = post
        self._bell = bell
        self._look_s = look_s
        self._posts: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        postman = Postman(self._networks)
        try:
            while True:
                try:
                    await self._claim(postman)
                except Exception as error:  # a defect in one round must not end the callbacks
                    log.warning("callbacks_wait", **place_of(error))
                await self._bell.wait(self._look_s)
        finally:
            await self._stop()
            await postman.close()

    async def _stop(self) -> None:
        posts = list(self._posts)
        if posts:
            await asyncio.wait(posts, timeout=DRAIN_S)
        for task in posts:
            task.cancel()
        await asyncio.gather(*posts, return_exceptions=True)

    async def _claim(self, postman: Postman) -> None:
        room = MAX_POSTS - len(self._posts)
        if room <= 0:
            return
        for row in await self._claim_rows(room):
            task = asyncio.create_task(self._deliver(postman, row))
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    async def _deliver(self, postman: Postman, row: T) -> None:
        try:
            await self._post(postman, row)
        except Exception as error:  # the lease ends by itself, and then it is posted again
            log.warning("callback_waits", **place_of(error))

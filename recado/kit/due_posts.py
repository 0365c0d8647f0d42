"""Posts what is due to whoever asked for it: at least once, with back-off, for about a day.

Who uses it keeps the rows. A due one is claimed for the length of a lease, so that a process that dies leaves it to the
others, and goes out by the one way that keeps it out of private networks (`recado.kit.postman`).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from recado.kit import randomness
from recado.kit.destinations import Networks
from recado.kit.logs import place_of
from recado.kit.postman import Postman
from recado.kit.wakeup import Bell

# At the same time, in one process; each may take as long as the postman's limit.
MAX_POSTS = 16
# Of these, to one receiver: a quarter, so that three that hang still leave as many places to all others.
MAX_POSTS_TO_ONE = 4
# Longer than one try.
LEASE_MS = 30_000
# How long a stop waits for the posts on their way; then they are given back and made again.
DRAIN_S = 1.5
# 2, 4, 8 ... at most 3,600 s with jitter: so many tries take about a day.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 3_600.0
MAX_TRIES = 60

log = structlog.get_logger(__name__)


class Due(Protocol):
    """What is posted to `url`."""

    @property
    def url(self) -> str: ...


T = TypeVar("T", bound=Due)


def receiver_of(url: str) -> str:
    """How the addresses of one receiver begin: its scheme, host and port."""
    scheme, _, rest = url.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}/"


def delay_ms(tries: int, asked_s: int | None = None) -> int | None:
    """How long to wait after so many tries that failed, and at least what the receiver `asked` for; None: that was the
    last.
    """
    if tries >= MAX_TRIES:
        return None
    return round(max(randomness.full_jitter(tries, BACKOFF_BASE_S, BACKOFF_CAP_S), asked_s or 0) * 1000)


class DuePosts(Generic[T]):
    """Posts for one process until `run` is cancelled.

    `claim` takes up to so many due rows, but none for certain receivers (`receiver_of`); `post` makes one try of one
    and writes down what became of it. If `post` is cancelled it gives its row back. Whoever rings `bell` may let it
    look by itself less often, every `look_s`.
    """

    def __init__(
        self,
        networks: Networks,
        claim: Callable[[int, Sequence[str]], Awaitable[Sequence[T]]],
        post: Callable[[Postman, T], Awaitable[None]],
        bell: Bell,
        look_s: float,
    ) -> None:
        self._networks = networks
        self._claim_rows = claim
        self._post = post
        self._bell = bell
        self._look_s = look_s
        self._posts: dict[asyncio.Task[None], str] = {}

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
        while (room := MAX_POSTS - len(self._posts)) > 0:
            busy = Counter(self._posts.values())
            full = [receiver for receiver, posts in busy.items() if posts >= MAX_POSTS_TO_ONE]
            # So few at once that no receiver gets more, should all be for one.
            most = max((posts for posts in busy.values() if posts < MAX_POSTS_TO_ONE), default=0)
            size = min(room, MAX_POSTS_TO_ONE - most)
            rows = await self._claim_rows(size, full)
            for row in rows:
                task = asyncio.create_task(self._deliver(postman, row))
                self._posts[task] = receiver_of(row.url)
                task.add_done_callback(self._posted)
            if len(rows) < size:
                return

    def _posted(self, task: asyncio.Task[None]) -> None:
        del self._posts[task]
        self._bell.ring()  # there may be more for its receiver

    async def _deliver(self, postman: Postman, row: T) -> None:
        try:
            await self._post(postman, row)
        except Exception as error:  # the lease ends by itself, and then it is posted again
            log.warning("callback_waits", **place_of(error))

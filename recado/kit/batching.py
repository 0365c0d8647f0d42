"""Many callers, one write: what waits while a batch is being written goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from recado.errors import Unavailable, retry_after

# Short beside a commit, long beside the reading of some dozen requests.
GATHER_S = 0.001

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Groups items into batches for `flush`, which gives one result per item, in order.

    If a batch fails, each of its items is tried alone, so that one bad item fails alone (all fail if the database is
    not available). At most `max_waiting` items
    wait; more are refused with `Unavailable`.
    """

    def __init__(
        self, flush: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, max_batch: int, max_waiting: int
    ) -> None:
        self._flush = flush
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    def submit(self, item: T) -> "asyncio.Future[R]":
        """A future of the item's result, set when it is committed."""
        if len(self._waiting) >= self._max_waiting:
            raise Unavailable("Too much is waiting to be written", code="overloaded", verdict=retry_after(1.0))
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            # In a context of its own: it writes for everybody, and its log lines are not those of whoever came first.
            self._running = asyncio.create_task(self._run(), name="batcher", context=Context())
        return future

    async def drain(self) -> None:
        """Wait until nothing is waiting any more."""
        while self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        try:
            while self._waiting:
                # What comes in one burst goes into one batch, not its first item alone.
                await asyncio.sleep(GATHER_S)
                batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
                await self._write(batch)
        finally:
            self._running = None

    async def _write(self, batch: list[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except Unavailable as error:
            for _, future in batch:
                _fail(future, error)
            return
        except Exception as error:  # handed to the caller whose item it is
            if len(batch) == 1:
                _fail(batch[0][1], error)
            else:
                for pair in batch:
                    await self._write([pair])
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)


def _fail(future: "asyncio.Future[R]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)

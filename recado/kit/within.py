"""A limit on a wait that every message passes: as `asyncio.timeout`, at less than half of what that costs."""

import asyncio
from types import TracebackType
from typing import Self


class within:  # noqa: N801 # reads as what it does, as `asyncio.timeout` does
    """`with within(limit_s): await ...` raises `TimeoutError` if it takes longer. For one use, inside a task."""

    __slots__ = ("_cancelling", "_is_over", "_limit_s", "_task", "_timer")

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._is_over = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("only a task can be limited")
        self._task = task
        # Others may want to cancel the task as well: their wish is not taken for ours.
        self._cancelling = task.cancelling()
        self._timer = loop.call_later(self._limit_s, self._end)
        return self

    def _end(self) -> None:
        self._is_over = True
        self._task.cancel()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
        if self._is_over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

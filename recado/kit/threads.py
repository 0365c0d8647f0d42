"""Threads for calls that may hang, as of a disk, a store or a name's server that does not answer: nobody can end one
that waits there.

The loop's own threads are few, others need them, and a process that ends waits for them: not so for these.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class Threads:
    """At most so many; they are made when they are needed, and reused. What finds none free waits its turn."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._made = 0
        self._free = 0  # threads that wait for a call, less the calls that wait for them

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` gives or raises. Who is cancelled does not wait for it: a call that was begun goes on."""
        return await asyncio.wrap_future(self.begin(call))

    def begin(self, call: Callable[[], T]) -> "Future[T]":
        """The same, for whoever shares what comes of it. Raises `RuntimeError` if the machine has no thread left."""
        future: Future[T] = Future()
        context = copy_context()
        with self._lock:
            if self._free <= 0 and self._made < self._most:
                threading.Thread(target=self._work, name=self._name, daemon=True).start()
                self._made += 1
                self._free += 1
            self._free -= 1
        self._calls.put((future, lambda: context.run(call)))
        return future

    def close(self) -> None:
        """Let those end that have nothing to do; who hangs ends with the process."""
        with self._lock:
            for _ in range(self._made):
                self._calls.put(None)
            self._made = self._free = 0

    def _work(self) -> None:
        while (given := self._calls.get()) is not None:
            future, call = given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # whoever waits is told
                    future.set_exception(error)
            del given, future, call  # what they hold is no longer needed
            with self._lock:
                self._free += 1

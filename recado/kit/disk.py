"""Looks at a disk, which may never answer, as one whose network is gone."""

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

from recado.kit.threads import Threads

T = TypeVar("T")


def free_bytes(folder: Path) -> int:
    """What is free where the folder is, or would be: with keys and files elsewhere nobody may have needed it yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


class LoneLook(Generic[T]):
    """Takes one look at a time, in a thread of its own; whoever asks meanwhile waits for the same."""

    def __init__(self, look: Callable[[], T], name: str) -> None:
        self._look = look
        self._threads = Threads(1, name)
        self._found: Future[T] | None = None

    async def take(self, limit_s: float) -> T:
        """What was found. Raises `TimeoutError` after `limit_s`, and what the look raises."""
        if self._found is None or self._found.done():
            self._found = self._threads.begin(self._look)
        waiting = asyncio.wrap_future(self._found)
        waiting.add_done_callback(_seen)
        done, _ = await asyncio.wait([waiting], timeout=limit_s)  # who waits no longer leaves it to the others
        if not done:
            raise TimeoutError
        return waiting.result()


def _seen(found: "asyncio.Future[Any]") -> None:
    """What it raises once nobody waits any more is nobody's."""
    if not found.cancelled():
        found.exception()

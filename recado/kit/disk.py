"""Looks at a disk, which may never answer, as one whose network is gone."""

import asyncio
import shutil
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from recado.kit.stamps import stamped
from recado.kit.threads import Threads


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What is free where the folder is, and the moment that its stamp names (None: there is none)."""

    free_bytes: int
    stamped: datetime | None


class DiskLook:
    """Takes one look at a time, in a thread of its own; whoever asks meanwhile waits for the same. A process has one,
    for all that want to know: a disk that never answers keeps that one thread.
    """

    def __init__(self, folder: Path, stamp_name: str) -> None:
        self.folder = folder
        self._stamp = folder / stamp_name
        self._threads = Threads(1, "disk")
        self._found: Future[OnDisk] | None = None

    async def take(self, limit_s: float) -> OnDisk:
        """What was found. Raises `TimeoutError` after `limit_s`, and `OSError`."""
        if self._found is None or self._found.done():
            self._found = self._threads.begin(self._look)
        waiting = asyncio.wrap_future(self._found)
        waiting.add_done_callback(_seen)
        done, _ = await asyncio.wait([waiting], timeout=limit_s)  # who waits no longer leaves it to the others
        if not done:
            raise TimeoutError
        return waiting.result()

    def _look(self) -> OnDisk:
        return OnDisk(_free_bytes(self.folder), stamped(self._stamp))


def _free_bytes(folder: Path) -> int:
    """What is free where the folder is, or would be: with keys and files elsewhere nobody may have needed it yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def _seen(found: "asyncio.Future[Any]") -> None:
    """What it raises once nobody waits any more is nobody's."""
    if not found.cancelled():
        found.exception()

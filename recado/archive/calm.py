"""How a copy keeps out of the way of people's messages: little at a time on the disk, and the last in the queues.

Each message waits for a sync of the same disk. A sync of one file may have to wait for what was written to others (ext4
commits them together, https://docs.kernel.org/filesystems/ext4/overview.html), so nothing may pile up there.
"""

import contextlib
import os
import time
from pathlib import Path
from typing import Self

# So long is written before it is synced, and the pause that follows is as long as both took: half of the disk and of
# one processor are others', and what a message may find in its way takes no longer than this (docs/benchmarks.md).
SLICE_S = 0.02
# The lowest there is. The kernel derives the priority for the disk from it, too (man 1 ionice: a process that has not
# asked for an I/O priority).
NICENESS = 19


def step_back() -> None:
    """Let every other program go first from now on. To be called before this one has threads: each has its own."""
    with contextlib.suppress(OSError, AttributeError):  # not this machine's to say
        os.nice(NICENESS)


class Calm:
    """Paces the writing of one file. Call it often: it acts once in `SLICE_S`."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR)
        self._began_s = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The rest of it is on the disk, too."""
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)

    def __call__(self, *, rest: bool = True) -> None:
        """Sync what was written, and `rest`, if the slice is over."""
        if time.monotonic() - self._began_s < SLICE_S:
            return
        os.fdatasync(self._descriptor)
        if rest:
            time.sleep(time.monotonic() - self._began_s)
        self._began_s = time.monotonic()

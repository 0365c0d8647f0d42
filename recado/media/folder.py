"""Files in a folder of this machine, for one host or a shared disk.

A file is written under a name of its own, flushed to the disk and then renamed: who dies on the way leaves a part that
is never seen as a file. It goes with its file, or is swept away after a day.
"""

import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from glob import escape
from pathlib import Path
from typing import IO, Any, TypeVar

from recado.errors import NotFound, Unavailable, retry_after
from recado.kit import new_id
from recado.kit.threads import Threads
from recado.media.store import CHUNK_BYTES

T = TypeVar("T")
# What is being written lies there, below the root.
PARTS = "parts"
# No download takes so long: what is older was left by a process that died.
_PART_AGE_S = 24 * 3600
# A disk may be a network's, and not answer: then only what wants files waits.
_MAX_CALLS = 16


class FolderStore:
    """Implements `Store`. Folders and files are for the user of this process only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ready = False
        self._threads = Threads(_MAX_CALLS, "media-folder")

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        part = await self._on_disk(self._begin, key)
        file = await self._on_disk(_create, part)
        try:
            # What goes wrong where the chunks come from is none of ours, also a time-out or a reset (`OSError`s).
            async for chunk in chunks:
                await self._on_disk(file.write, chunk)
            await self._on_disk(self._finish, file, part, self._path(key))
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
        finally:
            with contextlib.suppress(OSError):  # of what could not be written before
                file.close()

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await self._threads.run(partial(_open, self._path(key), start))
            with file:
                left = None if stop is None else stop - start
                while left is None or left > 0:
                    size = CHUNK_BYTES if left is None else min(CHUNK_BYTES, left)
                    chunk = await self._threads.run(partial(file.read, size))
                    if not chunk:
                        return
                    left = None if left is None else left - len(chunk)
                    yield chunk
        except FileNotFoundError:
            raise missing() from None
        except OSError as error:
            raise _unavailable(error) from error

    async def delete(self, key: str) -> None:
        await self._on_disk(self._remove, self._path(key))

    async def sweep(self) -> None:
        await self._on_disk(self._sweep)

    async def close(self) -> None:
        """Nothing is kept open."""
        self._threads.close()

    async def _on_disk(self, work: Callable[..., T], *given: Any) -> T:
        """Raises `Unavailable`."""
        try:
            return await self._threads.run(partial(work, *given))
        except OSError as error:
            raise _unavailable(error) from error

    def _path(self, key: str) -> Path:
        path = self._root.joinpath(*key.split("/"))
        if ".." in path.parts or not path.is_relative_to(self._root):
            raise ValueError("a key names a place inside the store")
        return path

    def _begin(self, key: str) -> Path:
        """A name for a part, which tells of which file it is. The first of a process sweeps away the old ones."""
        parts = self._root / PARTS
        if not self._ready:
            _make_private(parts)
            self._sweep()
            self._ready = True
        return parts / f"{self._path(key).name}.{new_id()}"

    def _remove(self, path: Path) -> None:
        """The parts of a file, then itself: who is still writing one cannot finish it after that."""
        for part in (self._root / PARTS).glob(f"{escape(path.name)}.*"):
            part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        oldest_s = time.time() - _PART_AGE_S
        for left in (self._root / PARTS).glob("*"):
            with contextlib.suppress(FileNotFoundError):  # finished meanwhile, by another process
                if left.stat().st_mtime < oldest_s:
                    left.unlink()

    def _finish(self, file: IO[bytes], part: Path, path: Path) -> None:
        file.flush()
        os.fsync(file.fileno())
        _make_private(path.parent)
        part.rename(path)
        sync_folder(path.parent)


def missing() -> NotFound:
    """There is no such content."""
    return NotFound("The content of this file is not there", code="media_content_missing")


def _create(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _open(path: Path, start: int) -> IO[bytes]:
    file = path.open("rb")
    file.seek(start)
    return file


def _make_private(folder: Path) -> None:
    """Make a folder and those above it, and make sure that they outlive a power cut."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """What was put into a folder, or renamed in it, outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(
        f"The folder of media cannot be used ({error.strerror})",
        code="media_store_unavailable",
        verdict=retry_after(10),
    )

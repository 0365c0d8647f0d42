"""A log file that several processes write, with rotation.

Each line is one `write` at the end of the file (O_APPEND), so lines never mix. Whoever finds the file too large renames
it while holding a lock; the others see by its inode that it is another one now and open that: one that was about to
write puts its line into the renamed file, where it is found as well. A program that renames it, such as logrotate, is
noticed in the same way.
"""

import contextlib
import errno
import fcntl
import logging
import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path

from recado.kit.private import PRIVATE


class SharedLogFile(logging.Handler):
    """Writes to `path`; beyond `max_bytes` it becomes `path.1`, that one `path.2` and so on, `keep` of them.

    Raises `OSError` at once if the file cannot be opened. Later, what cannot be written goes to standard error.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        super().__init__()
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._opening = threading.Lock()
        self._torn = False
        self._file = self._open()

    def emit(self, record: logging.LogRecord) -> None:
        line = (self.format(record) + "\n").encode("utf-8", "replace")
        try:
            self._write(line)
        except OSError:  # a full disk, a folder that is gone: what happened is told somewhere all the same
            sys.stderr.write(line.decode("utf-8"))

    def _write(self, line: bytes) -> None:
        now = self._stat()
        if now is None or (now.st_dev, now.st_ino) != self._identity():
            self._reopen()
            now = os.fstat(self._file)
        if now.st_size and now.st_size + len(line) > self._max_bytes:
            self._rotate(len(line))
        if self._torn:
            line = b"\n" + line
        written = os.write(self._file, line)
        if written:
            self._torn = written < len(line)
        if written < len(line):  # the last room of a disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _stat(self) -> os.stat_result | None:
        try:
            return os.stat(self._path)  # noqa: PTH116 # once a line
        except FileNotFoundError:
            return None

    def _identity(self) -> tuple[int, int]:
        mine = os.fstat(self._file)
        return mine.st_dev, mine.st_ino

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)

    def _reopen(self) -> None:
        with self._opening:
            before, self._file = self._file, self._open()
            os.close(before)

    def _rotate(self, more: int) -> None:
        with self._locked():
            now = self._stat()
            if now is not None and now.st_size + more > self._max_bytes:  # else another process has done it
                for number in range(self._keep - 1, 0, -1):
                    with contextlib.suppress(FileNotFoundError):
                        self._numbered(number).replace(self._numbered(number + 1))
                if self._keep:
                    self._path.replace(self._numbered(1))
                else:
                    self._path.unlink()
        self._reopen()

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        """One process at a time; the lock of one that dies is free."""
        descriptor = os.open(self._path.with_name(self._path.name + ".lock"), os.O_WRONLY | os.O_CREAT, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def close(self) -> None:
        super().close()
        with contextlib.suppress(OSError):
            os.close(self._file)

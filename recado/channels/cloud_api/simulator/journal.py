"""An append-only file of JSON lines: what happened, so that a simulator that was killed goes on where it was."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from recado.channels.cloud_api.simulator.config import ConfigError

FILE_NAME = "journal.jsonl"


class Journal:
    """One line per change, written before anybody is told of it.

    A line goes to the kernel at once, so that it outlives `kill -9`; it is not forced to the disk, because a simulator
    need not outlive its machine. The file is locked: two simulators on one folder would tear each other's story.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE_NAME
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise ConfigError(f"another simulator uses {folder}; give this one a folder of its own") from None
        self._file: int | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        """Every change of the file. Only a torn last line is left out; anything else that is broken is an error."""
        if not self.path.exists():
            return
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise ConfigError(f"{self.path} line {number} is damaged ({error}); move the file away") from None

    def rewrite(self, changes: Iterable[dict[str, Any]]) -> None:
        """Replace the whole file, in one step, by changes that amount to the same."""
        new = self.path.with_suffix(".new")
        with new.open("wb") as out:
            for change in changes:
                out.write(_line(change))
        new.replace(self.path)
        self.close_file()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def append(self, change: dict[str, Any]) -> None:
        """Add one change. `rewrite` has opened the file."""
        if self._file is None:
            raise RuntimeError("the journal is not open")
        line = memoryview(_line(change))
        while line:
            line = line[os.write(self._file, line) :]

    def close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        self.close_file()
        os.close(self._lock)


def _line(change: dict[str, Any]) -> bytes:
    return json.dumps(change, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"

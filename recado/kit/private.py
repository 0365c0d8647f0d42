"""Files that only their owner may read, whatever the umask says: they hold what people wrote, or secrets."""

import contextlib
import os
from pathlib import Path
from typing import TextIO

PRIVATE = 0o600


def make_private(path: Path) -> None:
    """Make an empty private file for others (SQLite, copies) to fill; one that is there stays as it is.

    Nothing happens where no file can be made: whoever opens it says so better.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))


def write_private(path: Path) -> TextIO:
    """Open a file to be written anew, as UTF-8; where it was not there, it is private."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w", encoding="utf-8")

"""A moment kept in a small file: when something last succeeded, for whoever watches."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

from recado.kit.private import write_private


def stamp(path: Path, at: datetime) -> None:
    """Keep the moment, in place of an earlier one. Raises `OSError`."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with write_private(partial) as file:
            file.write(at.isoformat() + "\n")
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def stamped(path: Path) -> datetime | None:
    """The moment; None if there is none that can be read."""
    try:
        return datetime.fromisoformat(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None

"""Folders that a backup or a restore fills: whole copies of a database, which must not outlive who made them.

A killed process removes nothing, so the next one does. Whether a folder's process lives tells a lock that it holds on
a file in it: a lock ends with its process, however that ends.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

_LOCK = ".lives"
# A folder without a lock is one of an older Recado, on a disk that knows no locks, or in its first or last moment:
# nobody has written to it for so long before it goes.
_SILENT_S = 24 * 3600.0
_RESTORE = ".recado-restore-"
_NAMES = {
    "restore": re.compile(re.escape(_RESTORE) + r"\w+"),
    "backup": re.compile(r"recado-\d{8}T\d{6}Z\.partial"),
}


@contextlib.contextmanager
def restore_folder(parent: Path) -> Generator[Path]:
    """A new folder for a restore, gone at the end; and whatever dead ones left beside it is gone, too."""
    remove_leftovers(parent, "restore")
    with tempfile.TemporaryDirectory(prefix=_RESTORE, dir=parent) as name, alive(Path(name)):
        yield Path(name)


@contextlib.contextmanager
def backup_folder(partial: Path) -> Generator[None]:
    """Make the folder of a backup, which is gone if it fails; and whatever dead ones left beside it is gone, too."""
    remove_leftovers(partial.parent, "backup")
    partial.mkdir(parents=True, mode=0o700)
    with alive(partial):
        try:
            yield
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


@contextlib.contextmanager
def alive(folder: Path) -> Generator[None]:
    """Hold the lock that says that the process which fills this folder lives."""
    new = folder / f"{_LOCK}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new.rename(folder / _LOCK)  # whoever sees it by this name sees it held
        except OSError:  # a disk without locks
            new.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def finished(folder: Path) -> None:
    """Take the lock out of a folder that stays."""
    (folder / _LOCK).unlink(missing_ok=True)


def remove_leftovers(parent: Path, kind: str) -> None:
    """Remove the folders whose processes are dead. Others' are left alone, and so is what cannot be removed."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(parent):
            if not _NAMES[kind].fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):
                mine = entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid()
                if mine and _is_dead(Path(entry.path)):
                    shutil.rmtree(entry.path, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        written_s = max(entry.lstat().st_mtime for entry in (folder, *folder.iterdir()))
        return time.time() - written_s > _SILENT_S
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True

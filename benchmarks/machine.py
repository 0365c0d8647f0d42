"""The machine that a benchmark ran on, in one line, for those who compare figures."""

import os
import platform
import sqlite3
import subprocess
from pathlib import Path

from recado.errors import RecadoError
from recado.kit.local_postgres import find_binaries


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _file_system(folder: Path) -> str:
    """The type of the file system that holds `folder`: an fsync on tmpfs costs nothing."""
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if str(folder).startswith(where) and len(where) >= len(best[0]):
            best = (where, kind)
    return best[1]


def _sqlite() -> str:
    try:
        from pysqlite3 import dbapi2  # pyright: ignore
    except ImportError:
        return sqlite3.sqlite_version
    return str(dbapi2.sqlite_version)  # pyright: ignore


def _postgres() -> str:
    try:
        programs = find_binaries()
    except RecadoError:
        return "no PostgreSQL"
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False)
    return "PostgreSQL " + answer.stdout.split()[2] if answer.returncode == 0 else "PostgreSQL"


def describe(folder: Path) -> str:
    """`folder` is where the databases are."""
    return (
        f"{len(os.sched_getaffinity(0))} cores ({_processor()}), {_memory_gb()} GB, "
        f"Linux {platform.release().split('-')[0]}, {_file_system(folder)}, "
        f"Python {platform.python_version()}, SQLite {_sqlite()}, {_postgres()}"
    )

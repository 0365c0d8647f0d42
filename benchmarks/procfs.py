"""What a process group uses, read from /proc (Linux).

Children of its leader count too: those of PostgreSQL make groups of their own.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """From /proc/PID/stat, see proc(5)."""

    pid: int
    parent: int
    group: int
    cpu_s: float


def _stats() -> Iterator[Stat]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                text = (folder / "stat").read_text()
                fields = text[text.rindex(")") + 2 :].split()
                # state ppid pgrp ... utime stime cutime cstime: fields 3, 4, 5, 14 to 17 of the manual page.
                ticks = sum(int(fields[n]) for n in range(11, 15))
                yield Stat(int(folder.name), int(fields[1]), int(fields[2]), ticks / _TICKS_PER_S)


def _members(groups: list[int]) -> list[Stat]:
    return [stat for stat in _stats() if {stat.pid, stat.parent, stat.group} & {*groups}]


def _pss_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def cpu_s(groups: list[int]) -> float:
    """CPU seconds of all processes of these groups, with those of their children that ended."""
    return sum(stat.cpu_s for stat in _members(groups))


def pss_mb(groups: list[int]) -> float:
    """Proportional set size of all processes of these groups, in 10^6 bytes; shared pages are counted once."""
    return round(sum(_pss_bytes(stat.pid) for stat in _members(groups)) / 1e6, 1)

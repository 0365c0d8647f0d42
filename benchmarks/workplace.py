"""Where a benchmark runs: a temporary folder and, when it is needed, a PostgreSQL server of its own."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

from benchmarks.postgres import server
from benchmarks.processes import BenchmarkError
from benchmarks.subjects import Bench

# One-minute load average above which others take a noticeable part of the machine.
QUIET_LOAD = 0.5


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds results only."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def workplace(with_postgres: bool) -> Generator[Bench]:
    """All of it is gone when the block is left; without a PostgreSQL to start, its cases fail one by one."""
    with tempfile.TemporaryDirectory(prefix="recado-bench-") as name, contextlib.ExitStack() as stack:
        busy = os.getloadavg()[0]
        if busy > QUIET_LOAD:
            say(f"the machine is busy already (load {busy:.1f}): expect figures that are low and far apart")
        folder = Path(name)
        database = None
        if with_postgres:
            try:
                database = stack.enter_context(server())
            except BenchmarkError as error:
                say(f"without PostgreSQL: {error}")
        yield Bench(folder, database)

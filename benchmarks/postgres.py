"""The databases of a benchmark on its own PostgreSQL server: defaults of the server, so fsync is on."""

import contextlib
from collections.abc import Generator
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import uvloop

from benchmarks.processes import BenchmarkError
from recado.errors import RecadoError
from recado.kit.local_postgres import LocalPostgres

# asyncpg publishes no types.
_asyncpg: Any = asyncpg


class Server:
    """Makes and drops databases. `pid` tells its CPU time apart from the subject's."""

    def __init__(self, local: LocalPostgres) -> None:
        self._local = local
        self.pid = local.pid

    def create(self, database: str) -> str:
        """A new empty database; returns its URL."""
        self._execute(f"CREATE DATABASE {database}")
        return self._local.url(database)

    def drop(self, database: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def settle(self) -> None:
        """Write back what the last round left dirty, so that the next one does not pay for it."""
        self._execute("CHECKPOINT")

    def _execute(self, statement: str) -> None:
        uvloop.run(_execute(self._local.url(), statement))


async def _execute(url: str, statement: str) -> None:
    connection = await _asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.contextmanager
def server() -> Generator[Server]:
    """One that is gone when the block is left; raises `BenchmarkError` when none is installed."""
    try:
        local = LocalPostgres()
    except RecadoError as error:
        raise BenchmarkError(error.message) from None
    with local:
        yield Server(local)

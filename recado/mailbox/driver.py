"""How the mailbox reaches a database: transactions on the hot path, with two drivers held to one contract suite.

Work is an async function that gets a `Tx` and awaits nothing else. On PostgreSQL it runs on a connection of a pool;
on SQLite it runs to its end inside the writer thread, together with all other work that waits (group commit).
"""

from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from recado.errors import Unavailable
from recado.mailbox.sql import Query, Rows, Value

R = TypeVar("R")


class Priority(IntEnum):
    """What goes first when work waits. Marks hold a send slot each, so they never queue behind turns."""

    MARK = 0
    INGEST = 1
    TURN = 2
    OTHER = 3


class Restart(Exception):
    """Raised by work that met a concurrent writer: roll back and run it again."""


class DatabaseDown(Unavailable):
    """The database did not answer or gave up a transaction; nothing of it was committed."""

    code = "database_unavailable"


class Tx(Protocol):
    """One transaction (a savepoint of the group commit on SQLite)."""

    @property
    def concurrent(self) -> bool:
        """True if others may write at the same time."""
        ...

    async def fetch(self, query: Query, rows: Rows | None = None, **scalars: Value) -> list[Any]:
        """Rows of the answer, each a sequence of its columns. Nothing is asked for an empty set of rows."""
        ...

    async def lock(self, query: Query, rows: Rows) -> None:
        """Run a statement that only locks rows; SQLite's single writer needs none."""
        ...


Work = Callable[[Tx], Awaitable[R]]


class Driver(Protocol):
    """One database of the mailbox."""

    # Milliseconds added to the database's clock; only tests move it.
    offset_ms: int

    async def run(self, work: Work[R], priority: Priority, *, atomic: bool = True) -> R:
        """Run `work` in a transaction and commit it.

        Work that is one statement, or whose statements may each be committed by itself, need not be `atomic`: that
        spares PostgreSQL a transaction's two round trips.

        Raises what `work` raises (its writes are rolled back, those of others are not), or `DatabaseDown`.
        """
        ...

    def notify(self, topic: str) -> None:
        """Hint to other processes, within moments, that there is work. Best effort."""
        ...

    def on_notify(self, callback: Callable[[str], None]) -> None:
        """Call `callback(topic)` in the loop when another process hints."""
        ...

    async def close(self) -> None: ...


# Concurrent writers collide rarely; more tries than this mean that something else is wrong.
MAX_RESTARTS = 8

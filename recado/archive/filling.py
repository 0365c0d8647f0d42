"""A SQLite file that gets all rows of an installation, fast."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Table

from recado.archive.calm import Calm
from recado.archive.tables import Row, insertion

# Nobody else reads the file yet, and a copy that breaks off is thrown away.
_PRAGMAS = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA cache_size=-16000",  # KiB; what is left of it at the end is written at once
)
# Steps of SQLite's machine, some ten for a row, between two looks at the clock.
LOOK_EVERY = 2_000


def pace(connection: sqlite3.Connection, calm: Calm) -> None:
    """Whatever the connection does from now on, however long a statement takes, it does calmly."""

    def look() -> int:
        calm()
        return 0  # go on

    connection.set_progress_handler(look, LOOK_EVERY)


class Filling:
    """The file at `path`, which has its tables, without rows. Blocks: to be used in a thread, one call at a time.

    Indexes are made in the end, each in one go; kept up row by row they would be most of the work.
    """

    def __init__(self, path: Path) -> None:
        self._calm = Calm(path)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            self._connection.execute(pragma)
        pace(self._connection, self._calm)
        made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        self._indexes = list(self._connection.execute(made))
        for name, _ in self._indexes:
            self._connection.execute(f'DROP INDEX "{name}"')
        self._connection.execute("BEGIN")

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """Write these rows."""
        self._connection.executemany(insertion(table), rows)

    def finish(self) -> None:
        """Make it whole: all rows are there, and are found by their indexes."""
        self._connection.execute("COMMIT")
        for _, definition in self._indexes:
            self._connection.execute(definition)

    def close(self) -> None:
        """What was written is on the disk."""
        self._connection.close()
        self._calm.close()

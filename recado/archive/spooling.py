"""Takes all rows out of PostgreSQL as they are at one moment, as fast as it gives them away.

For as long as that moment is looked at, PostgreSQL keeps every version of every row that is changed meanwhile, and
messages change rows all the time. So the rows only go into files here, by COPY; what takes its time comes after it.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Table

from recado.archive.calm import Calm
from recado.archive.copying import Report, snapshot
from recado.archive.tables import Row, count_of, driver_of, kept_tables
from recado.db import Database

# So much is gathered before it is handed to the thread that writes.
_BLOCK_BYTES = 1 << 20
# What COPY writes for what would break a line or a field
# (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format").
_NULL = "\\N"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Spool:
    """The rows of one table, in a file."""

    def __init__(self, table: Table, folder: Path) -> None:
        self.table = table
        self._path = folder / f".{table.name}.rows"

    async def fill(self, connection: Any) -> None:
        """By COPY, in the transaction of this connection of asyncpg."""
        await asyncio.to_thread(self._path.touch, 0o600)
        with self._path.open("ab", buffering=0) as file, Calm(self._path) as calm:
            waiting = bytearray()

            def write() -> None:
                file.write(waiting)
                waiting.clear()
                calm()

            async def take(part: bytes) -> None:
                waiting.extend(part)
                if len(waiting) >= _BLOCK_BYTES:
                    await asyncio.to_thread(write)

            await connection.copy_from_query(_query(self.table), output=take)
            await asyncio.to_thread(write)

    def rows(self) -> Iterator[Row]:
        """All of them, as SQLite takes them: it makes numbers of text where a column wants numbers."""
        with self._path.open(encoding="utf-8", newline="\n") as lines:
            yield from map(row_of, lines)

    def remove(self) -> None:
        self._path.unlink()


async def spool(database: Database, folder: Path, report: Report) -> list[Spool]:
    """The rows of all tables, in files in `folder`."""
    tables = kept_tables()
    spools: list[Spool] = []
    async with snapshot(database) as reading:
        counts = [await count_of(reading, table) for table in tables]
        connection = await driver_of(reading)
        for n, table in enumerate(tables, 1):
            spools.append(Spool(table, folder))
            await spools[-1].fill(connection)
            report("copy", sum(counts[:n]), sum(counts))
    return spools


def _query(table: Table) -> str:
    columns = (f"CAST({c.name} AS int)" if isinstance(c.type, Boolean) else c.name for c in table.columns)
    return f"SELECT {', '.join(columns)} FROM {table.name}"  # noqa: S608 # our own names


def row_of(line: str) -> Row:
    """The fields of a line of COPY's."""
    fields = line.removesuffix("\n").split("\t")
    return [None if one == _NULL else _ESCAPE.sub(_meant, one) if "\\" in one else one for one in fields]


def _meant(found: re.Match[str]) -> str:
    return _MEANT.get(found[1], found[1])

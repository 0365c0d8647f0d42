"""Where the bare limit keeps its messages: one grouped insert, committed before anyone is answered."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

GROUP_LIMIT = 500

SCHEMA = "CREATE TABLE inbox (id text PRIMARY KEY, phone text NOT NULL, body text NOT NULL)"
INSERT = "INSERT INTO inbox SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"


class Row(NamedTuple):
    id: str
    phone: str
    text: str


Committed = Callable[[Row], None]


class Store(Protocol):
    """`add` returns at once; `committed` is called in the event loop once the row is on disk."""

    def add(self, row: Row) -> None: ...


class SQLiteStore:
    """One thread writes; what arrives while it commits is its next group."""

    def __init__(self, path: str, committed: Committed) -> None:
        self._path = path
        self._committed = committed
        self._rows: queue.SimpleQueue[Row] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._write, name="bare-writer", daemon=True).start()

    def add(self, row: Row) -> None:
        self._rows.put(row)

    def _write(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(SCHEMA)
        while True:
            group = [self._rows.get()]
            while len(group) < GROUP_LIMIT and not self._rows.empty():
                group.append(self._rows.get())
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO inbox VALUES (?, ?, ?)", group)
            database.execute("COMMIT")
            self._loop.call_soon_threadsafe(self._settle, group)

    def _settle(self, group: list[Row]) -> None:
        for row in group:
            self._committed(row)


class _Connection(Protocol):
    async def execute(self, query: str, *args: object) -> str: ...


class PostgresStore:
    """One connection inserts; what arrives while it waits for the commit is its next group."""

    def __init__(self, url: str, committed: Committed) -> None:
        self._url = url
        self._committed = committed
        self._rows: list[Row] = []
        self._arrived = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._write())

    def add(self, row: Row) -> None:
        self._rows.append(row)
        self._arrived.set()

    async def _write(self) -> None:
        connection = cast(_Connection, await asyncpg.connect(self._url))  # pyright: ignore[reportUnknownMemberType]
        await connection.execute(SCHEMA)
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            group, self._rows = self._rows, []
            columns = [[row[n] for row in group] for n in range(len(Row._fields))]
            await connection.execute(INSERT, *columns)
            for row in group:
                self._committed(row)


def open_store(url: str, committed: Committed) -> Store:
    if url.startswith("sqlite:///"):
        return SQLiteStore(url.removeprefix("sqlite:///"), committed)
    return PostgresStore(url, committed)

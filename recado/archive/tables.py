"""Which rows an installation consists of, and how they are read and written in order.

A row is a plain tuple of the table's columns in their order, as SQLite keeps it: ids and JSON as text. The drivers
themselves read and write: a row through SQLAlchemy costs ten times as much, and the longer a copy takes, the longer
PostgreSQL must keep what is changed meanwhile (docs/decisions/0021).
"""

import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

import recado
from recado.db import Base, Id

# Rows of one batch: some megabytes of the longest messages.
BATCH = 2_000
# Signs of life of processes: they belong to a machine, not to an installation.
NOT_KEPT = frozenset({"processes"})

Row = Sequence[Any]
"""The values of a table's columns, in their order."""
Key = str | int
"""A UUID, or the number of the one row that a table of positions has."""


def kept_tables() -> list[Table]:
    """The tables of all rooms whose rows make an installation, by name.

    Search indexes are left out: the database fills them as the rows come in.
    """
    root = Path(recado.__file__).parent
    for models in root.rglob("models.py"):
        import_module(".".join(("recado", *models.relative_to(root).with_suffix("").parts)))
    return sorted((t for t in Base.metadata.tables.values() if t.name not in NOT_KEPT), key=lambda table: table.name)


def key_of(table: Table) -> Column[Any]:
    """The column that tells rows apart and orders them: alike in both databases."""
    (column,) = table.primary_key.columns
    return column


def key_in(table: Table, row: Row) -> Key:
    """The key of a row."""
    return row[list(table.columns).index(key_of(table))]


async def batch_of(connection: AsyncConnection, table: Table, after: Key | None) -> Sequence[Row]:
    """The next rows whose key is greater than `after`, in the order of their keys."""
    raw = await driver_of(connection)
    sqlite = connection.dialect.name == "sqlite"
    columns, key = ", ".join(_read(column, sqlite=sqlite) for column in table.columns), key_of(table).name
    given = "?" if sqlite else "$1::uuid" if isinstance(after, str) else "$1"
    above = "" if after is None else f"WHERE {key} > {given}"
    query = f"SELECT {columns} FROM {table.name} {above} ORDER BY {table.name}.{key} LIMIT {BATCH}"  # noqa: S608 # ours
    if sqlite:
        return list(await raw.execute_fetchall(query, () if after is None else (after,)))
    return await raw.fetch(query, *(() if after is None else (after,)))


def _read(column: Column[Any], *, sqlite: bool) -> str:
    """A column as SQLite keeps it. There a JSON text that is a number alone became that number."""
    if isinstance(column.type, JSON):
        return f"CAST({column.name} AS text) AS {column.name}"
    return (
        f"CAST({column.name} AS text) AS {column.name}" if isinstance(column.type, Id) and not sqlite else column.name
    )


async def add_rows(connection: AsyncConnection, table: Table, rows: Iterable[Row]) -> None:
    """Write rows that `batch_of` has read."""
    raw = await driver_of(connection)
    if connection.dialect.name == "sqlite":
        await raw.executemany(insertion(table), rows)
        return
    flags = [n for n, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    if flags:
        rows = [_with_flags(row, flags) for row in rows]
    await raw.copy_records_to_table(table.name, records=rows, columns=table.columns.keys())


def insertion(table: Table) -> str:
    """An INSERT of a whole row, for SQLite."""
    names = table.columns.keys()
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 # ours


def _with_flags(row: Row, flags: Iterable[int]) -> Row:
    """SQLite keeps 0 and 1, PostgreSQL wants false and true."""
    values = list(row)
    for n in flags:
        values[n] = None if values[n] is None else bool(values[n])
    return values


async def driver_of(connection: AsyncConnection) -> Any:
    """The connection of the driver itself, asyncpg's or aiosqlite's, in the transaction that SQLAlchemy has begun."""
    await connection.execute(select(1))  # on PostgreSQL it has begun with its first statement only
    return (await connection.get_raw_connection()).driver_connection


async def rows_of(connection: AsyncConnection, table: Table, after: Key | None = None) -> AsyncGenerator[Sequence[Row]]:
    """All rows whose key is greater than `after`, in the order of their keys, in batches."""
    while rows := await batch_of(connection, table, after):
        yield rows
        after = key_in(table, rows[-1])


async def count_of(connection: AsyncConnection, table: Table) -> int:
    """How many rows a table has."""
    return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def last_key(connection: AsyncConnection, table: Table) -> Key | None:
    """The greatest key of a table."""
    key = key_of(table)
    return (await connection.execute(select(key).order_by(key.desc()).limit(1))).scalar_one_or_none()


def same_rows(table: Table, some: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether these rows hold the same, whichever databases they are in."""
    json_places = frozenset(n for n, column in enumerate(table.columns) if isinstance(column.type, JSON))
    return len(some) == len(others) and all(
        tuple(one) == tuple(other) or _plain(one, json_places) == _plain(other, json_places)
        for one, other in zip(some, others, strict=True)
    )


def _plain(row: Row, json_places: frozenset[int]) -> list[Any]:
    # PostgreSQL keeps the members of a JSON object in an order of its own, and with spaces of its own.
    return [json.loads(value) if n in json_places and value is not None else value for n, value in enumerate(row)]

"""Which rows an installation consists of, and how they are read in order."""

import json
import pkgutil
from collections.abc import AsyncGenerator, Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import Column, Row, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

import recado
from recado.db import Base

# Rows of one batch: some megabytes of the longest messages.
BATCH = 1_000
# Signs of life of processes: they belong to a machine, not to an installation.
NOT_KEPT = frozenset({"processes"})


def kept_tables() -> list[Table]:
    """The tables of all rooms whose rows make an installation, by name.

    Search indexes are left out: the database fills them as the rows come in.
    """
    for module in pkgutil.walk_packages(recado.__path__, "recado."):  # rooms within rooms, too
        if module.name.endswith(".models"):
            import_module(module.name)
    return sorted((t for t in Base.metadata.tables.values() if t.name not in NOT_KEPT), key=lambda table: table.name)


def key_of(table: Table) -> Column[Any]:
    """The column that tells rows apart and orders them: a UUID, which sorts alike in both databases."""
    (column,) = table.primary_key.columns
    return column


async def batch_of(connection: AsyncConnection, table: Table, after: str | None) -> Sequence[Row[Any]]:
    """The next rows whose key is greater than `after`, in the order of their keys."""
    key = key_of(table)
    batch = select(table).order_by(key).limit(BATCH)
    return (await connection.execute(batch if after is None else batch.where(key > after))).all()


async def rows_of(
    connection: AsyncConnection, table: Table, after: str | None = None
) -> AsyncGenerator[Sequence[Row[Any]]]:
    """All rows whose key is greater than `after`, in the order of their keys, in batches."""
    while rows := await batch_of(connection, table, after):
        yield rows
        after = getattr(rows[-1], key_of(table).name)


async def count_of(connection: AsyncConnection, table: Table) -> int:
    """How many rows a table has."""
    return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def last_key(connection: AsyncConnection, table: Table) -> str | None:
    """The greatest key of a table."""
    key = key_of(table)
    return (await connection.execute(select(key).order_by(key.desc()).limit(1))).scalar_one_or_none()


def same_row(one: Row[Any], other: Row[Any]) -> bool:
    """Whether two rows hold the same, whichever databases they are in."""
    return [_plain(value) for value in one] == [_plain(value) for value in other]


def _plain(value: Any) -> Any:
    # PostgreSQL keeps the members of a JSON object in an order of its own.
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value

"""Connections to PostgreSQL end by themselves where its machine is gone without a word; loopback cannot show that."""

import asyncio
import socket
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from recado.db import Database
from recado.durable import _engine  # pyright: ignore[reportPrivateUsage]
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.postgres import PostgresDriver
from tests.mailbox.support import on_postgres


def limit_ms(connection: Any) -> int:
    """What the kernel was told of an asyncpg connection: 0 for a quarter of an hour."""
    at = connection._transport.get_extra_info("socket")
    assert at.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert at.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 30
    return at.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


@on_postgres
async def test_every_connection_to_postgresql_notices_silence(database_url: str) -> None:
    assert make_url(database_url).host == "127.0.0.1"  # not a socket of this machine, which has no silence
    database = Database(database_url)
    driver = PostgresDriver(database_url, database_url, "one")
    found: list[int] = []

    async def look(tx: Tx) -> None:
        found.append(limit_ms(tx._connection))  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    try:
        async with database.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            found.append(limit_ms(raw.driver_connection))
        await driver.run(look, Priority.OTHER)
    finally:
        await driver.close()
        await database.close()
    assert all(10_000 <= one <= 60_000 for one in found)


def told(url: str) -> dict[str, str]:
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            made = connection.connection.driver_connection
            assert isinstance(made, psycopg.Connection)
            return made.info.get_parameters()
    finally:
        engine.dispose()


@on_postgres
async def test_so_do_those_of_durable_work_unless_the_address_says_otherwise(database_url: str) -> None:
    given = await asyncio.to_thread(told, database_url)
    assert 10_000 <= int(given["tcp_user_timeout"]) <= 60_000
    assert (int(given["connect_timeout"]), int(given["keepalives_idle"])) <= (10, 30)
    given = await asyncio.to_thread(told, f"{database_url}?connect_timeout=3")
    assert given["connect_timeout"] == "3"

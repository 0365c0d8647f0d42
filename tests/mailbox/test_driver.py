"""The contract of a driver, on both databases."""

import asyncio
import contextlib

import pytest

from recado.mailbox.driver import DatabaseDown, Priority, Tx
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from tests.mailbox.support import (
    ANA,
    BETO,
    Shop,
    World,
    answer,
    claim,
    eventually,
    on_postgres,
    on_sqlite,
)

_ONE = Query("SELECT 1")


async def one(tx: Tx) -> int:
    (row,) = await tx.fetch(_ONE)
    return int(row[0])


async def test_an_arrival_that_cannot_be_written_does_not_spoil_its_neighbours(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    results = await asyncio.gather(
        mailbox.store([shop.arrival("good", ANA)]),
        mailbox.store([shop.arrival("bad", BETO, sent_ms=2**80)]),
        return_exceptions=True,
    )
    assert not isinstance(results[0], BaseException)
    assert not isinstance(results[1], DatabaseDown)
    kept = await world.rows("SELECT provider_message_id FROM inbox")
    assert {row["provider_message_id"] for row in kept} - {"bad"} == {"good"}


async def test_a_failing_turn_never_spoils_its_neighbours(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1", ANA), shop.arrival("2", BETO)])
    good, bad = await claim(mailbox)
    results = await asyncio.gather(
        answer(mailbox, good), answer(mailbox, bad, state='{"quoted":"\ud83d"}'), return_exceptions=True
    )
    assert results[0] is True
    assert isinstance(results[1], Exception)
    assert not isinstance(results[1], DatabaseDown)


@on_postgres
@pytest.mark.parametrize("trouble", ["too many connections", "read only"])
async def test_a_server_that_refuses_is_down(world: World, shop: Shop, trouble: str) -> None:
    name = (await world.one("SELECT current_database() AS name"))["name"]
    if trouble == "read only":
        await world.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        url = world.database.url
    else:
        role = f"guest_{name[-12:]}"
        await world.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'guest' CONNECTION LIMIT 0")
        url = world.database.url.replace("//recado:", f"//{role}:")
        url = url[: url.index(role) + len(role)] + ":guest" + url[url.index("@") :]
    driver = PostgresDriver(url, url, shop.line_id)
    mailbox = Mailbox(driver, shop.line_id)
    try:
        with pytest.raises(DatabaseDown):
            await mailbox.store([shop.arrival("1")])
        driver.notify("nobody")  # best effort
    finally:
        await driver.close()


@on_sqlite
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_the_writer_outlives_a_connection_that_cannot_even_roll_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from recado.mailbox.sqlite import SqliteDriver

    connect = SqliteDriver._connect  # pyright: ignore[reportPrivateUsage]
    broken = iter([True])

    class Broken(sqlite3.Connection):
        def execute(self, *arguments: object) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("disk I/O error")

        def rollback(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    def open_one(self: SqliteDriver) -> sqlite3.Connection:
        if next(broken, False):
            return Broken(":memory:")
        return connect(self)

    monkeypatch.setattr(SqliteDriver, "_connect", open_one)
    driver = world.driver()
    with pytest.raises(DatabaseDown):
        async with asyncio.timeout(30):
            await driver.run(one, Priority.OTHER)
    async with asyncio.timeout(30):
        assert await driver.run(one, Priority.OTHER) == 1


async def test_a_mailbox_closes_its_driver_even_when_the_database_is_down(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    close = mailbox.driver.close

    async def note() -> None:
        closed.append(True)
        await close()

    async def down(*_: object) -> None:
        raise DatabaseDown("gone")

    monkeypatch.setattr(mailbox.driver, "close", note)
    monkeypatch.setattr(mailbox.driver, "run", down)
    with contextlib.suppress(DatabaseDown):
        await mailbox.close()
    assert closed


async def test_it_answers(world: World) -> None:
    assert await eventually(lambda: world.driver().run(one, Priority.OTHER)) == 1

"""The inbox: each message once, in its place, from the right person."""

import asyncio

from recado.mailbox import people
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.inbox import store_arrivals
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query, Rows, Value
from tests.mailbox.support import Shop, World, on_postgres

P = ("phone", "51999000001")
Q = ("phone", "51999000002")
B1 = ("bsuid", "PE.1")
B2 = ("bsuid", "PE.2")


async def owner(world: World, key: tuple[str, str]) -> str | None:
    sql = "SELECT contact_id FROM addresses WHERE kind = :kind AND value = :value"
    row = await world.one_or_none(sql, kind=key[0], value=key[1])
    return row["contact_id"] if row else None


async def test_a_repetition_changes_nobody(world: World, mailbox: Mailbox, shop: Shop) -> None:
    old = shop.arrival("1", (B1, P), name="Ana")
    await mailbox.store([old])
    await mailbox.store([shop.arrival("2", (B2, P), name="Beto")])  # the number has a new owner
    beto = await owner(world, P)
    await mailbox.store([old])  # the provider delivers the first one again
    assert await owner(world, P) == beto == await owner(world, B2)


async def test_a_repetition_after_a_change_of_number_invents_nobody(world: World, mailbox: Mailbox, shop: Shop) -> None:
    old = shop.arrival("1", (P,))
    await mailbox.store([old])
    await mailbox.store([shop.arrival("2", (Q,), previous=(P,))])
    await mailbox.store([old])
    assert len(await world.rows("SELECT 1 FROM contacts")) == 1
    assert len(await world.rows("SELECT 1 FROM conversations")) == 1


class PausedTx:
    """A transaction that waits after having looked for the people of its messages."""

    concurrent = True

    def __init__(self, tx: Tx, looked: asyncio.Event, go_on: asyncio.Event) -> None:
        self.tx, self.looked, self.go_on = tx, looked, go_on

    async def fetch(self, query: Query, rows: Rows | None = None, **scalars: Value) -> list[object]:
        found = await self.tx.fetch(query, rows, **scalars)
        if query is people._KNOWN and not self.looked.is_set():  # pyright: ignore[reportPrivateUsage]
            self.looked.set()
            await self.go_on.wait()
        return found

    async def lock(self, query: Query, rows: Rows) -> None:
        await self.tx.lock(query, rows)


@on_postgres
async def test_the_same_number_with_another_id_is_another_person_also_at_the_same_moment(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("0", (P,))])
    looked, go_on = asyncio.Event(), asyncio.Event()

    async def store_slowly(tx: Tx) -> None:
        await store_arrivals(PausedTx(tx, looked, go_on), [shop.arrival("1", (B1, P))])

    slow = asyncio.create_task(other.driver.run(store_slowly, Priority.INGEST))
    await looked.wait()
    await mailbox.store([shop.arrival("2", (B2, P))])
    go_on.set()
    await slow
    assert await owner(world, B1) != await owner(world, B2)


async def test_an_alias_has_no_addresses(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1", (P, Q))])
    await mailbox.store([shop.arrival("2", (B1,))])
    await mailbox.store([shop.arrival("3", (B1, P))])
    sql = "SELECT 1 FROM contacts c JOIN addresses a ON a.contact_id = c.id WHERE c.alias_of IS NOT NULL"
    assert not await world.rows(sql)
    assert await owner(world, P) == await owner(world, B1)

"""The order of events: positions follow the commits, whatever the transactions did meanwhile."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
import pytest_asyncio

from recado.events.audiences import attend
from recado.kit import new_id
from recado.mailbox import noting, outbox
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.outbox import Mark, Status
from recado.mailbox.service import Mailbox
from recado.messages import DELIVERY_RANK
from tests.mailbox.support import Shop, World, on_postgres, out, take_lines


@pytest_asyncio.fixture(autouse=True)
async def listened(request: pytest.FixtureRequest, world: World, shop: Shop) -> None:
    """Somebody listens, as everywhere here but where a test says otherwise."""
    if request.node.get_closest_marker("nobody_listens") is None:
        async with world.database.project(shop.project_id) as session:
            await attend(session, [shop.project_id])


async def numbered(world: World) -> list[dict[str, Any]]:
    """Events with a position, in its order."""
    rows = await world.rows("SELECT * FROM events WHERE position IS NOT NULL ORDER BY position")
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    return [dict(row) for row in rows]


async def names(world: World, mailbox: Mailbox) -> list[str]:
    while await mailbox.number_events():
        pass
    return [row["name"] for row in await numbered(world)]


@on_postgres
async def test_a_late_commit_gets_a_later_position(world: World, mailbox: Mailbox, other: Mailbox, shop: Shop) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        await noting.record(tx, [noting.note("slow", shop.project_id, None, None, "{}")])
        began.set()
        await go_on.wait()

    async def fast(tx: Tx) -> None:
        await noting.record(tx, [noting.note("fast", shop.project_id, None, None, "{}")])

    writing = asyncio.create_task(mailbox.driver.run(slow, Priority.INGEST))
    await began.wait()
    await other.driver.run(fast, Priority.INGEST)
    assert await names(world, other) == ["fast"]
    go_on.set()
    await writing
    assert await names(world, other) == ["fast", "slow"]
    rows = await numbered(world)
    assert rows[0]["id"] > rows[1]["id"], "the slow one's id is the smaller: who went by ids would have skipped it"


async def test_a_reader_skips_nothing_while_many_write_and_number(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """Two processes write in transactions of any length and number at the same time; a third only reads."""
    writers, each = 8, 12
    writing = writers

    async def write(process: Mailbox, n: int) -> None:
        nonlocal writing
        for k in range(each):

            async def work(tx: Tx, k: int = k) -> None:
                await noting.record(tx, [noting.note(f"w{n}.{k}", shop.project_id, None, None, "{}")])
                for _ in range((n * 7 + k * 3) % 5 if tx.concurrent else 0):
                    await asyncio.sleep(0)
                    await tx.fetch(noting.WAITING)  # time passes between the write and its commit

            await process.driver.run(work, Priority.INGEST)
        writing -= 1

    async def number(process: Mailbox) -> None:
        while writing or await process.number_events():
            await process.number_events()

    async def read() -> Sequence[str]:
        seen: list[str] = []
        after = 0
        while True:
            last = not writing and not await world.rows("SELECT 1 FROM events WHERE position IS NULL")
            rows = await world.rows(
                "SELECT position, name FROM events WHERE position > :after ORDER BY position", after=after
            )
            seen += [row["name"] for row in rows]
            after = rows[-1]["position"] if rows else after
            if last:
                return seen

    async with asyncio.TaskGroup() as group:
        for n in range(writers):
            group.create_task(write((mailbox, other)[n % 2], n))
        group.create_task(number(mailbox))
        group.create_task(number(other))
        reading = group.create_task(read())
    seen = reading.result()
    assert sorted(seen) == sorted(f"w{n}.{k}" for n in range(writers) for k in range(each))
    for n in range(writers):
        mine = [name for name in seen if name.startswith(f"w{n}.")]
        assert mine == [f"w{n}.{k}" for k in range(each)], "what happened one after the other is told so"


async def test_a_message_and_its_reply_are_told_of_once_each(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (stored,) = await mailbox.store([shop.arrival("a.1")])
    await mailbox.store([shop.arrival("a.1")])  # the provider repeats itself
    reply = out()
    await mailbox.enqueue(shop.project_id, stored.conversation_id, [reply])
    fence = (await take_lines(mailbox))[shop.line_id]
    (row,) = await mailbox.claim_heads(shop.line_id, fence, 1)
    await mailbox.mark(Mark(row.id, row.seq, fence, "sent", "wamid.1"))
    for what in ("sent", "delivered", "delivered", "read", "delivered"):
        await mailbox.apply_statuses([Status(shop.line_id, "wamid.1", row.id, DELIVERY_RANK[what])])
    expected = [f"message.{what}" for what in ("received", "sent", "delivered", "read")]
    assert await names(world, mailbox) == expected
    for event in await numbered(world):
        message_id = stored.message_id if event["name"] == "message.received" else reply.id
        assert json.loads(event["data"]) == {"message_id": message_id}
        assert (event["conversation_id"], event["line_id"]) == (stored.conversation_id, shop.line_id)


async def test_an_answer_that_is_fetched_is_told_of_once(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """Also where two ask for it at the same time, in different processes."""
    (stored,) = await mailbox.store([shop.arrival("a.1")])
    replies = [out(), out()]
    await mailbox.enqueue(shop.project_id, stored.conversation_id, replies)
    ids = [reply.id for reply in replies]
    await asyncio.gather(*(process.hand_out(ids) for process in (mailbox, other, mailbox, other)))
    await mailbox.apply_statuses([Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["delivered"])])
    assert sorted(await names(world, mailbox)) == [
        *["message.delivered"] * 2,
        "message.received",
        *["message.sent"] * 2,
    ]
    told = [(event["name"], json.loads(event["data"])["message_id"]) for event in await numbered(world)]
    for reply in ids:
        assert [name for name, message_id in told if message_id == reply] == ["message.sent", "message.delivered"]
    assert {event["conversation_id"] for event in await numbered(world)} == {stored.conversation_id}
    assert {event["line_id"] for event in await numbered(world)} == {shop.line_id}


@pytest.mark.nobody_listens
async def test_where_nobody_listens_only_failures_are_told(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (stored,) = await mailbox.store([shop.arrival("a.1")])
    await mailbox.enqueue(shop.project_id, stored.conversation_id, [out(), out()])
    fence = (await take_lines(mailbox))[shop.line_id]
    for number, what in enumerate(("read", "failed"), 1):
        (row,) = await mailbox.claim_heads(shop.line_id, fence, 1)
        await mailbox.mark(Mark(row.id, row.seq, fence, "sent", f"wamid.{number}"))
        await mailbox.apply_statuses([Status(shop.line_id, f"wamid.{number}", row.id, DELIVERY_RANK[what])])
    rest = out()
    await mailbox.enqueue(shop.project_id, stored.conversation_id, [rest])
    await mailbox.hand_out([rest.id])
    assert await names(world, mailbox) == ["message.failed"]
    async with world.database.project(shop.project_id) as session:
        await attend(session, [shop.project_id])
    await mailbox.store([shop.arrival("a.2")])
    assert await names(world, mailbox) == ["message.failed", "message.received"]


async def test_a_status_before_the_answer_tells_that_it_was_sent(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (stored,) = await mailbox.store([shop.arrival("a.1")])
    await mailbox.enqueue(shop.project_id, stored.conversation_id, [out()])
    fence = (await take_lines(mailbox))[shop.line_id]
    (row,) = await mailbox.claim_heads(shop.line_id, fence, 1)
    # Known by the provider's id only, too: another way through the SQL.
    await mailbox.apply_statuses([Status(shop.line_id, "wamid.1", row.id, DELIVERY_RANK["delivered"])])
    await mailbox.mark(Mark(row.id, row.seq, fence, "sent", "wamid.1"))
    await mailbox.apply_statuses([Status(shop.line_id, "wamid.1", None, DELIVERY_RANK["read"])])
    expected = [f"message.{what}" for what in ("received", "sent", "delivered", "read")]
    assert await names(world, mailbox) == expected


async def test_a_retried_message_is_told_of_again(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (stored,) = await mailbox.store([shop.arrival("a.1")])
    await mailbox.enqueue(shop.project_id, stored.conversation_id, [out()])
    fence = (await take_lines(mailbox))[shop.line_id]
    (row,) = await mailbox.claim_heads(shop.line_id, fence, 1)
    await mailbox.mark(Mark(row.id, row.seq, fence, "sent", "wamid.1"))
    await mailbox.apply_statuses([Status(shop.line_id, "wamid.1", row.id, DELIVERY_RANK["failed"])])
    await mailbox.retry(shop.project_id, row.id)
    (again,) = await mailbox.claim_heads(shop.line_id, fence, 1)
    assert await mailbox.driver.run(
        lambda tx: outbox.mark(tx, [Mark(again.id, again.seq, fence, "sent", "wamid.2")]), Priority.MARK
    )
    expected = [f"message.{what}" for what in ("received", "sent", "failed", "sent")]
    assert await names(world, mailbox) == expected


async def test_what_was_rolled_back_is_told_to_nobody(world: World, mailbox: Mailbox, shop: Shop) -> None:
    class Wrong(Exception):
        pass

    async def fails(tx: Tx) -> None:
        await noting.record(tx, [noting.note("never", new_id(), None, None, "{}")])
        raise Wrong

    try:
        await mailbox.driver.run(fails, Priority.INGEST)
    except Wrong:
        await mailbox.store([shop.arrival("a.1")])
    assert await names(world, mailbox) == ["message.received"]

"""Lanes: what is sent, in which order, and what becomes of it."""

import asyncio

import pytest

from recado.errors import Conflict
from recado.mailbox import outbox
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.outbox import Status
from recado.mailbox.service import Mailbox
from recado.messages import DELIVERY_RANK
from tests.mailbox.support import ANA, BETO, Shop, World, adopt, apply, lane, on_postgres, out, reconcile


@on_postgres  # one writer has no same moment
async def test_a_late_status_cancels_the_second_try_also_at_the_same_moment(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    await road.add("hola")
    row = await road.head()
    await adopt(mailbox, {shop.line_id: road.fence + 1})
    assert await reconcile(mailbox, [shop.line_id], 0) == 1
    applied, go_on = asyncio.Event(), asyncio.Event()

    async def status_comes(tx: Tx) -> None:
        await outbox.apply_statuses(tx, [Status(shop.line_id, "wamid.1", row.id, 3)])
        applied.set()
        await go_on.wait()

    status = asyncio.create_task(other.driver.run(status_comes, Priority.INGEST))
    await applied.wait()
    heads = asyncio.create_task(road.heads())
    await world.somebody_waits_for_a_lock()
    go_on.set()
    await status
    assert await heads == []
    assert await world.states() == ["sent"]


async def test_a_mark_that_is_refused_fails_alone(world: World, mailbox: Mailbox, shop: Shop) -> None:
    """Two rows with one provider id: no provider should do that, but a lane must not stand still for it."""
    ana, beto = await lane(mailbox, shop, ANA), await lane(mailbox, shop, BETO)
    beto.fence = ana.fence
    (first,) = await ana.add("1")
    await ana.send_as("wamid.same")
    await ana.add("2")
    await beto.add("3")
    rows = {row.conversation_id: row for row in await ana.heads()}
    results = await asyncio.gather(
        ana.mark(rows[ana.conversation_id], "sent", provider_message_id="wamid.same"),
        beto.mark(rows[beto.conversation_id], "sent", provider_message_id="wamid.other"),
        return_exceptions=True,
    )
    assert results[1] is True
    assert (await world.message(rows[ana.conversation_id].id))["state"] == "sent"
    assert (await world.message(first))["state"] == "sent"


async def test_an_idempotency_key_gives_the_same_answer_for_a_message_in_several_parts(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    parts = [out("one"), out("two")]
    first = await mailbox.enqueue(shop.project_id, road.conversation_id, parts, "key")
    again = await mailbox.enqueue(shop.project_id, road.conversation_id, [out("one"), out("two")], "key")
    assert again.ids == first.ids
    with pytest.raises(Conflict):
        await mailbox.enqueue(shop.project_id, road.conversation_id, [out("one"), out("three")], "key")


async def test_a_repeated_status_of_the_failed_try_does_not_settle_the_retry(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    await road.add("hola")
    row = await road.head()
    assert await road.mark(row, "sent", provider_message_id="wamid.old")
    sent = Status(shop.line_id, "wamid.old", row.id, DELIVERY_RANK["sent"])
    failed = Status(shop.line_id, "wamid.old", row.id, DELIVERY_RANK["failed"])
    await apply(mailbox, sent, failed)
    assert await world.states() == ["dead"]
    await mailbox.retry(shop.project_id, row.id)
    again = await road.head()
    await apply(mailbox, sent)  # the provider delivers it a second time
    assert await road.mark(again, "dead", error_code="refused")
    assert await world.states() == ["dead"]


async def test_a_retry_whose_id_is_the_beginning_of_the_old_one_gets_its_statuses(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    await road.add("hola")
    row = await road.head()
    assert await road.mark(row, "sent", provider_message_id="wamid.12")
    await apply(mailbox, Status(shop.line_id, "wamid.12", row.id, DELIVERY_RANK["failed"]))
    await mailbox.retry(shop.project_id, row.id)
    await road.send_as("wamid.1")
    assert await apply(mailbox, Status(shop.line_id, "wamid.1", row.id, DELIVERY_RANK["read"])) == 1

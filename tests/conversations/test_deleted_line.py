"""A line is deleted while a worker is at work: nothing waits for ever, and nothing more is sent on it."""

from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    FakeBrain,
    FakeChannel,
    Shop,
    World,
    answer,
    claim,
    echo,
    eventually,
    make_sender,
    make_turns,
    out,
    person,
    running,
)


async def delete(world: World, shop: Shop) -> None:
    await world.execute("DELETE FROM lines WHERE id = :id", id=shop.line_id)


async def test_turns_settle_what_still_came_in(world: World, mailbox: Mailbox, shop: Shop) -> None:
    """Another process knew the line some seconds longer."""
    await delete(world, shop)
    await mailbox.store([shop.arrival("1", words="hola")])
    brain = FakeBrain(echo)
    async with running(make_turns(mailbox, [], brain)):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE wake_ms IS NULL"))
    row = await world.one("SELECT settled_seq, last_in_seq, owner FROM conversations")
    assert (row["settled_seq"], row["last_in_seq"], row["owner"]) == (1, 1, None)
    assert brain.contexts == []


async def test_senders_drop_what_was_queued_and_forget_the_line(world: World, mailbox: Mailbox, shop: Shop) -> None:
    kept = await world.shop()
    await mailbox.store([one.arrival("1", person(n)) for n, one in enumerate((shop, kept))])
    for held in await claim(mailbox, 9):
        assert await answer(mailbox, held, out("hola"))
    channel = FakeChannel()
    sender = make_sender(mailbox, [kept], channel)
    async with running(sender):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM senders WHERE line_id = :id", id=shop.line_id))
        await delete(world, shop)
        mailbox.hint_send(shop.line_id)
        await eventually(lambda: world.one_or_none("SELECT 1 FROM outbox WHERE state = 'dropped'"))
        await eventually(lambda: len(channel.sent) == 1)
    dropped = await world.one("SELECT line_id, error_code FROM outbox WHERE state = 'dropped'")
    assert (dropped["line_id"], dropped["error_code"]) == (shop.line_id, "line_deleted")
    assert await world.rows("SELECT 1 FROM senders WHERE line_id = :id", id=shop.line_id) == []

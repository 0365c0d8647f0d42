"""Design, Semantics, "Mark-sent"."""

import asyncio
import threading

import pytest

from recado.channels.contract import Outgoing
from recado.mailbox import sender
from recado.mailbox.driver import DatabaseDown, Priority, Tx
from recado.mailbox.outbox import Mark
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import MAX_WORK_PER_COMMIT
from tests.mailbox.support import (
    FakeChannel,
    Shop,
    World,
    adopt,
    eventually,
    lane,
    make_sender,
    on_postgres,
    on_sqlite,
    person,
    running,
    take_lines,
)


@on_sqlite  # one writer: whoever goes first makes the others wait
async def test_marks_never_queue_behind_turns(world: World) -> None:
    driver = world.driver()
    writing, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    async def hold_up(_: Tx) -> None:
        writing.set()
        go_on.wait(60)

    def note(what: str, priority: Priority) -> "asyncio.Task[None]":
        async def work(_: Tx) -> None:
            order.append(what)

        return asyncio.create_task(driver.run(work, priority))

    tasks = [asyncio.create_task(driver.run(hold_up, Priority.OTHER))]
    await asyncio.to_thread(writing.wait, 60)
    tasks += [note("other", Priority.OTHER)]
    tasks += [note("turn", Priority.TURN) for _ in range(MAX_WORK_PER_COMMIT * 2)]
    tasks += [note("arrival", Priority.INGEST), note("mark", Priority.MARK)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*tasks)
    assert order[:3] == ["mark", "arrival", "turn"]
    assert order[-1] == "other"


@on_postgres  # each kind of work finds a connection of its own
async def test_marks_never_wait_for_a_turn(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    await road.add("hola")
    row = await road.head()
    go_on = asyncio.Event()

    async def slow(_: Tx) -> None:
        await go_on.wait()

    turns = asyncio.create_task(mailbox.driver.run(slow, Priority.TURN))
    async with asyncio.timeout(30):
        assert await road.mark(row, "sent", provider_message_id="wamid.1")
    go_on.set()
    await turns


async def test_a_send_slot_is_held_until_its_mark_is_committed(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MAX_SLOTS", 2)
    monkeypatch.setattr(sender, "MARK_RETRY_S", 0.02)
    for n in range(6):
        await (await lane(mailbox, shop, person(n))).add("hola")
    world.advance(SENDER_LEASE_MS + 1)
    write, refused = mailbox.mark, 0
    down = True

    async def mark(one: Mark) -> bool:
        nonlocal refused
        if down:
            refused += 1
            raise DatabaseDown("for a while")
        return await write(one)

    monkeypatch.setattr(mailbox, "mark", mark)
    channel = FakeChannel()
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: refused >= 8)
        assert len(channel.sent) == 2
        down = False
        await eventually(lambda: len(channel.sent) == 6)
        await eventually(lambda: _all_sent(world))
    assert len({client_id for _, client_id, _, _ in channel.sent}) == 6


async def _all_sent(world: World) -> bool:
    return set(await world.states()) == {"sent"}


@pytest.mark.parametrize("moment", ["during the call", "before the mark"])
async def test_a_crash_leaves_at_most_as_many_unknowns_as_there_are_slots(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(sender, "MAX_SLOTS", 3)
    monkeypatch.setattr(sender, "DRAIN_S", 0.0)
    for n in range(8):
        await (await lane(mailbox, shop, person(n))).add("1", "2")
    world.advance(SENDER_LEASE_MS + 1)

    async def for_ever(*_: object) -> bool:
        await asyncio.Event().wait()
        raise AssertionError

    async def call(_: Outgoing) -> None:
        if moment == "during the call":
            await for_ever()

    channel = FakeChannel(script=call)
    monkeypatch.setattr(mailbox, "mark", for_ever)
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.in_flight == 3 or len(channel.sent) == 3)
        await asyncio.sleep(0.05)
    world.advance(SENDER_LEASE_MS + 1)
    assert await adopt(other, await take_lines(other)) == 3
    assert sorted(await world.states()) == ["queued"] * 13 + ["unknown"] * 3

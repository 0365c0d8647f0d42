"""Design, Semantics, "A lane"."""

import asyncio
import time

import pytest

from recado.channels.cloud_api.errors import MEANINGS
from recado.channels.contract import Outgoing
from recado.mailbox import outbox, senders
from recado.mailbox.driver import Priority
from recado.mailbox.outbox import LONGEST_WAIT_MS, MAX_REPEATED_ATTEMPTS, Status
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from recado.messages import DELIVERY_RANK, words_of
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeChannel,
    Lane,
    Shop,
    World,
    adopt,
    answer,
    apply,
    claim,
    eventually,
    hearing,
    lane,
    make_sender,
    on_postgres,
    out,
    person,
    reconcile,
    reconcile_unheard,
    running,
    take_lines,
)

RECONCILE_MS = 30_000
YEAR_MS = 365 * 24 * 3_600_000


async def taken_over(world: World, road: Lane, heir: Mailbox) -> Lane:
    """The owner of the lane's line dies, and `heir` takes the line."""
    world.advance(SENDER_LEASE_MS + 1)
    fences = await take_lines(heir)
    await adopt(heir, fences)
    return Lane(heir, road.shop, road.conversation_id, fences[road.shop.line_id])


async def test_a_lane_is_strictly_in_order(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2", "3")
    assert [row.id for row in await road.heads()] == ids[:1]
    assert await road.heads() == []  # the first is on its way
    row = await world.message(ids[0])
    assert (row["state"], row["attempts"], row["fence"]) == ("sending", 1, road.fence)
    await world.execute("UPDATE outbox SET state = 'queued', attempts = 0 WHERE id = :id", id=ids[0])
    assert [await road.send() for _ in ids] == ids
    assert await road.heads() == []


async def test_a_row_that_waits_for_its_next_try_keeps_its_place(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    assert await road.mark(await road.head(), "queued", delay_ms=20_000)
    assert await road.heads() == []
    world.advance(4_000)
    await mailbox.driver.run(
        lambda tx: senders.renew_lines(tx, mailbox.owner, {shop.line_id: road.fence}), Priority.MARK
    )
    assert await road.heads() == []
    world.advance(16_001)
    assert [await road.send() for _ in ids] == ids


async def test_a_row_that_was_put_off_by_a_clock_that_was_ahead_is_tried_when_it_is_set_right(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_SET_RIGHT", 1)
    roads = [await lane(mailbox, shop, who) for who in (ANA, BETO, person(3))]
    fence = max(road.fence for road in roads)
    ids = [await road.add("1", "2") for road in roads]
    world.advance(YEAR_MS)
    road = Lane(mailbox, shop, roads[0].conversation_id, fence)
    ana, beto, other_one = sorted(await road.heads(), key=lambda row: row.id)
    assert await road.mark(ana, "queued", delay_ms=5_000)
    assert await road.mark(beto, "queued")
    world.advance(-YEAR_MS)
    assert await road.mark(other_one, "queued", delay_ms=LONGEST_WAIT_MS)
    due_ms = (await world.message(other_one.id))["due_ms"]
    assert await road.heads() == []
    assert await other.set_right() == 2
    for place in (0, 1):  # in their order
        rows = await road.heads()
        assert {row.id for row in rows} == {ids[0][place], ids[1][place]}
        for row in rows:
            assert await road.mark(row, "sent", provider_message_id=f"wamid.{row.id}")
    assert await road.heads() == []
    assert (await world.message(other_one.id))["due_ms"] == due_ms  # its channel asked for so long


def test_no_channel_asks_for_a_longer_wait_than_is_believed() -> None:
    waits_s = [meaning.verdict.retry_after_s or 0 for meaning in MEANINGS.values()]
    assert max(waits_s) * 1000 <= LONGEST_WAIT_MS


async def test_a_row_found_sending_when_its_owner_died_is_unknown_and_blocks_until_a_status_settles_it(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    row = await road.head()
    heir = await taken_over(world, road, other)
    assert await world.states() == ["unknown", "queued"]
    assert await heir.heads() == []
    assert await reconcile(other, [shop.line_id], RECONCILE_MS) == 0  # not yet
    assert await apply(other, Status(shop.line_id, "wamid.1", row.id, DELIVERY_RANK["sent"])) == 1
    assert await world.states() == ["sent", "queued"]
    assert await heir.send() == ids[1]
    assert [bool((await world.message(one))["repeated"]) for one in ids] == [False, False]


async def test_a_clock_that_is_put_back_neither_cuts_the_wait_for_a_status_short_nor_makes_it_long(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    await road.add("1")
    await road.head()
    listener = world.mailbox()
    await taken_over(world, road, other)  # it is unknown from now on, by a clock that is ahead
    for one in (mailbox, listener):
        await one.beat("up", "1")
    await world.execute("UPDATE processes SET started_ms = 0, beat_ms = beat_ms + :long", long=2 * RECONCILE_MS)
    world.advance(-3_600_000)
    assert await reconcile_unheard(other, [shop.line_id], RECONCILE_MS) == 0  # whoever had listened so long is dead
    await listener.beat("up", "1")
    assert await reconcile_unheard(other, [shop.line_id], RECONCILE_MS) == 0  # and who lives begins to wait
    lived = "UPDATE processes SET beat_ms = beat_ms + :long WHERE id = :id"
    await world.execute(lived, long=RECONCILE_MS, id=listener.owner)
    assert await reconcile_unheard(other, [shop.line_id], RECONCILE_MS) == 1


async def test_a_row_found_sending_is_tried_again_and_marked_so_when_no_status_came(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    await road.head()
    heir = await taken_over(world, road, other)
    world.advance(RECONCILE_MS - 5_000)
    assert await reconcile(other, [shop.line_id], RECONCILE_MS) == 0
    world.advance(5_001)
    assert await reconcile(other, [shop.line_id], RECONCILE_MS) == 1
    again = await heir.head()
    assert (again.id, again.repeated, again.attempts) == (ids[0], True, 2)
    assert await heir.mark(again, "sent", provider_message_id="wamid.1")
    assert await heir.send() == ids[1]


async def test_nobody_is_asked_again_while_a_status_could_not_be_heard(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """The provider may have one, and nobody was there to take it: the wait counts from when somebody is."""
    road = await lane(mailbox, shop)
    await road.add("1")
    await road.head()
    heir = await taken_over(world, road, other)

    async def pass_by(by_ms: int, *, listens: bool = True, worker: bool = True) -> int:
        for _ in range(by_ms // 1_000):
            world.advance(1_000)
            if listens:
                await mailbox.beat("api", "1")
            if worker:
                await other.beat("worker", "1")
        return await reconcile_unheard(other, [shop.line_id], RECONCILE_MS)

    assert await pass_by(2 * RECONCILE_MS, listens=False) == 0  # a worker hears nothing
    # Some seconds are missing: the clock goes on beside what is passed by.
    assert await pass_by(RECONCILE_MS - 10_000) == 0
    assert await pass_by(6_000, listens=False, worker=False) == 0  # the database was away
    assert await pass_by(RECONCILE_MS - 10_000) == 0
    assert await pass_by(11_000) == 1
    assert (await heir.head()).repeated


async def test_a_late_mark_says_nothing_about_the_try_that_a_person_asked_for(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    """A failed status came while the call was open, and a person retried before the call ended."""
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    first = await road.head()
    assert await apply(mailbox, Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["failed"])) == 1
    await mailbox.retry(shop.project_id, ids[0])
    assert await road.send() == ids[1]
    second = await road.head()
    assert (second.id, second.attempts) == (ids[0], first.attempts)
    assert not await road.mark(first, "queued")
    assert not await road.mark(first, "sent", provider_message_id="wamid.1")
    assert await road.mark(second, "sent", provider_message_id="wamid.2")


async def test_a_status_of_an_earlier_try_does_not_hide_one_of_the_later_try(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    """Both come in one delivery."""
    road = await lane(mailbox, shop)
    ids = await road.add("1")
    await road.send_as("wamid.1")
    failed = Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["failed"])
    await apply(mailbox, failed)
    await mailbox.retry(shop.project_id, ids[0])
    assert await road.mark(await road.head(), "unknown")
    await mailbox.apply_statuses([failed, Status(shop.line_id, "wamid.2", ids[0], DELIVERY_RANK["sent"])])
    assert await world.states() == ["sent"]
    assert (await world.message(ids[0]))["provider_message_id"] == "wamid.2"


async def test_a_failed_status_of_an_earlier_try_does_not_end_the_try_in_work(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1")
    assert await road.mark(await road.head(), "unknown")
    assert await reconcile(mailbox, [shop.line_id], 0) == 1
    second = await road.head()
    await apply(mailbox, Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["failed"]))
    assert await road.mark(second, "sent", provider_message_id="wamid.2")
    row = await world.message(ids[0])
    assert (row["state"], row["provider_message_id"], row["error_code"]) == ("sent", "wamid.2", None)
    assert await apply(mailbox, Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["failed"])) == 0
    assert await apply(mailbox, Status(shop.line_id, "wamid.2", ids[0], DELIVERY_RANK["sent"])) == 1


async def test_a_failed_status_of_the_try_in_work_stands(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1")
    row = await road.head()
    await apply(mailbox, Status(shop.line_id, "wamid.1", ids[0], DELIVERY_RANK["failed"]))
    assert not await road.mark(row, "sent", provider_message_id="wamid.1")
    assert await world.states() == ["dead"]


async def test_what_the_network_says_of_a_person_opens_no_window(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (first,) = await mailbox.store([shop.arrival("1", sent_ms=1_000)])
    await mailbox.store([shop.arrival("2", (("phone", "51999999999"),), previous=ANA)])
    (row,) = await world.rows("SELECT id, last_in_ms FROM conversations")
    assert (row["id"], row["last_in_ms"]) == (first.conversation_id, 1_000)


async def test_a_row_of_a_living_owner_is_never_unknown(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    await road.add("1")
    await road.head()
    assert await adopt(mailbox, {shop.line_id: road.fence}) == 0
    assert await world.states() == ["sending"]


async def test_what_stays_unknown_too_often_is_dead_and_an_event_says_so(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    road = await lane(mailbox, shop)
    await road.add("1", "2")
    for _ in range(MAX_REPEATED_ATTEMPTS):
        row = await road.head()
        assert await road.mark(row, "unknown", error_code="outcome_unknown")
        assert await reconcile(mailbox, [shop.line_id], 0) == 1
    assert await world.states() == ["dead", "queued"]
    assert await world.events() == ["message.failed"]


async def test_the_owners_late_news_settles_what_its_heir_found_unknown(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """It was not dead, only slow: that the message was taken is true whoever says it; that it failed is not news."""
    road = await lane(mailbox, shop)
    await road.add("1")
    row = await road.head()
    await taken_over(world, road, other)
    assert not await road.mark(row, "queued")
    assert not await road.mark(row, "dead")
    assert await world.states() == ["unknown"]
    assert await road.mark(row, "sent", provider_message_id="wamid.1")
    assert await world.states() == ["sent"]


async def test_a_dead_row_does_not_block(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    assert await road.mark(await road.head(), "dead", error_code="refused", error_text="no such number")
    assert await road.send() == ids[1]
    assert await world.states() == ["dead", "sent"]
    assert await world.events() == ["message.failed"]


async def test_a_dropped_row_does_not_block(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2")
    await mailbox.drop(shop.project_id, ids[0])
    assert await road.send() == ids[1]
    assert await world.states() == ["dropped", "sent"]


async def test_a_retried_dead_row_goes_last(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    ids = await road.add("1", "2", "3")
    assert await road.mark(await road.head(), "dead", error_code="refused")
    await mailbox.retry(shop.project_id, ids[0])
    assert [await road.send() for _ in ids] == [ids[1], ids[2], ids[0]]
    row = await world.message(ids[0])
    assert (row["attempts"], row["error_code"], bool(row["repeated"])) == (1, None, False)


async def test_lanes_never_wait_for_each_other(world: World, mailbox: Mailbox, shop: Shop) -> None:
    ana, beto = await lane(mailbox, shop, ANA), await lane(mailbox, shop, BETO)
    beto.fence = ana.fence
    await ana.add("a1", "a2")
    assert await ana.mark(await ana.head(), "unknown")
    ids = await beto.add("b1", "b2")
    assert [await beto.send() for _ in ids] == ids
    assert await world.states(ana.conversation_id) == ["unknown", "queued"]


async def test_a_slow_call_in_one_lane_keeps_no_other_waiting(world: World, mailbox: Mailbox, shop: Shop) -> None:
    ana, beto = await lane(mailbox, shop, ANA), await lane(mailbox, shop, BETO)
    world.advance(SENDER_LEASE_MS + 1)
    go_on = asyncio.Event()

    async def slow(outgoing: Outgoing) -> None:
        if words_of(outgoing.content).startswith("a"):
            await go_on.wait()

    channel = FakeChannel(script=slow)
    await ana.add("a1", "a2")
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.in_flight == 1)
        await beto.add("b1", "b2", "b3")
        await eventually(lambda: channel.texts == ["b1", "b2", "b3"])
        go_on.set()
        await eventually(lambda: channel.texts[3:] == ["a1", "a2"])


async def test_the_sender_of_a_line_is_leased_to_one_process(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    for _ in range(3):  # whoever is first, it is one
        taken = await asyncio.gather(take_lines(mailbox), take_lines(other))
        assert sum(map(len, taken)) == 1
        world.advance(SENDER_LEASE_MS + 1)
    row = await world.one("SELECT epoch FROM senders")
    assert row["epoch"] == 3


async def test_only_the_lease_holder_can_claim(world: World, mailbox: Mailbox, other: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    await road.add("1")
    stranger = Lane(other, shop, road.conversation_id, road.fence)
    assert await stranger.heads() == []
    early = Lane(mailbox, shop, road.conversation_id, road.fence - 1)
    assert await early.heads() == []
    heir = await taken_over(world, road, other)
    assert heir.fence > road.fence
    assert await road.heads() == []  # it does not know yet that it lost the line
    fences = {shop.line_id: road.fence}
    assert await mailbox.driver.run(lambda tx: senders.renew_lines(tx, mailbox.owner, fences), Priority.MARK) == set()
    assert len(await heir.heads()) == 1


async def test_a_released_line_is_free_at_once_and_a_stranger_cannot_release_it(
    mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    fences = await take_lines(mailbox)
    given = list(fences.items())
    await other.driver.run(lambda tx: senders.release_lines(tx, other.owner, given), Priority.OTHER)
    assert await take_lines(other) == {}
    await mailbox.driver.run(lambda tx: senders.release_lines(tx, mailbox.owner, given), Priority.OTHER)
    assert await take_lines(other) == {shop.line_id: 2}


async def test_the_one_process_that_has_a_line_does_its_pacing(
    world: World, mailbox: Mailbox, other: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes at work are no faster than the line may be: a burst of a tenth of a second, then 40 a second."""
    shop = await world.shop(max_per_second=40.0)
    roads = [await lane(mailbox, shop, person(n)) for n in range(24)]
    world.advance(SENDER_LEASE_MS + 1)
    for process in (mailbox, other):
        await process.beat("worker", "1")
    for road in roads:
        await road.add("hola")
    channel = FakeChannel()
    started_s = time.monotonic()
    async with running(make_sender(mailbox, [shop], channel), make_sender(other, [shop], channel)):
        await eventually(lambda: len(channel.sent) == 24)
        took_s = time.monotonic() - started_s
    assert took_s >= (24 - 4) / 40.0 - 0.05
    assert len({fence for *_, fence in channel.sent}) == 1
    assert set(await world.states()) == {"sent"}  # waiting, not failing
    assert max(row["attempts"] for row in await world.rows("SELECT attempts FROM outbox")) == 1


async def test_lines_are_shared_by_the_living(
    world: World, mailbox: Mailbox, other: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recado.mailbox import sender

    monkeypatch.setattr(sender, "POLL_S", 0.02)
    monkeypatch.setattr(sender, "PROCESS_DEAD_AFTER_MS", 50)  # how long what was taken is kept before it is shared
    shops = [await world.shop() for _ in range(4)]

    async def held_by(process: Mailbox) -> int:
        return len(await world.rows("SELECT 1 FROM senders WHERE owner = :who", who=process.owner))

    async def shared(mine: int, theirs: int) -> bool:
        return (await held_by(mailbox), await held_by(other)) == (mine, theirs)

    await mailbox.beat("worker", "1")
    async with running(make_sender(mailbox, shops, FakeChannel())):
        await eventually(lambda: shared(4, 0))
        await other.beat("worker", "1")
        async with running(make_sender(other, shops, FakeChannel())):
            await eventually(lambda: shared(2, 2))
        assert await held_by(other) == 0  # a clean stop gives them back
        await other.driver.run(lambda tx: senders.leave(tx, other.owner), Priority.OTHER)
        await eventually(lambda: shared(4, 0))


@on_postgres  # on SQLite there are no hints between processes
async def test_a_line_that_is_given_back_is_taken_at_once(
    world: World, mailbox: Mailbox, other: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a hint, when its last call has ended: the slow look behind it would come too late for this test."""
    from recado.mailbox import sender

    monkeypatch.setattr(sender, "POLL_S", 60.0)
    monkeypatch.setattr(sender, "PROCESS_DEAD_AFTER_MS", -1)  # what was taken may be shared at once
    monkeypatch.setattr(sender, "SENDER_LEASE_MS", 3_600_000)
    monkeypatch.setattr(sender, "RENEW_S", 3600.0)
    shops = [await world.shop() for _ in range(2)]
    for shop in shops:
        await mailbox.store([shop.arrival("1")])
    for held in await claim(mailbox):
        await answer(mailbox, held, out("hola"))
    answered = asyncio.Event()

    async def hold(_: Outgoing) -> None:
        await answered.wait()

    channel = FakeChannel(script=hold)
    await mailbox.beat("worker", "1")
    at_work = make_sender(mailbox, shops, channel)
    async with running(at_work):
        await eventually(lambda: channel.in_flight == 2)
        await world.execute("UPDATE senders SET lease_until_ms = lease_until_ms + 600000")  # none ends by itself
        await eventually(lambda: hearing(world, 2))
        await other.beat("worker", "1")
        await world.execute("UPDATE processes SET beat_ms = beat_ms + 600000")
        mailbox.lines_bell.ring()
        await eventually(lambda: any(held.leaving for held in at_work._held.values()))  # pyright: ignore[reportPrivateUsage]
        answered.set()
        await eventually(lambda: other.lines_bell.wait(0.1))
        assert len(await take_lines(other)) == 1

"""Design, Semantics, "Claims"; and what "The way a message goes" says of them."""

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from recado.channels.contract import Outgoing
from recado.conversations import turn
from recado.decisions import Context, Decision
from recado.kit import now_ms
from recado.kit.clock import use_clock
from recado.mailbox import sender, senders
from recado.mailbox.claims import TURN_LEASE_MS
from recado.mailbox.driver import Priority
from recado.mailbox.inbox import store_arrivals
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeChannel,
    Shop,
    World,
    answer,
    claim,
    claim_one,
    echo,
    eventually,
    lane,
    make_sender,
    make_turns,
    on_postgres,
    out,
    person,
    running,
    take_lines,
)

HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


async def test_leases_are_measured_on_the_databases_clock_not_on_the_business_one(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("1")])
    await claim_one(mailbox)
    assert await take_lines(mailbox) == {shop.line_id: 1}
    late_ms = now_ms() + HOUR_MS
    with use_clock(lambda: late_ms):
        assert await claim(other) == []
        assert await take_lines(other) == {}
    world.advance(max(TURN_LEASE_MS, SENDER_LEASE_MS) + 1)
    assert len(await claim(other)) == 1
    assert await take_lines(other) == {shop.line_id: 2}


@on_postgres  # SQLite is on the same machine as its processes, and has their clock
async def test_leases_do_not_believe_the_clock_of_a_process(
    mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailbox.store([shop.arrival("1")])
    await claim_one(mailbox)
    real_ns = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real_ns() + HOUR_MS * 1_000_000)
    assert await claim(other) == []


async def test_leases_are_short(world: World, mailbox: Mailbox, other: Mailbox, shop: Shop) -> None:
    assert TURN_LEASE_MS == SENDER_LEASE_MS == 5_000
    await mailbox.store([shop.arrival("1")])
    await claim_one(mailbox)
    await take_lines(mailbox)
    world.advance(1_000)  # and what the machine takes for these lines
    assert await claim(other) == []
    assert await take_lines(other) == {}
    world.advance(4_001)
    assert len(await claim(other)) == 1
    assert list(await take_lines(other)) == [shop.line_id]


def test_leases_are_renewed_at_a_third() -> None:
    assert turn.RENEW_S * 3_000 == TURN_LEASE_MS
    assert sender.RENEW_S * 3_000 == SENDER_LEASE_MS


async def test_a_turn_that_takes_long_keeps_its_lease_by_renewing(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "RENEW_S", 0.02)
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def think(context: Context) -> Decision:
        thinking.set()
        await go_on.wait()
        return await echo(context)

    async def lease_ends_ms() -> int:
        return (await world.one("SELECT wake_ms FROM conversations"))["wake_ms"]

    async def later_than(at_ms: int) -> bool:
        return await lease_ends_ms() > at_ms

    async with running(make_turns(mailbox, [shop], FakeBrain(think))):
        await mailbox.store([shop.arrival("1", words="hola")])
        await thinking.wait()
        for _ in range(3):
            before_ms = await lease_ends_ms()
            world.advance(4_000)
            await eventually(lambda before_ms=before_ms: later_than(before_ms + 3_000))
            assert await claim(other) == []
        go_on.set()
        await eventually(world.states)
    assert (await world.one("SELECT settled_seq FROM conversations"))["settled_seq"] == 1


async def test_a_line_is_kept_by_renewing(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "RENEW_S", 0.0)
    monkeypatch.setattr(sender, "POLL_S", 0.01)

    async def held() -> bool:
        return bool(await world.rows("SELECT 1 FROM senders WHERE owner = :me", me=mailbox.owner))

    async with running(make_sender(mailbox, [shop], FakeChannel())):
        await eventually(held)
        for _ in range(3):
            row = await world.one("SELECT lease_until_ms, epoch FROM senders")
            world.advance(4_000)
            await eventually(
                lambda row=row: world.one_or_none(
                    "SELECT 1 FROM senders WHERE lease_until_ms > :than", than=row["lease_until_ms"] + 3_000
                )
            )
            assert await take_lines(other) == {}
            assert (await world.one("SELECT epoch FROM senders"))["epoch"] == row["epoch"]


async def nothing_is_open(world: World) -> bool:
    """True if at this moment no transaction keeps others waiting."""
    if world.is_sqlite:
        with closing(sqlite3.connect(world.database.sqlite_path, timeout=0.0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            connection.execute("ROLLBACK")
            return True
    sql = """
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
    """
    return not await world.rows(sql)


async def test_no_transaction_is_open_across_decide_or_a_send(world: World, mailbox: Mailbox, shop: Shop) -> None:
    during: list[str] = []

    async def decide(context: Context) -> Decision:
        await eventually(lambda: nothing_is_open(world), 20)
        during.append("decide")
        return await echo(context)

    async def send(_: Outgoing) -> None:
        await eventually(lambda: nothing_is_open(world), 20)
        during.append("send")

    channel = FakeChannel(script=send)
    async with running(make_turns(mailbox, [shop], FakeBrain(decide)), make_sender(mailbox, [shop], channel)):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: channel.texts == ["hola"])
    assert during == ["decide", "send"]


async def test_claims_are_guarded_updates_so_each_conversation_has_one_owner(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival(str(n), person(n)) for n in range(40)])
    rounds = await asyncio.gather(*(claim(one, 7) for one in (mailbox, other) * 6))
    found = [held.conversation_id for batch in rounds for held in batch]
    assert len(found) == len(set(found))
    found += [held.conversation_id for held in await claim(mailbox)]
    assert len(found) == len(set(found)) == 40
    assert len(await world.rows("SELECT 1 FROM conversations WHERE epoch = 1")) == 40


async def test_claims_are_taken_in_batches_the_longest_waiting_first(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    for n in range(3):
        await mailbox.store([shop.arrival(str(n), person(n))])
        world.advance(10)
    waited = [held.messages[0].provider_message_id for _ in range(3) for held in await claim(mailbox, 1)]
    assert waited == ["0", "1", "2"]


async def test_a_turn_that_lost_its_lease_commits_nothing(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("1")])
    lost = await claim_one(mailbox)
    world.advance(TURN_LEASE_MS + 1)
    taken = await claim_one(other)
    assert taken.epoch > lost.epoch
    assert await mailbox.renew_turns([lost]) == set()
    assert not await answer(mailbox, lost, out("late"), state='{"late":1}', language="en", mode="person")
    assert not await mailbox.release_turn(lost, failed=True, delay_ms=0)
    row = await world.conversation(lost.conversation_id)
    assert (row["settled_seq"], row["state"], row["language"], row["mode"]) == (0, "{}", None, "assistant")
    assert (row["owner"], row["failures"]) == (other.owner, 0)
    assert await world.states() == []
    assert await answer(other, taken, out("in time"))
    assert await world.states() == ["queued"]


async def test_a_lease_that_nobody_took_over_is_still_held_at_its_end(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    """Late, but nobody else has looked at it: the epoch decides, not the clock."""
    await mailbox.store([shop.arrival("1")])
    held = await claim_one(mailbox)
    world.advance(TURN_LEASE_MS * 3)
    assert await answer(mailbox, held, out())
    assert await world.states() == ["queued"]


async def test_wake_ups_are_hints_and_a_slow_poll_finds_the_work_without_them(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    channel = FakeChannel()
    async with running(make_turns(mailbox, [shop], FakeBrain(echo)), make_sender(mailbox, [shop], channel)):
        await other.driver.run(  # rings no bell and sends no notification
            lambda tx: store_arrivals(tx, [shop.arrival("1", ANA, words="a"), shop.arrival("2", BETO, words="b")]),
            Priority.INGEST,
        )
        await eventually(lambda: sorted(channel.texts) == ["a", "b"])


async def test_a_row_of_a_process_that_died_anywhere_is_claimed_again(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """Dead after the claim, and dead after the turn's commit: `other` finishes both."""
    await mailbox.store([shop.arrival("1", ANA, words="claimed")])
    await claim_one(mailbox)
    road = await lane(mailbox, shop, BETO, settled=False)
    await answer(mailbox, await claim_one(mailbox), out("answered"))
    assert road.fence == 1
    world.advance(TURN_LEASE_MS + 1)
    channel = FakeChannel()
    async with running(make_turns(other, [shop], FakeBrain(echo)), make_sender(other, [shop], channel)):
        await eventually(lambda: sorted(channel.texts) == ["answered", "claimed"])


async def test_epochs_only_grow(world: World, mailbox: Mailbox, other: Mailbox, shop: Shop) -> None:
    (first,) = await mailbox.store([shop.arrival("0")])
    seen = [0]

    async def note() -> None:
        seen.append((await world.conversation(first.conversation_id))["epoch"])

    held = await claim_one(mailbox)
    await note()
    await mailbox.release_turn(held, failed=True, delay_ms=0)
    await note()
    await claim_one(other)
    await note()
    await mailbox.set_mode(shop.project_id, first.conversation_id, "person")
    await note()
    await answer(other, await claim_one(other))
    await note()
    assert seen == [0, 1, 1, 2, 3, 4]


async def test_a_dead_worker_is_not_counted_when_lines_are_shared(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await world.shop()
    await mailbox.beat("worker", "1")
    await other.beat("worker", "1")
    assert await mailbox.living_workers() == 2

    async def share(of: Mailbox) -> int:
        return (await of.driver.run(lambda tx: senders.fair_share(tx, of.owner), Priority.OTHER)).lines

    assert await share(mailbox) == 0  # no line has its place yet
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    assert await share(mailbox) == await share(other) == 1
    await world.shop()
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    assert sorted((await share(mailbox), await share(other))) == [1, 2]  # three lines: none is left over
    world.advance(senders.PROCESS_DEAD_AFTER_MS + 1)
    await mailbox.beat("worker", "1")
    assert await mailbox.living_workers() == 1
    assert await share(mailbox) == 3


async def test_what_was_written_while_the_clock_was_ahead_holds_nothing(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """A machine begins with a wrong clock, loses its power, and has the right time from then on."""
    await mailbox.beat("worker", "1")
    assert list(await take_lines(mailbox)) == [shop.line_id]
    world.advance(-3_600_000)
    await other.beat("worker", "1")
    assert await other.living_workers() == 1
    assert await other.living() == {other.owner}
    assert (await other.driver.run(lambda tx: senders.fair_share(tx, other.owner), Priority.OTHER)).lines == 1
    assert list(await take_lines(other)) == [shop.line_id]
    assert await take_lines(mailbox) == {}  # that one is of now


async def test_what_waits_by_a_clock_that_was_ahead_is_answered_when_a_worker_begins(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("in work", ANA)])
    await claim_one(mailbox)
    await mailbox.store([shop.arrival("not begun", BETO)])
    world.advance(-3_600_000)
    assert await claim(other) == []
    await other.set_right()
    (begun,) = await claim(other)
    assert begun.messages[0].provider_message_id == "not begun"
    await answer(other, begun, out())
    world.advance(TURN_LEASE_MS)  # in which a living one would have said that it has the other
    (taken,) = await claim(other)
    assert taken.messages[0].provider_message_id == "in work"
    await other.set_right()  # what is held by the right clock stays held
    assert await claim(other) == []


async def test_what_a_clock_put_off_before_it_was_set_right_is_answered_and_living_turns_go_on(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    world.advance(YEAR_MS)
    await mailbox.store([shop.arrival("in work", ANA), shop.arrival("its process dies", BETO)])
    ana, beto = sorted(await claim(mailbox), key=lambda held: held.messages[0].provider_message_id)
    (more,) = await mailbox.store([shop.arrival("more", ANA, settle_ms=5_000)])
    (idle,) = await mailbox.store([shop.arrival("not begun", person(3), settle_ms=5_000)])
    world.advance(-YEAR_MS)
    assert await claim(other) == []
    await other.set_right()
    assert [held.conversation_id for held in await claim(other)] == [idle.conversation_id]
    assert await mailbox.renew_turns([ana]) == {ana.key}
    assert await answer(mailbox, ana, out())
    assert [held.conversation_id for held in await claim(other)] == [more.conversation_id]
    world.advance(TURN_LEASE_MS)
    again = {held.conversation_id: held for held in await claim(other)}
    assert again[beto.conversation_id].crashes == 2


async def test_what_rightly_waits_for_its_turn_goes_on_waiting(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("held", ANA)])
    await claim_one(mailbox)
    await mailbox.store([shop.arrival("more", ANA, settle_ms=60_000), shop.arrival("quiet", BETO, settle_ms=60_000)])
    sql = "SELECT wake_ms, pending_due_ms, first_pending_ms FROM conversations ORDER BY id"
    before = await world.rows(sql)
    await other.set_right()
    assert await world.rows(sql) == before

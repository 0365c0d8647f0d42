"""The sender of a process: slots, fairness between lines, leases, and what a crash or a stop leaves behind."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import cast

import pytest

from recado.channels.contract import Outgoing
from recado.mailbox import lanes, outbox, sender, senders
from recado.mailbox.driver import DatabaseDown, Driver, Priority, R, Work
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    FakeChannel,
    Shop,
    World,
    answer,
    claim,
    eventually,
    lane,
    listening,
    make_sender,
    on_sqlite,
    out,
    person,
    running,
)


class FlakyDriver:
    """Another driver, some of whose answers are lost: what each of `loses` picks, once, is committed, and nobody hears
    of it.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.offset_ms = 0
        self.loses: list[Callable[[object], bool]] = []
        self.lost = 0
        self.on_notify = driver.on_notify
        self.notify = driver.notify
        self.close = driver.close

    async def run(self, work: Work[R], priority: Priority, *, atomic: bool = True) -> R:
        result = await self.driver.run(work, priority)
        for picks in self.loses:
            if picks(result):
                self.loses.remove(picks)
                self.lost += 1
                raise DatabaseDown("the connection broke after the commit")
        return result


class HesitantDriver(FlakyDriver):
    """Another driver that, for the first answer that is so, waits after its commit until it may `go_on`."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(driver)
        self.hesitates_at: Callable[[object], bool] = lambda _: False
        self.hesitating, self.go_on = asyncio.Event(), asyncio.Event()

    async def run(self, work: Work[R], priority: Priority, *, atomic: bool = True) -> R:
        result = await self.driver.run(work, priority)
        if self.hesitates_at(result) and not self.hesitating.is_set():
            self.hesitating.set()
            await self.go_on.wait()
        return result


def isinstance_of(kind: type) -> Callable[[object], bool]:
    """Leases come as a dict that is not empty, a fair share as a `Share`."""
    return lambda result: isinstance(result, kind) and bool(result)


def _is_turn_committed(result: object) -> bool:
    return result == [True]


def _is_claim(result: object) -> bool:
    return isinstance(result, list) and any(isinstance(row, outbox.ToSend) for row in cast("list[object]", result))


async def queue(mailbox: Mailbox, shop: Shop, people: int, words: str = "hola", first: int = 0) -> list[str]:
    """One message for each of so many people; their ids."""
    await mailbox.store([shop.arrival(f"{words} {n}", person(n)) for n in range(first, first + people)])
    ids: list[str] = []
    for held in await claim(mailbox, 1000):
        reply = out(words)
        ids.append(reply.id)
        assert await answer(mailbox, held, reply)
    return ids


async def test_no_more_calls_are_in_flight_than_there_are_slots(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MAX_SLOTS", 4)
    shops = [await world.shop() for _ in range(3)]
    for shop in shops:
        await queue(mailbox, shop, 8)
    go_on = asyncio.Event()

    async def wait(_: Outgoing) -> None:
        await go_on.wait()

    channel = FakeChannel(script=wait)
    async with running(make_sender(mailbox, shops, channel)):
        await eventually(lambda: channel.in_flight >= 4)
        sending = await world.rows("SELECT 1 FROM outbox WHERE state = 'sending'")
        go_on.set()
        await eventually(lambda: len(channel.sent) == 24)
    assert channel.most_in_flight <= 4
    assert len(sending) <= 4


async def test_a_busy_line_does_not_keep_another_from_its_slots(
    world: World, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MAX_SLOTS", 1)
    busy, quiet = await world.shop(), await world.shop()
    await queue(mailbox, busy, 60, "busy")
    channel = FakeChannel()

    async def take_a_moment(_: Outgoing) -> None:
        if len(channel.sent) == 10:
            await queue(mailbox, quiet, 1, "quiet", first=500)
        await asyncio.sleep(0.01)

    channel.script = take_a_moment
    async with running(make_sender(mailbox, [busy, quiet], channel)):
        await eventually(lambda: len(channel.sent) == 61)
    assert channel.texts.index("quiet") < 40


async def test_a_message_without_a_hint_is_sent_although_the_bells_never_stop(
    world: World, mailbox: Mailbox, other: Mailbox
) -> None:
    """The other process is the API beside a worker on SQLite (no notifications), or a retry that has become due."""
    busy, quiet = await world.shop(), await world.shop()
    road = await lane(other, quiet)
    world.advance(SENDER_LEASE_MS + 1)
    channel = FakeChannel()
    rings = count()

    async def never_stop() -> None:
        while next(rings) >= 0:
            mailbox.hint_send(busy.line_id)
            await asyncio.sleep(0.02)

    async def add(words: str) -> None:
        """Without a word to anybody."""
        await other.driver.run(
            lambda tx: lanes.enqueue(tx, quiet.project_id, road.conversation_id, [out(words)], None), Priority.OTHER
        )

    await add("first")
    ringing = asyncio.create_task(never_stop())
    async with running(make_sender(mailbox, [busy, quiet], channel)):
        try:
            await eventually(lambda: channel.texts == ["first"])  # the line is taken, which is a hint
            seen = next(rings)
            await eventually(lambda: next(rings) > seen + 60)  # and that hint was followed to its end
            await add("second")
            # Without a look of its own never: the bells do not stop, and nobody rings for this line.
            await eventually(lambda: channel.texts == ["first", "second"])
        finally:
            ringing.cancel()


async def test_rows_whose_claim_was_committed_unheard_are_sent_in_the_end(world: World, shop: Shop) -> None:
    flaky = FlakyDriver(world.driver())
    mailbox = Mailbox(flaky, world.mailbox().owner)
    channel = FakeChannel()
    async with running(make_sender(mailbox, [shop], channel, reconcile_after_s=0.1)), listening(world.mailbox()):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM senders WHERE owner = :me", me=mailbox.owner))
        await mailbox.store([shop.arrival("1")])
        (held,) = await claim(mailbox)
        # The commit of the turn is lost too, which does no harm; then the claim of its reply is.
        flaky.loses = [_is_turn_committed, _is_claim]
        with pytest.raises(DatabaseDown):
            await answer(mailbox, held, out("hola"))
        mailbox.hint_send(shop.line_id)
        await eventually(lambda: flaky.lost == 2)
        await eventually(lambda: channel.texts == ["hola"])
    row = await world.one("SELECT attempts, repeated FROM outbox")
    assert (row["attempts"], bool(row["repeated"])) == (2, True)  # the first one stood, and nobody had made it


@on_sqlite  # PostgreSQL rolls back what is cut off
async def test_a_clean_stop_leaves_no_unknown_outcomes(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await queue(mailbox, shop, 20)
    channel = FakeChannel()
    claimed = asyncio.Event()
    take = mailbox.claim_heads

    async def claim_heads(line_id: str, fence: int, size: int) -> list[outbox.ToSend]:
        task = asyncio.create_task(take(line_id, fence, size))
        claimed.set()  # asked for: the stop comes while the database is at it
        return await asyncio.shield(task)

    mailbox.claim_heads = claim_heads  # type: ignore[method-assign]
    async with running(make_sender(mailbox, [shop], channel)):
        await claimed.wait()
    assert set(await world.states()) <= {"queued", "sent"}


async def test_a_dead_process_line_is_taken_over_half_a_second_after_its_lease(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Takeover at most 5.5 s after a death, and a lease lives for up to 5 s after it."""
    monkeypatch.setattr(sender, "RENEW_S", 1_000.0)  # the worst case: a look for renewals is still far away
    await lane(other, shop)
    async with running(make_sender(mailbox, [shop], FakeChannel())):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM senders WHERE owner = :who", who=other.owner))
        await mailbox.beat("worker", "1")
        world.advance(SENDER_LEASE_MS + 1)
        await eventually(lambda: world.one_or_none("SELECT 1 FROM senders WHERE owner = :me", me=mailbox.owner))
    assert sender.POLL_S <= 0.5


@pytest.fixture
def waits(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long a sender wants to wait until it looks at the leases again; it waits for good."""
    asked: list[float] = []

    async def wait(timeout_s: float) -> bool:
        asked.append(timeout_s)
        await asyncio.sleep(3600)
        return True

    monkeypatch.setattr(mailbox.lines_bell, "wait", wait)
    return asked


async def test_a_worker_looks_again_when_a_lease_ends(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a round later: so a dead process's line waits for its lease, and for the database."""
    monkeypatch.setattr(sender, "POLL_S", 1_000.0)
    await lane(other, shop)
    await world.execute("UPDATE senders SET lease_until_ms = lease_until_ms + 600000")
    async with running(make_sender(mailbox, [shop], FakeChannel())):
        await eventually(lambda: waits)
    assert 500.0 < waits[0] <= 605.0
    world.advance(600_000 + SENDER_LEASE_MS)  # one that ends while a round is under way
    share = await mailbox.driver.run(lambda tx: senders.fair_share(tx, mailbox.owner), Priority.OTHER)
    assert share.lease_ends_in_ms == 0


async def test_a_worker_alone_looks_no_more_often_than_its_rounds(
    mailbox: Mailbox, shop: Shop, waits: list[float]
) -> None:
    """Nobody else has a lease that could end: there is nothing to look for meanwhile."""
    await lane(mailbox, shop)
    async with running(make_sender(mailbox, [shop], FakeChannel())):
        await eventually(lambda: waits)
    assert waits[0] == sender.POLL_S
    share = await mailbox.driver.run(lambda tx: senders.fair_share(tx, mailbox.owner), Priority.OTHER)
    assert share.lease_ends_in_ms is None


async def test_lines_of_a_process_that_stops_are_taken_at_once(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while it still counts as living: it says that it takes no more work. Its lease lasts for long."""
    monkeypatch.setattr(sender, "RENEW_S", 1_000_000.0)
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    await mailbox.beat("worker", "1")
    await other.beat("worker", "1")
    await world.execute("UPDATE processes SET beat_ms = beat_ms + 600000")
    older, younger = sorted((mailbox, other), key=lambda one: one.owner)
    async with running(make_sender(younger, [shop], FakeChannel())):
        async with running(make_sender(older, [shop], FakeChannel())):
            held = "SELECT 1 FROM senders WHERE owner = :who"
            await eventually(lambda: world.one_or_none(held, who=older.owner))
            await world.execute("UPDATE senders SET lease_until_ms = lease_until_ms + 600000")
            await older.stop_working()
        await eventually(lambda: world.one_or_none(held, who=younger.owner))
    assert older.owner in await younger.living()


@pytest.mark.parametrize("heard", [False, True], ids=["before it is heard of", "after it"])
async def test_what_is_leased_in_the_moment_of_a_stop_is_given_back(
    world: World, other: Mailbox, shop: Shop, heard: bool
) -> None:
    """Between the commit of a lease and the next answer of the database: slow where a machine has much to do."""
    driver = HesitantDriver(world.driver())
    mailbox = Mailbox(driver, other.owner)
    owned = "SELECT 1 FROM senders WHERE owner IS NOT NULL"
    await lane(world.mailbox(), shop)  # a dead process had it
    world.advance(SENDER_LEASE_MS + 1)
    driver.hesitates_at = isinstance_of(senders.Share) if heard else isinstance_of(dict)
    task = asyncio.create_task(make_sender(mailbox, [shop], FakeChannel()).run())
    await driver.hesitating.wait()
    assert await world.one_or_none("SELECT 1 FROM senders WHERE owner = :me", me=mailbox.owner)
    task.cancel()
    driver.go_on.set()
    await asyncio.gather(task, return_exceptions=True)
    assert await world.one_or_none(owned) is None


async def test_a_freed_slot_is_used_at_once(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MAX_SLOTS", 1)
    monkeypatch.setattr(sender, "POLL_S", 600.0)  # whoever waits for the next look waits for ever
    monkeypatch.setattr(sender, "SENDER_LEASE_MS", 600_000)  # which renews the leases, too
    await queue(mailbox, shop, 16)
    channel = FakeChannel()
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: len(channel.sent) == 16)

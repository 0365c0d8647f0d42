"""Pacing per line and per contact, the 24-hour window, and what becomes of a try that failed."""

import json

import pytest

from recado.channels.contract import Outgoing
from recado.errors import OutcomeUnknown, SendError, retry_after
from recado.mailbox import pacing, sender
from recado.mailbox.outbox import MAX_ATTEMPTS
from recado.mailbox.pacing import Bucket, ContactPaces
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from recado.messages import words_of
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeChannel,
    Lane,
    Shop,
    World,
    eventually,
    lane,
    listening,
    make_sender,
    out,
    running,
)

DAY_MS = 86_400_000


# --- buckets ------------------------------------------------------------------------------------------------


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(10.0, 3.0, 100.0)
    assert (bucket.available(100.0), bucket.wait_s(100.0)) == (3, 0.0)
    bucket.take(3, 100.0)
    assert bucket.available(100.0) == 0
    assert bucket.wait_s(100.0) == pytest.approx(0.1)
    assert bucket.available(100.1) == 1
    assert bucket.available(99.0) == 1  # a clock that goes back takes nothing away
    assert bucket.available(200.0) == 3


def test_what_was_taken_and_not_used_goes_back_but_never_beyond_the_burst() -> None:
    bucket = Bucket(1.0, 4.0, 0.0)
    bucket.take(4, 0.0)
    bucket.give_back(2)
    assert bucket.available(0.0) == 2
    bucket.give_back(9)
    assert bucket.available(0.0) == 4


def test_each_contact_has_a_burst_and_then_waits() -> None:
    paces = ContactPaces()
    assert [paces.take("ana", (2, 6.0), 0.0) for _ in range(3)] == [0.0, 0.0, pytest.approx(6.0)]
    assert paces.take("beto", (2, 6.0), 0.0) == 0.0
    assert paces.take("ana", (2, 6.0), 4.0) == pytest.approx(2.0)
    assert paces.take("ana", (2, 6.0), 6.0) == 0.0


def test_contacts_that_were_quiet_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "MAX_CONTACTS", 2)
    paces = ContactPaces()
    pace = (1, 6.0)
    for name in ("ana", "beto"):
        assert paces.take(name, pace, 0.0) == 0.0
    assert paces.take("ana", pace, 0.0) > 0  # ana was not quiet
    assert paces.take("carla", pace, 0.0) == 0.0  # beto is forgotten
    assert paces.take("ana", pace, 0.0) > 0
    assert paces.take("beto", pace, 0.0) == 0.0


# --- at work ----------------------------------------------------------------------------------------------------


async def free_lane(
    world: World, mailbox: Mailbox, shop: Shop, *words: str, who: tuple[tuple[str, str], ...] = ANA
) -> Lane:
    """A lane with these texts, on a line that nobody holds."""
    road = await lane(mailbox, shop, who)
    await road.add(*words)
    world.advance(SENDER_LEASE_MS + 1)
    return road


async def test_a_contact_gets_a_burst_and_the_rest_waits_and_does_not_fail(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await free_lane(world, mailbox, shop, "a1", "a2", "a3", "a4")
    await free_lane(world, mailbox, shop, "b1", who=BETO)
    channel = FakeChannel(contact_pace=(2, 600.0))

    async def third_waits() -> bool:
        sql = "SELECT 1 FROM outbox WHERE state = 'queued' AND due_ms > created_ms + 300000 AND attempts = 0"
        return bool(await world.rows(sql))

    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: sorted(channel.texts) == ["a1", "a2", "b1"])
        await eventually(third_waits)
    assert sorted(await world.states()) == ["queued", "queued", "sent", "sent", "sent"]
    assert await world.events() == []


async def test_a_contacts_next_messages_go_at_the_steady_rate(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "1", "2", "3", "4")
    channel = FakeChannel(contact_pace=(1, 0.1))
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.texts == ["1", "2", "3", "4"])
    assert {row["attempts"] for row in await world.rows("SELECT attempts FROM outbox")} == {1}


async def test_a_line_that_the_provider_slows_down_waits_as_a_whole(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "a1")
    await free_lane(world, mailbox, shop, "b1", who=BETO)
    tries: list[str] = []

    async def slow_down(outgoing: Outgoing) -> None:
        tries.append(words_of(outgoing.content))
        if len(tries) <= 2:
            raise SendError("slow down", code="rate", verdict=retry_after(0.3), counts=False, pauses_line=True)

    channel = FakeChannel(script=slow_down)
    sending = make_sender(mailbox, [shop], channel)
    async with running(sending):
        await eventually(lambda: sorted(channel.texts) == ["a1", "b1"])
    assert 2 < len(tries) <= 4
    assert {row["attempts"] for row in await world.rows("SELECT attempts FROM outbox")} == {1}
    assert sending.stats.retried == 2


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries that failed are made again at once."""
    monkeypatch.setattr(sender, "BACKOFF_CAP_S", 0.0)


@pytest.mark.usefixtures("at_once")
async def test_a_try_that_failed_is_made_again_before_what_comes_after_it(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await free_lane(world, mailbox, shop, "1", "2")
    tries: list[str] = []

    async def fail_twice(outgoing: Outgoing) -> None:
        tries.append(words_of(outgoing.content))
        if len(tries) < 3:
            raise SendError("try again", verdict=retry_after(0.0))

    channel = FakeChannel(script=fail_twice)
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.texts == ["1", "2"])
    assert tries == ["1", "1", "1", "2"]
    rows = await world.rows("SELECT attempts, repeated FROM outbox ORDER BY seq")
    assert [(row["attempts"], bool(row["repeated"])) for row in rows] == [(3, False), (1, False)]


@pytest.mark.usefixtures("at_once")
async def test_a_message_that_failed_too_often_is_dead_and_the_lane_goes_on(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await free_lane(world, mailbox, shop, "bad", "good")
    tries: list[str] = []

    async def fail(outgoing: Outgoing) -> None:
        tries.append(words_of(outgoing.content))
        if words_of(outgoing.content) == "bad":
            raise SendError("try again", code="always", verdict=retry_after(0.0))

    channel = FakeChannel(script=fail)
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.texts == ["good"])
    assert tries == ["bad"] * MAX_ATTEMPTS + ["good"]
    rows = await world.rows("SELECT state, error_code FROM outbox ORDER BY seq")
    assert [(row["state"], row["error_code"]) for row in rows] == [("dead", "always"), ("sent", None)]
    event = await world.one("SELECT name, data FROM events")
    assert (event["name"], json.loads(event["data"])["code"]) == ("message.failed", "always")


async def test_a_permanent_refusal_is_dead_at_once(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "bad")

    async def refuse(_: Outgoing) -> None:
        raise SendError("no such person", code="unknown_person")

    sending = make_sender(mailbox, [shop], FakeChannel(script=refuse))
    async with running(sending):
        await eventually(world.events)
    row = await world.one("SELECT state, attempts, error_code, error_text FROM outbox")
    assert list(row.values()) == ["dead", 1, "unknown_person", "no such person"]
    assert sending.stats.dead == 1


@pytest.mark.parametrize("error", [OutcomeUnknown("no answer"), ZeroDivisionError("a defect")])
async def test_a_try_whose_outcome_is_unknown_is_made_again_after_a_while_and_marked(
    world: World, mailbox: Mailbox, shop: Shop, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "RENEW_S", 0.05)
    await free_lane(world, mailbox, shop, "1", "2")
    tries: list[str] = []

    async def lose_the_answer(outgoing: Outgoing) -> None:
        tries.append(outgoing.client_id)
        if len(tries) == 1:
            raise error

    channel = FakeChannel(script=lose_the_answer)
    sending = make_sender(mailbox, [shop], channel, reconcile_after_s=0.2)
    async with running(sending), listening(mailbox):
        await eventually(lambda: channel.texts == ["1", "2"])
    assert tries[0] == tries[1]  # the same client id
    rows = await world.rows("SELECT state, attempts, repeated FROM outbox ORDER BY seq")
    assert [(row["state"], row["attempts"], bool(row["repeated"])) for row in rows] == [
        ("sent", 2, True),
        ("sent", 1, False),
    ]
    assert sending.stats.reconciled == 1


async def test_every_unknown_outcome_is_counted(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "1")

    async def break_down(_: Outgoing) -> None:
        raise ZeroDivisionError

    sending = make_sender(mailbox, [shop], FakeChannel(script=break_down))
    async with running(sending):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM outbox WHERE state = 'unknown'"))
    assert sending.stats.unknown == 1


# --- the window of 24 hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("passed_ms", "allowed"), [(DAY_MS - 60_000, True), (DAY_MS + 60_000, False)])
async def test_outside_the_window_a_send_is_refused_before_the_call_and_says_why(
    world: World, mailbox: Mailbox, shop: Shop, passed_ms: int, allowed: bool
) -> None:
    road = await lane(mailbox, shop)
    world.advance(passed_ms)
    await road.add("late")
    channel = FakeChannel(window_s=86_400)
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: _settled(world))
        if not allowed:
            assert channel.sent == []
            row = await world.one("SELECT state, error_code, error_text FROM outbox")
            assert (row["state"], row["error_code"]) == ("dead", "outside_window")
            assert "24 hours" in row["error_text"]
            assert await world.events() == ["message.failed"]
            await mailbox.store([shop.arrival("again", sent_ms=2**50)])  # they write: the window is open again
            await mailbox.enqueue(shop.project_id, road.conversation_id, [out("in time")])
        await eventually(lambda: channel.texts == (["late"] if allowed else ["in time"]))


async def _settled(world: World) -> bool:
    return not {"queued", "sending"} & set(await world.states())


async def test_without_a_window_a_late_message_is_sent(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    world.advance(DAY_MS * 30)
    await road.add("late")
    channel = FakeChannel()
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(lambda: channel.texts == ["late"])


async def test_a_person_without_an_address_left_is_refused(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "hola")
    await world.execute("UPDATE conversations SET send_to = '[]'")
    channel = FakeChannel()
    async with running(make_sender(mailbox, [shop], channel)):
        await eventually(world.events)
    assert (await world.one("SELECT error_code FROM outbox"))["error_code"] == "no_address"
    assert channel.sent == []


# --- what cannot be written ------------------------------------------------------------------------------------


async def test_an_outcome_whose_words_the_database_refuses_is_still_an_outcome(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MARK_RETRY_S", 0.01)
    await free_lane(world, mailbox, shop, "1")

    async def refuse(_: Outgoing) -> None:
        raise SendError("half a pair: \ud83d", code="odd")

    async with running(make_sender(mailbox, [shop], FakeChannel(script=refuse))):
        await eventually(world.events)
    row = await world.one("SELECT state, error_code, error_text FROM outbox")
    assert list(row.values()) == ["dead", "odd", None]


async def test_a_line_that_this_process_does_not_know_waits(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await free_lane(world, mailbox, shop, "1")
    channel = FakeChannel()
    known: list[Shop] = []
    async with running(make_sender(mailbox, known, channel)):
        await eventually(lambda: world.one_or_none("SELECT 1 FROM senders WHERE owner = :me", me=mailbox.owner))
        assert await world.states() == ["queued"]
        known.append(shop)
        await eventually(lambda: channel.texts == ["1"])

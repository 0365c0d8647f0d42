"""Turns: typing, leases that are lost, a database that goes away, more work than one process takes at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from recado.channels.contract import Line
from recado.conversations import turn
from recado.decisions import Context, Decision
from recado.errors import SendError
from recado.mailbox.claims import TURN_LEASE_MS, Claim, TurnCommit
from recado.mailbox.driver import DatabaseDown
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    ANA,
    FakeBrain,
    FakeChannel,
    Shop,
    World,
    echo,
    eventually,
    make_turns,
    person,
    running,
)


async def settled(world: World) -> bool:
    rows = await world.rows("SELECT 1 FROM conversations WHERE settled_seq < last_in_seq OR last_in_seq = 0")
    return not rows


def slowly(until: asyncio.Event) -> Callable[[Context], Any]:
    async def think(context: Context) -> Decision:
        await until.wait()
        return await echo(context)

    return think


# --- typing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["assistant", "person"])
async def test_a_person_who_waits_sees_that_an_answer_is_written_but_not_while_a_person_answers(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(turn, "TYPING_AFTER_S", 0.01)
    (first,) = await mailbox.store([shop.arrival("1", words="hola")])
    await mailbox.set_mode(shop.project_id, first.conversation_id, mode)
    channel, go_on = FakeChannel(), asyncio.Event()
    async with running(make_turns(mailbox, [shop], FakeBrain(slowly(go_on)), channel)):
        if mode == "assistant":
            await eventually(lambda: channel.typing == ["1"])
        else:
            await asyncio.sleep(0.1)
        go_on.set()
        await eventually(lambda: settled(world))
    assert channel.typing == (["1"] if mode == "assistant" else [])


@dataclass
class NoTyping(FakeChannel):
    """Refuses to show it."""

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        self.typing.append(provider_message_id)
        raise SendError("not today")


async def test_nothing_depends_on_typing(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "TYPING_AFTER_S", 0.01)
    channel, go_on = NoTyping(), asyncio.Event()
    async with running(make_turns(mailbox, [shop], FakeBrain(slowly(go_on)), channel)):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: channel.typing)
        go_on.set()
        await eventually(world.states)


# --- the start ----------------------------------------------------------------------------------------------


async def test_what_is_owed_at_the_start_is_claimed_at_once(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow look would come too late for this test."""
    monkeypatch.setattr(turn, "POLL_S", 60.0)
    await other.store([shop.arrival("1", words="hola")])
    async with running(make_turns(mailbox, [shop], FakeBrain(echo))):
        await eventually(lambda: settled(world))


# --- leases ---------------------------------------------------------------------------------------------------


async def test_a_turn_whose_lease_was_lost_stops_thinking(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    stopped, brain_asked = asyncio.Event(), asyncio.Event()

    async def think(_: Context) -> Decision:
        brain_asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    turns = make_turns(mailbox, [shop], FakeBrain(think))
    async with running(turns):
        await mailbox.store([shop.arrival("1")])
        await brain_asked.wait()
        world.advance(TURN_LEASE_MS + 1)
        while not await other.claim_turns(100):  # it was renewed just then
            world.advance(TURN_LEASE_MS + 1)
        async with asyncio.timeout(60):  # the next renewal finds out
            await stopped.wait()
        await eventually(lambda: turns.stats.lost == 1)
    assert (await world.one("SELECT owner FROM conversations"))["owner"] == other.owner


@pytest.mark.parametrize("ends", ["commit", "release"])
async def test_a_turn_that_ends_while_leases_are_renewed_is_not_lost(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """Neither before what it leaves is committed nor after, when it does not know that yet."""
    monkeypatch.setattr(turn, "RENEW_S", 3600.0)  # by this test only
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.0)
    commit, release, renew = mailbox.commit_turn, mailbox.release_turn, mailbox.renew_turns
    renewed: list[Claim] = []
    asking, over = asyncio.Event(), asyncio.Event()
    renewals: list[asyncio.Task[None]] = []

    async def renew_turns(held: list[Claim]) -> set[tuple[str, int]]:
        renewed.extend(held)
        if not asking.is_set():  # begun while the turn thinks, done when it is over
            asking.set()
            await over.wait()
        return await renew(held)

    async def end(work: Awaitable[bool]) -> bool:
        await turns.renew()
        done = await work
        over.set()
        await asyncio.gather(*renewals)
        await turns.renew()
        return done

    async def fail_once(context: Context) -> Decision:
        if not renewals:
            renewals.append(asyncio.create_task(turns.renew()))
            await asking.wait()
            if ends == "release":
                raise ValueError
        return await echo(context)

    async def commit_turn(one: TurnCommit) -> bool:
        return await end(commit(one))

    async def release_turn(claim: Claim, **how: Any) -> bool:
        return await end(release(claim, **how))

    monkeypatch.setattr(mailbox, "renew_turns", renew_turns)
    monkeypatch.setattr(mailbox, "commit_turn", commit_turn)
    monkeypatch.setattr(mailbox, "release_turn", release_turn)
    turns = make_turns(mailbox, [shop], FakeBrain(fail_once))
    with capture_logs() as logged:
        async with running(turns):
            await mailbox.store([shop.arrival("1", words="hola")])
            await eventually(lambda: turns.stats.settled + turns.stats.lost > 0)
    assert [one for one in logged if one["event"] == "turn_lost"] == []
    assert (turns.stats.lost, turns.stats.failed, sum(turns.stats.took.counts)) == (0, int(ends == "release"), 1)
    assert len(renewed) == 1
    assert await world.states() == ["queued"]


async def test_renewals_go_on_after_any_error(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "RENEW_S", 0.01)
    renew = mailbox.renew_turns
    errors: list[Exception] = [RuntimeError("something new"), DatabaseDown("something known")]
    renewed = 0

    async def renew_turns(held: list[Claim]) -> set[tuple[str, int]]:
        nonlocal renewed
        if errors:
            raise errors.pop()
        renewed += 1
        return await renew(held)

    monkeypatch.setattr(mailbox, "renew_turns", renew_turns)
    go_on = asyncio.Event()
    async with running(make_turns(mailbox, [shop], FakeBrain(slowly(go_on)))):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: renewed >= 2)
        go_on.set()
        await eventually(world.states)


# --- the database ------------------------------------------------------------------------------------------------


async def test_a_database_that_went_away_is_no_failure_of_the_turn(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_BASE_S", 0.01)
    commit = mailbox.commit_turn
    errors = [DatabaseDown("for a moment")] * 4

    async def commit_turn(one: TurnCommit) -> bool:
        if errors:
            raise errors.pop()
        return await commit(one)

    monkeypatch.setattr(mailbox, "commit_turn", commit_turn)
    turns = make_turns(mailbox, [shop], FakeBrain(echo))
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)
    assert turns.stats.failed == 0
    assert (await world.one("SELECT origin FROM outbox"))["origin"] == "turn"


async def test_what_cannot_even_be_released_is_taken_again_when_its_lease_ends(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def release_turn(*_: Any, **__: Any) -> bool:
        raise DatabaseDown("gone")

    async def fail_once(context: Context) -> Decision:
        if len(brain.contexts) == 1:
            raise ValueError
        return await echo(context)

    brain = FakeBrain(fail_once)
    monkeypatch.setattr(mailbox, "release_turn", release_turn)
    turns = make_turns(mailbox, [shop], brain)
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: turns.stats.failed == 1)
        assert await world.states() == []
        world.advance(TURN_LEASE_MS + 1)
        await eventually(world.states)


# --- how many at once ----------------------------------------------------------------------------------------------


async def test_no_more_turns_at_once_than_the_process_takes(world: World, mailbox: Mailbox, shop: Shop) -> None:
    at_once = most = 0
    full = asyncio.Event()

    async def count(context: Context) -> Decision:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == turns.max_turns:
            full.set()
        await full.wait()  # nobody is ready before as many as may think do so
        await asyncio.sleep(0.02)
        at_once -= 1
        return await echo(context)

    turns = make_turns(mailbox, [shop], FakeBrain(count))
    turns.max_turns = 3
    async with running(turns):
        await mailbox.store([shop.arrival(str(n), person(n)) for n in range(12)])
        await eventually(lambda: _answered(world, 12))
    assert most == 3


async def _answered(world: World, messages: int) -> bool:
    return len(await world.states()) == messages


async def test_a_brain_that_thinks_for_ever_is_stopped(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "TURN_LIMIT_S", 0.01)
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)
    turns = make_turns(mailbox, [shop], FakeBrain(slowly(asyncio.Event())))
    async with running(turns):
        await mailbox.store([shop.arrival("1", ANA)])
        await eventually(world.states)
    assert (turns.stats.failed, turns.stats.fallbacks) == (3, 1)

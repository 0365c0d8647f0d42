"""Turns with scripted brains, on both databases."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from recado.channels.contract import Line
from recado.conversations import turn
from recado.decisions import Context, Decision
from recado.mailbox.driver import DatabaseDown
from recado.mailbox.claims import Claim
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeChannel,
    FakeDirectory,
    Shop,
    World,
    defect,
    echo,
    eventually,
    make_turns,
    running,
)


class LateDirectory(FakeDirectory):
    """Learns of its lines only after having been asked some times: the books are read every 3 s."""

    unknown_for = 10

    def line(self, line_id: str) -> Line | None:
        self.unknown_for -= 1
        return super().line(line_id) if self.unknown_for < 0 else None


@defect(14, "a worker that has not read of a new line yet fails its turns three times within a second and gives up")
async def test_messages_on_a_line_that_this_process_does_not_know_yet_are_answered(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)
    turns = make_turns(mailbox, [shop], FakeBrain(echo))
    turns.directory = LateDirectory([shop])
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE settled_seq = 1"))
    assert (await world.one("SELECT dead FROM inbox"))["dead"] in (0, False)
    assert await world.states() == ["queued"]


@defect(15, "an error that is not `DatabaseDown` while claiming ends all turns of the process")
async def test_turns_go_on_after_any_error_of_a_claim(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = mailbox.claim_turns
    errors: list[Exception] = [RuntimeError("something new"), DatabaseDown("something known")]

    async def claim_turns(size: int) -> list[Claim]:
        if errors:
            raise errors.pop()
        return await claim(size)

    monkeypatch.setattr(mailbox, "claim_turns", claim_turns)
    async with running(make_turns(mailbox, [shop], FakeBrain(echo))):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)


@defect(16, "giving up raises KeyError where the channel is missing here, and the conversation goes round for ever")
async def test_a_turn_on_a_channel_that_is_not_here_is_given_up_after_three_failures(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)
    strange = Shop(shop.project_id, replace(shop.line, channel="pigeon"))
    async with running(make_turns(mailbox, [strange], FakeBrain(echo))):
        await mailbox.store([shop.arrival("1")])
        await eventually(lambda: world.one_or_none("SELECT 1 FROM inbox WHERE dead"), 3)
    assert await world.events() == ["turn.failed"]


@defect(17, "a database that fails while a stop gives turns back leaves the others held and the renewals running")
async def test_a_stop_gives_back_all_it_can(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "DRAIN_S", 0.01)
    release = mailbox.release_turn
    errors: list[Exception] = [DatabaseDown("for a moment")]

    async def release_turn(claim: Claim, **more: Any) -> bool:
        if errors:
            raise errors.pop()
        return await release(claim, **more)

    monkeypatch.setattr(mailbox, "release_turn", release_turn)

    async def think(_: Context) -> Decision:
        await asyncio.Event().wait()
        raise AssertionError

    brain = FakeBrain(think)
    turns = make_turns(mailbox, [shop], brain)
    task = asyncio.create_task(turns.run())
    await mailbox.store([shop.arrival("1", ANA), shop.arrival("2", BETO)])
    await eventually(lambda: len(brain.contexts) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    left = [other for other in asyncio.all_tasks() if other.get_name() == "turn-leases"]
    for one in left:
        one.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    assert not left
    assert len(await world.rows("SELECT 1 FROM conversations WHERE owner IS NULL")) >= 1


@defect(18, "a stop that comes while a claim is on its way leaves its conversations held until the lease ends")
async def test_a_clean_stop_leaves_no_conversation_held(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = mailbox.claim_turns
    asked = asyncio.Event()
    tasks: list[asyncio.Task[list[Claim]]] = []

    async def claim_turns(size: int) -> list[Claim]:
        tasks.append(asyncio.create_task(claim(size)))
        asked.set()
        return await asyncio.shield(tasks[-1])

    await mailbox.store([shop.arrival("1")])
    monkeypatch.setattr(mailbox, "claim_turns", claim_turns)
    async with running(make_turns(mailbox, [shop], FakeBrain(echo), FakeChannel())):
        await asked.wait()
    await asyncio.gather(*tasks)
    assert not await world.rows("SELECT 1 FROM conversations WHERE owner IS NOT NULL")

"""Turns with scripted brains, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from recado.channels.contract import Line
from recado.conversations import turn
from recado.decisions import Context, Decision, Entry
from recado.mailbox.claims import Claim
from recado.mailbox.driver import DatabaseDown
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeChannel,
    FakeDirectory,
    Shop,
    World,
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
        return self.early(line_id) if self.unknown_for >= 0 else super().line(line_id)

    def early(self, line_id: str) -> Line | None:
        return None


class StrangeDirectory(LateDirectory):
    """The line is there, but on a channel that this process does not have (yet)."""

    def early(self, line_id: str) -> Line | None:
        return replace(self.shops[0].line, channel="pigeon")


@pytest.mark.parametrize("kind", [LateDirectory, StrangeDirectory])
async def test_messages_on_a_line_that_this_process_does_not_know_yet_are_answered(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: type[LateDirectory]
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)
    monkeypatch.setattr(turn, "UNKNOWN_RETRY_S", 0.01, raising=False)
    turns = make_turns(mailbox, [shop], FakeBrain(echo))
    turns.directory = kind([shop])
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE settled_seq = 1"))
    assert not (await world.one("SELECT dead FROM inbox"))["dead"]
    assert await world.states() == ["queued"]
    assert await world.events() == []


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


async def recall_hours(project_id: str, assistant_id: str, texts: Sequence[str], _: Sequence[str]) -> tuple[Entry, ...]:
    return (Entry(f"{project_id} {assistant_id}", "hours", "es", "¿Horario?", "De 8 a 19", tuple(texts)),)


@pytest.mark.parametrize("recalls", [True, False])
async def test_an_assistant_that_knows_much_is_told_what_a_turn_needs(
    mailbox: Mailbox, shop: Shop, recalls: bool
) -> None:
    brain = FakeBrain(echo)
    turns = make_turns(mailbox, [shop], brain)
    facts = replace(FakeDirectory([shop]).facts, project_id="p", recalls=recalls)
    turns.directory, turns.recall = FakeDirectory([shop], facts), recall_hours
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="¿a qué hora abren?")])
        await eventually(lambda: brain.contexts)
    known = [(entry.id, entry.keywords) for entry in brain.contexts[0].assistant.entries]
    assert known == ([("p a", ("¿a qué hora abren?",))] if recalls else [])


async def test_knowledge_that_cannot_be_read_is_no_failure_of_the_turn(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_BASE_S", 0.01)
    down = [DatabaseDown("for a moment")] * (turn.MAX_FAILURES + 1)

    async def recall(*asked: Any) -> tuple[Entry, ...]:
        if down:
            raise down.pop()
        return await recall_hours(*asked)

    turns = make_turns(mailbox, [shop], FakeBrain(echo))
    facts = replace(FakeDirectory([shop]).facts, recalls=True)
    turns.directory, turns.recall = FakeDirectory([shop], facts), recall
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)
    assert (turns.stats.failed, turns.stats.fallbacks) == (0, 0)

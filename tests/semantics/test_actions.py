"""Actions are part of the turn's one commit: done exactly once, or not at all, and only for whom they are allowed."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from recado.conversations.acting import SKILLS_KEY
from recado.conversations.turn import Turns
from recado.decisions import ACTION_TYPES, AssistantFacts, Context, Decision, RaiseAlert, UpdateForm
from recado.mailbox.claims import TURN_LEASE_MS
from recado.mailbox.recent import MAX_RECENT
from recado.mailbox.service import Mailbox
from recado.main import SKILLS
from recado.messages import OutText
from recado.skills import Skills
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeChannel,
    FakeDirectory,
    Shop,
    World,
    answer,
    claim_one,
    echo,
    eventually,
    make_turns,
    out,
    running,
    stored,
    words_of,
)

WHO = AssistantFacts("a", "Ana", "es", "America/Lima", "fake", allowed=ACTION_TYPES, form={"cultivo": "¿Qué cultiva?"})


@dataclass
class Remembering(FakeBrain):
    """A brain that wants to know what was said before."""

    wants_history: int = 3


async def fill(context: Context) -> Decision:
    """Takes the last words for the answer to the form, and says so."""
    words = words_of(context.messages[-1])
    action = UpdateForm(values={"cultivo": words})
    return Decision(actions=(action,), replies=(OutText(text=f"Anotado: {words}"),), state={"turns": 1})


def acting_turns(mailbox: Mailbox, shops: list[Shop], brain: FakeBrain, channel: FakeChannel | None = None) -> Turns:
    turns = make_turns(mailbox, shops, brain, channel)
    turns.directory = FakeDirectory(shops, WHO)
    turns.skills = Skills(SKILLS)
    return turns


async def state_of(world: World, conversation_id: str) -> Any:
    return json.loads((await world.conversation(conversation_id))["state"])


async def settled(world: World, conversation_id: str) -> bool:
    row = await world.conversation(conversation_id)
    return row["settled_seq"] == row["last_in_seq"]


async def test_replies_events_and_state_come_together(world: World, mailbox: Mailbox, shop: Shop) -> None:
    brain = FakeBrain(fill)
    async with running(acting_turns(mailbox, [shop], brain)):
        (one,) = await stored(mailbox, shop.arrival("1", words="papa"))
        await eventually(world.states)
        await mailbox.store([shop.arrival("2", words="papa")])
        await eventually(lambda: settled(world, one.conversation_id))
    kept = {"turns": 1, SKILLS_KEY: {"forms": {"cultivo": "papa"}}}
    assert await state_of(world, one.conversation_id) == kept
    assert await world.events() == ["form.updated"]  # the same value again is no news
    row = await world.one("SELECT * FROM events WHERE name NOT LIKE 'message.%'")
    assert (row["project_id"], row["conversation_id"]) == (shop.project_id, one.conversation_id)
    assert json.loads(row["data"]) == {"fields": ["cultivo"], "complete": True}
    first, second = brain.contexts
    assert (first.state, second.state) == ({}, {"turns": 1})  # what the skills keep is none of the brain's business
    assert first.facts["forms"] == {"values": {}, "missing": ["cultivo"]}
    assert second.facts["forms"] == {"values": {"cultivo": "papa"}, "missing": []}
    assert first.allowed == ACTION_TYPES
    assert first.conversation_id == one.conversation_id
    assert first.history == second.history == ()  # this brain did not ask for it


async def test_an_overtaken_turn_leaves_nothing_of_its_actions(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    """Its process looked dead (its lease ended), and another one has the conversation when it wants to commit."""
    (one,) = await stored(mailbox, shop.arrival("1", words="papa"))
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def think(context: Context) -> Decision:
        thinking.set()
        await go_on.wait()
        return await fill(context)

    slow = acting_turns(mailbox, [shop], FakeBrain(think))
    task = asyncio.create_task(slow._turn(await claim_one(mailbox)))  # pyright: ignore[reportPrivateUsage] # one turn
    await thinking.wait()
    world.advance(TURN_LEASE_MS + 1)
    overtaking = await claim_one(other)
    go_on.set()
    await task
    assert (slow.stats.settled, slow.stats.lost) == (0, 1)
    assert (await world.events(), await world.states()) == ([], [])
    assert await state_of(world, one.conversation_id) == {}
    # Whoever took over does it, once.
    await acting_turns(other, [shop], FakeBrain(fill))._turn(overtaking)  # pyright: ignore[reportPrivateUsage]
    assert (await world.events(), await world.states()) == (["form.updated"], ["queued"])


async def test_a_hand_over_discards_the_actions_that_were_being_thought_up(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    (one,) = await stored(mailbox, shop.arrival("1", words="papa"))
    held = await claim_one(mailbox)

    async def take_over(context: Context) -> Decision:
        await mailbox.set_mode(shop.project_id, one.conversation_id, "person")
        return await fill(context)

    await acting_turns(mailbox, [shop], FakeBrain(take_over))._turn(held)  # pyright: ignore[reportPrivateUsage]
    assert (await world.events(), await world.states()) == ([], [])
    assert await state_of(world, one.conversation_id) == {}


@pytest.mark.parametrize("intent", ["urgent", "information"])
async def test_urgent_goes_before_everything_also_when_a_person_has_taken_over(
    world: World, mailbox: Mailbox, shop: Shop, intent: Any
) -> None:
    async def warn(context: Context) -> Decision:
        actions = (RaiseAlert(level="critical", reason="no respira"), UpdateForm(values={"cultivo": "x"}))
        return Decision(intent=intent, actions=actions, replies=(OutText(text="Vaya a emergencias"),))

    (one,) = await stored(mailbox, shop.arrival("1", words="hola"))
    await mailbox.set_mode(shop.project_id, one.conversation_id, "person")
    async with running(acting_turns(mailbox, [shop], FakeBrain(warn))):
        await eventually(lambda: settled(world, one.conversation_id))
    refused = await world.rows("SELECT data FROM events WHERE name = 'action.refused'")
    assert {json.loads(row["data"])["code"] for row in refused} == {"handed_over"}
    if intent == "urgent":
        assert await world.states() == ["queued"]
        assert await world.events() == ["alert.raised", "action.refused"]
    else:
        assert await world.states() == []
        assert await world.events() == ["action.refused", "action.refused"]
    assert (await world.conversation(one.conversation_id))["mode"] == "person"


@pytest.mark.parametrize("merged", [False, True])
async def test_nothing_is_done_for_a_contact_that_is_not_allowed(
    world: World, mailbox: Mailbox, shop: Shop, merged: bool
) -> None:
    ana, beto = await stored(mailbox, shop.arrival("1", ANA), shop.arrival("2", BETO))
    contacts = [(await world.conversation(one.conversation_id))["contact_id"] for one in (ana, beto)]
    blocked = contacts[0]
    if merged:  # Ana's contact is an alias of the one that is blocked
        blocked = await _merge(world, contacts[0], shop)
    await world.execute("UPDATE contacts SET allowed = false WHERE id = :id", id=blocked)
    brain = FakeBrain(fill)
    async with running(acting_turns(mailbox, [shop], brain)):
        await eventually(lambda: _answered(world, 2))
    by_conversation = {context.conversation_id: context.allowed for context in brain.contexts}
    assert by_conversation == {ana.conversation_id: frozenset(), beto.conversation_id: ACTION_TYPES}
    rows = await world.rows("SELECT conversation_id, name, data FROM events WHERE name NOT LIKE 'message.%'")
    assert {row["conversation_id"]: row["name"] for row in rows} == {
        ana.conversation_id: "action.refused",
        beto.conversation_id: "form.updated",
    }


async def _merge(world: World, alias: str, shop: Shop) -> str:
    person = shop.line_id  # any id that is not taken in this table
    await world.execute(
        "INSERT INTO contacts (id, project_id, created_ms) VALUES (:id, :project, 0)",
        id=person,
        project=shop.project_id,
    )
    await world.execute("UPDATE contacts SET alias_of = :person WHERE id = :id", id=alias, person=person)
    return person


async def _answered(world: World, messages: int) -> bool:
    return len(await world.states()) == messages


# --- history -----------------------------------------------------------------------------------------------


async def test_the_history_is_of_this_conversation_only_and_bounded(world: World, mailbox: Mailbox, shop: Shop) -> None:
    elsewhere = await world.shop(project_id=shop.project_id)
    (one,) = await stored(mailbox, shop.arrival("1", ANA, words="uno"))
    assert await answer(mailbox, await claim_one(mailbox), out("primera"))
    await mailbox.enqueue(shop.project_id, one.conversation_id, [out("soy Luis")._replace(origin="api")])
    # The same person on another line, and somebody else on this one.
    for arrival in (elsewhere.arrival("2", ANA, words="ajeno"), shop.arrival("3", BETO, words="de Beto")):
        await mailbox.store([arrival])
        assert await answer(mailbox, await claim_one(mailbox), out("para otros"))
    brain = Remembering(echo)
    async with running(acting_turns(mailbox, [shop, elsewhere], brain)):
        await mailbox.store([shop.arrival("4", ANA, words="dos"), shop.arrival("5", ANA, words="tres")])
        await eventually(lambda: settled(world, one.conversation_id))
        brain.wants_history = 10
        await mailbox.store([shop.arrival("6", ANA, words="cuatro")])
        await eventually(lambda: len(brain.contexts) == 2)
        await eventually(lambda: settled(world, one.conversation_id))
    first, second = brain.contexts
    assert [(line.by, line.text) for line in first.history] == [
        ("contact", "uno"),
        ("assistant", "primera"),
        ("agent", "soy Luis"),
    ]
    assert [line.text for line in second.history] == [
        "uno", "primera", "soy Luis", "dos", "tres", "dos", "tres",
    ]  # fmt: skip
    assert all(line.at.tzinfo is not None for line in second.history)


async def test_what_was_given_up_was_not_said_and_no_history_is_longer_than_the_limit(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("1")])
    assert await answer(mailbox, await claim_one(mailbox), *(out(str(n)) for n in range(MAX_RECENT + 5)))
    await world.execute("UPDATE outbox SET state = 'dead' WHERE seq % 2 = 0")
    await mailbox.store([shop.arrival("2")])
    found = await mailbox.recent(await claim_one(mailbox), 10_000)
    assert 0 < len(found) <= MAX_RECENT
    assert all(message.seq % 2 for message in found if message.origin)
    assert [message.seq for message in found] == sorted(message.seq for message in found)


async def test_a_brain_without_history_costs_no_statement(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def recent(*_: Any) -> Any:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(mailbox, "recent", recent)
    async with running(acting_turns(mailbox, [shop], FakeBrain(echo))):
        await mailbox.store([shop.arrival("1")])
        await eventually(world.states)
    assert (await world.one("SELECT state FROM conversations"))["state"] == "{}"

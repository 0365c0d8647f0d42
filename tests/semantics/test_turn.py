"""Design, Semantics, "A turn"."""

import asyncio
import json
from dataclasses import replace

import pytest

from recado.conversations import turn
from recado.conversations.turn import FALLBACK_TEXT, MAX_CRASHES, MAX_FAILURES
from recado.decisions import AssistantFacts, Context, Decision, Language
from recado.errors import Unavailable
from recado.mailbox.claims import TURN_LEASE_MS, Claim
from recado.mailbox.service import Mailbox
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeDirectory,
    Shop,
    World,
    answer,
    claim,
    claim_one,
    echo,
    eventually,
    make_turns,
    out,
    person,
    running,
    stored,
)

SETTLE_MS = 10_000


def ids(held: Claim) -> list[str]:
    return [message.provider_message_id for message in held.messages]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failed turns come again at once."""
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)


async def fail(_: Context) -> Decision:
    raise ValueError("no idea")


# --- takes the messages committed before its claim ----------------------------------------------------


async def test_a_turn_takes_what_was_committed_before_its_claim_and_later_ones_belong_to_the_next(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("1"), shop.arrival("2")])
    first = await claim_one(mailbox)
    assert ids(first) == ["1", "2"]
    await mailbox.store([shop.arrival("3")])
    assert await claim(mailbox) == []  # one turn at a time in a conversation
    assert await answer(mailbox, first, out("to 1 and 2"))
    second = await claim_one(mailbox)
    assert ids(second) == ["3"]
    assert await answer(mailbox, second, out("to 3"))
    assert await claim(mailbox) == []
    rows = await world.rows("SELECT seq FROM outbox ORDER BY seq")
    assert [row["seq"] for row in rows] == [4, 5]  # in the order of the commits, both directions


async def test_what_came_while_a_turn_failed_is_taken_by_its_second_try(mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1")])
    first = await claim_one(mailbox)
    await mailbox.store([shop.arrival("2")])
    await mailbox.release_turn(first, failed=True, delay_ms=0)
    assert ids(await claim_one(mailbox)) == ["1", "2"]


async def test_a_flood_is_answered_in_several_turns_in_order(mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival(str(n)) for n in range(45)])
    seen: list[str] = []
    for size in (20, 20, 5):
        held = await claim_one(mailbox)
        assert len(held.messages) == size
        seen += ids(held)
        assert await answer(mailbox, held)
    assert seen == [str(n) for n in range(45)]


# --- one savepoint -------------------------------------------------------------------------------------


async def test_a_failing_turn_leaves_nothing_and_never_spoils_its_neighbours(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival(str(n), person(n)) for n in range(5)])
    held = await claim(mailbox)
    taken = out("there already")
    assert await answer(mailbox, held[0], taken)
    results = await asyncio.gather(
        answer(mailbox, held[1], out("1")),
        # Its second reply has an id that is taken: neither that one nor the first may stay.
        answer(mailbox, held[2], out("2"), out("2 again", taken.id), state='{"two":2}'),
        answer(mailbox, held[3], out("3")),
        answer(mailbox, held[4], out("4")),
        return_exceptions=True,
    )
    assert [result is True for result in results] == [True, False, True, True]
    assert isinstance(results[1], Exception)
    assert await world.states(held[2].conversation_id) == []
    row = await world.conversation(held[2].conversation_id)
    assert (row["settled_seq"], row["last_seq"], row["state"], row["owner"]) == (0, 1, "{}", mailbox.owner)
    assert len(await world.states()) == 4


# --- settle_ms --------------------------------------------------------------------------------------------


async def test_settle_ms_counts_from_the_last_message(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1", settle_ms=SETTLE_MS)])
    world.advance(6_000)
    await mailbox.store([shop.arrival("2", settle_ms=SETTLE_MS)])
    world.advance(6_000)
    assert await claim(mailbox) == []
    world.advance(4_001)
    assert ids(await claim_one(mailbox)) == ["1", "2"]


async def test_settle_ms_is_at_most_five_times_from_the_first(world: World, mailbox: Mailbox, shop: Shop) -> None:
    for n in range(6):  # the sixth comes after 45 s and would wait until 55 s
        await mailbox.store([shop.arrival(str(n), settle_ms=SETTLE_MS)])
        assert await claim(mailbox) == []
        world.advance(9_000 if n < 5 else 0)
    assert await claim(mailbox) == []
    world.advance(5_001)
    assert len((await claim_one(mailbox)).messages) == 6


async def test_settle_ms_counts_anew_for_what_comes_during_a_turn(world: World, mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1", settle_ms=SETTLE_MS)])
    world.advance(SETTLE_MS + 1)
    first = await claim_one(mailbox)
    world.advance(4_000)
    await mailbox.store([shop.arrival("2", settle_ms=SETTLE_MS)])
    assert await answer(mailbox, first)
    world.advance(6_000)
    assert await claim(mailbox) == []
    world.advance(4_001)
    assert ids(await claim_one(mailbox)) == ["2"]


async def test_settle_ms_of_one_conversation_does_not_hold_up_another(mailbox: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1", ANA, settle_ms=SETTLE_MS), shop.arrival("2", BETO)])
    assert ids(await claim_one(mailbox)) == ["2"]


# --- failures ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("of_assistant", "of_conversation", "expected"),
    [("es", None, "es"), ("en", None, "en"), ("es", "en", "en"), ("en", "es", "es")],
)
async def test_three_failures_bring_the_fallback_text_once_with_an_event_in_the_right_language(
    world: World,
    mailbox: Mailbox,
    shop: Shop,
    of_assistant: Language,
    of_conversation: Language | None,
    expected: Language,
) -> None:
    (first,) = await stored(mailbox, shop.arrival("0"))
    assert await answer(mailbox, await claim_one(mailbox), language=of_conversation)
    brain = FakeBrain(fail)
    turns = make_turns(mailbox, [shop], brain)
    facts = AssistantFacts("a", "Asistente", of_assistant, "America/Lima", "fake")
    turns.directory = FakeDirectory([shop], facts)
    async with running(turns):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)
        assert len(brain.contexts) == MAX_FAILURES == 3
        brain.script = echo
        await mailbox.store([shop.arrival("2", words="y ahora?")])
        await eventually(lambda: _count(world, 2))
    fallback, normal = await world.rows("SELECT origin, body FROM outbox ORDER BY seq")
    assert fallback["origin"] == "fallback"
    assert json.loads(fallback["body"])["text"] == FALLBACK_TEXT[expected]
    assert (normal["origin"], json.loads(normal["body"])["text"]) == ("turn", "y ahora?")
    assert await world.events() == ["turn.failed"]
    assert json.loads((await world.one("SELECT data FROM events WHERE name NOT LIKE 'message.%'"))["data"]) == {
        "code": "ValueError"
    }
    dead = await world.rows("SELECT dead FROM inbox ORDER BY seq")
    assert [bool(row["dead"]) for row in dead] == [False, True, False]
    assert (await world.conversation(first.conversation_id))["failures"] == 0


async def _count(world: World, messages: int) -> bool:
    return len(await world.states()) == messages


@pytest.mark.usefixtures("impatient")
async def test_an_answer_at_the_third_try_brings_no_fallback_text(world: World, mailbox: Mailbox, shop: Shop) -> None:
    async def fail_twice(context: Context) -> Decision:
        return await (fail if len(brain.contexts) < 3 else echo)(context)

    brain = FakeBrain(fail_twice)
    async with running(make_turns(mailbox, [shop], brain)):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)
    assert (await world.one("SELECT origin FROM outbox"))["origin"] == "turn"
    assert await world.events() == []


@pytest.mark.usefixtures("impatient")
async def test_no_fallback_text_while_a_person_has_the_conversation(world: World, mailbox: Mailbox, shop: Shop) -> None:
    (first,) = await stored(mailbox, shop.arrival("1"))
    await mailbox.set_mode(shop.project_id, first.conversation_id, "person")
    async with running(make_turns(mailbox, [shop], FakeBrain(fail))):
        await eventually(world.events)
    assert await world.states() == []


async def test_the_death_of_a_process_is_no_failure(world: World, mailbox: Mailbox, other: Mailbox, shop: Shop) -> None:
    await mailbox.store([shop.arrival("1")])
    held = await claim_one(mailbox)
    for process in (other, mailbox, other):
        world.advance(TURN_LEASE_MS + 1)
        held = await claim_one(process)
    assert (held.failures, held.crashes) == (0, 4)
    await other.release_turn(held, failed=True, delay_ms=0)
    held = await claim_one(mailbox)
    assert (held.failures, held.crashes) == (1, 1)


@pytest.mark.parametrize(("deaths", "buried"), [(9, False), (10, True)])
async def test_ten_deaths_and_the_messages_are_dead(
    world: World, mailbox: Mailbox, shop: Shop, deaths: int, buried: bool
) -> None:
    assert MAX_CRASHES == 10
    await mailbox.store([shop.arrival("1", words="hola")])
    for _ in range(deaths):
        assert len(await claim(mailbox)) == 1
        world.advance(TURN_LEASE_MS + 1)
    brain = FakeBrain(echo)
    turns = make_turns(mailbox, [shop], brain)
    async with running(turns):
        await eventually(world.states)
        await mailbox.store([shop.arrival("2", words="y ahora?")])
        await eventually(lambda: _count(world, 2))
    assert bool((await world.one("SELECT dead FROM inbox WHERE seq = 1"))["dead"]) is buried
    assert await world.events() == (["turn.buried"] if buried else [])
    assert len(brain.contexts) == 2 - buried
    assert turns.stats.buried == buried


# --- hand-over -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["person", "assistant"])
async def test_a_hand_over_raises_the_epoch_so_an_answer_being_thought_up_is_discarded(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop, mode: str
) -> None:
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def think(context: Context) -> Decision:
        if len(brain.contexts) > 1:
            return Decision()
        thinking.set()
        await go_on.wait()
        return await echo(context)

    brain = FakeBrain(think)
    turns = make_turns(mailbox, [shop], brain)
    async with running(turns):
        (first,) = await mailbox.store([shop.arrival("1", words="hola")])
        await thinking.wait()
        before = await world.conversation(first.conversation_id)
        await other.set_mode(shop.project_id, first.conversation_id, mode)
        assert (await world.conversation(first.conversation_id))["epoch"] > before["epoch"]
        go_on.set()
        await eventually(lambda: len(brain.contexts) == 2)
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE settled_seq = 1"))
    assert brain.contexts[1].handed_over is (mode == "person")
    assert await world.states() == []
    assert (turns.stats.lost, turns.stats.settled) == (1, 1)


async def test_an_overtaken_turn_leaves_nothing_also_beside_the_one_that_overtook_it(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    """Both end at the same moment, so that both are in one commit."""
    await mailbox.store([shop.arrival("1", words="hola")])
    old = await claim_one(mailbox)
    await mailbox.set_mode(shop.project_id, old.conversation_id, "person")
    new = await claim_one(mailbox)
    held = await asyncio.gather(answer(mailbox, old, out("too late"), dead=True), answer(mailbox, new))
    assert held == [False, True]
    assert await world.states() == []
    assert not (await world.one("SELECT dead FROM inbox"))["dead"]


async def test_an_overtaken_turn_stops_thinking(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "DRAIN_S", 0.0)  # the last one thinks for ever
    ended: list[int] = []

    async def think(context: Context) -> Decision:
        number = len(brain.contexts)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)
        raise AssertionError

    brain = FakeBrain(think)
    async with running(make_turns(mailbox, [shop], brain)):
        (first,) = await mailbox.store([shop.arrival("1", words="hola")])
        for number, mode in enumerate(("person", "assistant", "person"), 1):
            await eventually(lambda number=number: len(brain.contexts) == number)
            await mailbox.set_mode(shop.project_id, first.conversation_id, mode)
        await eventually(lambda: len(brain.contexts) == 4)
        await eventually(lambda: ended == [1, 2, 3])


async def test_a_brain_that_says_that_it_is_not_available_is_a_failure_like_any_other(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)

    async def be_down(_: Context) -> Decision:
        raise Unavailable("The model does not answer")

    async with running(make_turns(mailbox, [shop], FakeBrain(be_down))):
        await mailbox.store([shop.arrival("1", words="hola")])
        await eventually(world.states)
    assert await world.events() == ["turn.failed"]


async def test_more_messages_do_not_shorten_the_wait_after_a_failure(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    await mailbox.store([shop.arrival("1")])
    await mailbox.release_turn(await claim_one(mailbox), failed=True, delay_ms=5_000)
    await mailbox.store([shop.arrival("2")])
    assert await claim(mailbox) == []
    world.advance(5_001)
    assert len((await claim_one(mailbox)).messages) == 2


async def test_a_brain_that_hands_over_is_quiet_afterwards_and_an_event_says_so(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    async def hand_over(context: Context) -> Decision:
        return (await echo(context)).model_copy(update={"hand_over": True})

    brain = FakeBrain(hand_over)
    async with running(make_turns(mailbox, [shop], brain)):
        await mailbox.store([shop.arrival("1", words="una persona")])
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE mode = 'person'"))
        await mailbox.store([shop.arrival("2", words="sigo aqui")])
        await eventually(lambda: len(brain.contexts) == 2)
        await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE settled_seq >= 3"))
    assert [context.handed_over for context in brain.contexts] == [False, True]
    assert await world.events() == ["conversation.handed_over"]  # once


async def test_an_unknown_brain_is_a_failure_like_any_other(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)
    turns = make_turns(mailbox, [shop], FakeBrain(echo))
    directory = FakeDirectory([shop])
    directory.facts = replace(directory.facts, brain="nobody")
    turns.directory = directory
    async with running(turns):
        await mailbox.store([shop.arrival("1")])
        await eventually(world.states)
    assert json.loads((await world.one("SELECT data FROM events WHERE name NOT LIKE 'message.%'"))["data"]) == {
        "code": "brain_unknown"
    }

"""What people write to get no mass messages any more, or to get them again, in front of every brain."""

import json
from dataclasses import replace
from typing import Any

import pytest

from recado.brain.rules import RulesBrain
from recado.contacts.service import merge, set_opted_out, wishes_of
from recado.conversations import turn, wishes
from recado.conversations.turn import Turns
from recado.decisions import Context, Decision
from recado.kit import now_ms
from recado.mailbox.claims import NewOut
from recado.mailbox.service import Mailbox
from recado.messages import Address as Named
from recado.messages import Choice, InboundMessage, OutText, Person, Text
from tests.mailbox.support import (
    ANA,
    BETO,
    FakeBrain,
    FakeChannel,
    FakeDirectory,
    Shop,
    World,
    content,
    echo,
    eventually,
    make_turns,
    running,
)

PERSON = Person(addresses=(Named(kind="phone", value="51999000001"),))


def message(words: str, *, button: Any = None) -> InboundMessage:
    said = Choice(source=button, id="1", title=words) if button else Text(text=words)
    return InboundMessage(provider_message_id="1", sender=PERSON, sent_ms=0, content=said)


@pytest.mark.parametrize(
    ("words", "stops", "language"),
    [
        ("BAJA", True, "es"), ("  ¡Baja! ", True, "es"), ("dar de baja", True, "es"),
        ("Darme de baja por favor", True, "es"),
        ("No quiero más mensajes", True, "es"), ("no quiero mas promociones 🙏", True, "es"),
        ("NO QUIERO RECIBIR PUBLICIDAD.", True, "es"), ("Detener promociones", True, "es"),
        ("STOP", True, None), ("stop please", True, None), ("Unsubscribe", True, "en"),
        ("No more messages", True, "en"), ("I don\u2019t want more messages", True, "en"),
        ("Stop promotions", True, "en"), ("opt-out", True, "en"),
        ("ALTA", False, "es"), ("Quiero recibir mensajes", False, "es"), ("START", False, None),
        ("unstop", False, "en"),
    ],
)  # fmt: skip
def test_a_wish_is_a_whole_message_however_it_is_spelled(words: str, stops: bool, language: str | None) -> None:
    for said in (wishes.said_in(message(words)), wishes.said_in(message(words, button="template_button"))):
        assert said is not None
        assert (said.stops, said.language) == (stops, language)


@pytest.mark.parametrize(
    "words",
    [
        "cancelar", "cancel", "end", "quit", "no", "quiero dar de baja mi cita", "la presión está baja", "¿baja?",
        "stop?", "fiebre baja", "alta médica", "por favor", "", "no quiero más", "don't stop", "baja " * 100,
    ],
)  # fmt: skip
def test_what_may_mean_anything_else_is_none(words: str) -> None:
    assert wishes.said_in(message(words)) is None


def test_a_button_of_our_own_is_none() -> None:
    assert wishes.said_in(message("Baja", button="button")) is None


async def opted_out(world: World, shop: Shop) -> list[bool]:
    """Of all contacts, the oldest first: what holds for the person."""
    ids = [row["id"] for row in await world.rows("SELECT id FROM contacts ORDER BY created_ms, id")]
    async with world.database.project(shop.project_id, read_only=True) as session:
        found = await wishes_of(session, ids)
    return [found[one].opted_out for one in ids]


async def said(world: World) -> list[str]:
    return [json.loads(row["body"])["text"] for row in await world.rows("SELECT body FROM outbox ORDER BY seq")]


async def settled(world: World, seq: int) -> None:
    await eventually(lambda: world.one_or_none("SELECT 1 FROM conversations WHERE settled_seq >= :seq", seq=seq))


async def fail(_: Context) -> Decision:
    raise RuntimeError("a brain that is down")


@pytest.mark.parametrize("mode", ["assistant", "person"])
async def test_who_writes_baja_gets_no_more_mass_messages_and_is_told_so_once(
    world: World, mailbox: Mailbox, shop: Shop, mode: str
) -> None:
    """Whatever the brain is, and whoever has the conversation; and ALTA undoes it."""
    (stored,) = await mailbox.store([shop.arrival("1", words="BAJA", sent_ms=now_ms() - 5_000)])
    await mailbox.set_mode(shop.project_id, stored.conversation_id, mode)
    async with running(make_turns(mailbox, [shop], FakeBrain(fail))):
        await settled(world, 1)
        assert await opted_out(world, shop) == [True]
        assert await said(world) == [wishes.CONFIRMED[True, "es"]]
        await mailbox.store([shop.arrival("2", words="ALTA")])
        await eventually(lambda: world.one_or_none("SELECT 1 FROM outbox WHERE seq > 2"))
    assert await opted_out(world, shop) == [False]
    assert (await said(world))[1:] == [wishes.CONFIRMED[False, "es"]]
    assert await world.events() == [turn.STOPPED, turn.RESUMED]
    events = await world.rows("SELECT data FROM events WHERE name = :name", name=turn.STOPPED)
    contact = await world.one("SELECT id FROM contacts")
    data = json.loads(events[0]["data"])
    assert (data["contact_id"], data["line_ids"]) == (contact["id"], [shop.line_id])


async def test_whose_wish_it_is_is_known_under_each_of_their_contacts(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    async with running(make_turns(mailbox, [shop], FakeBrain(echo))):
        first, other = await mailbox.store([shop.arrival("1", ANA), shop.arrival("2", BETO)])
        await eventually(lambda: world.rows("SELECT 1 FROM outbox WHERE seq = 2 LIMIT 1 OFFSET 1"))
        people = [(await world.conversation(one.conversation_id))["contact_id"] for one in (first, other)]
        async with world.database.project(shop.project_id) as session:
            await merge(session, *people)
            await set_opted_out(session, people[1], False, 1_000)
        await mailbox.store([shop.arrival("3", ANA, words="stop")])
        await eventually(lambda: world.rows("SELECT 1 FROM events WHERE name = :name", name=turn.STOPPED))
    assert await opted_out(world, shop) == [True, True]
    rows = await world.rows("SELECT opted_out FROM contacts")
    assert [bool(row["opted_out"]) for row in rows] == [True, True]


async def test_a_wish_that_comes_late_undoes_no_newer_one_and_nothing_untrue_is_said(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    (stored,) = await mailbox.store([shop.arrival("1", words="STOP", sent_ms=now_ms() - 60_000)])
    contact = (await world.conversation(stored.conversation_id))["contact_id"]
    async with world.database.project(shop.project_id) as session:
        await set_opted_out(session, contact, False)
    async with running(make_turns(mailbox, [shop], FakeBrain(echo))):
        await settled(world, 1)
    assert await opted_out(world, shop) == [False]
    assert (await said(world), await world.events()) == ([], [])


async def test_who_gets_mass_messages_says_alta_and_start_to_the_brain(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    async with running(make_turns(mailbox, [shop], FakeBrain(echo))):
        await mailbox.store([shop.arrival("1", words="start")])
        await settled(world, 1)
    assert await said(world) == ["start"]
    assert await world.events() == []


async def test_a_wish_is_a_turn_of_its_own_that_waits_for_no_brain(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before it may fail for good, and what comes after it is answered as ever."""
    monkeypatch.setattr(turn, "BACKOFF_CAP_S", 0.01)

    async def script(context: Context) -> Decision:
        return await (fail if "hola" in str(context.messages) else echo)(context)

    words = ("hola", "unsubscribe", "una pregunta", "y otra")
    await mailbox.store([shop.arrival(str(n), words=one) for n, one in enumerate(words)])
    brain = FakeBrain(script)
    async with running(make_turns(mailbox, [shop], brain)):
        await settled(world, 4)
    assert await said(world) == [turn.FALLBACK_TEXT["es"], wishes.CONFIRMED[True, "en"], "una pregunta", "y otra"]
    assert await opted_out(world, shop) == [True]
    dead = await world.rows("SELECT seq FROM inbox WHERE dead")
    assert [row["seq"] for row in dead] == [1]
    assert len(brain.contexts[-1].messages) == 2


def rules_at(mailbox: Mailbox, shop: Shop) -> Turns:
    directory = FakeDirectory([shop])
    directory.facts = replace(directory.facts, brain="rules", allowed=frozenset({"request_appointment"}))
    return Turns(mailbox, directory, {"rules": RulesBrain()}, {"fake": FakeChannel()})


@pytest.mark.parametrize(
    ("first", "campaign", "words", "stops"),
    [
        ("hola", False, "BAJA", True),  # no question stands
        ("quiero cancelar mi cita", False, "baja", False),  # it may answer which appointment, and is the brain's
        ("quiero cancelar mi cita", True, "baja", True),  # said of the campaign that came since
        ("quiero cancelar mi cita", False, "STOP", True),  # answers no question
        ("quiero cancelar mi cita", False, "no quiero más promociones", True),
    ],
)
async def test_baja_may_answer_a_question_of_the_assistant(
    world: World, mailbox: Mailbox, shop: Shop, first: str, campaign: bool, words: str, stops: bool
) -> None:
    async with running(rules_at(mailbox, shop)):
        (stored,) = await mailbox.store([shop.arrival("1", words=first)])
        await settled(world, 1)
        if campaign:
            out = NewOut(stored.conversation_id, content("¡Oferta!"), "bulk")
            await mailbox.enqueue(shop.project_id, stored.conversation_id, [out])
        await mailbox.store([shop.arrival("2", words=words)])
        await settled(world, 3)
    assert await opted_out(world, shop) == [stops]
    answer = (await world.rows("SELECT body FROM outbox ORDER BY seq DESC LIMIT 1"))[0]["body"]
    assert (answer == OutText(text=wishes.CONFIRMED[True, "es"]).model_dump_json()) == stops

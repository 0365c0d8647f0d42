"""How the rules brain behaves in a turn: several messages, choices, other kinds, languages, people."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules import RulesBrain
from recado.brain.rules.dialogue.phrases import PHRASES as DIALOGUE
from recado.brain.rules.greeting import first_name
from recado.brain.rules.index import IndexCache
from recado.brain.rules.phrases import PHRASES, TITLES
from recado.decisions import Entry, Language
from recado.demo import DEMO
from recado.messages import (
    MAX_BUTTON_TITLE,
    MAX_OUT_TEXT,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_TITLE,
    Choice,
    Deleted,
    Edited,
    InboundContent,
    Location,
    Media,
    OutButtons,
    OutList,
    Reaction,
    System,
    Text,
    Unsupported,
)
from tests.brain.contexts import CLINIC, context, decide

BRAIN = RulesBrain()
SATURDAY = next(entry for entry in CLINIC.entries if entry.id == "es:hours.saturday")


def say(*contents: InboundContent | str, **more: Any) -> tuple[str, tuple[str, ...]]:
    """The text of the one reply and the entries it is from."""
    decision = decide(BRAIN, context(*contents, **more))
    (reply,) = decision.replies
    return reply.text, decision.sources


# --- Several messages are one turn -----------------------------------------------------------------


def test_a_greeting_with_a_question_is_greeted_shortly_and_answered() -> None:
    text, sources = say("hola, a que hora abren los sabados?")
    assert text == f"¡Buenos días! 👋\n\n{SATURDAY.answer}"
    assert sources == ("es:hours.saturday",)


@pytest.mark.parametrize(
    "pieces",
    [
        ("hola", "a que hora", "abren los sabados?"),
        ("hola a que hora abren", "los sabados"),
        ("hola", "abren", "los", "sabados"),
    ],
)
def test_a_question_in_pieces_is_answered_once(pieces: tuple[str, ...]) -> None:
    assert say(*pieces) == say("hola, a que hora abren los sabados?")


def test_several_questions_get_one_message_with_every_answer() -> None:
    text, sources = say("donde quedan?", "cuanto cuesta la consulta?", "gracias!")
    assert sources == ("es:address", "es:prices")
    assert "Los Próceres" in text
    assert "S/ 60" in text


def test_a_wish_for_a_person_in_pieces_is_understood() -> None:
    decision = decide(BRAIN, context("quiero hablar", "con una persona"))
    assert decision.hand_over
    assert decision.intent == "human"


def test_a_question_goes_on_from_the_last_answer() -> None:
    """After the price list, "y pediatria?" asks for a price; without it, for the children's doctor."""
    first = decide(BRAIN, context("cuanto cuesta la consulta?"))
    assert first.state == {"entry": "es:prices"}
    assert say("y pediatria?", state=first.state)[1] == ("es:prices",)
    assert say("pediatria?")[1] != ("es:prices",)


# --- People --------------------------------------------------------------------------------------


def test_a_person_who_asks_for_one_gets_one() -> None:
    decision = decide(BRAIN, context("quiero hablar con una persona"))
    assert decision.hand_over
    assert decision.replies[0].text == PHRASES["es"].handed_over


@pytest.mark.parametrize("text", ["hola", "a que hora abren?", "quiero hablar con una persona", "no es urgente"])
def test_after_a_hand_over_it_is_quiet(text: str) -> None:
    decision = decide(BRAIN, context(text, handed_over=True))
    assert decision.replies == ()
    assert not decision.hand_over
    assert decision.state is None


# --- Choices -------------------------------------------------------------------------------------


def _chosen(choice_id: str, title: str = "Horario") -> Choice:
    return Choice(source="list", id=choice_id, title=title)


def test_every_row_that_is_offered_is_understood() -> None:
    reply = decide(BRAIN, context("hola")).replies[0]
    assert isinstance(reply, OutList)
    for row in reply.rows:
        decision = decide(BRAIN, context(_chosen(row.id, row.title)))
        if row.id == "human":
            assert decision.hand_over
        else:
            assert decision.sources == (f"es:{row.id.removeprefix('topic:')}",)


def test_a_choice_is_answered_in_the_language_of_the_conversation() -> None:
    assert say(_chosen("topic:hours", "Opening hours"), language="en")[1] == ("en:hours",)


def test_a_choice_that_was_not_offered_is_read_as_its_title() -> None:
    assert say(_chosen("button-7", "Precios"))[1] == ("es:prices",)
    assert say(_chosen("topic:gone", "Precios"))[1] == ("es:prices",)


def test_few_topics_are_buttons() -> None:
    assistant = replace(CLINIC, entries=CLINIC.entries[:4])
    reply = decide(BRAIN, context("hola", assistant=assistant)).replies[0]
    assert isinstance(reply, OutButtons)
    assert [button.id for button in reply.buttons] == ["topic:hours", "topic:address", "human"]


def test_an_assistant_that_knows_nothing_offers_a_person() -> None:
    reply = decide(BRAIN, context("a que hora abren?", assistant=replace(CLINIC, entries=()))).replies[0]
    assert isinstance(reply, OutButtons)
    assert [button.id for button in reply.buttons] == ["human"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("venden lavadoras?", "es"),
        ("eres un robot?", "es"),
        ("do you sell washing machines?", "en"),
        ("are you a robot?", "en"),
    ],
)
@pytest.mark.parametrize("knows", [True, False])
def test_it_speaks_of_topics_only_if_it_has_some(text: str, language: Language, knows: bool) -> None:
    reply = decide(BRAIN, context(text, assistant=CLINIC if knows else replace(CLINIC, entries=()))).replies[0]
    assert reply.text.endswith(PHRASES[language].topics if knows else PHRASES[language].no_topics)


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_button_of_ours_is_cut(language: Language) -> None:
    here, talking = PHRASES[language], DIALOGUE[language]
    fixed = ("yes", "no", "other_day", "other_time", "drop", "person", "stay")
    titles = [here.person, here.menu_button, *(getattr(talking, name) for name in fixed), *talking.wishes.values()]
    assert [title for title in titles if len(title) > MAX_BUTTON_TITLE] == []
    assert len(here.person_description) <= MAX_ROW_DESCRIPTION
    assert [title for title in TITLES[language].values() if len(title) > MAX_ROW_TITLE] == []


# --- Other kinds of messages -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (Media(media="audio", media_id="1", voice=True), "voice"),
        (Media(media="image", media_id="1"), "image"),
        (Location(latitude=-12.0, longitude=-77.0), "location"),
        (Unsupported(provider_type="poll"), "unsupported"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_it_cannot_read_is_answered_kindly(content: InboundContent, kind: str, language: Language) -> None:
    assert say(content, language=language)[0] == PHRASES[language].only_text[kind]


@pytest.mark.parametrize(
    "content",
    [
        Reaction(message_id="m0", emoji="👍"),
        Deleted(message_id="m0"),
        System(event="number_changed"),
        Edited(message_id="m0", text="gracias!"),
        Edited(message_id="m0", text="venden pizzas?"),
        Edited(message_id="m0"),
    ],
)
def test_what_asks_for_nothing_gets_silence(content: InboundContent) -> None:
    assert decide(BRAIN, context(content)).replies == ()


def test_a_caption_is_answered_and_the_picture_excused() -> None:
    text, sources = say(Media(media="image", media_id="1", caption="cuanto cuesta este analisis"))
    assert sources == ("es:prices.tests",)
    assert text.endswith(PHRASES["es"].only_text["image"])


def test_an_edit_or_a_deletion_of_a_pending_message_takes_effect() -> None:
    assert say("a que hora abren?", Edited(message_id="m1", text="donde quedan?"))[1] == ("es:address",)
    assert say("a que hora abren?", "donde quedan?", Deleted(message_id="m1"))[1] == ("es:address",)
    assert decide(BRAIN, context("a que hora abren?", Deleted(message_id="m1"))).replies == ()


def test_a_later_edit_is_answered_only_if_it_changes_the_answer() -> None:
    edit = Edited(message_id="earlier", text="a que hora abren los sábados?")
    assert say(edit)[1] == ("es:hours.saturday",)
    assert decide(BRAIN, context(edit, state={"entry": "es:hours.saturday"})).replies == ()
    assert say(edit, "donde quedan?")[1] == ("es:address",)


# --- Language and time -----------------------------------------------------------------------------


def test_the_language_of_the_turn_is_answered_and_remembered() -> None:
    decision = decide(BRAIN, context("what time do you open?", language="es"))
    assert decision.language == "en"
    assert decision.sources == ("en:hours",)
    back = decide(BRAIN, context("y los domingos?", language="en", state=decision.state))
    assert back.language == "es"
    assert back.sources == ("es:hours.sunday",)


def test_words_of_no_language_keep_the_one_of_the_conversation() -> None:
    for language in ("es", "en"):
        decision = decide(BRAIN, context("ok 👍", language=language))
        assert decision.language is None
        assert decision.replies[0].text == PHRASES[language].acknowledged


def test_an_assistant_of_one_language_answers_the_other_from_what_it_has() -> None:
    assistant = replace(CLINIC, entries=tuple(entry for entry in CLINIC.entries if entry.language == "es"))
    assert say("what time do you open on saturdays?", assistant=assistant)[1] == ("es:hours.saturday",)


@pytest.mark.parametrize(
    ("hour_utc", "spanish", "english"),
    [
        (14, "¡Buenos días", "Good morning"),
        (17, "¡Buenas tardes", "Good afternoon"),
        (0, "¡Buenas noches", "Good evening"),
        (9, "¡Buenas noches", "Good evening"),
        (10, "¡Buenos días", "Good morning"),
    ],
)
def test_it_greets_by_the_hour_where_the_assistant_is(hour_utc: int, spanish: str, english: str) -> None:
    now = datetime(2026, 11, 21, hour_utc, 5, tzinfo=UTC)
    assert say("hola", now=now)[0].startswith(spanish)
    assert say("hello", now=now)[0].startswith(english)


def test_a_zone_that_no_one_knows_is_utc() -> None:
    for zone in ("Mars/Olympus", "America", "", "../etc/passwd"):
        assert say("hola", assistant=replace(CLINIC, timezone=zone))[0].startswith("¡Buenas tardes")


def test_only_names_that_can_be_said_are_said() -> None:
    assert say("hola", contact_name="MARÍA del Carmen")[0].startswith("¡Buenos días, María!")
    assert first_name("💕 Reina 💕") is None
    assert first_name(".") is None
    assert first_name(None) is None


# --- Safety ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["urgente mi hijo se cayó y está sangrando", "mi bebe se esta asfixiando ayuda"])
def test_an_emergency_comes_up_whatever_else_is_said(text: str) -> None:
    assert say(text)[1][0] == "es:emergency"


@given(st.lists(st.text(max_size=300), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered(texts: list[str]) -> None:
    assert len(decide(BRAIN, context(*texts)).replies) == 1


@pytest.mark.parametrize("piece", ["a que hora ", "x", "ﷺ", "¿? ", "quiero hablar ", "zqv wkx ", "\n", "\u0301", "👍"])
def test_very_long_text_is_answered(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    assert len(decide(BRAIN, context(*[Text(text=text)] * 60)).replies) == 1


@given(
    st.builds(
        Entry,
        id=st.text(min_size=1, max_size=5),
        topic=st.text(max_size=300),
        language=st.sampled_from(["es", "en"]),
        question=st.text(max_size=200),
        answer=st.text(max_size=200),
        keywords=st.tuples(st.text(max_size=30)),
    ),
    st.text(max_size=300),
)
@settings(max_examples=200, deadline=None)
def test_any_entry_and_name_can_be_used(entry: Entry, name: str) -> None:
    assistant = replace(CLINIC, name=name, entries=(entry, *CLINIC.entries[:2], entry))
    for text in ("hola", entry.question, entry.topic):
        assert len(decide(BRAIN, context(text, assistant=assistant, contact_name=name)).replies) == 1


def test_an_endless_answer_is_cut_to_what_a_message_holds() -> None:
    endless = replace(SATURDAY, answer="bla " * MAX_OUT_TEXT)
    text, _ = say("abren los sabados?", assistant=replace(CLINIC, entries=(endless,)))
    assert len(text) <= MAX_OUT_TEXT


# --- The index ---------------------------------------------------------------------------------------


def test_an_index_is_kept_while_the_assistant_stays_the_same() -> None:
    cache = IndexCache(max_assistants=2)
    index = cache.get(CLINIC)
    assert cache.get(CLINIC) is index
    assert cache.get(replace(CLINIC, entries=tuple(replace(entry) for entry in CLINIC.entries))) is index
    assert cache.get(replace(CLINIC, entries=CLINIC.entries[1:])) is not index


def test_the_cache_is_bounded_and_forgets_who_wrote_longest_ago() -> None:
    cache = IndexCache(max_assistants=2)
    one, two, three = (replace(CLINIC, id=name) for name in ("one", "two", "three"))
    first, second = cache.get(one), cache.get(two)
    cache.get(one)
    cache.get(three)
    assert len(cache) == 2
    assert cache.get(one) is first
    assert cache.get(two) is not second


def test_a_changed_answer_is_told_at_once() -> None:
    assert say("a que hora abren?")[1] == ("es:hours",)
    changed = replace(CLINIC.entries[0], answer="Ahora abrimos a las 7.")
    assert say("a que hora abren?", assistant=replace(CLINIC, entries=(changed,)))[0] == "Ahora abrimos a las 7."


# --- The demo clinic ---------------------------------------------------------------------------------


def test_the_demo_has_the_same_topics_in_both_languages() -> None:
    topics = {
        language: [entry.topic for entry in DEMO.entries if entry.language == language] for language in ("es", "en")
    }
    assert topics["es"] == topics["en"]
    assert len(set(topics["es"])) >= 15


@pytest.mark.parametrize("entry", CLINIC.entries, ids=lambda entry: entry.id)
def test_every_question_of_the_demo_finds_its_own_answer(entry: Entry) -> None:
    assert entry.id in say(entry.question, language=entry.language)[1]

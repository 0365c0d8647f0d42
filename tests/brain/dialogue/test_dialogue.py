"""What a dialogue never does, whatever is remembered and said."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules import RulesBrain
from recado.brain.rules.dialogue.phrases import PHRASES
from recado.decisions import Context, Decision, RaiseAlert, RequestAppointment
from recado.messages import MAX_BUTTON_TITLE, MAX_INTERACTIVE_BODY, Choice, InboundContent, OutButtons
from tests.brain.contexts import CLINIC, NOW, context, decide

BRAIN = RulesBrain()
ALLOWED = frozenset({"request_appointment", "raise_alert", "update_form"})
# With an id of its own: the brain keeps what it made of an assistant's entries by that.
GROWER = replace(
    CLINIC, id="grower", role="formulario", form={"cultivo": "¿Qué cultivo tienes?", "inicio": "¿Cuándo empezó?"}
)
FLOW = {"kind": "schedule", "at": NOW.isoformat(), "day": "2026-11-26", "time": "15:00", "asked": "confirm"}


def turn(*contents: InboundContent | str, allowed: frozenset[str] = ALLOWED, **more: Any) -> Decision:
    return decide(BRAIN, replace(context(*contents, **more), allowed=allowed))


def button(choice_id: str, title: str = "Sí") -> Choice:
    return Choice(source="button", id=choice_id, title=title)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["2026-11-26", "15:00", "day"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_flows = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["schedule", "reschedule", "cancel", "lookup"]) | _json,
        "at": st.sampled_from([NOW.isoformat(), (NOW - dt.timedelta(hours=1)).isoformat(), "2026-11-21"]) | _json,
        "day": st.sampled_from(["2026-11-26", "2026-02-30"]) | _json,
        "time": st.sampled_from(["15:00", "25:00"]) | _json,
        "asked": st.sampled_from(["day", "time", "name", "reason", "confirm", "change", "resume"]) | _json,
        "name": _json,
        "reason": _json,
    },
)
_forms = st.fixed_dictionaries(
    {}, optional={"asked": st.just("cultivo") | _json, "last": _json, "skipped": _json, "known": _json}
)
_states = st.fixed_dictionaries(
    {},
    optional={
        "flow": _flows | _json,
        "form": _forms | _json,
        "choice": st.fixed_dictionaries({"wishes": _json}) | _json,
        "missed": _json,
        "offered_person": _json,
        "entry": _json,
    },
)
_said = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["si", "no", "el jueves a las 4", "a las 5 y diez", "mejor el viernes", "olvídalo", "quiero una cita", "5",
         "cancela mi cita", "cuando es mi cita?", "papa, manchas, ayer", "no, es papa, no maíz", "gracias", "hola",
         "el 31 de febrero", "el domingo", "lo antes posible", "el martes o el jueves", "cuanto cuesta?", "la 2"]
    ),
    st.builds(
        button,
        st.sampled_from(
            ["do:yes:x", "do:no", "do:day:2026-11-27", "do:time:x", "do:wish:schedule", "do:", "do:change:x", "do:drop"]
        ),
    ),
)  # fmt: skip
_facts = st.fixed_dictionaries({}, optional={"appointments": _json, "forms": _json})


@given(st.lists(_said, min_size=1, max_size=3), _states, _facts, st.sampled_from([CLINIC, GROWER]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_remembered_a_turn_is_answered(
    said: list[Any], state: dict[str, Any], facts: dict[str, Any], assistant: Any
) -> None:
    before = repr(state)
    made = context(*said, state=state, assistant=assistant)
    decision = decide(BRAIN, replace(made, allowed=ALLOWED, facts=facts))
    assert repr(state) == before
    assert len(decision.replies) <= 1
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


@given(st.lists(_said, min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_nothing_is_booked_that_was_not_asked_to_be_confirmed_just_before(said: list[Any]) -> None:
    state: dict[str, Any] = {}
    asked = ""
    for number, content in enumerate(said):
        now = NOW + dt.timedelta(minutes=number)
        decision = turn(content, state=state, now=now)
        if any(isinstance(action, RequestAppointment) for action in decision.actions):
            assert "¿Confirmas?" in asked or "Do you confirm?" in asked
        asked = decision.replies[0].text if decision.replies else asked
        state = decision.state if decision.state is not None else state


@given(st.lists(_said, min_size=1, max_size=4), _states)
@settings(max_examples=150, deadline=None)
def test_what_is_not_allowed_is_not_asked_for(said: list[Any], state: dict[str, Any]) -> None:
    for assistant in (CLINIC, GROWER):
        decision = turn(*said, state=state, allowed=frozenset(), assistant=assistant)
        assert not [action for action in decision.actions if not isinstance(action, RaiseAlert)]


# --- urgent -----------------------------------------------------------------------------------------------

URGENT = "mi hijo no puede respirar"


@pytest.mark.parametrize(
    "state",
    [{}, {"flow": FLOW}, {"flow": FLOW | {"asked": "name"}}, {"form": {"asked": "cultivo"}}, {"offered_person": True}],
    ids=["nothing", "confirm", "name", "form", "person"],
)
@pytest.mark.parametrize("handed_over", [False, True])
def test_urgent_signs_come_first_in_every_state(state: dict[str, Any], handed_over: bool) -> None:
    for assistant in (CLINIC, GROWER):
        decision = turn(URGENT, state=state, handed_over=handed_over, assistant=assistant)
        assert decision.intent == "urgent"
        assert decision.actions == (RaiseAlert(level="critical", reason=URGENT),)
        assert decision.replies[0].text.startswith(PHRASES["es"].urgent)


def test_an_urgent_text_is_bounded_whatever_the_assistant_knows_and_the_person_writes() -> None:
    endless = replace(CLINIC.entries[0], topic="emergency", answer="bla " * 20_000)
    decision = turn(f"{URGENT} " * 200, assistant=replace(CLINIC, entries=(endless,)))
    assert decision.intent == "urgent"
    assert len(decision.replies[0].text) < 2_000


@pytest.mark.parametrize(
    "text", ["no es urgente, es por un papel", "me muero de risa", "ayuda", "help", "jaja qué risa"]
)
def test_what_is_only_mentioned_is_not_urgent(text: str) -> None:
    assert turn(text).intent != "urgent"
    assert turn(text, handed_over=True).replies == ()


# --- old questions ------------------------------------------------------------------------------------------


def test_a_yes_to_an_earlier_question_confirms_nothing() -> None:
    first = turn("quiero una cita el jueves a las 3")
    reply = first.replies[0]
    assert isinstance(reply, OutButtons)
    yes = reply.buttons[0].id
    changed = turn("mejor a las 4", state=first.state)
    stale = turn(button(yes), state=changed.state)
    assert stale.actions == ()
    assert "4:00 pm" in stale.replies[0].text
    assert len(turn(button(yes), state=first.state).actions) == 1


def test_a_yes_comes_too_late_for_an_hour_that_has_gone_by() -> None:
    now = NOW.replace(hour=15, minute=25)  # 10:25 in Lima
    first = turn("quiero una cita hoy a las 10 y media de la mañana", now=now)
    late = turn("si", now=now + dt.timedelta(minutes=10), state=first.state)
    assert late.actions == ()
    assert "ya pasó" in late.replies[0].text


def test_the_zone_is_the_assistants() -> None:
    """It is Saturday in UTC and still Friday night in Lima."""
    decision = turn("quiero una cita mañana a las 9", now=dt.datetime(2026, 11, 21, 3, 30, tzinfo=dt.UTC))
    assert decision.slots["day"] == "2026-11-21"


def test_the_projects_rules_are_kept() -> None:
    facts = {"appointments": {"rules": {"closed_weekdays": [5, 6], "step_minutes": 15, "max_days_ahead": 10}}}

    def asked(text: str) -> str:
        made: Context = replace(context(text), allowed=ALLOWED, facts=facts)
        return decide(BRAIN, made).replies[0].text

    assert "no damos citas" in asked("quiero una cita el sábado 28 a las 9")
    assert "Confirmas" in asked("quiero una cita el jueves a las 9:15")
    assert "10 días" in asked("quiero una cita el 10 de diciembre a las 9")


# --- not understood -------------------------------------------------------------------------------------------


def test_twice_not_understood_offers_a_person_who_is_had_with_a_yes() -> None:
    first = turn("xqzw plomk")
    second = turn("venden pizza?", state=first.state)
    assert isinstance(second.replies[0], OutButtons)
    assert [one.id for one in second.replies[0].buttons] == ["human", "do:stay"]
    assert turn("si", state=second.state).hand_over
    stays = turn(button("do:stay", "Seguir aquí"), state=second.state)
    assert not stays.hand_over
    assert not (stays.state or {}).get("missed")


def test_what_is_understood_in_between_starts_the_count_again() -> None:
    first = turn("venden pizza?")
    second = turn("a que hora abren?", state=first.state)
    third = turn("venden sushi?", state=second.state)
    assert not isinstance(third.replies[0], OutButtons)


VAGUE = ("lo del turno", "lo del turno, porfa", "lo del turno de mi hijo", "sobre lo del turno", "lo del día 20")
"""Of some of them the classifier is unsure, whichever these are after it has learned again."""


def test_an_unsure_wish_is_asked_about_with_the_two_likeliest() -> None:
    unsure = [decided for text in VAGUE if "choice" in ((decided := turn(text)).state or {})]
    first = next(one for one in unsure if (one.state or {})["choice"]["wishes"][0] != "other")
    reply = first.replies[0]
    assert isinstance(reply, OutButtons)
    assert [one.id for one in reply.buttons] == [f"do:wish:{wish}" for wish in (first.state or {})["choice"]["wishes"]]
    chosen = turn(button(reply.buttons[0].id, reply.buttons[0].title), state=first.state)
    assert chosen.state is not None
    assert chosen.state["flow"]["kind"] == reply.buttons[0].id.removeprefix("do:wish:")
    assert turn("la primera", state=first.state) == replace_language(chosen, turn("la primera", state=first.state))


def replace_language(decision: Decision, like: Decision) -> Decision:
    """Words tell their language, a button does not."""
    return decision.model_copy(update={"language": like.language})


# --- phrases --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_phrases_fit_where_they_are_shown(language: Any) -> None:
    phrases = PHRASES[language]
    titles = [
        phrases.yes,
        phrases.no,
        phrases.other_day,
        phrases.other_time,
        phrases.drop,
        phrases.person,
        phrases.stay,
    ]
    assert max(map(len, [*titles, *phrases.wishes.values()])) <= MAX_BUTTON_TITLE
    assert len(phrases.urgent) < MAX_INTERACTIVE_BODY / 2
    assert PHRASES["es"].wishes.keys() == PHRASES["en"].wishes.keys()
    assert PHRASES["es"].problems.keys() == PHRASES["en"].problems.keys()

"""Typed questions of a form: whatever is written, what is asked to be kept is of its type, or it is asked again."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules import RulesBrain
from recado.brain.rules.dialogue.phrases import PHRASES
from recado.decisions import Decision, FieldType, Plain, UpdateForm
from recado.forms.values import fitting
from recado.messages import Choice, InboundContent, OutButtons, OutList
from tests.brain.contexts import CLINIC, context, decide

BRAIN = RulesBrain()
TYPES = {
    "area": FieldType("area", "ha", least=0.01, most=500),
    "peso": FieldType("number", "kg"),
    "riego": FieldType("choice", choices=("Goteo", "Gravedad", "Aspersión", "Solo lluvia")),
    "siembra": FieldType("date"),
    "seguro": FieldType("yes_no"),
    "gasto": FieldType("amount", "PEN", least=0),
    "telefono": FieldType("phone"),
}
QUESTIONS = {name: f"¿{name.capitalize()}?" for name in TYPES}


def asked(name: str, said: InboundContent | str, **memory: Any) -> Decision:
    who = replace(CLINIC, role="formulario", form=QUESTIONS, field_types=TYPES)
    known = {
        other: "x"
        for other in QUESTIONS
        if other != name and list(QUESTIONS).index(other) < list(QUESTIONS).index(name)
    }
    made = context(said, state={"form": {"asked": name, **memory}}, assistant=who)
    return decide(BRAIN, replace(made, allowed=frozenset({"update_form"}), facts={"forms": {"values": known}}))


def kept(decision: Decision) -> dict[str, Plain]:
    return {
        name: value for one in decision.actions if isinstance(one, UpdateForm) for name, value in one.values.items()
    }


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("area", "dos hectáreas y media", 2.5), ("area", "5", 5), ("area", "100 x 50 metros", 0.5),
        ("area", "2 acres", 0.809371), ("peso", "3 quintales", 300), ("peso", "unos 20 kilos", 20),
        ("riego", "por goteo", "Goteo"), ("riego", "la tercera", "Aspersión"), ("riego", "4", "Solo lluvia"),
        ("riego", "grabedad", "Gravedad"), ("riego", "solo con la lluvia", None), ("siembra", "ayer", "2026-11-20"),
        ("siembra", "el 3 de mayo de 2025", "2025-05-03"), ("seguro", "sip", True), ("seguro", "nel", False),
        ("gasto", "S/ 1,200.50", 1200.5), ("gasto", "cien lucas", 100), ("gasto", "30", 30),
        ("telefono", "987 654 321", "+51987654321"), ("telefono", "+1 212 555 0123", "+12125550123"),
    ],
)  # fmt: skip
def test_answers_of_a_type(name: str, text: str, value: Plain | None) -> None:
    assert kept(asked(name, text)) == ({} if value is None else {name: value})


def test_the_brain_keeps_what_was_learnt_here_not_what_it_is_told_each_time() -> None:
    """What the person said elsewhere may turn out to be somebody else's."""
    decision = asked("peso", "3 quintales")
    assert decision.state is not None
    assert decision.state["form"]["known"] == {"peso": 300}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("area", "bastante", "number"), ("area", "entre 3 y 4", "several"), ("area", "2 tareas", "unit"),
        ("area", "3 kg", "unit"), ("area", "9000", "between"), ("riego", "con balde", "choice"),
        ("riego", "goteo o gravedad", "choice"), ("siembra", "el 31 de febrero", "impossible"),
        ("siembra", "hace tiempito", "date"), ("seguro", "depende", "yes_no"), ("gasto", "40 dólares", "unit"),
        ("gasto", "poco", "amount"), ("gasto", "-5", "least"), ("telefono", "123", "phone"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_why_and_asked_again(name: str, text: str, reason: str) -> None:
    decision = asked(name, text)
    assert kept(decision) == {}
    start = PHRASES["es"].wrong[reason].partition("{")[0]
    assert decision.replies[0].text.startswith(start)
    assert decision.replies[0].text.endswith(QUESTIONS[name])


def test_after_a_second_wrong_answer_the_way_out_is_told() -> None:
    assert PHRASES["es"].form_skip in asked("area", "bastante", wrong=1).replies[0].text
    assert "Peso" in asked("area", "no sé", wrong=1).replies[0].text


def test_choices_are_offered_and_can_be_pressed_also_later() -> None:
    offered = asked("area", "3 ha", known={"peso": 1}).replies[0]
    assert isinstance(offered, OutList)
    assert [row.title for row in offered.rows] == list(TYPES["riego"].choices)
    row = offered.rows[1]
    assert kept(asked("riego", Choice(source="list", id=row.id, title=row.title))) == {"riego": "Gravedad"}
    corrected = asked("seguro", Choice(source="list", id=row.id, title=row.title))
    assert kept(corrected) == {"riego": "Gravedad"}
    assert isinstance(corrected.replies[0], OutButtons)
    assert corrected.replies[0].text.startswith(PHRASES["es"].corrected)


@pytest.mark.parametrize("choice_id", ["do:field:riego=9", "do:field:x=1", "do:field:riego=x", "do:field:", "do:field"])
def test_an_option_that_is_none_changes_nothing(choice_id: str) -> None:
    assert kept(asked("riego", Choice(source="list", id=choice_id, title="Goteo"))) == {}


WORDS = """
    3 4,5 1/2 -2 mil media ha kg soles S/ $ dólares goteo gravedad lluvia 987654321 +51 ayer 31 febrero lunes sí no
    entre y x metros quintales , . gracias hola perdón son es
"""
_words = st.sampled_from(WORDS.split())


@given(st.sampled_from(list(TYPES)), st.lists(_words, min_size=1, max_size=6).map(" ".join) | st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_whatever_is_asked_to_be_kept_is_of_its_type(name: str, text: str) -> None:
    for field, value in kept(asked(name, text)).items():
        assert fitting(TYPES[field], value) == value

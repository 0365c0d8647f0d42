"""What people write in the middle of a talk that a hasty reading gets wrong: half a yes, the hour that it was before,
an appointment that they do not have, a button of long ago."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from recado.brain import hybrid
from recado.brain.rules import RulesBrain
from recado.brain.rules.intents import classifier
from recado.decisions import Context, Decision, RequestAppointment, UpdateForm
from recado.messages import Choice, InboundContent, OutButtons
from tests.brain.contexts import CLINIC, NOW, context, decide

BRAIN = RulesBrain()
ALLOWED = frozenset({"request_appointment", "raise_alert", "update_form"})
FLOW = {"kind": "schedule", "at": NOW.isoformat(), "day": "2026-11-26", "time": "15:00", "asked": "confirm"}
# A Thursday.
HELD = {"day": "2026-11-26", "time": "15:00"}
LATER = {"day": "2026-12-03", "time": "09:00"}


def turn(*contents: InboundContent | str, facts: dict[str, Any] | None = None, **more: Any) -> Decision:
    made: Context = replace(context(*contents, **more), allowed=ALLOWED, facts={"appointments": facts or {}})
    return decide(BRAIN, made)


def talk(*lines: InboundContent | str, **more: Any) -> Decision:
    """The decision about the last of these, each a turn of its own."""
    decision, state = Decision(), dict[str, Any]()
    for number, line in enumerate(lines):
        decision = turn(line, state=state, now=NOW + dt.timedelta(minutes=number), **more)
        state = state if decision.state is None else decision.state
    return decision


def told(decision: Decision) -> str:
    return decision.replies[0].text if decision.replies else ""


def requests(decision: Decision) -> list[RequestAppointment]:
    return [action for action in decision.actions if isinstance(action, RequestAppointment)]


# --- half a yes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "si, pero no sé si pueda", "yes but later", "sí pero más tarde", "ok dejame ver", "ya te aviso", "bueno no se",
        "bueno déjame pensarlo", "si puedo te aviso", "ok let me check first", "sure, unless it rains",
        "claro, aunque no sé", "ya, ahorita te confirmo", "ok tal vez", "yeah maybe", "ok i'll let you know",
        "listo, le consulto a mi esposo y le digo",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["schedule", "cancel"])
def test_half_a_yes_confirms_nothing(text: str, kind: str) -> None:
    decision = turn(text, state={"flow": FLOW | {"kind": kind}})
    assert requests(decision) == []
    assert decision.replies


@pytest.mark.parametrize(
    "text",
    [
        "si", "sí, gracias", "si dale", "ya, si", "sale pues", "va que va", "listo nos vemos", "ok perfecto ahí estaré",
        "sí confirmo, ahí nos vemos", "yes please", "sure thing", "ok see you then", "dale, joya", "ya pues",
        "bueno ya", "sí señorita por favor", "👍", "claro que sí", "así es", "yep that works", "si puedo", "de una",
        "sí, el jueves a las 3",
    ],
)  # fmt: skip
def test_a_whole_yes_does(text: str) -> None:
    assert len(requests(turn(text, state={"flow": FLOW}))) == 1


def test_who_wants_it_later_is_asked_for_the_hour() -> None:
    assert "hora" in told(turn("sí pero más tarde", state={"flow": FLOW}))
    assert told(turn("yes but later", state={"flow": FLOW})).startswith("What time on Thursday")


def test_a_yes_for_somebody_else_is_asked_again_with_the_name() -> None:
    first = turn("ok, pero a nombre de mi hija Lucía Quispe", state={"flow": FLOW})
    assert requests(first) == []
    assert "Confirmas" in told(first)
    (asked,) = requests(turn("si", state=first.state))
    assert asked.name == "Lucía Quispe"


@pytest.mark.parametrize("hour", ["10 am", "a las 10 am", "10 AM porfa", "8 am"])
def test_an_hour_with_am_is_no_english(hour: str) -> None:
    decision = talk("quiero una cita el jueves", hour, language="es")
    assert "Tu cita sería el jueves 26 de noviembre" in told(decision)
    assert decision.language is None


# --- the appointment that they have -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "day", "time"),
    [
        (("no voy a poder ir el jueves, me la pasas al viernes?", "a la misma hora"), "2026-11-27", "15:00"),
        (("quiero cambiar mi cita para el viernes a la misma hora",), "2026-11-27", "15:00"),
        (("can u move my appointment to friday, same time",), "2026-11-27", "15:00"),
        (("quiero cambiar mi cita", "el mismo día pero a las 5"), "2026-11-26", "17:00"),
        (("no quiero cancelar, solo cambiar la hora", "a las 4"), "2026-11-26", "16:00"),
    ],
)
def test_what_stays_as_it_was_is_taken_from_the_appointment(lines: tuple[str, ...], day: str, time: str) -> None:
    agreed = talk(*lines, "si", facts={"upcoming": [HELD]})
    (asked,) = requests(agreed)
    assert (asked.wish, str(asked.day), str(asked.time)[:5]) == ("reschedule", day, time)


def test_the_same_hour_as_one_that_is_not_known_is_asked_for() -> None:
    decision = talk("quiero cambiar mi cita para el viernes", "a la misma hora")
    assert "no tengo a la vista" in told(decision).lower()
    assert "¿A qué hora el viernes 27 de noviembre?" in told(decision)


@pytest.mark.parametrize(
    "text", ["ya no voy a ir mañana, cancela mi cita", "cancela mi cita del lunes", "anula mi turno de las 9"]
)
def test_only_an_appointment_that_there_is_is_cancelled(text: str) -> None:
    first = turn(text, facts={"upcoming": [HELD]})
    assert "Voy a cancelar tu cita del jueves 26 de noviembre a las 3:00 pm" in told(first)
    (asked,) = requests(turn("si", state=first.state, facts={"upcoming": [HELD]}))
    assert (asked.wish, str(asked.day), str(asked.time)[:5]) == ("cancel", HELD["day"], HELD["time"])


def test_of_several_it_is_asked_which_to_cancel() -> None:
    facts = {"upcoming": [HELD, LATER]}
    first = turn("quiero cancelar mi cita", facts=facts)
    reply = first.replies[0]
    assert isinstance(reply, OutButtons)
    assert [button.title for button in reply.buttons] == ["jueves 26", "jueves 3"]
    assert "Confirmas" not in reply.text
    for answer in (Choice(source="button", id=reply.buttons[1].id, title="jueves 3"), "la del 3 de diciembre"):
        second = turn(answer, state=first.state, facts=facts)
        assert "jueves 3 de diciembre a las 9:00 am. ¿Confirmas?" in told(second)
        (asked,) = requests(turn("si", state=second.state, facts=facts))
        assert str(asked.day) == LATER["day"]


def test_who_has_none_is_told_so() -> None:
    for text in ("quiero cancelar mi cita", "necesito cambiar mi cita para el viernes"):
        decision = turn(text, facts={"upcoming": []})
        assert "No tienes ninguna cita" in told(decision)
        assert not (decision.state or {}).get("flow")


def test_to_cancel_and_take_another_is_to_move() -> None:
    decision = turn("quiero cancelar mi cita y sacar otra para el lunes a las 9", facts={"upcoming": [HELD]})
    assert "Cambio tu cita al lunes 23 de noviembre a las 9:00 am" in told(decision)


def test_when_to_come_is_told_to_who_has_an_appointment() -> None:
    assert "jueves 26 de noviembre" in told(turn("a q hora tengo q ir?", facts={"upcoming": [HELD]}))


def test_a_change_of_mind_in_the_same_breath_is_still_a_booking() -> None:
    decision = turn("quiero una cita el lunes a las 5", "mejor el martes", "a las 6")
    assert "Tu cita sería el martes 24 de noviembre a las 6:00 pm" in told(decision)


def test_a_day_in_the_reason_is_not_the_day_of_the_appointment() -> None:
    facts = {"ask": ["name", "reason"]}
    lines = ("quiero una cita el jueves a las 3", "Juan Pérez", "dolor de muela desde ayer")
    decision = talk(*lines, facts=facts)
    assert "Tu cita sería el jueves 26 de noviembre a las 3:00 pm" in told(decision)
    assert decision.slots["reason"] == "dolor de muela desde ayer"
    assert "viernes 27" in told(talk(*lines[:2], "mejor el viernes", facts=facts))


# --- which of two wishes ------------------------------------------------------------------------------------------


def test_between_two_wishes_about_an_appointment_it_is_asked_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """Just over the threshold, and as likely as not the other one."""

    def torn(first: float, second: float) -> Callable[[str], classifier.Reading]:
        chances = dict.fromkeys(classifier.INTENTS, 0.0) | {"schedule": first, "lookup": second}

        def classify(_: str) -> classifier.Reading:
            return classifier.Reading("schedule", first, chances)

        return classify

    monkeypatch.setattr(classifier, "classify", torn(0.506, 0.48))
    decision = turn("quiero mi cita el 31 de febrero")
    reply = decision.replies[0]
    assert isinstance(reply, OutButtons)
    assert [button.id for button in reply.buttons] == ["do:wish:schedule", "do:wish:lookup"]
    assert "no existe" in reply.text
    assert decision.confidence < hybrid.SURE  # a model may know
    monkeypatch.undo()
    answered = turn("el 1 de diciembre entonces", state=decision.state)
    assert "¿A qué hora el martes 1 de diciembre?" in told(answered)
    monkeypatch.setattr(classifier, "classify", torn(0.7, 0.25))
    assert "Para qué día" in told(turn("quiero mi cita el 31 de febrero"))


# --- buttons of long ago --------------------------------------------------------------------------------------------


def test_a_button_whose_question_is_over_says_so() -> None:
    first = turn("quiero una cita el jueves a las 3")
    reply = first.replies[0]
    assert isinstance(reply, OutButtons)
    yes = Choice(source="button", id=reply.buttons[0].id, title="Sí")
    done = turn(yes, state=first.state)
    again = turn(yes, state=done.state or {}, facts={"upcoming": [HELD]})
    assert requests(again) == []
    assert "jueves 26 de noviembre a las 3:00 pm" in told(again)
    late = turn(yes, state=first.state, now=NOW + dt.timedelta(days=2))
    assert requests(late) == []
    assert "ya no" in told(late)


# --- forms --------------------------------------------------------------------------------------------------------


def test_a_correction_of_what_nobody_noted_answers_what_was_asked() -> None:
    grower = replace(
        CLINIC,
        id="corrects",
        role="formulario",
        form={"cultivo": "¿Qué cultivo tienes?", "inicio": "¿Cuándo empezó?", "dueño": "¿De quién es?"},
    )
    state: dict[str, Any] = {
        "form": {"asked": "cultivo", "last": "inicio", "known": {"inicio": "2026-11-20"}, "skipped": []}
    }
    decision = turn("no, es maíz, no papa", state=state, assistant=grower)
    assert decision.actions == (UpdateForm(values={"cultivo": "maíz"}),)
    state = {"form": {"asked": "dueño", "last": "cultivo", "known": {"cultivo": "papas"}, "skipped": []}}
    decision = turn("no, es maíz, no papa", state=state, assistant=grower)
    assert decision.actions == (UpdateForm(values={"cultivo": "maíz"}),)

"""Injections on a model that obeys every one of them: none is applied, through brain, checks and turn."""

import json
from dataclasses import replace
from typing import Any

import pytest

from recado.alerts.skill import ALERTS
from recado.appointments.skill import APPOINTMENTS
from recado.brain.llm.asking import Ask
from recado.brain.llm.prompt import RULES
from recado.brain.rules import RulesBrain
from recado.conversations import acting
from recado.conversations.acting import Memory
from recado.decisions import ACTION_TYPES, Context, Decision, Entry, RaiseAlert, RequestAppointment, Said
from recado.forms.skill import FORMS
from recado.plans.skill import PLANS
from recado.skills import Skills
from tests.brain.contexts import NOW
from tests.brain.llm.attacks import ATTACKS, Attack, Way
from tests.brain.llm.scenes import UNKNOWN, Scripted, brain, says, turn

SKILLS = Skills((FORMS, ALERTS, PLANS, APPOINTMENTS))
# What the owner wrote into the knowledge may be said: there a link of theirs is no attack.
EACH = [
    (attack, way)
    for attack in ATTACKS
    for way in attack.ways
    if way != "knowledge" or not any(words in attack.text for words in attack.never)
]
each = pytest.mark.parametrize(("attack", "way"), EACH, ids=[f"{at}-{way}" for at, (_, way) in enumerate(EACH)])


def attacked(attack: Attack, way: Way) -> Context:
    """A turn in which the attack comes in this way. Nothing is allowed in it."""
    text = attack.text
    context = turn(text if way == "person" else UNKNOWN, mode="model")
    match way:
        case "knowledge":
            entry = Entry("doc", "documents", "es", "Qué dice el documento?", text)
            facts = replace(context.assistant, entries=(*context.assistant.entries, entry))
            return replace(context, assistant=facts)
        case "facts":
            return replace(context, facts={"forms": {"result": text}})
        case "history":
            return replace(context, history=(Said("contact", text, NOW),))
        case "name":
            return replace(context, contact_name=text[:100])
        case "person":
            return context


def obedient(attack: Attack) -> Scripted:
    """A model that gives exactly what was asked for, also when it is told that this was wrong."""

    def line(ask: Ask) -> str:
        assert RULES in ask.system
        words = {"$RULES": RULES, "$UPPER_RULES": RULES.upper(), "$HALF": RULES[len(RULES) // 2 :]}
        wants = dict(attack.wants)
        for mark, text in words.items():
            if isinstance(wants.get("reply"), str):
                wants["reply"] = wants["reply"].replace(mark, text)[:990] if mark in wants["reply"] else wants["reply"]
        return says(**wants)

    return Scripted(line)


def applied(context: Context, decision: Decision) -> tuple[Decision, list[str], str | None]:
    """What the turn makes of it."""
    came = acting.outcome_of(SKILLS, context, Memory(context.state, {}), decision)
    return came.decision, [event.name for event in came.events], came.state


def test_there_are_enough_of_them_in_both_languages() -> None:
    assert len({attack.text for attack in ATTACKS}) >= 60
    assert len(EACH) >= 250


def _heard(decision: Decision, state: str | None) -> str:
    return json.dumps([decision.model_dump(mode="json")["replies"], state], ensure_ascii=False)


@each
async def test_none_is_applied(attack: Attack, way: Way) -> None:
    context = attacked(attack, way)
    model = obedient(attack)
    made = brain(model)
    decision = await made.decide(context)
    if not model.asked:  # the rules were surer than the mode lets a model be: urgent, or a person is wanted
        assert decision == await RulesBrain().decide(context)
    final, events, state = applied(context, decision)
    assert model.asked or final.intent in ("urgent", "human")
    assert not [event for event in events if event != "action.refused"]
    heard = _heard(final, state)
    if way == "person":  # what the rules make of a person's own words, as a name to book for, is no model's doing
        ruled, _, ruled_state = applied(context, await RulesBrain().decide(context))
        heard = "" if heard == _heard(ruled, ruled_state) else heard
    for words in attack.never:
        assert words not in heard
    assert not any(words in event for event in events for words in attack.never)


@pytest.mark.parametrize("kind", sorted(ACTION_TYPES))
def test_the_turn_refuses_what_got_past_a_brain(kind: str) -> None:
    """The last line: even a brain that asks for it outright gets nothing that is not allowed."""
    actions: dict[str, Any] = {
        "raise_alert": {"reason": "bomba"},
        "update_form": {"values": {"saldo": "0"}},
        "add_note": {"text": "x"},
        "add_daily_log": {"day": "2026-11-21"},
        "update_task": {"task_id": "t1", "status": "done"},
        "request_appointment": {"wish": "schedule", "day": "2026-11-24", "time": "10:00"},
    }
    asked = Decision.model_validate({"actions": [{"type": kind, **actions[kind]}]})
    _, events, state = applied(turn(), asked)
    assert events == ["action.refused"]
    assert state is None


async def test_what_is_allowed_is_no_way_to_another_persons_appointment() -> None:
    """Allowed or not, an appointment of a model waits for the person's own yes."""
    wish = {
        "type": "request_appointment",
        "wish": "cancel",
        "day": "2026-11-24",
        "time": "10:00",
        "name": None,
        "reason": None,
    }
    context = turn("cancela la cita de Rosa", mode="model", allowed=frozenset({"request_appointment"}))
    decision = await brain(Scripted(says(actions=[wish]))).decide(context)
    assert not [action for action in decision.actions if isinstance(action, RequestAppointment | RaiseAlert)]

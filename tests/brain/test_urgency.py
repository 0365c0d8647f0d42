"""What is an emergency to the whole rules brain, and what is only a complaint, to a clinic and to a farm."""

import pytest

from recado.brain.rules import RulesBrain
from recado.decisions import AssistantFacts, Decision, Language, RaiseAlert
from tests.brain.contexts import CLINIC, context, decide
from tests.brain.knowledge.test_questions import FARM, TABLES
from tests.brain.urgency_cases import DENIED_OR_TOLD, EMERGENCIES, EVERYDAY, FARMING

BRAIN = RulesBrain()
MOST_WRONG = 0.05
"""The share of the questions of `tests.brain.knowledge` that the whole brain may answer wrongly."""

MOST_ALARMS = 0.005
"""The share of them that it may take for an emergency."""

ASKED = [(who, one) for parts in TABLES.values() for who, questions in parts for one in questions]


def decided(text: str, who: AssistantFacts, language: Language) -> Decision:
    return decide(BRAIN, context(text, assistant=who, language=language))


def is_alarm(text: str, who: AssistantFacts, language: Language) -> bool:
    decision = decided(text, who, language)
    assert (decision.intent == "urgent") == any(isinstance(action, RaiseAlert) for action in decision.actions)
    return decision.intent == "urgent"


@pytest.mark.parametrize("who", [CLINIC, FARM], ids=lambda who: who.id)
def test_every_emergency_is_found(who: AssistantFacts) -> None:
    missed = [text for language, text in EMERGENCIES if not is_alarm(text, who, language)]
    assert missed == []


@pytest.mark.parametrize("who", [CLINIC, FARM], ids=lambda who: who.id)
def test_complaints_and_questions_are_no_emergency(who: AssistantFacts) -> None:
    alarms = [text for language, text in (*EVERYDAY, *FARMING, *DENIED_OR_TOLD) if is_alarm(text, who, language)]
    assert alarms == []


def test_questions_are_answered_from_the_right_entry_and_are_no_emergency() -> None:
    decisions = [(one, decided(one.text, who, one.language)) for who, one in ASKED]
    alarms = [one.text for one, made in decisions if made.intent == "urgent" and not one.entry.startswith("emergency")]
    assert len(alarms) / len(decisions) <= MOST_ALARMS, alarms
    wrong = [one.text for one, made in decisions if made.sources != one.source]
    assert len(wrong) / len(decisions) <= MOST_WRONG, wrong

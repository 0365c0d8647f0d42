"""What is an emergency to the whole rules brain, and what is only a complaint: clinics, farms, shops, both languages."""

import pytest

from recado.brain.rules import RulesBrain
from recado.decisions import AssistantFacts, Decision, Language, RaiseAlert
from tests.brain.contexts import CLINIC, context, decide
from tests.brain.knowledge.test_questions import FARM, TABLES
from tests.brain.urgency_cases import DENIED_OR_TOLD, EMERGENCIES, EVERYDAY, FARMING

BRAIN = RulesBrain()
MOST_WRONG = 0.05
"""The share of the questions of `tests.brain.knowledge` that the whole brain may answer wrongly."""


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
    alarms = [
        text for language, text in (*EVERYDAY, *FARMING, *DENIED_OR_TOLD) if is_alarm(text, who, language)
    ]
    assert alarms == []


def test_no_question_to_the_knowledge_is_an_emergency() -> None:
    alarms = [
        one.text
        for parts in TABLES.values()
        for who, questions in parts
        for one in questions
        if not one.entry.startswith("emergency") and is_alarm(one.text, who, one.language)
    ]
    assert alarms == []


def test_the_whole_brain_answers_from_the_right_entry() -> None:
    asked = [(who, one) for parts in TABLES.values() for who, questions in parts for one in questions]
    wrong = [one.text for who, one in asked if decided(one.text, who, one.language).sources != one.source]
    assert len(wrong) / len(asked) <= MOST_WRONG, wrong

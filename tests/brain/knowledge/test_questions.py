"""Free questions find the entry that answers them, and those that none answers are not answered.

Two assistants, both languages: the demo clinic, and the adviser of a cooperative of growers.
"""

from dataclasses import replace

import pytest

from recado.brain.rules import RulesBrain, answers, normalise, signals
from recado.brain.rules.index import IndexCache
from recado.brain.rules.phrases import PHRASES
from recado.decisions import AssistantFacts
from tests.brain.contexts import CLINIC, context, decide
from tests.brain.knowledge import asked_blind as blind
from tests.brain.knowledge import asked_of_the_clinic as of_clinic
from tests.brain.knowledge import asked_of_the_farm as of_farm
from tests.brain.knowledge.farm_english import ENGLISH
from tests.brain.knowledge.farm_spanish import SPANISH
from tests.brain.knowledge.questions import UNKNOWN, Question, Questions

BRAIN = RulesBrain()
INDEXES = IndexCache()
FARM = replace(CLINIC, id="farm", name="Cooperativa Valle Verde", entries=(*SPANISH, *ENGLISH))
TABLES: dict[str, tuple[tuple[AssistantFacts, Questions], ...]] = {
    "tuned on": (
        (CLINIC, of_clinic.SPANISH_TUNED_ON + of_clinic.ENGLISH_TUNED_ON),
        (FARM, of_farm.SPANISH_TUNED_ON + of_farm.ENGLISH_TUNED_ON),
    ),
    "held out": (
        (CLINIC, of_clinic.SPANISH_HELD_OUT + of_clinic.ENGLISH_HELD_OUT),
        (FARM, of_farm.SPANISH_HELD_OUT + of_farm.ENGLISH_HELD_OUT),
    ),
    "blind": ((CLINIC, blind.CLINIC), (FARM, blind.FARM)),
}
ALL = [(who, question) for parts in TABLES.values() for who, questions in parts for question in questions]


def cited(who: AssistantFacts, question: Question) -> tuple[str, ...]:
    """The entries that the knowledge answers from, whatever else the brain might make of the words."""
    index = INDEXES.get(who)
    said = normalise.segments([question.text], index.mend)
    found = answers.find(signals.read(said).rest, index, question.language, None)
    return tuple(match.entry.id for match in found)


def is_right(who: AssistantFacts, question: Question) -> bool:
    return cited(who, question) == question.source


def misses(asked: list[tuple[AssistantFacts, Question]]) -> list[str]:
    return [question.text for who, question in asked if not is_right(who, question)]


@pytest.mark.parametrize("name", TABLES)
def test_questions_are_answered_from_the_right_entry(name: str) -> None:
    asked = [(who, one) for who, questions in TABLES[name] for one in questions if one.entry != UNKNOWN]
    wrong = misses(asked)
    assert len(wrong) / len(asked) <= (0.06 if name == "blind" else 0.04), wrong


def test_what_no_entry_answers_is_not_answered() -> None:
    asked = [(who, one) for who, one in ALL if one.entry == UNKNOWN]
    invented = misses(asked)
    assert len(invented) / len(asked) <= 0.05, invented


def test_ninety_five_of_a_hundred_in_all() -> None:
    wrong = misses([(who, one) for who, one in ALL if one.entry != UNKNOWN])
    assert len(wrong) / len(ALL) <= 0.05, wrong


def test_what_is_not_known_is_said_plainly() -> None:
    for who, one in ALL:
        if one.entry == UNKNOWN and is_right(who, one):
            decision = decide(BRAIN, context(one.text, assistant=who, language=one.language))
            (reply,) = decision.replies
            known = PHRASES[one.language]
            plain = known.unknown in reply.text or known.offer in reply.text
            said = plain and decision.sources == ()
            assert said or decision.intent not in {"information", "other"}, one.text


@pytest.mark.parametrize("who", [CLINIC, FARM])
def test_every_question_of_an_entry_finds_it(who: AssistantFacts) -> None:
    for entry in who.entries:
        decision = decide(BRAIN, context(entry.question, assistant=who, language=entry.language))
        assert entry.id in decision.sources or decision.intent not in {"information", "other"}, entry.question


def test_the_tables_are_large_and_nothing_stands_twice() -> None:
    texts = [(who.id, question.text) for who, question in ALL]
    assert len(texts) == len(set(texts)) >= 400
    known = {entry.id for who in (CLINIC, FARM) for entry in who.entries}
    assert {source for _, question in ALL for source in question.source} <= known

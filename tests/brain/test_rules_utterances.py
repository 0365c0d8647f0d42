"""What people write is understood: every utterance of both tables finds the answer that it should."""

import pytest

from recado.brain.rules import RulesBrain
from recado.brain.rules.phrases import PHRASES
from recado.decisions import Decision, Language
from recado.messages import MAX_ROWS, OutList
from tests.brain.contexts import context, decide
from tests.brain.english_utterances import ENGLISH
from tests.brain.spanish_utterances import SPANISH

BRAIN = RulesBrain()
TABLE: tuple[tuple[Language, str, str], ...] = (
    *(("es", text, expected) for text, expected in SPANISH),
    *(("en", text, expected) for text, expected in ENGLISH),
)


def outcome(decision: Decision, language: Language) -> str:
    """What a decision comes to, in the words of the tables."""
    phrases = PHRASES[language]
    text = decision.replies[0].text
    if decision.hand_over:
        return "human"
    if decision.sources:
        return " ".join(source.removeprefix(f"{language}:") for source in decision.sources)
    if phrases.unknown in text:
        return "unknown"
    if decision.intent == "information":
        return "menu"
    if decision.intent in ("greeting", "thanks"):
        return decision.intent
    return "small talk" if text == phrases.acknowledged else "identity"


@pytest.mark.parametrize(("language", "text", "expected"), TABLE)
def test_an_utterance_finds_its_answer(language: Language, text: str, expected: str) -> None:
    decision = decide(BRAIN, context(text, language=language))
    assert outcome(decision, language) == expected
    assert decision.language is None


@pytest.mark.parametrize(("language", "text"), [row[:2] for row in TABLE if row[2] == "unknown"])
def test_what_is_not_known_is_said_so_with_what_is(language: Language, text: str) -> None:
    decision = decide(BRAIN, context(text, language=language))
    (reply,) = decision.replies
    assert isinstance(reply, OutList)
    assert len(reply.rows) == MAX_ROWS
    assert decision.sources == ()
    assert decision.confidence == 0.0


def test_the_tables_are_large() -> None:
    assert min(len(SPANISH), len(ENGLISH)) >= 80

"""What people write is understood: every utterance of both tables finds the answer that it should."""

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


def failures(decision: Decision, language: Language, expected: str) -> list[str]:
    """What is wrong with a decision. What is not known is said so, with a full menu of what is."""
    found = [got] if (got := outcome(decision, language)) != expected else []
    if decision.language is not None:
        found.append(f"language {decision.language}")
    if expected == "unknown":
        (reply,) = decision.replies
        if not isinstance(reply, OutList) or len(reply.rows) != MAX_ROWS:
            found.append("no full menu")
        if decision.sources or decision.confidence:
            found.append("sources or confidence")
    return found


def test_every_utterance_finds_its_answer() -> None:
    wrong = [
        (language, text, expected, found)
        for language, text, expected in TABLE
        if (found := failures(decide(BRAIN, context(text, language=language)), language, expected))
    ]
    assert not wrong


def test_the_tables_are_large() -> None:
    assert min(len(SPANISH), len(ENGLISH)) >= 80

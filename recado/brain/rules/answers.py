"""Which entries answer what was asked: one, several when several things were asked, or none."""

from collections.abc import Sequence

from recado.brain.rules.index import Index
from recado.brain.rules.lexicon import RELATIONS
from recado.brain.rules.normalise import Segment
from recado.brain.rules.scoring import Match
from recado.decisions import Language

# Tuned on the utterances of tests/brain: below, an answer is more often wrong than right. Who only asks for the price
# or the hours of something means that something, so there more of it must be known.
MIN_COVERAGE = 0.51
MIN_RELATION_COVERAGE = 0.6
MIN_MASS = 0.45
# Who names the topic of an entry ("hay remedio para la roya del cafetal?") means it, whatever else is said of it.
MIN_NAMED_COVERAGE = 0.42
_OTHER_LANGUAGE_COVERAGE = 0.8
MAX_ANSWERS = 3


def find(asked: Sequence[Segment], index: Index, language: Language, topic: str | None) -> tuple[Match, ...]:
    """The answers in the order of the questions. `topic` is what a question such as "y los sabados?" continues."""
    found = _find(asked, index, language, topic)
    if found:
        return found
    other: Language = "en" if language == "es" else "es"
    return tuple(match for match in _find(asked, index, other, topic) if match.coverage >= _OTHER_LANGUAGE_COVERAGE)


def _find(asked: Sequence[Segment], index: Index, language: Language, topic: str | None) -> tuple[Match, ...]:
    whole = index.best((word for segment in asked for word in segment), language, topic)
    alone = (whole,) if whole and _is_answer(whole) else ()
    if len(asked) == 1:
        return alone
    parts = [match for segment in asked if (match := index.best(segment, language, topic)) and _is_answer(match)]
    if alone and all(match.covered <= alone[0].covered for match in parts):
        return alone
    return _distinct(parts)[:MAX_ANSWERS]


def _is_answer(match: Match) -> bool:
    least = MIN_NAMED_COVERAGE if match.named else MIN_COVERAGE
    if RELATIONS.issuperset(match.covered):
        least = MIN_RELATION_COVERAGE
    return match.coverage >= least and match.mass >= MIN_MASS


def _distinct(parts: Sequence[Match]) -> tuple[Match, ...]:
    """Each entry once, and none of a topic of which another entry covers the same and more ("a que hora" / "abren
    los sabados")."""
    once = {match.entry.id: match for match in reversed(parts)}
    kept = [match for match in parts if once.pop(match.entry.id, None)]
    return tuple(
        match
        for match in kept
        if not any(match.entry.topic == other.entry.topic and match.covered < other.covered for other in kept)
    )

"""Finds the entry of one language that answers a question: weighted overlap of terms, honest about what is left "
"over."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recado.brain.rules.lexicon import (
    DAYS,
    EMERGENCY,
    OTHER_TRADES,
    RELATIONS,
    RELATIVE_WORDS,
    STRONG_WEIGHT,
    WEAK_WEIGHT,
)
from recado.brain.rules.normalise import words
from recado.brain.rules.patterns import with_idioms
from recado.brain.rules.subjects import SUBJECTS
from recado.brain.rules.synonyms import same_terms as terms
from recado.decisions import Entry

# How much a term found in a part of an entry counts. Answers mention many things that they are not about.
_ASKED = 1.0
_PART_OF_KEYWORD = 0.85
_ANSWERED = 0.4
_ANSWERED_MORE = 0.6
_SAME_BEGINNING = 0.75
_BEGINNING_LETTERS = 5
# How much words that an entry does not have count against it: a day hardly, a number or a word that no entry has less
# than a word that another entry has.
_MISSED_DAY = 0.3
_MENTIONED_DAY = 0.6
_UNKNOWN_NUMBER = 0.6
_UNKNOWN_WORD = 0.6
# "Cuando se poda la palta" has the verb of an entry about coffee, and another thing in place of its coffee.
_IN_PLACE_OF = 0.5
# An entry about other things than the one asked about; and a thing that an entry of no thing at all does not have.
_OTHER_SUBJECT = 2.0
_NEW_SUBJECT = 1.0
# "Mi hijo" says for whom, hardly ever what.
_RELATIVE = 0.3
# A word that only another entry has counts fully, unless this one was named.
_KNOWN_ELSEWHERE = 0.6
# "La clinica" says nothing new to the Clinica San Martin.
_OWN_NAME = 0.25
# Ties: the entry whose question asks exactly this, then the one of the topic talked about. An entry about prices
# answers who asks for prices, before who only names what they are the prices of.
_EXACT_BONUS = 0.05
_NOT_THE_TOPIC = 0.1
_FOLLOW_UP_BONUS = 0.2


_OTHER_TRADES = frozenset(terms(OTHER_TRADES))
RELATIVES = frozenset(terms(RELATIVE_WORDS))


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, how much of the question it covers (0..1), the weight of what it covers, and which terms.

    `named`: the word of its topic was said, whatever else was.
    """

    entry: Entry
    coverage: float
    mass: float
    covered: frozenset[str]
    rank: float
    named: bool = False


@dataclass(frozen=True, slots=True)
class _Document:
    entry: Entry
    weights: Mapping[str, float]
    question: frozenset[str]
    topic: frozenset[str]
    names: tuple[frozenset[str], ...]
    subjects: frozenset[str]
    concept: str | None


class LanguageIndex:
    """The entries of one language."""

    def __init__(self, entries: Iterable[Entry], own_name: frozenset[str]) -> None:
        self._documents = tuple(_document(entry) for entry in entries)
        self._own_name = own_name
        counts: dict[str, int] = {}
        for document in self._documents:
            for term, weight in document.weights.items():
                if weight > _ANSWERED:
                    counts[term] = counts.get(term, 0) + 1
        total = len(self._documents)
        self._idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
        self._most = math.log(1 + max(total - 0.5, 0.5) / 1.5)
        self._holding: dict[str, list[int]] = {}
        for number, document in enumerate(self._documents):
            for term in document.weights:
                self._holding.setdefault(term, []).append(number)
        self._beginnings: dict[str, list[str]] = {}
        for term in counts:
            if len(term) >= _BEGINNING_LETTERS and not term.startswith("#"):
                self._beginnings.setdefault(term[:_BEGINNING_LETTERS], []).append(term)

    def best(self, asked: Mapping[str, float], topic: str | None = None) -> Match | None:
        """The entry that covers most of what is asked; `topic` is preferred among those that are close."""
        importance = {term: weight * self._importance(term) for term, weight in asked.items()}
        numbers = {number for term in asked for like in self._alike(term) for number in self._holding.get(like, ())}
        # In the assistant's order, so that the first of equals is the more general one.
        matches = [self._match(self._documents[number], asked, importance, topic) for number in sorted(numbers)]
        return max(matches, key=lambda match: match.rank, default=None)

    def _importance(self, term: str) -> float:
        # Concepts are sure signs even where many entries share them.
        idf = self._most if term.startswith("#") else self._idf.get(term, self._most)
        return idf * _OWN_NAME if term in self._own_name else idf

    def _match(
        self, document: _Document, asked: Mapping[str, float], importance: Mapping[str, float], topic: str | None
    ) -> Match:
        found = {term: weight for term in asked if (weight := self._found(document, term))}
        if len(found) > 1 and max(found.values()) == _ANSWERED:
            found = dict.fromkeys(found, _ANSWERED_MORE)
        overlap = sum(importance[term] * weight for term, weight in found.items())
        missed = self._missed(document, importance, found)
        # A day that only the answer mentions must not count for less than one that is not mentioned at all.
        sought = sum(
            importance[term] * (max(weight, _MENTIONED_DAY) if term in DAYS else 1.0) for term, weight in found.items()
        )
        coverage = overlap / (sought + missed or 1.0)
        rank = coverage + _EXACT_BONUS * len(document.question & found.keys()) / (len(document.question) or 1)
        if found and document.entry.topic == topic:
            rank += _FOLLOW_UP_BONUS
        if document.concept is not None and document.concept not in asked:
            rank -= _NOT_THE_TOPIC
        if document.concept == EMERGENCY and asked.get(EMERGENCY) == STRONG_WEIGHT:
            coverage, rank = 1.0, rank + 1.0
        mass = sum(asked[term] * weight for term, weight in found.items())
        return Match(
            document.entry,
            coverage,
            mass,
            frozenset(found),
            rank,
            bool(document.topic) and document.topic <= found.keys(),
        )

    def _lacking(self, document: _Document, found: Mapping[str, float]) -> float:
        """How much of what the entry is about was not named (0..1)."""
        if any(named <= found.keys() for named in document.names):
            return 0.0
        about = {term: self._importance(term) for term in document.question}
        named = {like for term in found for like in self._alike(term)}
        return sum(about[term] for term in about.keys() - named) / (sum(about.values()) or 1.0)

    def _missed(self, document: _Document, importance: Mapping[str, float], found: Mapping[str, float]) -> float:
        """How much the words that an entry does not have count against it."""
        lacking = self._lacking(document, found)
        unknown = _UNKNOWN_WORD + _IN_PLACE_OF * lacking
        elsewhere = 1.0 if lacking else _KNOWN_ELSEWHERE
        if RELATIONS.issuperset(found):
            unknown = 1.0
        subject = _OTHER_SUBJECT if document.subjects else _NEW_SUBJECT
        missed = 0.0
        for term, important in importance.items():
            if term in found:
                continue
            if found and (term in DAYS or (term == "#hours" and important < WEAK_WEIGHT * self._most)):
                missed += important * _MISSED_DAY
            elif term in SUBJECTS:
                missed += important * subject
            elif term in RELATIVES:
                missed += important * _RELATIVE
            elif term in _OTHER_TRADES:
                missed += important
            elif term in self._idf:
                missed += important * elsewhere
            else:
                missed += important * (_UNKNOWN_NUMBER if term.isdigit() else unknown)
        return missed

    def _found(self, document: _Document, term: str) -> float:
        exact = document.weights.get(term)
        return exact or max(
            (_SAME_BEGINNING * document.weights.get(like, 0.0) for like in self._alike(term)), default=0.0
        )

    def _alike(self, term: str) -> Iterable[str]:
        """The term and those that begin as it does."""
        if len(term) < _BEGINNING_LETTERS or term.startswith("#"):
            return (term,)
        similar = self._beginnings.get(term[:_BEGINNING_LETTERS], ())
        return (term, *(like for like in similar if _differ_at_the_end(term, like)))


def _differ_at_the_end(one: str, other: str) -> bool:
    """True for "vacun" and "vacunac", not for "control" and "contrat"."""
    letters = max(_BEGINNING_LETTERS, min(len(one), len(other)) - 1)
    return one[:letters] == other[:letters]


def _is_verb(keyword: str, entry: Entry) -> bool:
    """True for what looks like a lone Spanish infinitive: "podar" does not say what is to be pruned."""
    return (
        entry.language == "es" and " " not in keyword and keyword.endswith(("ar", "er", "ir", "arse", "erse", "irse"))
    )


def _document(entry: Entry) -> _Document:
    question = terms(with_idioms(words(entry.question)))
    weights = {term: _ANSWERED for term in terms(words(entry.answer)) if not term.isdigit()}
    keywords = [terms(words(keyword)) for keyword in entry.keywords]
    for keyword in sorted(keywords, key=len, reverse=True):
        weights.update(dict.fromkeys(keyword, _ASKED if len(keyword) == 1 else _PART_OF_KEYWORD))
    weights.update(dict.fromkeys((*terms(words(entry.topic)), *question), _ASKED))
    concept = f"#{entry.topic}"
    topic = frozenset(term for term in terms(words(entry.topic)) if not term.startswith("#"))
    names = [frozenset(terms(words(keyword))) for keyword in entry.keywords if not _is_verb(keyword, entry)]
    return _Document(
        entry,
        weights,
        frozenset(question),
        topic=topic,
        names=tuple(name for name in (topic, *names) if name),
        subjects=frozenset(term for term, weight in weights.items() if weight > _ANSWERED and term in SUBJECTS),
        concept=concept if weights.get(concept) == _ASKED else None,
    )

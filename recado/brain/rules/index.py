"""Finds the entry that answers a question: weighted overlap of terms, honest about what it did not cover."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recado.brain.rules.lexicon import DAYS, EMERGENCY, RELATIONS, SPELLER, STRONG_WEIGHT, WEAK_WEIGHT
from recado.brain.rules.normalise import words
from recado.brain.rules.spelling import Speller
from recado.brain.rules.terms import stem, terms
from recado.decisions import AssistantFacts, Entry, Language

# How much a term found in a part of an entry counts. Answers mention many things that they are not about.
_ASKED = 1.0
_PART_OF_KEYWORD = 0.85
_ANSWERED = 0.4
_SAME_BEGINNING = 0.75
_BEGINNING_LETTERS = 5
# How much words that an entry does not have count against it: a day hardly, a number or a word that no entry has less
# than a word that another entry has.
_MISSED_DAY = 0.3
_MENTIONED_DAY = 0.6
_UNKNOWN_NUMBER = 0.6
_UNKNOWN_WORD = 0.6
# "La clinica" says nothing new to the Clinica San Martin.
_OWN_NAME = 0.25
# Ties: the entry whose question asks exactly this, then the one of the topic talked about. An entry about prices
# answers who asks for prices, before who only names what they are the prices of.
_EXACT_BONUS = 0.05
_NOT_THE_TOPIC = 0.1
_FOLLOW_UP_BONUS = 0.2


@dataclass(frozen=True, slots=True)
class Match:
    """An entry, how much of the question it covers (0..1), the weight of what it covers, and which terms."""

    entry: Entry
    coverage: float
    mass: float
    covered: frozenset[str]
    rank: float


@dataclass(frozen=True, slots=True)
class _Document:
    entry: Entry
    weights: Mapping[str, float]
    question: frozenset[str]
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
        self._most = math.log(1 + (total - 0.5) / 1.5) if total > 1 else 1.0
        self._beginnings: dict[str, tuple[str, ...]] = {}
        for term in counts:
            if len(term) >= _BEGINNING_LETTERS and not term.startswith("#"):
                start = term[:_BEGINNING_LETTERS]
                self._beginnings[start] = (*self._beginnings.get(start, ()), term)

    def best(self, asked: Mapping[str, float], topic: str | None = None) -> Match | None:
        """The entry that covers most of what is asked; `topic` is preferred among those that are close."""
        if not asked or not self._documents:
            return None
        importance = {term: weight * self._importance(term) for term, weight in asked.items()}
        matches = (self._match(document, asked, importance, topic) for document in self._documents)
        return max(matches, key=lambda match: match.rank)

    def _importance(self, term: str) -> float:
        # Concepts are sure signs even where many entries share them.
        idf = self._most if term.startswith("#") else self._idf.get(term, self._most)
        return idf * _OWN_NAME if term in self._own_name else idf

    def _match(
        self, document: _Document, asked: Mapping[str, float], importance: Mapping[str, float], topic: str | None
    ) -> Match:
        found = {term: weight for term in asked if (weight := self._found(document, term))}
        overlap = sum(importance[term] * weight for term, weight in found.items())
        missed = self._missed(importance, found)
        # A day that only the answer mentions must not count for less than one that is not mentioned at all.
        sought = sum(importance[term] * (max(weight, _MENTIONED_DAY) if term in DAYS else 1.0) for term, weight in found.items())
        coverage = overlap / (sought + missed or 1.0)
        rank = coverage + _EXACT_BONUS * len(document.question & found.keys()) / (len(document.question) or 1)
        if found and document.entry.topic == topic:
            rank += _FOLLOW_UP_BONUS
        if document.concept is not None and document.concept not in asked:
            rank -= _NOT_THE_TOPIC
        if document.concept == EMERGENCY and asked.get(EMERGENCY) == STRONG_WEIGHT:
            coverage, rank = 1.0, rank + 1.0
        mass = sum(asked[term] * weight for term, weight in found.items())
        return Match(document.entry, coverage, mass, frozenset(found), rank)

    def _missed(self, importance: Mapping[str, float], found: Mapping[str, float]) -> float:
        """How much the words that an entry does not have count against it."""
        unknown = 1.0 if RELATIONS.issuperset(found) else _UNKNOWN_WORD
        missed = 0.0
        for term, important in importance.items():
            if term in found:
                continue
            if found and (term in DAYS or (term == "#hours" and important < WEAK_WEIGHT * self._most)):
                missed += important * _MISSED_DAY
            elif term.startswith("#") or term in self._idf:
                missed += important
            else:
                missed += important * (_UNKNOWN_NUMBER if term.isdigit() else unknown)
        return missed

    def _found(self, document: _Document, term: str) -> float:
        return document.weights.get(term) or self._by_beginning(document, term)

    def _by_beginning(self, document: _Document, term: str) -> float:
        if len(term) < _BEGINNING_LETTERS or term.startswith("#"):
            return 0.0
        similar = self._beginnings.get(term[:_BEGINNING_LETTERS], ())
        return max((_SAME_BEGINNING * document.weights.get(other, 0.0) for other in similar), default=0.0)


def _document(entry: Entry) -> _Document:
    question = terms(words(entry.question))
    weights = {term: _ANSWERED for term in terms(words(entry.answer)) if not term.isdigit()}
    keywords = [terms(words(keyword)) for keyword in entry.keywords]
    for keyword in sorted(keywords, key=len, reverse=True):
        weights.update(dict.fromkeys(keyword, _ASKED if len(keyword) == 1 else _PART_OF_KEYWORD))
    for part in (entry.topic, entry.question):
        weights.update(dict.fromkeys(terms(words(part)), _ASKED))
    concept = f"#{entry.topic}"
    return _Document(entry, weights, frozenset(question), concept if weights.get(concept) == _ASKED else None)


class Index:
    """All entries of an assistant, by language, and the words that people may misspell."""

    def __init__(self, entries: tuple[Entry, ...], name: str = "") -> None:
        own_name = frozenset(terms(words(name)))
        self.entries = tuple(entry for entry in entries if entry.answer.strip())
        self._words: dict[Language, frozenset[str]] = {"es": self._words_of("es"), "en": self._words_of("en")}
        self._languages: dict[Language, LanguageIndex] = {
            language: LanguageIndex((entry for entry in self.entries if entry.language == language), own_name)
            for language in self._words
        }
        self._stems = frozenset(stem(word) for known in self._words.values() for word in known)
        self._speller = Speller(self._words["es"] | self._words["en"])

    def _words_of(self, language: Language) -> frozenset[str]:
        asked = ((entry.question, *entry.keywords) for entry in self.entries if entry.language == language)
        return frozenset(word for parts in asked for part in parts for word in words(part))

    def mend(self, word: str) -> str:
        """The word that was meant, as far as the entries and the two languages tell."""
        if word in self._speller.words or word.isdigit() or stem(word) in self._stems:
            return word
        return SPELLER.mend(word) or self._speller.mend(word) or word

    def only_in(self, word: str, language: Language) -> bool:
        """True if entries of this language have the word and those of the other do not."""
        return word in self._words[language] and word not in self._words["en" if language == "es" else "es"]

    def best(self, asked: Iterable[str], language: Language, topic: str | None = None) -> Match | None:
        """The best entry of one language for these words."""
        return self._languages[language].best(terms(asked), topic)

    def entry(self, entry_id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def topics(self, language: Language) -> dict[str, Entry]:
        """Topic -> its first entry, in the assistant's order; in the other language where this one has none."""
        first: dict[str, Entry] = {}
        for entry in self.entries:
            known = first.get(entry.topic)
            if known is None or (known.language != language and entry.language == language):
                first[entry.topic] = entry
        return first


class IndexCache:
    """The indexes of the assistants that wrote last. One is used only for facts equal to those it was made of."""

    def __init__(self, max_assistants: int = 256) -> None:
        self._max_assistants = max_assistants
        self._kept: OrderedDict[str, tuple[AssistantFacts, Index]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, assistant: AssistantFacts) -> Index:
        kept = self._kept.get(assistant.id)
        # The very same facts are the usual case, and cheap; equal ones read anew from the database cost microseconds.
        if kept is None or (kept[0] is not assistant and kept[0] != assistant):
            kept = (assistant, Index(assistant.entries, assistant.name))
            self._kept[assistant.id] = kept
        self._kept.move_to_end(assistant.id)
        if len(self._kept) > self._max_assistants:
            self._kept.popitem(last=False)
        return kept[1]

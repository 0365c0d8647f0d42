"""What an assistant knows, ready to be asked: made once from its entries and kept while they stay the same."""

from collections import OrderedDict
from collections.abc import Iterable

from recado.brain.rules.lexicon import SPELLER, STOPWORDS
from recado.brain.rules.normalise import words
from recado.brain.rules.scoring import LanguageIndex, Match
from recado.brain.rules.spelling import Speller
from recado.brain.rules.synonyms import same_terms as terms
from recado.brain.rules.terms import stem
from recado.decisions import AssistantFacts, Entry, Language


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
        return frozenset(word for parts in asked for part in parts for word in words(part)) - STOPWORDS

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

"""Which of the two languages a person writes, told from the words alone."""

from collections.abc import Sequence

from recado.brain.rules.index import Index
from recado.brain.rules.lexicon import TELLTALES
from recado.brain.rules.normalise import Segment, without_clock
from recado.decisions import Language

# A word that only the entries of one language have is a weaker sign than a word of the language itself.
_ENTRY_WORD = 0.5
# Alone among other words it may be a Spanish "y" ("tres i media").
_BARE_I = "i"


def detect(said: Sequence[Segment], index: Index) -> Language | None:
    """The language with more signs; None if the words do not tell."""
    words = without_clock([word for segment in said for word in segment])
    spanish, english = _signs(words, "es", index), _signs(words, "en", index)
    if english == words.count(_BARE_I) and words != [_BARE_I]:
        english = 0.0
    if spanish == english:
        return None
    return "es" if spanish > english else "en"


def _signs(words: Sequence[str], language: Language, index: Index) -> float:
    own = TELLTALES[language]
    return sum(1.0 if word in own else _ENTRY_WORD * index.only_in(word, language) for word in words)

"""The words of both languages, put together once: what each word means, tells and may have been meant to be."""

from collections.abc import Mapping

from recado.brain.rules import english, spanish
from recado.brain.rules.spelling import Speller
from recado.decisions import Language

STRONG_WEIGHT = 1.0
WEAK_WEIGHT = 0.5


def words_of(*lists: str) -> frozenset[str]:
    """The words of lists written as text."""
    return frozenset(word for words in lists for word in words.split())


# Days of the week and the like narrow a question down; alone they are a hint of opening hours.
DAYS = frozenset({"#weekday", "#saturday", "#sunday", "#holiday"})
DAY_WEIGHT = 0.6
DAY_HINTS_HOURS = 0.3

# What these words ask depends on their object: the price of what? An unknown object weighs more beside them.
RELATIONS = frozenset({"#prices", "#bring", "#hours"})
# Words that ask for another trade, unless an entry has them.
OTHER_TRADES = words_of(spanish.OTHER_TRADES, english.OTHER_TRADES)
# Words that say for whom something is, unless an entry has them.
RELATIVE_WORDS = words_of(spanish.RELATIVES, english.RELATIVES)
# Strong words of this concept bring up the entry about it, whatever else was said.
EMERGENCY = "#emergency"

Concepts = Mapping[str, tuple[tuple[str, float], ...]]
"""Word -> the concepts it stands for, such as ("#hours", 1.0), strongest first."""


def _concepts() -> Concepts:
    found: dict[str, dict[str, float]] = {}
    for source, weight in (
        (spanish.WEAK, WEAK_WEIGHT),
        (english.WEAK, WEAK_WEIGHT),
        (spanish.STRONG, STRONG_WEIGHT),
        (english.STRONG, STRONG_WEIGHT),
    ):
        for concept, words in source.items():
            for word in words.split():
                found.setdefault(word, {}).update(_meaning(concept, weight))
    return {word: tuple(meanings.items()) for word, meanings in found.items()}


def _meaning(concept: str, weight: float) -> dict[str, float]:
    if concept == "weekend":
        return {"#saturday": DAY_WEIGHT, "#sunday": DAY_WEIGHT, "#hours": DAY_HINTS_HOURS}
    if f"#{concept}" in DAYS:
        return {f"#{concept}": DAY_WEIGHT, "#hours": DAY_HINTS_HOURS}
    return {f"#{concept}": weight}


CONCEPTS: Concepts = _concepts()
STOPWORDS: frozenset[str] = words_of(spanish.FUNCTION_WORDS, english.FUNCTION_WORDS) - CONCEPTS.keys()
CHAT: Mapping[str, str] = {
    spelling: meant
    for source in (english.CHAT, spanish.CHAT)
    for meant, spellings in source.items()
    for spelling in spellings.split()
}

_SPANISH = words_of(spanish.FUNCTION_WORDS, spanish.SIGNAL_WORDS, *spanish.STRONG.values(), *spanish.WEAK.values())
# Not what an apostrophe leaves behind: "S/ 50" is Peruvian money.
_ENGLISH = words_of(
    english.FUNCTION_WORDS, english.SIGNAL_WORDS, *english.STRONG.values(), *english.WEAK.values()
) - frozenset("st")
TELLTALES: Mapping[Language, frozenset[str]] = {"es": _SPANISH - _ENGLISH, "en": _ENGLISH - _SPANISH}
"""Words that tell the language: those that only one of the two has."""

SPELLER = Speller(_SPANISH | _ENGLISH)

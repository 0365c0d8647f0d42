"""Which words name a person, and which never do."""

import re
from typing import Literal

from recado.brain.rules.facts import given_names, name_words, surnames
from recado.brain.rules.lexicon import CONCEPTS, STOPWORDS, TELLTALES, words_of

Kind = Literal["known", "never", "particle", "unknown"]

GIVEN = given_names.NAMES
SURNAMES = surnames.NAMES
_KNOWN = GIVEN | SURNAMES
_PARTICLES = words_of(name_words.PARTICLES)
_NEVER = (
    STOPWORDS | CONCEPTS.keys() | TELLTALES["es"] | TELLTALES["en"] | words_of(name_words.RELATIONS, name_words.NEVER)
)
_SENTENCE_WORD = re.compile(rf"[a-z]*(?:{name_words.VERBS}|{name_words.ENGLISH_FORMS})")
_ADJECTIVE = re.compile(rf"[a-z]*{name_words.ADJECTIVES}")


def kind_of(word: str, capital: bool) -> Kind:
    """What a folded word is in a place where a name may stand. `capital`: it was written with one, and that says
    something. Names that are common words of chats ("dan", "ella", "will") are names only with it."""
    if word in _KNOWN or (not word.isalpha() and _KNOWN.issuperset(_parts(word))):
        return "known" if capital or word not in _NEVER else "never"
    if word in _PARTICLES:
        return "particle"
    if word in _NEVER or _SENTENCE_WORD.fullmatch(word):
        return "never"
    return "unknown"


def _parts(word: str) -> list[str]:
    """ "ana-maria" is two names, "o'connor" one."""
    return word.replace("'", "").split("-")


def is_adjective(word: str) -> bool:
    """True if a word that no list knows looks like what people say they are."""
    return _ADJECTIVE.fullmatch(word) is not None

"""From words to weighted terms: concepts that every business shares, or the stem of the word."""

import re
from collections.abc import Iterable

from recado.brain.rules.lexicon import CONCEPTS, STOPWORDS, STRONG_WEIGHT, words_of

_MIN_STEM = 3
# Plural, gender and the commonest endings of verbs; longest first. Light on purpose: it only has to bring
# the forms of one word together, and an entry's keywords can name the rest.
_ENDINGS = words_of("""
    arlos arlas erlos erlas irlos irlas arles arlo arla arle erlo erla irlo irla arme erme irme arte irte aciones
    iciones amiento imiento acion icion mente iendo arnos irnos ando arse irse ados adas idos idas ito ita itos
    itas ing ies ado ada ido ida aron aba amos emos ed ez es as os ar er ir an en s a o e y
""")
# "vaquita" is of "vaca", and "riegue" of "riego".
_SAME_SOUND = re.compile("[qg]u$")
_BY_LENGTH = tuple(frozenset(ending for ending in _ENDINGS if len(ending) == length) for length in range(8))


def stem(word: str) -> str:
    """The word without its ending: "vacunas", "vacunar" and "vacunacion" are "vacun"; "babies" and "baby" "bab"."""
    for length in range(min(7, len(word) - _MIN_STEM), 0, -1):
        if word[-length:] in _BY_LENGTH[length]:
            return _SAME_SOUND.sub(lambda found: found[0][0].replace("q", "c"), word[:-length])
    return word


def terms(words: Iterable[str]) -> dict[str, float]:
    """What the words are about, each with how much it says (0..1). Function words and single letters are not."""
    found: dict[str, float] = {}
    for word in words:
        if word in STOPWORDS or len(word) < 2:
            continue
        for term, weight in CONCEPTS.get(word) or ((stem(word), STRONG_WEIGHT),):
            if weight > found.get(term, 0.0):
                found[term] = weight
    return found

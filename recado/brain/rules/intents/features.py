"""From a text to numbered features: pieces of words, words and classes of meaning, hashed into a number of buckets."""

import re
import unicodedata
from functools import lru_cache
from itertools import combinations, pairwise
from zlib import crc32

from recado.brain.rules.intents import cues
from recado.brain.rules.intents.answers import answer_names
from recado.brain.rules.intents.folding import MAX_CHARACTERS, shape, tokens
from recado.brain.rules.intents.meanings import meanings
from recado.brain.rules.spelling import sound

BUCKETS = 1 << 19
"""How many buckets features are hashed into; those of some 700,000 often share one, which costs little."""
BLOCKS = ("letters", "words", "cues", "meanings", "neighbours", "accents", "answers")
"""Kinds of features. Each kind's values are divided by the root of their number, so that long texts do not shout."""
BLOCK_WEIGHTS = (1.0, 1.0, 0.4, 0.4, 0.5, 0.2, 0.5)
"""How much each block counts. Chosen by cross-validation."""
_MASK = BUCKETS - 1
_LETTERS, _WORDS, _CUES = 0x1B873593, 0x2C1B3C6D, 0x297A2D39
_MEANINGS, _NEIGHBOURS, _ACCENTS = 0x165667B1, 0x27D4EB2F, 0x9E3779B1
_ANSWERS = 0x7FEB352D
_ACCENTED = re.compile(r"\w*[áéíóúü]\w*")

_CLAUSE = re.compile(r" ?[.!?,;…] ?| (?:pero|but|asi que|so|entonces|then|mejor|porque|because) ")
_ASKS = re.compile(
    r"^(?:(?:hola|buen[oa]s?|dias|tardes|noches|hi|hey|hello|y|and|so|disculpe|doctor) )*"
    r"(?:que|cual|cuando|donde|como|cuanto|quien|what|when|where|how|who|which|is|are|do|does|did|can|could|am|will|"
    r"hay|tienen|puedo|se puede|es)\b"
)
_POLITE = frozenset({"greet", "thank", "please", "doctor", "smile_thanks", "opening"})


def features(text: str) -> tuple[list[int], ...]:
    """The buckets of each block of `BLOCKS`. The same text always gives the same buckets."""
    said = tokens(text)
    words = [shape(token) for token in said]
    about = meanings(said)
    return (
        _letters(words),
        _words(words),
        _cues(" ".join(said), words),
        _meanings([meaning for meaning in about if meaning]),
        _neighbours(words, about),
        _accents(text),
        [_code(name, _ANSWERS) for name in answer_names(said)],
    )


def _code(name: str, seed: int) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"), seed) & _MASK


@lru_cache(maxsize=16384)
def _pieces(word: str) -> tuple[int, ...]:
    """Letter 2- to 5-grams of one word with a blank at both ends."""
    padded = f" {word} ".encode("utf-8", "surrogatepass")
    size = len(padded)
    return tuple(
        {
            crc32(padded[at : at + length], _LETTERS) & _MASK
            for length in (2, 3, 4, 5)
            for at in range(size - length + 1)
        }
    )


@lru_cache(maxsize=16384)
def _sounds(word: str) -> int:
    return _code(f"~{sound(word)}", _WORDS)


def _letters(words: list[str]) -> list[int]:
    found: set[int] = set()
    for word in words:
        found.update(_pieces(word[:40]))
    return list(found)


def _words(words: list[str]) -> list[int]:
    named = ["^", *words, "$"]
    found = {_code(word, _WORDS) for word in words}
    found.update(_code(f"{a} {b}", _WORDS) for a, b in pairwise(named))
    found.update(_code(f"{a} {b} {c}", _WORDS) for a, b, c in zip(named, named[1:], named[2:], strict=False))
    found.update(_code(f"{a} _ {c}", _WORDS) for a, c in zip(named, named[2:], strict=False))
    found.update(_sounds(word) for word in words)
    return list(found)


def _meanings(found: list[str]) -> list[int]:
    """Meanings, their order and their company, whatever stands between them."""
    named = ["^", *found, "$"]
    names = set(found)
    names.update(f"{a}>{b}" for a, b in pairwise(named))
    names.update(f"{a}>>{b}" for a, b in zip(found, found[2:], strict=False))
    names.update(f"{a}>{b}>{c}" for a, b, c in zip(named, named[1:], named[2:], strict=False))
    names.update(f"{a}+{b}" for a, b in combinations(sorted(set(found)), 2))
    return list({_code(name, _MEANINGS) for name in names})


def _neighbours(words: list[str], about: list[str]) -> list[int]:
    """Two and three words on end, those with a meaning named by it; and each word beside a meaning."""
    mixed = ["^", *[f"<{meaning}>" if meaning else word for word, meaning in zip(words, about, strict=True)], "$"]
    names = {f"{a} {b}" for a, b in pairwise(mixed)}
    names.update(f"{a} {b} {c}" for a, b, c in zip(mixed, mixed[1:], mixed[2:], strict=False))
    names.update(f"{a} _ {c}" for a, c in zip(mixed, mixed[2:], strict=False))
    names.update(f"{a} {b}" for a, b in zip(["^", *words], mixed[1:], strict=True))
    names.update(f"{a} {b}" for a, b in zip(mixed[1:], [*words[1:], "$"], strict=False))
    return list({_code(name, _NEIGHBOURS) for name in names})


def _accents(text: str) -> list[int]:
    """What folding drops and who writes carefully gives away: "cancelé" is not "cancele", "qué" not "que"."""
    found: set[int] = set()
    for word in _ACCENTED.findall(unicodedata.normalize("NFC", text[:MAX_CHARACTERS].lower())):
        found.add(_code(word, _ACCENTS))
        if word[-1] in "áéíóú":
            found.add(_code(f"-{word[-1]}", _ACCENTS))
    return list(found)


def _cues(line: str, words: list[str]) -> list[int]:
    return list({_code(name, _CUES) for name in cue_names(line, len(words))})


def cue_names(line: str, length: int) -> set[str]:
    """The names of the cue features of a line: classes, their order and company, denial, question, length."""
    hits = cues.find(line)
    order = [hit.name for hit in hits]
    kinds = sorted(set(order))
    found = set(order)
    found.update(f"{a}>{b}" for a, b in zip(["^", *order], [*order, "$"], strict=True))
    found.update(f"{a}>{b}>{c}" for a, b, c in zip(order, order[1:], order[2:], strict=False))
    found.update(f"{a}+{b}" for at, a in enumerate(kinds) for b in kinds[at + 1 :])
    found.update(f"not {name}" for name in cues.denied(line, hits))
    core = [name for name in order if name not in _POLITE]
    if core:
        found.update((f"first {core[0]}", f"last {core[-1]}", f"ends {core[0]} {core[-1]}"))
    else:
        found.add(f"only {' '.join(kinds)}")
    asks = "?" in line or bool(_ASKS.search(line))
    size = length if length < 5 else 5 if length < 9 else 6 if length < 16 else 7 if length < 30 else 8
    found.add(f"length {size}")
    found.add(f"asks {asks} {size > 4}")
    found.update(f"asks {asks} {name}" for name in kinds)
    found.update(f"size {size} {name}" for name in kinds if size < 5)
    found.update(_parts(line, hits))
    heat = cues.temperature(line)
    if heat:
        found.update((f"heat {heat}", *(f"heat {heat} {name}" for name in kinds)))
    if not any(letter.isalnum() for letter in line):
        found.add("no letters")
    return found


def _parts(line: str, hits: list[cues.Hit]) -> set[str]:
    """Which cues stand in the last part of the sentence, and which share a part."""
    found: set[str] = set()
    ends = [match.start() for match in _CLAUSE.finditer(line) if match.end() < len(line) - 2]
    last = ends[-1] if ends else -1
    for hit in hits:
        if hit.start > last:
            found.add(f"last part {hit.name}")
    if ends:
        found.add("parts")
        at = 0
        for end in (*ends, len(line) + 1):
            names = sorted({hit.name for hit in hits if at <= hit.start < end})
            found.update(f"{a}&{b}" for index, a in enumerate(names) for b in names[index + 1 :])
            at = end
    else:
        names = sorted({hit.name for hit in hits})
        found.update(f"{a}&{b}" for index, a in enumerate(names) for b in names[index + 1 :])
    return found

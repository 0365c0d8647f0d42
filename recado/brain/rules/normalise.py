"""From what people type to segments of plain words: no case, no accents, no emojis, chat spelling mended."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from recado.brain.rules.lexicon import CHAT

MAX_READ_CHARACTERS = 4096
"""How much of one message is read: as much as one WhatsApp text holds."""
MAX_WORDS = 600
"""How many words of a turn are read; more than people type, and it bounds the time of a turn."""

Segment = tuple[str, ...]
"""The words between two breaks: one thought of the person, more or less."""

_APOSTROPHES = re.compile("['`\u2019\u00b4]")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_BREAKS = re.compile(r"[.?!¿¡;:,…\n\r()]+")
_WORDS = re.compile(r"[^\W_]+")
_JOINTS = frozenset(
    {"y", "e", "and", "tambien", "also", "pero", "but", "porque", "because", "ademas", "aparte", "plus"}
)


def fold(text: str) -> str:
    """Lower case without accents: "¿Qué HORA?" -> "¿que hora?"."""
    if text.isascii():
        return text[:MAX_READ_CHARACTERS].casefold()
    decomposed = unicodedata.normalize("NFKD", text[:MAX_READ_CHARACTERS]).casefold()
    return "".join(letter for letter in decomposed[:MAX_READ_CHARACTERS] if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of a text that is not chat (an entry), folded."""
    return _WORDS.findall(_APOSTROPHES.sub("", fold(text)))


def without_clock(said: Sequence[str]) -> list[str]:
    """The words without the "am" of an hour, which both languages write: "10 am" is no English."""
    return [word for at, word in enumerate(said) if not (word == "am" and at and said[at - 1][-1:].isdigit())]


def segments(texts: Iterable[str], mend: Callable[[str], str]) -> tuple[Segment, ...]:
    """The segments of several messages, in order. `mend` puts one word right."""
    found: list[Segment] = []
    left = MAX_WORDS
    for text in texts:
        if left <= 0:
            break
        plain = _STRETCHED.sub(r"\1", _APOSTROPHES.sub("", fold(text)))
        for part in _BREAKS.split(plain):
            chat = _WORDS.findall(part)[:left]
            left -= len(chat)
            found.extend(_cut_at_joints([mended for word in chat for mended in _spelled(word, mend)]))
    return tuple(found)


def _spelled(word: str, mend: Callable[[str], str]) -> list[str]:
    known = CHAT.get(word)
    return known.split() if known else [mend(word)]


def _cut_at_joints(line: list[str]) -> Iterable[Segment]:
    segment: list[str] = []
    for word in line:
        if word in _JOINTS and segment:
            yield tuple(segment)
            segment = []
        elif word not in _JOINTS:
            segment.append(word)
    if segment:
        yield tuple(segment)

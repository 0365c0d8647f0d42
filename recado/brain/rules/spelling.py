"""Mends misspelled words against a vocabulary: words that sound the same, and slips of one letter."""

import re
from collections.abc import Iterable

_MIN_SOUND_LETTERS = 4
_MIN_TYPO_LETTERS = 6

# Spanish letters that sound the same are written the same; good enough for English, as both sides pass here.
_SOUNDS = (
    (re.compile(r"cc(?=[ei])"), "s"),
    (re.compile(r"ch"), "C"),
    (re.compile(r"qu(?=[ei])|q"), "k"),
    (re.compile(r"c(?=[ei])|z"), "s"),
    (re.compile(r"c"), "k"),
    (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"gu(?=[ei])"), "g"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"(?<![tps])h"), ""),
    (re.compile(r"v"), "b"),
    (re.compile(r"w"), "u"),
    # Not "rr": "carro" is not "caro".
    (re.compile(r"([^r])\1+"), r"\1"),
)


def sound(word: str) -> str:
    """What a word sounds like: "kiero" and "quiero", "oras" and "horas" are the same."""
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word


class Speller:
    """Finds the word of a vocabulary that was meant. The first of two alike words (in alphabetical order) wins."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self._sounds: dict[str, str] = {}
        self._slips: dict[str, str] = {}
        for word in sorted(self.words):
            if len(word) < _MIN_SOUND_LETTERS:
                continue
            key = sound(word)
            self._sounds.setdefault(key, word)
            if len(word) >= _MIN_TYPO_LETTERS:
                for slip in _slips(key):
                    self._slips.setdefault(slip, word)

    def mend(self, word: str) -> str | None:
        """The known word that `word` is or was meant to be; None if there is none."""
        if word in self.words:
            return word
        if len(word) < _MIN_SOUND_LETTERS:
            return None
        key = sound(word)
        found = self._sounds.get(key) or self._slips.get(key)
        if found or len(word) <= _MIN_TYPO_LETTERS or len(word) > 30:
            return found
        return next((self._sounds[slip] for slip in _dropped(key) if slip in self._sounds), None)


def _dropped(key: str) -> Iterable[str]:
    """The key without one of its letters; the first letter is hardly ever the wrong one."""
    return (key[:at] + key[at + 1 :] for at in range(1, len(key)))


def _slips(key: str) -> Iterable[str]:
    """What comes out when a letter is left out or two change places."""
    yield from _dropped(key)
    for at in range(1, len(key) - 1):
        yield key[:at] + key[at + 1] + key[at] + key[at + 2 :]

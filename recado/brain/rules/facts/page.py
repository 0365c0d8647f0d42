"""A message as the extractors read it: folded, with the way back to the text, and with what is already owned."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from recado.decisions import Language

MAX_CHARACTERS = 4096
"""How much of a message is read: as much as one WhatsApp text holds."""

_LETTERS = ((0xC0, 0x250), (0x1E00, 0x1F00))
"""Latin letters with accents."""
_FORMS = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800))
"""Full-width forms, and the letters and digits of fancy fonts."""
_INVISIBLE = (
    "\u0300-\u036f"  # accents that follow their letter, as some phones send them
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad"  # joiners, and the marks around a copied phone number
    "\ufe00-\ufe0f\u20e3"  # selectors and the frame of keycap digits
)
_INVISIBLES = re.compile(f"[{_INVISIBLE}]")
_VISIBLE = re.compile(f"[^{_INVISIBLE}]")
_SIGNS = {
    "\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-",
    "\u2014": "-", "\u2212": "-", "\u00ba": "\u00b0", "\u02da": "\u00b0", "\u2103": "c", "\u2109": "f", "\uff0b": "+",
    "\t": " ", "\r": "\n", "\u2028": "\n", "\u00a0": " ", "\u202f": " ", "\u3000": " ",
    **{chr(code): " " for code in range(0x2000, 0x200B)},
}  # fmt: skip
_WORDS = re.compile("[a-z]+")
DIGIT = re.compile("[0-9]")


@cache
def _folded() -> Mapping[int, str]:
    """One character for one character, so that offsets stay true."""
    table = {ord(sign): plain for sign, plain in _SIGNS.items()}
    for ranges, letters_only in ((_LETTERS, True), (_FORMS, False)):
        for code in (code for first, after in ranges for code in range(first, after)):
            base = unicodedata.normalize("NFKD", chr(code)).casefold()
            if base and base[0].isascii() and (base[0].isalpha() or not letters_only):
                table.setdefault(code, base[0])
    return table


@dataclass(frozen=True, slots=True)
class Page:
    """`plain` is the text folded: lower case, no accents, nothing invisible. Extractors work on its offsets.

    `words` are the words of `plain`, to see at once that there is nothing to look for. `owned` has a byte per
    character of `plain`, set where something has been found already.
    """

    text: str
    plain: str
    words: frozenset[str]
    language: Language
    region: str | None
    offsets: Sequence[int] | None
    owned: bytearray

    def at(self, offset: int) -> int:
        """The offset in the text of a character of `plain`."""
        return offset if self.offsets is None else self.offsets[offset]

    def is_free(self, start: int, end: int) -> bool:
        """True if nothing else owns any of these characters."""
        return self.owned.find(1, start, end) < 0

    def claim(self, start: int, end: int) -> tuple[int, int]:
        """Take these characters; what is given back is where they are in the text."""
        self.owned[start:end] = b"\x01" * (end - start)
        return self.at(start), self.at(end - 1) + 1

    def written(self, start: int, end: int) -> str:
        """What the person wrote there: with accents and capitals, without what cannot be seen."""
        after = self.at(end) if end < len(self.plain) else len(self.text)
        return _INVISIBLES.sub("", unicodedata.normalize("NFC", self.text[self.at(start) : after]))


def read(text: str, language: Language, region: str | None) -> Page:
    """The page of a message, with nothing owned."""
    text = text[:MAX_CHARACTERS]
    plain, offsets = text, None
    if not text.isascii():
        if _INVISIBLES.search(text):
            offsets = [match.start() for match in _VISIBLE.finditer(text)]
            plain = "".join([text[at] for at in offsets])
        plain = plain.translate(_folded())
    plain = plain.lower()
    words = frozenset(_WORDS.findall(plain))
    return Page(text, plain, words, language, region.upper() if region else None, offsets, bytearray(len(plain)))

"""Numbers in a message, in digits, in words and mixed ("2 mil quinientos", "treinta y ocho y medio")."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from recado.brain.rules.facts import numerals
from recado.brain.rules.facts.page import Page
from recado.decisions import Language

MAX_DIGITS = 15
"""No amount and no temperature is longer; longer runs are codes."""
_THOUSANDS_DIGITS = 3
_THOUSAND = 1000
_MILLION = 1_000_000

_MARKS = re.compile("[.,']")
_WORDS = re.compile("[a-z]+")
# A run of digits and marks is taken whole or not at all: half of a code is no number.
_DIGITS = r"(?<![0-9])(?>[0-9]+(?:[.,'][0-9]+)*)"
_HALF = r"(?: ?½| (?:y )?1/2(?![0-9/])| y medi[oa]\b| and a half\b)"


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `start` and `end` are offsets into `Page.plain`."""

    value: Decimal
    start: int
    end: int

    @property
    def decimals(self) -> int:
        """How many digits followed the decimal mark."""
        return len(str(self.value).partition(".")[2])


def find(page: Page, *, in_words: bool) -> list[Number]:
    """The numbers in the order of the text; those in words only if they are asked for."""
    has_words = in_words and not numerals.WORDS.isdisjoint(page.words)
    pattern = _any_number(page.language) if has_words else _IN_DIGITS
    return [number for match in pattern.finditer(page.plain) if match.group() and (number := _number(match))]


def from_digits(written: str) -> Decimal | None:
    """The number of digits with points, commas and apostrophes: a mark before three digits parts thousands, unless
    another mark comes before it; any other mark, once and last, is decimal. None if it is no number ("10.0.0.1")."""
    groups = _MARKS.split(written)
    if sum(map(len, groups)) > MAX_DIGITS:
        return None
    if len(groups) == 1:
        return Decimal(written)
    marks = _MARKS.findall(written)
    if _parts_thousands(groups) and (len(set(marks)) == 1 or "'" in marks):
        return Decimal("".join(groups))
    whole = groups[:-1]
    if marks[-1] == "'" or marks[-1] in marks[:-1] or not (len(whole) == 1 or _parts_thousands(whole)):
        return None
    return Decimal(f"{''.join(whole)}.{groups[-1]}")


def _parts_thousands(groups: list[str]) -> bool:
    first = groups[0]
    return (
        len(first) <= _THOUSANDS_DIGITS
        and first[0] != "0"
        and all(len(group) == _THOUSANDS_DIGITS for group in groups[1:])
    )


def _number(match: re.Match[str]) -> Number | None:
    """Adds the parts up; the group "half" is half of the last scale that was named."""
    parts = match.groupdict()
    value, scale = Decimal(0), 1
    for name, size in (("millions", _MILLION), ("thousands", _THOUSAND), ("ones", 1)):
        written = parts.get(name)
        if written is None:
            continue
        amount = _below_thousand(written)
        if amount is None:
            return None
        value += amount * size
        scale = size
    if parts["half"]:
        value += Decimal(scale) / 2
    elif fraction := parts["fraction"] or parts["cents"]:
        value += _fraction(fraction)
    return Number(value, match.start(), match.end())


def _below_thousand(written: str) -> Decimal | None:
    """Of a group as in `_any_number`; a scale without a number before it ("mil") is once the scale."""
    if written[:1].isdigit():
        return from_digits(written.strip())
    total = 0
    for word in _WORDS.findall(written):
        if word in {"medio", "media", "half"}:
            return Decimal("0.5")
        total = (total or 1) * 100 if word == numerals.HUNDRED else total + numerals.VALUES.get(word, 0)
    return Decimal(total or 1)


def _fraction(written: str) -> Decimal:
    """ "5" and "cinco" are five tenths, "50" and "cincuenta" fifty hundredths."""
    digits = written if written.isdigit() else str(numerals.VALUES[written])
    return Decimal(f"0.{digits}")


def _one_of(words: Iterable[str], language: Language) -> str:
    known = sorted(set(words) - numerals.FOREIGN[language], key=len, reverse=True)
    return f"(?:{'|'.join(known)})"


_TENTHS = _one_of({word for word, value in numerals.VALUES.items() if 1 < value < 100}, "es")
_FRACTION = (
    rf"(?: (?:punto|coma|point) (?P<fraction>{_TENTHS}\b|[0-9]{{1,2}}(?![0-9.,]))"
    # "20 con 50", but not "39 con 2 dias".
    rf"| con (?P<cents>cinco\b|5|{_one_of(numerals.TENS, 'es')}\b|[0-9]{{2}})(?![0-9.,]| (?:dia|hora|ano|semana|mes)))"
)
_TAIL = rf"(?:(?P<half>{_HALF})|{_FRACTION})?"
_IN_DIGITS = re.compile(rf"(?P<ones>{_DIGITS}){_TAIL}")


@cache
def _any_number(language: Language) -> re.Pattern[str]:
    """Numbers up to the millions. Every part is bounded, and digits are taken whole or not at all."""
    units, tens, hundreds, thousands, millions = (
        _one_of(words, language)
        for words in (
            {**numerals.UNITS, **numerals.TEENS, **numerals.COMPOUNDS},
            numerals.TENS,
            numerals.HUNDREDS,
            numerals.THOUSANDS,
            numerals.MILLIONS,
        )
    )
    below_hundred = rf"(?:{tens}(?:[ -](?:[yi] )?{units})?|{units})(?![a-z])"
    hundred = rf"(?:{hundreds}|(?:(?:a|{units}) )?{numerals.HUNDRED})(?![a-z])"
    group = rf"(?:{_DIGITS}|{hundred}(?: (?:and |y )?{below_hundred})?|{below_hundred})"
    scaled = rf"(?:(?:{group}|a|medio|half a) ?)?"
    starts = (
        rf"(?:{_one_of(numerals.WORDS, language)}|(?:a|medio|half a) (?:{thousands}|{millions}|{numerals.HUNDRED}))"
    )
    return re.compile(
        rf"(?=[0-9]|(?<![a-z]){starts}(?![a-z]))"
        rf"(?:(?P<millions>{scaled}){millions}(?![a-z]))?"
        rf"(?: ?(?P<thousands>{scaled}){thousands}(?![a-z]))?"
        rf"(?: ?(?P<ones>{group}))?{_TAIL}"
    )

"""Numbers of several words made one: "treinta y uno", "twenty-first", "dos mil veintiséis"."""

import re
from collections.abc import Callable

from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.tokens import Tokens

_TENS, _WNUM, _ORDW, _BIG = (ALPHABET.of(kind) for kind in ("TENS", "WNUM", "ORDW", "BIG"))
_TRIGGERS = frozenset(ALPHABET.union("TENS mil"))
_YEAR = ALPHABET.compile("WNUM mil NN | mil novecientos TENS (y (NN | uno))?")
_TENS_AND_ONES = ALPHABET.compile("TENS (y | DASH)? (WNUM | un | una | uno | one | ORDW)")
_SMALLEST_TEEN = 10
_Meant = Callable[[Tokens, re.Match[str]], tuple[str, int] | None]


def compose(tokens: Tokens) -> Tokens:
    """The tokens with such numbers made one token each."""
    if _TRIGGERS.isdisjoint(tokens.letters):
        return tokens
    return _joined(_joined(tokens, _TENS_AND_ONES, _tens_and_ones), _YEAR, _year)


def _tens_and_ones(tokens: Tokens, match: re.Match[str]) -> tuple[str, int] | None:
    ones = tokens.number(match.end() - 1)
    if not 0 < ones < _SMALLEST_TEEN:
        return None
    letter = _ORDW if match.group()[-1] == _ORDW else _WNUM
    return letter, tokens.number(match.start()) + ones


def _year(tokens: Tokens, match: re.Match[str]) -> tuple[str, int] | None:
    if match.group()[0] == _WNUM:
        year = 2000 + tokens.number(match.end() - 1)
        return (_BIG, year) if tokens.number(match.start()) == 2 else None
    return _BIG, 1900 + sum(tokens.number(at) for at in range(match.start() + 2, match.end()))


def _joined(tokens: Tokens, pattern: re.Pattern[str], meant: _Meant) -> Tokens:
    letters: list[str] = []
    values: list[tuple[int, ...]] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in pattern.finditer(tokens.letters):
        number = meant(tokens, match)
        if number is None:
            continue
        at = match.start()
        letters += [*tokens.letters[done:at], number[0]]
        values += [*tokens.values[done:at], (number[1],)]
        starts += tokens.starts[done : at + 1]
        ends += [*tokens.ends[done:at], tokens.ends[match.end() - 1]]
        done = match.end()
    if not done:
        return tokens
    return Tokens(
        "".join(letters) + tokens.letters[done:],
        (*values, *tokens.values[done:]),
        (*starts, *tokens.starts[done:]),
        (*ends, *tokens.ends[done:]),
        tokens.language,
    )

"""How a time is said: the words it takes, as pieces of rules, and the clock that they tell."""

import re
from collections.abc import Mapping
from dataclasses import replace

from recado.brain.rules.when.clock import Clock, Half, Part
from recado.brain.rules.when.grammar import said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.tokens import Tokens

FRACTIONS: Mapping[tuple[int, ...], int] = {(1, 2): 30, (1, 4): 15, (3, 4): 45}
"""Parts of an hour as they are written, and their minutes: "a las 5 y 1/4"."""
_HALF = 30
_QUARTER = 15
_MINUTES_TOLD = frozenset({5, 10, 15, 20, 25})
"""Minutes that people count before the hour ("10 para las 5"); other numbers there are amounts."""

_NUMBERS = frozenset(ALPHABET.union("HOURN un"))
_CLOCKS = frozenset(ALPHABET.union("CLOCK DOTTED DASHED"))
_BIG, _MENOS, _CUARTO, _CUARTOS, _QUARTER_WORD = (
    ALPHABET.of(kind) for kind in ("BIG", "menos", "cuarto", "cuartos", "quarter")
)
_AM, _PM, _P, _M, _A = (ALPHABET.of(kind) for kind in ("AM", "PM", "P", "M", "a"))
_HALVES = frozenset(ALPHABET.union("media half"))
_NUM = ALPHABET.of("NUM")
_SLASHED = ALPHABET.of("SLASHED")
_NOONS = frozenset(ALPHABET.union("NOONS"))
_MIDNIGHTS = frozenset(ALPHABET.union("MIDNIGHTS"))
_PART_WORDS: tuple[tuple[str, Part], ...] = (
    ("MANANA MANANAS MORNING MORNINGS TEMPRANO EARLY AMANECER", "morning"),
    ("TARDE TARDES AFTERNOON AFTERNOONS", "afternoon"),
    ("EVENING EVENINGS ATARDECER eve", "evening"),
    ("NOCHE NOCHES NIGHT NIGHTS", "night"),
    ("MADRUGADA", "dawn"),
    ("DIA DAY MEDIODIA NOON", "midday"),
)
PART_OF: dict[str, Part] = {letter: part for kinds, part in _PART_WORDS for letter in ALPHABET.union(kinds)}
"""Letter of a word -> the part of the day that it names."""

_LA_PARTE = "(de | en | por | a | durante) (la | el | las) (PARTES | MADRUGADA | AMANECER | ATARDECER)"
LA_PARTE = (
    f"({_LA_PARTE} | de (TARDE | NOCHE | MADRUGADA) | del (DIA | NOONS | MADRUGADA | ATARDECER)"
    " | (in | on | of) (the)? PARTEN | in the eve | at NIGHT | PARTEN | TARDE | NOCHE)"
)
"""The part of the day after an hour: "de la tarde", "at night"."""
MINUTES = (
    "(y (media | (un)? cuarto | (un)? PICO | NN cuartos | NN MINU?) | con NN MINU? | menos ((un)? cuarto | NN MINU?)"
    " | and (a)? (half | quarter) (?! word | words) | HS NUM MINU? | y SLASHED | DASH TENS | (NUM | TENS | WNUM)"
    " (?! y (media | cuarto)))"
)
_SHARP = "o? oclock | en punto | EXACTO | sharp | PASADA (?! la | el) | y PICO | DASH? ISH | DASH thing"
AFTER = (
    f"((in the)? MER | P M | a M (?! las) | HS | HORAS | HORA | HOURS | (on)? (the)? exactly | {_SHARP} | {LA_PARTE})"
)
"""What may follow an hour."""
HOUR = f"((CLOCK | DOTTED | BIG) {AFTER}{{0,4}} | HOURN {MINUTES}? {AFTER}{{0,4}})"
"""An hour, where a word before it says that it is one."""
_TELLING = (
    f"((in the)? MER | P M | a M (?! las) | {_SHARP} | (de | por | en | a) la (PARTES | MADRUGADA) | de (TARDE |"
    f" NOCHE |"
    " MADRUGADA)"
    " | del (DIA | NOONS) | (in | on | of) the PARTEN | in the eve | on the exactly | at NIGHT | PARTEN | (TARDE"
    " | NOCHE) (?="
    " $ | PAUSE | FILL))"
)
SURE_HOUR = (
    f"(?! one (PARTEN | at NIGHT | in the PARTEN) | una ((en | por) la)? (TARDE | NOCHE"
    f" | MANANA)) (CLOCK {AFTER}{{0,4}} | DOTTED (HS | MER"
    f" | HORAS) {AFTER}{{0,3}}"
    f" | BIG (HS | HORAS | HOURS | MER) {AFTER}{{0,3}}"
    f" | NUM HS NUM {AFTER}{{0,2}} | HOURN {MINUTES}? {_TELLING} {AFTER}{{0,3}}"
    f" | HOURN (y (media | (un)? cuarto | NN cuartos) | menos ((un)? cuarto | NN MINU?)) {AFTER}{{0,3}})"
)
"""An hour that is told by its own words: "5pm", "17:30", "5 y media"."""
_OFF = (
    "((a | un | una)? (quarter | cuarto) (past | after | to | of | until | (para | antes de) (la | las))"
    " | NN MINU? (past | para (la | las)))"
)
END_OF_RANGE = (
    f"({_OFF} HOURN {AFTER}{{0,3}} | (CLOCK | DOTTED | BIG (?= MER | HS | HORAS) | half past? HOURN | HOURN"
    f" {MINUTES}?) {AFTER}{{0,4}} | (el"
    f" | la)? NOONS | MIDNIGHTS)"
)
"""An hour in a range or a choice."""
_GOES_ON = "y (media (?! UNIT) | un? cuarto) | menos un? cuarto"
"""An hour is read to its end, not to where a rule would still fit."""
NO_THINGS = (
    f"(?! {_GOES_ON} | NOUN | UNIT | GONE | PERCENT | TH | MON (?! (the | el)? (NN | ORDW)) | de MON | STREET"
    f" | ROOM | DASH NUM"
    " | CLOCK)"
)
"""A number of things is no hour."""
NO_COUNTED = (
    f"(?! {_GOES_ON} | COSAS | DOSIS | DINERO | GRADOS | PERCENT | UNIT | TH | MON (?! (the | el)? (NN |"
    f" ORDW)) | de MON | STREET"
    " | DASH NUM | CLOCK)"
)
"""After "a las 5" and "at 5" one thing may follow ("mesa para 4", "paso a retirarlo"): only several are counted."""
NO_COUNTED_AT = NO_COUNTED.replace("COSAS", "COSAS (?! word | LOCAL | CUMPLIR | lunch | GROUP)")
""" "At 8 kids party": what is counted there goes on."""
NO_AMOUNT = "(?! COSAS | DOSIS | DINERO | GRADOS | UNIT | PERCENT | TH | STREET | PIEZA | DASH NUM | CLOCK)"
"""After an hour that is sure to be one, a month may follow."""
ABOUT = (
    "(about | like | APROX (de)? | como | tipo | sobre | hacia | cerca de | a eso de | eso de | mas o menos | por EJEM"
    " | exactly | EXACTO | EJEM)"
)
LAS = "(las | los | la (?= una | uno | NUM | one))"


_OFF_HOUR = ALPHABET.compile(
    "(a | un | una)? (<n:NN> MINU? | quarter | cuarto)"
    " (<past:past | after> | to | of (?! the) | until | (para | antes de) (la | las))"
)


def clock_in(tokens: Tokens, start: int, end: int) -> Clock | None:
    """The clock that the tokens from `start` to before `end` tell; None if they tell none."""
    if off := _OFF_HOUR.match(tokens.letters, start, end):
        return minutes_off(tokens, off, clock_in(tokens, off.end(), end))
    reader = _Reader(tokens)
    for at in range(start, end):
        reader.take(at, tokens.letters[at - 1] if at > start else "")
    return reader.clock()


def minutes_off(tokens: Tokens, match: re.Match[str], clock: Clock | None) -> Clock | None:
    """ "Quarter past four", "ten to five", "cuarto para las cinco": so many minutes (`n`) from the hour of a clock."""
    minutes = tokens.number(match.start("n")) if said(match, "n") else _QUARTER
    if clock is None or clock.minute or (said(match, "n") and minutes not in _MINUTES_TOLD):
        return None
    return replace(clock, minute=minutes) if said(match, "past") else replace(clock, minutes_before=minutes)


class _Reader:
    """Reads a time word by word."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._hour: int | None = None
        self._minute: int | None = None
        self._minus = self._wrong = False
        self._before = 0
        self._half: Half | None = None
        self._part: Part | None = None

    def clock(self) -> Clock | None:
        if self._hour is None or self._wrong:
            return None
        return Clock(
            self._hour,
            self._minute or 0,
            half=self._half,
            part=self._part,
            english=self._tokens.language == "en",
            minutes_before=self._before,
        )

    def take(self, at: int, before: str) -> None:
        """Read one token; `before` is the letter before it."""
        letter = self._tokens.letters[at]
        if letter in _CLOCKS:
            self._hour, self._minute = self._tokens.values[at][:2]
        elif letter == _BIG:
            self._hour, self._minute = divmod(self._tokens.number(at), 100)
        elif letter in _NUMBERS:
            # "Mesa para 4 8pm": minutes have two digits.
            self._wrong |= letter == _NUM and before == _NUM and self._tokens.length(at) < len("05")
            self._number(self._tokens.number(at))
        elif letter in _HALVES:
            self._minute = _HALF
        elif letter == _SLASHED and self._tokens.values[at] in FRACTIONS:
            self._minutes(FRACTIONS[self._tokens.values[at]])
        elif letter in (_CUARTO, _QUARTER_WORD):
            self._minutes(_QUARTER)
        elif letter == _CUARTOS:
            self._minute = (self._minute or 0) * _QUARTER
        elif letter == _MENOS:
            self._minus = True
        elif letter in _NOONS and self._hour is None:
            self._hour, self._half = 12, "pm"
        elif letter in _MIDNIGHTS:
            self._hour, self._half = 12, "am"
        elif letter in PART_OF:
            self._part = PART_OF[letter]
        else:
            self._meridiem(letter, before)

    def _number(self, number: int) -> None:
        if self._hour is None:
            self._hour = number
        elif self._minute is None:
            self._minutes(number)

    def _minutes(self, minutes: int) -> None:
        if self._minus:
            self._before = minutes
        else:
            self._minute = minutes

    def _meridiem(self, letter: str, before: str) -> None:
        if letter == _AM or (letter == _M and before == _A):
            self._half = "am"
        elif letter in (_PM, _P) or (letter == _M and before != _P and self._hour == 12):
            self._half = "pm"

"""A number that stands beside the one before it, or in its place: "at two or maybe three", "at 4, no wait, 5"."""

import re
from dataclasses import replace

from recado.brain.rules.when.clock import Clock
from recado.brain.rules.when.grammar import Rule, said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import each
from recado.brain.rules.when.mentions import Another, Bare, Meant, TimeNamed, TimesOffered
from recado.brain.rules.when.spoken import AFTER, NO_THINGS, SURE_HOUR, clock_in
from recado.brain.rules.when.tokens import Tokens

_NOON = 12
_HALF, _QUARTER = 30, 15
_MINUTES_TOLD = frozenset({5, 10, 15, 20, 25})
_TO = ALPHABET.of("to")
_HALF_WORD = ALPHABET.of("half")
_DAYS = frozenset(ALPHABET.union("WD TOM TODAY TH"))

_N = "(NUM | WNUM | TENS)"
_IF_NOT = (
    "((?<! word | words | thing | any | some | what) else | if not | failing that"
    " | if (that | its | u | EJEM) (is | gone | BUSY | TAKE | CANT | word | words){1,2})"
)
_OR_ELSE = (
    f"(COMMA? or (COMMA | MAYBE | FILL | BACKUP | as a | {_IF_NOT}){{1,3}} | COMMA? {_IF_NOT} COMMA?"
    " | COMMA (as a? | my)? BACKUP (COMMA | is){0,1} | COMMA (my | the)? ORDW CHOICE (COMMA | is){0,1})"
)
_WAIT = "(SORRY | find | HOLD on | no)"
_ENDS = "(?= $ | PAUSE | FILL | PERO | on | if | is | WORK_FOR | i | this | next | WD | TOM)"


def _another(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Another(tokens.number(match.start("n")))


def _another_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "At four or even five": after a day, "or just 4" counts who comes."""
    return Another(tokens.number(match.start("n")), hour=True)


def _put_right(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Bare(tokens.number(match.start("n")))


def _hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "3 not 2, wednesday": a number alone is an hour where a day is named too."""
    number = tokens.number(match.start("t"))
    told = 0 < number <= _NOON and not _DAYS.isdisjoint(tokens.letters)
    return TimeNamed(Clock(number, english=tokens.language == "en")) if told else None


def _offered(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Four or even five o'clock"."""
    one, two = (clock_in(tokens, *match.span(name)) for name in ("t", "v"))
    if one is None or two is None or not (one.possible and two.possible):
        return None
    return TimesOffered((replace(one, half=two.half, part=two.part) if one.open else one, two))


def _of_one_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Quarter past or half past ten", "ten or twenty past four": minutes of the hour that is named once."""
    last = clock_in(tokens, *match.span("v"))
    if last is None:
        return None
    minutes = _minutes_told(tokens, match)
    if minutes is None:
        return None
    before = _TO in (match.group("off") or "")
    first = replace(last, minute=0 if before else minutes, minutes_before=minutes if before else 0)
    return TimesOffered((first, last))


def _minutes_told(tokens: Tokens, match: re.Match[str]) -> int | None:
    if said(match, "n"):
        minutes = tokens.number(match.start("n"))
        return minutes if minutes in _MINUTES_TOLD else None
    return _HALF if said(match, "half") else _QUARTER


def _or_half_past(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Noon or half past"."""
    clock = clock_in(tokens, *match.span("t"))
    if clock is None or clock.minute or not clock.possible:
        return None
    return TimesOffered((clock, replace(clock, minute=_HALF if _HALF_WORD in match.group("off") else _QUARTER)))


_OFF_HOUR = f"((a? quarter | {_N}) (past | to) | half past) HOURN {AFTER}{{0,3}}"

RULES: tuple[Rule[Meant], ...] = (
    *each(_another, f"{_OR_ELSE} at? <n:{_N}> oclock? {_ENDS}", f"COMMA? or <n:{_N}> (?= if)"),
    *each(_another_hour, f"COMMA? or EJEM at? <n:{_N}> oclock? {_ENDS}"),
    *each(
        _offered,
        f"<t:HOURN> ({_OR_ELSE} | COMMA? or EJEM) at? <v:{SURE_HOUR}> {NO_THINGS}",
        f"(?<= TOM | TODAY | WD | PARTEN) <t:HOURN> {_OR_ELSE} <v:HOURN> {_ENDS}",
        f"(?<! INSIDE) either? <t:HOURN> {_OR_ELSE} <v:HOURN> (?= (on | this | next | the){{0,2}} (WD | TOM"
        f" | TODAY | NUM TH))",
    ),
    *each(
        _of_one_hour,
        f"(at | about)? (a? <quarter:quarter> | <half:half> | <n:{_N}>) <off:past | to> or <v:{_OFF_HOUR}> {NO_THINGS}",
        f"(at | about)? <n:{_N}> or <off:(?= {_N})> <v:{_N} (past | to) HOURN {AFTER}{{0,3}}> {NO_THINGS}",
    ),
    *each(
        _or_half_past,
        "(at | about)? <t:NOONS | HOURN (MER | oclock)?> or <off:(half | a? quarter)> past (?! HOURN | NOONS)",
    ),
    # Putting right: "at 4, no wait, 5", "at 8, I beg make am 9"
    *each(
        _put_right,
        f"no (COMMA | find | HOLD on? | FILL | SORRY | MAKING that){{1,5}} <n:{_N}> {_ENDS}",
        f"COMMA (find | HOLD on?) COMMA? (no COMMA?)? <n:{_N}> {_ENDS}",
        f"(MAKING | i) AM <n:{_N}> {_ENDS}",
        f"SORRY COMMA? <n:{_N}> {_ENDS}",
    ),
    *each(
        _hour,
        f"(?<! INSIDE) <t:NUM | WNUM> (?= COMMA? (not | no) {_N} ($ | PAUSE | on | WD | TOM))",
        f"(?<! INSIDE) <t:NUM | WNUM> (?= COMMA? {_WAIT} ({_WAIT} | FILL | COMMA){{0,4}} {_N} (COMMA"
        f" | on | WD | TOM | $))",
        f"(?<= not NUM COMMA) <t:NUM | WNUM> {_ENDS}",
        f"(?<= AGREED) <t:NUM | WNUM> (?= COMMA? PERO i? SORRY {_N})",
    ),
)

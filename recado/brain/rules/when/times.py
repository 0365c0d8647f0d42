"""Times of the day: "a las 5", "half past four", "cuarto para las cinco", "de 3 a 5", "after 4"."""

import re
from dataclasses import replace

from recado.brain.rules.when.clock import Clock
from recado.brain.rules.when.grammar import Rule, said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import always, each
from recado.brain.rules.when.mentions import Meant, TimeNamed, TimesOffered, TimeSpan
from recado.brain.rules.when.spoken import (
    ABOUT,
    AFTER,
    END_OF_RANGE,
    FRACTIONS,
    HOUR,
    LA_PARTE,
    LAS,
    MINUTES,
    NO_AMOUNT,
    NO_COUNTED,
    NO_COUNTED_AT,
    NO_THINGS,
    SURE_HOUR,
    clock_in,
    minutes_off,
)
from recado.brain.rules.when.tokens import Tokens

_DAY_HOURS = 24
_SLIP_OF_AN_HOUR = 39
"""A number above this was not meant as an hour, not even by mistake: "back to school at 60"."""
_HALF = 30
_NOON_HOUR = 12
_AFTERNOON_HOURS = range(13, 24)
_MORNING_ON = range(7, 24)

_CLOCKS = frozenset(ALPHABET.union("CLOCK DOTTED"))
_NUM, _DOTTED = ALPHABET.of("NUM"), ALPHABET.of("DOTTED")
_OCLOCK = ALPHABET.of("oclock")
_LONG_HOURS = frozenset(ALPHABET.union("HORAS HORA HOURS HOUR"))
_IN_THE = (ALPHABET.of("en"), ALPHABET.of("por"))
_ONE_NIGHT = ALPHABET.of("NUM") + ALPHABET.of("NIGHT")
_BETWEEN = frozenset(ALPHABET.union("between entre"))
_MOVE = frozenset(ALPHABET.union("MOVE"))
_EARLIER = frozenset(ALPHABET.union("FORWARD AHEAD"))
_DAYS = frozenset(ALPHABET.union("WD TOM TODAY"))
_QUARTERS = frozenset({0, 15, 30, 45})
"""Minutes that hours are told with."""
_AND_MINUTES = "(y (media | (un)? cuarto | NN MINU?) | menos ((un)? cuarto | NN MINU?))"
_ALAS = f"(a | al)? {LAS}"
_DAY_NEXT = "COMMA? (on | this | next | the){0,2} (WD | TOM | TODAY | NUM TH | PARTEN)"
_SOMEBODY_NEXT = (
    "(?= VOY | PUEDO | STEP | PICK_UP | PASAR | me | yo | en (la | el | su | punto) | con (el | la | mi | DOCTOR)"
    " | para (el | la | mi) | si | QUEDA | TENGO | ejem | de la | a mas tardar | APROX | mas o menos | HAY | PORQUE"
    " | que | PERO)"
)
_ABOUT_THEN = "flat | exactly | DEAD on | or (FILL | thereabouts) | thereabouts"


def _clock(tokens: Tokens, match: re.Match[str], group: str) -> Clock | None:
    start, end = match.span(group)
    return clock_in(tokens, start, end)


def _told(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A time after a word that announces it."""
    clock = _clock(tokens, match, "t") or _before_a_number(tokens, match.start("t"))
    if (
        clock is None
        or _is_reading(tokens, match.start("t"))
        or (said(match, "la") and clock.hour != 1)
        or clock.hour > _SLIP_OF_AN_HOUR
    ):
        return None
    return TimeNamed(clock)


def _is_reading(tokens: Tokens, at: int) -> bool:
    """ "Corn came in at 18.5": minutes have two digits."""
    return tokens.letters[at] == _DOTTED and tokens.length(at) < len(f"{tokens.number(at)}.30")


def _before_a_number(tokens: Tokens, at: int) -> Clock | None:
    """ "At 10 4 my son": the second number is a word."""
    two_numbers = tokens.letters[at : at + 2] == _NUM * 2
    return clock_in(tokens, at, at + 1) if two_numbers and tokens.language == "en" else None


def _until_noon(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "For 5 on friday"; "for 20 on friday" counts something."""
    return _told(tokens, match) if tokens.number(match.start("t")) <= _NOON_HOUR else None


def _marked(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A time that itself says that it is one."""
    clock = _clock(tokens, match, "t")
    sure = tokens.letters[match.start("t")] in _CLOCKS or _OCLOCK in match.group()
    if clock is None or (clock.hour > _DAY_HOURS and not sure):
        return None
    if tokens.letters[match.start("t") : match.end("t")] == _ONE_NIGHT and clock.hour == 1:
        return None
    if clock.hour > _NOON_HOUR and match.group("t")[1:2] in _IN_THE and not sure:
        # "15 en la tarde" is a day.
        return None
    return TimeNamed(clock)


def _after_hs(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Hs. 15", but not "h1n1"."""
    apart = tokens.ends[match.start()] < tokens.starts[match.start("t")]
    return _told(tokens, match) if apart else None


def _hours(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "17 hs", "17 horas": small numbers of "horas" are how long something takes."""
    hour = tokens.number(match.start("t"))
    written_out = match.group()[-1] in _LONG_HOURS
    if hour >= _DAY_HOURS or (written_out and hour not in _AFTERNOON_HOURS):
        return None
    return TimeNamed(Clock(hour))


def _dotted(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    hour, minute = tokens.values[match.start("t")][:2]
    two_digits = tokens.length(match.start("t")) >= len(f"{hour}.30")
    good = hour < _DAY_HOURS and minute < 60 and two_digits
    return TimeNamed(Clock(hour, minute)) if good else None


def _dotted_hours(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "11.45 hrs"; "1.5 hours" and "1.30 hrs" are how long something takes."""
    late = tokens.values[match.start("t")][0] in _MORNING_ON and tokens.language == "es"
    return _dotted(tokens, match) if late else None


def _spaced(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "19 00 hrs"."""
    clock = _clock(tokens, match, "t")
    two_digits = tokens.length(match.start("m")) == len("00")
    return TimeNamed(clock) if clock is not None and clock.possible and two_digits else None


def _military(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Tomorrow 0930": no year and no amount begins so."""
    at = match.start("t")
    clock = _clock(tokens, match, "t")
    zero = tokens.length(at) > len(str(tokens.number(at)))
    return TimeNamed(clock) if zero and clock is not None and clock.possible else None


def _round_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "1400 on the 21st": hours of the afternoon as soldiers tell them, to the quarter."""
    clock = _clock(tokens, match, "t")
    good = clock is not None and clock.hour in _AFTERNOON_HOURS and clock.minute in _QUARTERS
    return TimeNamed(clock) if good and clock is not None and tokens.language == "en" else None


def _to_the_quarter(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Friday about 130"."""
    clock = _clock(tokens, match, "t")
    good = clock is not None and 0 < clock.hour <= _NOON_HOUR and clock.minute in _QUARTERS
    return TimeNamed(clock) if good and clock is not None else None


def _dashed_clock(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "8-30 am", as in India."""
    at = match.start("t")
    hour, minute = tokens.values[at][:2]
    if tokens.language != "en" or hour > _NOON_HOUR or minute not in _QUARTERS:
        return None
    clock = clock_in(tokens, at, match.end())
    return TimeNamed(replace(clock, minute=minute)) if clock is not None else None


def _asked_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Tomorrow's fine. 11?": a number alone is an hour if a day was named before it."""
    day = not _DAYS.isdisjoint(tokens.letters[: match.start()])
    hour = tokens.number(match.start("t"))
    return TimeNamed(Clock(hour)) if day and 0 < hour < _DAY_HOURS else None


def _weak(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    hour = tokens.number(match.start("t"))
    return TimeNamed(Clock(hour), weak=True) if 0 < hour < _DAY_HOURS else None


def _moved_to(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Can we move it to 2"."""
    moved = not _MOVE.isdisjoint(tokens.letters[: match.start()]) or tokens.letters[match.start() - 1] in _EARLIER
    return _told(tokens, match) if moved else None


def _spoken(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Five thirty"."""
    hour, minute = tokens.number(match.start("h")), tokens.number(match.start("m"))
    good = 1 <= hour < _DAY_HOURS and 10 <= minute < 60
    return TimeNamed(Clock(hour, minute)) if good else None


def _and_a_half(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "5 y 1/2"."""
    clock = _clock(tokens, match, "t")
    minutes = FRACTIONS.get(tokens.values[match.start("half")][:2])
    return TimeNamed(replace(clock, minute=minutes)) if minutes and clock is not None and clock.open else None


def _half_past(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    clock = _clock(tokens, match, "t")
    if clock is None or clock.hour > _DAY_HOURS or clock.minute:
        return None
    return TimeNamed(replace(clock, minute=_HALF))


def _minutes_off(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Quarter past four", "ten to five", "cuarto para las cinco"."""
    clock = minutes_off(tokens, match, _clock(tokens, match, "t"))
    return TimeNamed(clock) if clock is not None else None


def _offered(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "3 o 4 pm": what is said about the last is meant for all, unless they say otherwise."""
    clocks = [
        clock for clock in (_clock(tokens, match, name) for name in ("t", "u", "v") if said(match, name)) if clock
    ]
    last = clocks[-1]
    if len(clocks) < 2 or not all(clock.possible for clock in clocks):
        return None
    return TimesOffered(
        tuple(
            replace(clock, half=last.half, part=last.part) if clock.open and not last.open else clock
            for clock in clocks
        )
    )


def _span(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    first, last = _clock(tokens, match, "t"), _clock(tokens, match, "u")
    if first is None or last is None or not (first.possible and last.possible):
        return None
    return TimeSpan(first, last, between=match.group()[0] in _BETWEEN)


def _dashed_span(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "3-5 pm"."""
    one, two = tokens.values[match.start("pair")][:2]
    if not (one <= _DAY_HOURS and two <= _DAY_HOURS):
        return None
    said_last = clock_in(tokens, match.start("pair"), match.end())
    return TimeSpan(Clock(one), replace(said_last, hour=two, minute=0)) if said_last is not None else None


def _from(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    clock = _clock(tokens, match, "t")
    return TimeSpan(clock, None) if clock is not None and clock.possible else None


def _begins(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Could we have it christmas eve starting at 5?": a feast begins then; somebody is free from then on."""
    sentence = tokens.letters[: match.start()].rpartition(_STOP)[2]
    clock = _clock(tokens, match, "t") if _FEAST_HELD.search(sentence) else None
    return TimeNamed(clock) if clock is not None else None


def _leaving(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Salgo del trabajo a las 6"."""
    span = _from(tokens, match)
    return replace(span, leaving=True) if isinstance(span, TimeSpan) else None


def _until(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    clock = _clock(tokens, match, "t")
    return TimeSpan(None, clock) if clock is not None and clock.possible else None


_STOP = ALPHABET.of("STOP")
_FEAST_HELD = ALPHABET.compile(
    "HAVE (its | the | my | a | word (word | GROUP | CUMPLIR | FEAST)) | GROUP | CUMPLIR | FEAST | CLASES"
    " | BOOK (the | your | a) (word | LOCAL | MESA)"
)
_NOON = Clock(12, half="pm")
_MIDNIGHT = Clock(12, half="am")
_NOONISH = "((el | la | NUM)? NOONS | el? medio DIA)"
_BEFORE_DAY = "(?= (on | el | the | this | next | del | de | este)? (WD | TOM | TODAY) | $ | BREAK | COMMA | FILLER)"

_SINGLE = (
    *each(_begins, f"starting at <t:{END_OF_RANGE}> {NO_THINGS}"),
    *each(
        _told,
        f"{ABOUT}{{0,2}} las <t:{HOUR}> {NO_THINGS} (?! (word)? NOUN | words)",
        f"{ABOUT}{{0,2}} (a | al) las <t:{HOUR}> {NO_COUNTED} (?! word COSAS)",
        f"{ABOUT}{{0,2}} a la <t:(NUM | WNUM | una | uno | one | CLOCK) {MINUTES}? {AFTER}{{0,4}}> {NO_COUNTED}"
        " (?! word | words)",
        f"{ABOUT}{{0,2}} a la <t:(NUM | una | uno | one) {_AND_MINUTES} {AFTER}{{0,4}}> {NO_COUNTED}",
        f"{ABOUT}{{0,2}} <la:la> <t:(NUM | una | uno | one | CLOCK) {MINUTES}? {AFTER}{{0,4}}> {NO_COUNTED}"
        # "La uña del pie", without its sign
        " (?! (del | de (la | mi | su)) word)",
        f"{ABOUT}{{0,2}} at {ABOUT}{{0,2}} (las)? <t:{HOUR}> {NO_COUNTED_AT} (?! word | words)",
        f"{ABOUT}{{0,2}} at {ABOUT}{{0,2}} <t:(NUM | WNUM | one | CLOCK) {MINUTES}? {AFTER}{{0,3}}> {NO_COUNTED_AT}"
        " (?! words)",
        f"(tipo | a eso de | eso de | APROX (a | de)?) (las | a las)? <t:(NUM | WNUM | una | CLOCK | DOTTED) {MINUTES}?"
        f" {AFTER}{{0,3}}> {NO_COUNTED}",
        f"(sobre | hacia | cerca de | about) (las)? <t:HOURN {MINUTES}? {AFTER}{{0,3}}> {NO_COUNTED} {_BEFORE_DAY}",
        f"about <t:HOURN {MINUTES}? {AFTER}{{0,3}}> {NO_THINGS} (?= if | PORQUE | i | since | when | PERO | in the"
        " | is (good | better | word for (me | words)))",
        f"(HORA | time | a HORAS | a HS) (COLON | es | is)? <t:{HOUR}> {NO_COUNTED}",
        f"at the <t:(NUM | WNUM | one | CLOCK) {MINUTES}? {AFTER}{{0,3}}> {NO_COUNTED_AT} (?! word | words)",
        f"(?<= WD | TOM | TODAY | TH | ORDW | MON | PARTEN | WEEK) COMMA? {ABOUT}? about <t:HOURN {MINUTES}?"
        f" {AFTER}{{0,3}}>"
        f" {NO_THINGS} (?! of | word? (words | COSAS | GROUP))",
        # "A golpe de 3", "a la altura de las 5"
        f"como? a (la | los)? golpe de (las)? <t:HOURN {MINUTES}? {AFTER}{{0,3}}> {NO_COUNTED}",
        "(?<! .) <t:NUM | WNUM> (?= (PREFER than | instead of) NN (?= $ | PAUSE))",
        "(?<= AGREED | PERDON) <t:NUM | WNUM> (?= COMMA? (not | no) NN (?= $ | PAUSE))",
        "(?<! .) <t:NUM | WNUM> (?= (on | the)? WD PARTEN | on (the)? NUM TH)",
        "(?<= its | is | es | ERA | WAS) <t:NUM | WNUM> (?= COMMA? (not | no) NN (?= $ | PAUSE))",
    ),
    *each(
        _told,
        # "Bang on 4", "on the stroke of 3", "a bit past 11"
        f"(DEAD on | on the stroke of | (?<! INSIDE) available on | (a word? (WHILE | little)"
        f" | SHORTLY) past) <t:{HOUR}>"
        f" {NO_COUNTED} (?! word | words)",
        # "11 or so monday"
        f"<t:NN ({_ABOUT_THEN}){{1,2}}> (?= {_DAY_NEXT})",
        f"(?<= WD | TOM | TODAY | TH | COMMA) <t:NN ({_ABOUT_THEN}){{1,2}}> (?= $ | PAUSE | FILL)",
    ),
    *each(
        _until_noon,
        f"(?<! GROUP | lunch) for <t:NUM | WNUM> {NO_THINGS} (?= (on | this | next | the | COMMA)? (WD | TOM | TODAY))",
    ),
    *each(_after_hs, "(?<! NUM | WNUM | CLOCK | DOTTED | BIG | y) HS STOP? <t:(NUM | CLOCK)>"),
    *each(_marked, f"(a | at)? <t:{SURE_HOUR}> {NO_AMOUNT}"),
    *each(_and_a_half, f"<t:HOURN> y? <half:SLASHED> {NO_AMOUNT}"),
    *each(_marked, "<t:NUM HS MER>"),
    *each(
        _military,
        "(?<= WD | TOM | TODAY | TH | MON | FULLDATE | SLASHED | DASH | COMMA | PARTEN) <t:BIG> (?= $ | PAUSE |"
        " FILL | for"
        " | para | AND)",
        "<t:BIG> (?= (on)? (the)? (WD | TOM | TODAY | NUM TH))",
    ),
    *each(_to_the_quarter, "(?<= WD | TOM | TODAY | TONIGHT) about <t:BIG> (?= $ | PAUSE | FILL | if | for)"),
    *each(_round_hour, "(?<! .) <t:BIG> (?= (on)? (the)? (WD | TOM | TODAY | NUM TH))"),
    *each(_round_hour, "(?<= WD | TOM | TODAY) <t:BIG> (?= $ | PAUSE | FILL)"),
    *each(_dashed_clock, "(at | by)? <t:DASHED> (MER | oclock | in the PARTEN | PARTEN)"),
    *each(_dashed_clock, "at <t:DASHED>", "(?<= WD | TOM | TODAY) <t:DASHED> (?= $ | PAUSE | FILL)"),
    *each(_asked_hour, "(?<= STOP | ASK) <t:NUM> (?= ASK)", "(?<= STOP | ASK | COMMA) <t:NUM> (?= then ASK)"),
    *each(_dotted_hours, "<t:DOTTED> (HOURS | HORAS)"),
    *each(_spaced, "<t:NUM <m:NUM> (MER | HS | HORAS | HOURS)>"),
    *each(_hours, "<t:NUM> HS (?! NUM)", "<t:NUM | WNUM | TENS> (HORAS | HOURS)"),
    *each(
        _told,
        "(?<= WD | TOM | TODAY | MON) <t:NUM (HORAS | HS | HOURS)>",
        "(?<= (WD | TOM | TODAY | MON | NUM | TH | BIG | FULLDATE | SLASHED) COMMA) <t:NUM (HORAS | HS | HOURS)>",
        "<t:HOURN> (?= TONIGHT | (esta | this) (TARDE | NOCHE | AFTERNOON | EVENING | MANANA | MORNING))",
    ),
    *each(
        _dotted,
        "(?<= WD | TOM | TODAY | MON | SLASHED | FULLDATE | PARTEN | WEEK) <t:DOTTED>",
        "<t:DOTTED> (?= (on | el)? (WD | TOM | TODAY) | on (the)? (NUM TH | MON))",
        # "Could you do 8.15 this morning", "the first thursday of april, say 10.30"
        "<t:DOTTED> (?= (this | in the | esta | de la) (PARTES | PARTEN | MORNING | AFTERNOON | EVENING | NIGHT) |"
        " TONIGHT)",
        "(?<= about) <t:DOTTED> (?= $ | PAUSE | FILL | on | if | or)",
        "(?<= FORWARD | AHEAD) to <t:DOTTED> (?= $ | PAUSE | FILL | on | if)",
        "(?<= for | MAKE | is | from) <t:DOTTED> (?= $ | PAUSE | FILL | WORK_FOR | on | if | with | instead | then)",
        "<t:DOTTED> (is | WANT)? (WORK_FOR | FILL)",
        "(?<= (FULLDATE | SLASHED | WD) (SLASH | COMMA | DASH)) <t:DOTTED> (?= $ | PAUSE | FILL | SLASH | DASH)",
        "(?<= NUM COMMA | MON COMMA | WD COMMA | TOM COMMA | TH COMMA) <t:DOTTED> (?= $ | PAUSE | FILL)",
        "(?<! INSIDE) <t:DOTTED> (?= $ | BREAK | FILL | COMMA | ya | VOY | PUEDO | yo | EJEM | me)",
        # "Voy 19.30", "paso 20.15 por el pedido"
        "(?<= VOY | STEP) <t:DOTTED> (?= $ | PAUSE | FILL | por | a (word | PICK_UP) | con)",
        "(?<= PARTES COMMA | posible COMMA | ser COMMA | PUEDO COMMA) <t:DOTTED> (?= $ | BREAK | FILL)",
    ),
    *each(_weak, "(?<= TODAY | TOM) <t:NUM> (?= $ | PAUSE | FILL | i | EJEM)"),
    *each(
        _told,
        # "Friday morning, 8 if possible"
        "(?<= (PARTEN | TARDE | NOCHE | TEMPRANO | EARLY) COMMA) <t:NUM | WNUM> (?= $ | PAUSE | FILL | if"
        " | si me{0,2} PUEDO)",
        "(?<= TARDE | NOCHE | PARTEN | TONIGHT | eve) <t:NUM> (?= $ | PAUSE | FILL | i | EJEM | por FILL | para | for |"
        " if | si | with"
        " | con | PORQUE | at | and | y | en | que | since)",
    ),
    *each(
        _told,
        # "We will be 8" counts who comes.
        f"(MAKING (its | that)? | TALK its | (?<! EJEM | i | NOW) be) <t:(NUM | WNUM) {MINUTES}?> {NO_THINGS} (?= $"
        f" | BREAK | COMMA | instead | PREFER | not | FILLER |"
        " on | TOM"
        " | WD)",
        "<t:NUM | WNUM> (is | WANT)? (MAKE)? (WORK_FOR | better | BIEN)",
        "(?<! INSIDE) <t:NUM | WNUM> (es | VIENE | me{1,2} (QUEDA | VIENE | es)) (mejor | BIEN)",
        "(?<! of | for) <t:NUM | WNUM> (is | WANT MAKE) (good | BUENAS | possible | available | BIEN)",
        "(?<! .) is <t:NUM | WNUM> (?= (FILL | WORK_FOR | good | possible | available | BIEN) (?! COSAS))",
        "(?<! .) <t:NUM | WNUM> (?= COMMA? (on | this | next)? WDAY (?! NUM | MON | word | words | COSAS | CITA))",
        "<t:NUM | WNUM> (?= NOT_DO (EJEM)? work)",
        "(?<! INSIDE) <t:NUM | WNUM> (?= (instead of | PREFER than | en (vez | lugar) de)"
        " (NUM | WNUM) ($ | PAUSE | FILL))",
        "(?<! INSIDE) <t:NUM> (?= TOM | TODAY)",
    ),
    *each(
        _told,
        f"(?<! HOURN | CLOCK | MER | BIG) (sharp | EXACTO) (a las)? <t:NUM | WNUM | CLOCK> {NO_THINGS} (?! word"
        f" | words)",
    ),
    *each(_told, f"(?<= time | COMMA | WD | TOM | TODAY) like <t:HOURN {MINUTES}?> {NO_THINGS} (?! word | words)"),
    *each(_moved_to, "to <t:NUM | WNUM> (?= $ | PAUSE | FILL | instead | on)"),
    *each(
        _spoken,
        "<h:WNUM | one> DASH? <m:WNUM | TENS> (?= $ | PAUSE | FILLER | on | WD | TOM | TODAY | this | next | WORK_FOR |"
        " WANT | is)",
        "(?<= at | about | like | APROX | las) <h:WNUM | one | una> <m:WNUM | TENS>",
        "(?<! INSIDE) <h:WNUM | una> y <m:WNUM | TENS> (?= $ | PAUSE | FILL)",
        "(?<! .) <h:NUM> y <m:NUM | WNUM | TENS> $",
        "(?<= COMMA) <h:NUM> y <m:WNUM | TENS> (?= $ | PAUSE | FILL)",
        "(?<= COMMA | VOY) <h:NUM> y <m:NUM> (?= mas o menos | APROX | $ | STOP)",
        # "Jueves 9 de marzo, 9 y 30, para la placa"
        "(?<= (WD | MON | TOM | TODAY) COMMA) <h:NUM> y <m:NUM> (?= PAUSE | FILL)",
        "(?<! .) <h:TENS> y? <m:TENS | WNUM> $",
        "(?<= TOM | TODAY | WD) <h:NUM | WNUM | una> y <m:NUM | WNUM | TENS> (?= $ | PAUSE | FILL)",
        # "Mañana nueve y veinte estoy en la puerta"
        f"(?<= TOM | TODAY | PARTES | WDAY) <h:WNUM | una> y <m:WNUM | TENS> {_SOMEBODY_NEXT}",
        f"(?<! INSIDE) <h:WNUM | una> y <m:WNUM | TENS> {_SOMEBODY_NEXT}",
        f"(?<= TOM | TODAY | PARTES) <h:NUM> y <m:NUM> {_SOMEBODY_NEXT}",
        "(?<= TOM | TODAY | WDAY | PARTEN) <h:WNUM | one> DASH? <m:WNUM | TENS>"
        " (?= i | IM | ILL | ejem | at | for | if | with | in (the | your))",
        "(?<= TOM | TODAY | WD | PARTEN) <h:NUM> <m:NUM> (?= $ | PAUSE | FILL)",
        "(?<! .) <h:NUM> <m:NUM> (?= (on | el | the)? (TOM | TODAY | WD))",
    ),
    *each(
        _half_past,
        f"{ABOUT}? (at)? {ABOUT}? half DASH? (past | after)? DASH? <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        "half DASH? (past | after)? DASH? <t:NOONS | MIDNIGHTS>",
    ),
    *each(
        _minutes_off,
        f"{ABOUT}? (at)? {ABOUT}? (a)? quarter DASH? <past:past | after> DASH? <t:HOURN {AFTER}{{0,3}} | NOONS"
        f" | MIDNIGHTS> {NO_THINGS}",
        f"{ABOUT}? (at)? {ABOUT}? (a)? quarter DASH? (to | of | until | before) DASH? <t:HOURN {AFTER}{{0,3}} |"
        f" NOONS | MIDNIGHTS>"
        f" {NO_THINGS}",
        f"{ABOUT}? (at)? {ABOUT}? <n:NN> (MINU)? <past:past> <t:HOURN {AFTER}{{0,3}} | NOONS | MIDNIGHTS> {NO_THINGS}",
        f"<n:NN> <past:after> <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"{ABOUT}? at {ABOUT}? <n:NN> (MINU)? (to | until | before | of) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"(?<! from) about <n:NN> to <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"(?<! from | between | de | OPEN | available | work | BUSY | is | HORARIO | word | words) <n:WNUM"
        f" | TENS> until"
        f" <t:(NUM | WNUM | one) {AFTER}{{0,3}}> {NO_THINGS} (?= {_DAY_NEXT} | $ | PAUSE | FILLER)",
        f"<n:WNUM | TENS> of <t:(NUM | WNUM | one) {AFTER}{{0,3}}> (?= {_DAY_NEXT})",
        f"(?<! from | between | de | OPEN) <n:WNUM | TENS> to <t:(NUM | WNUM | one) {AFTER}{{0,3}}> {NO_THINGS}",
        f"<n:NN> MINU (to | before) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"(a | al | FALTA | las){{0,2}} (un)? cuarto (para | antes de) (la | las) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        "(a las | (?<! de | a) las | FALTA)? (?<! el | del | al | DIA | WDAY | de) <n:NN> (MINU)? para"
        f" (la | las) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"(?<! INSIDE) al <n:WNUM | TENS> para (la | las) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"(?<! INSIDE) al cuarto para (la | las) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
        f"FALTA <n:NN> (MINU)? para (la | las) <t:HOURN {AFTER}{{0,3}}> {NO_THINGS}",
    ),
    *always(
        TimeNamed(_NOON),
        "(al | a | el | a el | at | para el | hacia el | (al | en) (word | punto) del)? NOONS (en punto)?",
        "(al | a | el)? medio DIA (?! de (word | DISPONIBLE | OCUPADO))",
        "(NUM | WNUM) NOON",
    ),
    *always(TimeNamed(Clock(12, _HALF, half="pm")), f"(al | a)? {_NOONISH} y media"),
    *always(TimeNamed(_MIDNIGHT), "(a | a la | at | la)? MIDNIGHTS", "(a | a la)? media NOCHE"),
)
_SEVERAL = each(
    _offered,
    f"{ABOUT}? (a)? {LAS} <t:{END_OF_RANGE}> (COMMA {LAS}? <u:{END_OF_RANGE}>)? COMMA? (o | u) {ABOUT}? (a)? {LAS}?"
    f" <v:{END_OF_RANGE}> {NO_THINGS}",
    f"{ABOUT}{{0,2}} (a)? {LAS} <t:NUM | WNUM> COMMA? <v:(NUM | WNUM) y (media | cuarto) {AFTER}{{0,2}}>",
    f"(at | about) {ABOUT}? <t:{END_OF_RANGE}> (COMMA <u:{END_OF_RANGE}>)? COMMA? or (at | about)? <v:{END_OF_RANGE}>"
    f" {NO_THINGS}",
    f"tipo {LAS}? <t:NUM | WNUM> COMMA? <v:(NUM | WNUM) y (media | cuarto) {AFTER}{{0,2}}>",
    f"(tipo | a eso de) {LAS}? <t:{END_OF_RANGE}> (o | u | DASH | SLASH) {LAS}? <v:{END_OF_RANGE}> {NO_THINGS}",
    f"<t:{END_OF_RANGE}> (COMMA <u:{END_OF_RANGE}>)? COMMA? (o | u | or) (a)? (at)? {LAS}? <v:{SURE_HOUR}> {NO_THINGS}",
    f"<t:{SURE_HOUR}> (COMMA <u:{END_OF_RANGE}>)? COMMA? (o | u | or) (a)? (at)? {LAS}? <v:{END_OF_RANGE}> {NO_THINGS}",
    "(?<= TARDE | NOCHE | MANANA | PARTEN | TOM | TODAY) <t:HOURN> (o | or | u) <v:HOURN> (?= $ | PAUSE | FILL)",
    f"<t:half past? HOURN> (o | or) <v:HOURN> {NO_THINGS}",
    f"<t:HOURN> (o | or) <v:half past? HOURN> {NO_THINGS}",
    "(?<! .) <t:HOURN> or <v:HOURN> (?= ejem | WORK_FOR | on (the)? (WD | NUM TH) | TOM | TODAY)",
    f"(either | WANT) <t:HOURN> or <v:HOURN> {NO_THINGS} (?= $ | PAUSE | on)",
)
_SPANS = (
    *each(
        _span,
        f"entre (las | la)? <t:{END_OF_RANGE}> (y | a | and | hasta) (a)? (las | la)? <u:{END_OF_RANGE}> {NO_THINGS}",
        f"(?<! vez | lugar) (de | desde | from) {ABOUT}? (las | la | a las)? <t:{END_OF_RANGE}> (a | hasta | to |"
        f" until |"
        " through | DASH | y)"
        f" (las | la | a las | a la)? <u:{END_OF_RANGE}> {NO_THINGS}",
        f"between <t:{END_OF_RANGE}> (and | to | DASH | y) <u:{END_OF_RANGE}> {NO_THINGS}",
        # "Mesa para dos a las 8 pm" counts who comes.
        f"(?<! para | VOY | son | IR | HAY | word | words) <t:{END_OF_RANGE}> (DASH | to | a | until"
        f" | hasta) (las | la)?"
        f" <u:{SURE_HOUR} | HOURN HS> {NO_THINGS}",
        f"<t:{SURE_HOUR}> (DASH | to | a | until | hasta | through) (las | la)? <u:{END_OF_RANGE}> {NO_THINGS}",
        f"(?<= WD | TOM | TODAY) <t:NUM> (DASH | to | a) <u:NUM> {NO_THINGS}",
        "<t:NUM | WNUM> (DASH | to | a | al | until | hasta) <u:(el | the)? (NOONS | MIDNIGHTS)>",
        f"<t:half past? HOURN> (DASH | to | until) <u:{END_OF_RANGE}> {NO_THINGS}",
        "<t:NUM> (DASH | to | a) <u:NUM | DOTTED | CLOCK> (?= (on | el | the | del | this)? (WD | TOM | TODAY))",
        f"<t:NUM> (until | through) <u:NUM> {NO_THINGS}",
        f"(?<= las) <t:NUM> (a | DASH) <u:NUM> {NO_THINGS}",
        f"(?<! de) a las <t:{END_OF_RANGE}> a <u:{END_OF_RANGE}> {NO_THINGS}",
    ),
    *each(
        _dashed_span,
        f"(?<= WD | TOM | TODAY) <pair:DASHED> {AFTER}{{0,2}} {NO_THINGS}",
        f"(de | from | between | entre | at | las) (las)? <pair:DASHED> {AFTER}{{0,2}} {NO_THINGS}",
        "<pair:DASHED> (?= (on | el | the | del | this)? (WD | TOM | TODAY))",
        f"<pair:DASHED> (MER | HS | {LA_PARTE}){{1,2}}",
    ),
    *each(
        _from,
        f"(DESPUES | PASADA | PASADO (?= las | la) | LUEGO | mas TARDE) (de)? (las"
        f" | la)? <t:{END_OF_RANGE}> {NO_THINGS} (?! word NOUN)",
        f"(a partir de | desde | tras) (las | la | a las)? <t:{END_OF_RANGE}> (en ADELANTE)? {NO_THINGS}",
        f"(after | past | from | starting (at | from)? | WHENEVER after) (about | like)? <t:{END_OF_RANGE}>"
        f" (on | onwards | and later | or later)? {NO_THINGS}",
        f"(?<! del | el | al | DIA) (de | from | a)? (las | la)? <t:{END_OF_RANGE}> ((en | para | hacia) ADELANTE |"
        f" onwards | and (later |"
        " after) | or (later | after)"
        " | o (mas TARDE | DESPUES (?! de | del) | mas) | para arriba)",
        f"no (antes de | before) (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"not before <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(no | not) EARLIER than <t:{END_OF_RANGE}> {NO_THINGS}",
        f"later than <t:{END_OF_RANGE}> {NO_THINGS}",
        f"((como | de)? MINIMO) (a)? (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"{_ALAS} <t:{END_OF_RANGE}> (como | de)? MINIMO",
        f"(at)? <t:{END_OF_RANGE}> at the SOONEST",
        f"as of <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(after | from) the <t:{SURE_HOUR}> {NO_THINGS}",
        f"POST <t:{SURE_HOUR}> {NO_THINGS}",
    ),
    *each(
        _leaving,
        f"(off | SALGO) (of)? (del | de | work | OCUPADO | mi | my | CLASES | la | el | word | LOCAL){{0,4}} (at |"
        f" tipo | a las | a la | a) <t:{END_OF_RANGE}> {NO_THINGS} (?! .{{0,8}} a ese HORA)",
    ),
    *each(
        _until,
        f"antes de (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(before | until | by) <t:{SURE_HOUR}> {NO_THINGS}",
        f"(before | until) (about | like)? <t:{END_OF_RANGE}> {NO_THINGS} (?! word | words)",
        f"(before | until | by) <t:WNUM to (WNUM | one) {AFTER}{{0,3}}> {NO_THINGS}",
        f"by <t:HOURN {MINUTES}? | half past? HOURN> {NO_THINGS} {_BEFORE_DAY}",
        f"hasta (a)? (las | la) <t:{END_OF_RANGE}> {NO_THINGS}",
        f"hasta <t:{SURE_HOUR}> {NO_THINGS}",
        f"no (DESPUES de | mas TARDE de | mas TARDE que | mas EJEM? de) (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(como)? muy TARDE (a)? (las | la) <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(a)? lo mas TARDE (a | que SUBJ (a)?)? (las | la) <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(no | not) (later than | after) <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(a mas tardar | (como | de | a la)? MAXIMO) (a)? (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"(at)? (las)? <t:{END_OF_RANGE}> (at the)? LATEST",
        f"at the LATEST (at)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"{_ALAS} <t:{END_OF_RANGE}> (a mas tardar | (como | de)? MAXIMO)",
        f"<t:{SURE_HOUR}> (a mas tardar | (como | de)? MAXIMO)",
        f"(EARLIER than | mas TEMPRANO (de | que)) (las | la)? <t:{END_OF_RANGE}> {NO_THINGS}",
        f"<t:{END_OF_RANGE}> (or (EARLIER | before) | o (antes | mas TEMPRANO))",
    ),
    *always(
        TimeSpan(_NOON, None),
        f"(DESPUES (de | del)? | after | a partir (de | del) | desde | from | PASADA | PASADO) {_NOONISH}",
    ),
    *always(
        TimeSpan(None, _NOON), f"(antes (de | del) | before | until | hasta | by | no DESPUES (de | del)) {_NOONISH}"
    ),
)

RULES: tuple[Rule[Meant], ...] = (*_SINGLE, *_SEVERAL, *_SPANS)

"""Days told by a number: "el 15", "3 de dic.", "March 3rd", "5/3", "jueves 26", "el 15 o 16"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.clock import Clock
from recado.brain.rules.when.grammar import Rule, said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import Bare, BareMonth, DayAndHour, DayNamed, DaysOffered, DaySpan, Meant, Nothing
from recado.brain.rules.when.spoken import FRACTIONS
from recado.brain.rules.when.tokens import Tokens
from recado.brain.rules.when.written import full_date, pair, possible, year_of

_CENTURY = 100
_MAX_DAY = 31
_NOON = 12
_LAST_HOUR = 24
_HALF_AN_HOUR = 30
_COUNTED_THINGS = 10
"""Ordinals up to this also count other things: "the third"."""
_SLIP_OF_A_DAY = 39
"""A number above this was not meant as a day, not even by mistake."""
_SLIP_OF_A_PAIR = 49
""" "32/5 a las 16": so much with an hour was meant as a date, but for a slip."""
_HOUR_NEXT = ALPHABET.compile("COMMA? (a (las | la) | at (NUM | CLOCK))")
_SHORT_YEARS = range(25, 41)
"""A two-digit number right after a date is its year only if it cannot be an hour or a day's."""
_SAID_YEARS = range(20, 100)
"""After "de", two digits are a year from these on: "de 10 a 12" are hours."""
_YEARS = range(1900, 2200)
_NUMBERS = frozenset(ALPHABET.union("NN ORDW uno un"))
_FIGURE = ALPHABET.of("NUM")
_HALF_HOURS = (Day(day=_HALF_AN_HOUR),)
_SPELLED_MINUTES = tuple(Day(day=minutes) for minutes in (10, 15, 20, 25))
""" "Viernes cuatro y diez": nobody spells two days so."""
_MONTHS = frozenset(ALPHABET.union("MON"))
_WD = frozenset(ALPHABET.union("WDAY"))
_MAR = ALPHABET.of("MAR")
_NEXT, _THIS = ALPHABET.of("next"), ALPHABET.of("this")
_OF_DAYS = frozenset(ALPHABET.union("the el DIA ORDW"))
_COUNTS_ANEW = frozenset(ALPHABET.union("en in dentro AQUI MAKE no not SORRY sino mejor"))
_DOTTED, _DASHED = ALPHABET.of("DOTTED"), ALPHABET.of("DASHED")
_AND = frozenset(ALPHABET.union("y and"))

# What makes a number before it a time or an amount, not a day.
NOT_A_DAY = (
    "(?! (DASH)? (MER | HS | HORAS | HOURS | oclock | NOON | MIDNIGHT | ISH | EXACTO | sharp | exactly | PERCENT | NOUN"
    " | UNIT | PIEZA"
    " | STREET"
    " | TH (NOUN | CITA | time | PIEZA | vez | STREET | word | words | GONE | one | each | LOCAL))"
    " | y (media | un? cuarto | PICO) (?! DAYU) | menos (un? cuarto | NN) | en punto"
    " | de la (TARDE | NOCHE | MANANA | MADRUGADA) | del (DIA | NOONS) (?! SIGUIENTE | DESPUES)"
    "| (a | to | until | hasta | DASH) (the | el | la)? NOONS | (at the)? LATEST | at the SOONEST | (a las)? MAXIMO"
    " | COMMA? (o | u | or) (CLOCK | NN y (media | cuarto)) |"
    " (a | to) (NN | CLOCK) (MER | HS) | (o | or | y | and) NN (MER | HS | oclock | de la) | of (u | me | EJEM |"
    " the word))"
)
_WITH_ARTICLE = NOT_A_DAY.replace("| EXACTO |", "|").replace(
    "(a | to | until | hasta | DASH) (the | el | la)? NOONS", "(to | until | DASH) NOONS"
)
""" "El 8 hasta mediodía", "el 29 a mediodía" name a day where "8 hasta mediodía" does not."""
_TO_NOON = ALPHABET.compile("(a | to | until | hasta | DASH) (the | el | la)? NOONS")
_N = "(NUM | WNUM | TENS)"
_TH = "(TH | DEGREE)"
_YEAR = (
    "((COMMA | de | del | DASH | SLASH){0,2} (ANO | of)? <year:BIG>"
    " | (de | del | COMMA)? (el | la)? <years:NEXT YEARU | YEARU (que VIENE | NEXT) | (este | this) (ese)?"
    " YEARU | (?<! COMMA | el) (YEARU PASADO | last YEAR)>"
    " | (de | del) (ANO)? <short:NUM | TENS | WNUM>"
    " (?! a (?! (?<= del NUM a) (la | las)) | y | hasta | DASH | to | MER | HS | HORAS | MINU))"
)
_THIS_MONTH = (
    "((de | del | of | in) (este | the | this | el)? (ese | actual | PROX | SIGUIENTE | next | last | coming | OTRO |"
    " ULTIMO)? MONTHU"
    " (que VIENE | PROX | SIGUIENTE | PASADO | actual)? | del (PROX | SIGUIENTE | actual | que VIENE))"
)


def _weekday_in(tokens: Tokens, match: re.Match[str]) -> int | None:
    if said(match, "wd"):
        at = match.start("wd")
        return 1 if tokens.letters[at] == _MAR else tokens.number(at)
    return None


_IN_THE_PART = ALPHABET.compile("in the PARTEN | at NIGHT")
_MINUTES_NEXT = ALPHABET.compile(
    "<m:(y | DASH)? (NUM | WNUM | TENS)> (?= $ | PAUSE | FILLER | for | WORK_FOR | if | with | STEP | VOY | PUEDO | me"
    " | yo | si | QUEDA | PICK_UP | PASAR | en la | con (el | la | mi) | para (el | la | mi)) | y SLASHED"
)
_MINUTES = frozenset({15, 30, 40, 45, 50, 55})
"""Minutes that are told after an hour, and are not the number of another day."""


def _year_in(tokens: Tokens, match: re.Match[str]) -> int | None:
    for name in ("year", "short", "near"):
        if said(match, name):
            number = tokens.number(match.start(name))
            return year_of(number)
    return None


def _with_month(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A day, a month by name, and perhaps a year."""
    number, month = tokens.number(match.start("day")), tokens.number(match.start("mon"))
    if said(match, "near") and tokens.number(match.start("near")) not in _SHORT_YEARS:
        return None
    if said(match, "short") and tokens.number(match.start("short")) not in _SAID_YEARS:
        return None
    if said(match, "year") and tokens.number(match.start("year")) not in _YEARS:
        return None
    years = None
    if said(match, "years"):
        words = match.group("years")
        years = 1 if not _NEXT_MONTH.isdisjoint(words) else -1 if not _LAST_ONE.isdisjoint(words) else 0
    weekday = _weekday_in(tokens, match)
    last = said(match, "gone")
    return DayNamed(Day(weekday=weekday, day=number, month=month, year=_year_in(tokens, match), years=years, last=last))


def _of_some_month(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A number alone, or with "del proximo mes"."""
    number = tokens.number(match.start("day"))
    if number == 0 or number > _SLIP_OF_A_DAY:
        return None
    weekday = _weekday_in(tokens, match)
    if weekday is not None and _is_an_hour(tokens, match):
        return None
    shift = _shift(match)
    if said(match, "gone"):
        return DayNamed(Day(day=number, weekday=weekday, last=True))
    return DayNamed(Day(day=number, weekday=weekday, shift=shift), hour=_perhaps_hour(tokens, match, weekday))


def _perhaps_hour(tokens: Tokens, match: re.Match[str], weekday: int | None) -> DayAndHour | None:
    """ "Friday 9" is the ninth if that is a friday at hand, or else nine o'clock: in English, where a day is a 9th."""
    at = match.start("day")
    number = tokens.number(at)
    words = match.group()
    if tokens.language != "en" or weekday is None or at != match.end() - 1 or not 0 < number <= _NOON:
        return None
    if not _OF_DAYS.isdisjoint(words):
        return None
    next_week = 1 if _NEXT in words else None
    return DayAndHour(Day(weekday=weekday, this=_THIS in words, week=next_week), Clock(number, english=True))


def _is_an_hour(tokens: Tokens, match: re.Match[str]) -> bool:
    """ "Monday 9 30", "monday 4 in the morning": after a weekday a number may be an hour as well."""
    if match.end("day") != match.end() or tokens.number(match.start("day")) > _NOON:
        return False
    rest = tokens.letters[match.end() :]
    if tokens.language == "en" and _IN_THE_PART.match(rest):
        return True
    if _TO_NOON.match(rest):
        return True
    minutes = _MINUTES_NEXT.match(rest)
    at = match.end() + (minutes.end() if minutes is not None else 0) - 1
    told = _SPELLED_MINUTES if _FIGURE not in rest[: minutes.end() if minutes is not None else 0] else ()
    if minutes is not None and rest[0] in _AND and Day(day=tokens.number(at)) in told:
        return True
    return minutes is not None and (tokens.number(at) in _MINUTES or tokens.values[at][:2] in FRACTIONS)


def _late_ordinal(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "The twenty first": too late in a row to be of anything but the month."""
    number = tokens.number(match.start("day"))
    return DayNamed(Day(day=number)) if number > _COUNTED_THINGS else None


_NEXT_MONTH = frozenset(ALPHABET.union("PROX SIGUIENTE next coming VIENE OTRO"))
_THIS_ONE = frozenset(ALPHABET.union("este this ese actual"))
_LAST_ONE = frozenset(ALPHABET.union("last PASADO ULTIMO"))


def _shift(match: re.Match[str]) -> int | None:
    """How many months from now, by the words of the group `of`; None if they do not say."""
    words = match.group("of") if said(match, "of") else ""
    if not _LAST_ONE.isdisjoint(words):
        return -1
    if not _NEXT_MONTH.isdisjoint(words):
        return 1
    return 0 if not _THIS_ONE.isdisjoint(words) else None


def _cardinal_month(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "El 15 del 10"."""
    month = tokens.number(match.start("month"))
    year = _year_in(tokens, match)
    if not 1 <= month <= 12 or (year is not None and year not in _YEARS):
        return None
    return DayNamed(
        Day(day=tokens.number(match.start("day")), month=month, year=year, weekday=_weekday_in(tokens, match))
    )


def _three_numbers(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "15 1 27", if the last can be a year that people make appointments for."""
    year = tokens.number(match.start("short"))
    day = pair(tokens, tokens.number(match.start("day")), tokens.number(match.start("month")))
    good = year in _SHORT_YEARS and possible(day.day or 0, day.month or 0)
    return DayNamed(replace(day, year=year_of(year))) if good else None


def _in_order(tokens: Tokens, at: int) -> bool:
    """Whether a day and a month come in the order of the language: "the 18-6-12" is a fertilizer."""
    one, two = tokens.values[at][:2]
    return possible(two, one) if tokens.language == "en" else possible(one, two)


def _written(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    *_, year, dashed = (*tokens.values[match.start("full")][:4], 0)[:4]
    bare = match.start("full") == match.start() or not (said(match, "wd") or _in_order(tokens, match.start("full")))
    if dashed and bare and year < _CENTURY and year not in _SHORT_YEARS:
        # "10-20-10" is a fertilizer, or a lock.
        return Nothing()
    return DayNamed(replace(full_date(tokens, match.start("full")), weekday=_weekday_in(tokens, match)))


def _sure_pair(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A pair of numbers where a date is expected."""
    at, weekday = match.start("pair"), _weekday_in(tokens, match)
    one, two = tokens.values[at][:2]
    if tokens.language == "en" and weekday is not None and tokens.letters[at] == _DASHED and one < two <= _NOON:
        # "Tuesday 9-10": from nine to ten.
        return None
    return DayNamed(replace(pair(tokens, one, two), weekday=weekday))


def _likely_pair(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """A pair of numbers with a slash: a date if its numbers could belong to one."""
    low, high = sorted(tokens.values[match.start("pair")][:2])
    slip = low <= 12 and high <= _SLIP_OF_A_PAIR and _HOUR_NEXT.match(tokens.letters, match.end())
    good = low >= 1 and (high <= _MAX_DAY or slip)
    return DayNamed(pair(tokens, *tokens.values[match.start("pair")][:2])) if good else None


def _zeroed_pair(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "15-03", "28-11": five characters, and no hours of the day; in English no hours of half a day are enough."""
    at = match.start("pair")
    one, two = tokens.values[at][:2]
    day = pair(tokens, one, two)
    if tokens.language == "en":
        good = max(one, two) > _NOON
    else:
        good = tokens.length(at) == len("15-03") and (one < 10 or two < 10 or max(one, two) > _LAST_HOUR)
    return DayNamed(day) if good and possible(day.day or 0, day.month or 0) else None


def _only_pair(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "15-3" and "20.12", if they are the whole message and no two hours."""
    one, two = tokens.values[match.start("pair")][:2]
    day = pair(tokens, one, two)
    if tokens.letters[match.start("pair")] == _DOTTED:
        good = tokens.language == "es" and possible(one, two)
    else:
        good = max(one, two) > _NOON and possible(day.day or 0, day.month or 0)
    return DayNamed(day) if good else None


def _offered(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """Several numbers, and perhaps the month of all of them."""
    days = list(_listed(tokens, match))
    if len(days) < 2 or any(not 1 <= (day.day or 0) <= _MAX_DAY for day in days) or _hour_and_half(match, days):
        return None
    return DaysOffered(tuple(days))


def _hour_and_half(match: re.Match[str], days: Sequence[Day]) -> bool:
    """ "Jueves 3 y 30" is half past three, "jueves tres y veinte" twenty past."""
    first, last = days[0], days[-1]
    if first.weekday is None or (first.day or 0) > _NOON or match.group()[-2] not in _AND:
        return False
    spelled = _FIGURE not in match.group()
    return last in _HALF_HOURS or (spelled and last in _SPELLED_MINUTES)


def _spanned(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    days = list(_listed(tokens, match))
    if len(days) != 2:
        return None
    first, last = days
    if first.month == last.month and (first.day or 0) > (last.day or 0):
        # "Del 31 al 4 de enero" begins in the month before.
        first = replace(first, month=None)
    return DaySpan((first, last))


def _either(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Dec 3/4"."""
    month = tokens.number(match.start("mon"))
    one, two = tokens.values[match.start("pair")][:2]
    good = 1 <= one < two <= _MAX_DAY
    return DaysOffered((Day(day=one, month=month), Day(day=two, month=month))) if good else None


def _pair_or_day(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "12/21 or 22"."""
    first = pair(tokens, *tokens.values[match.start("pair")][:2])
    number = tokens.number(match.start("day"))
    good = (first.day or 0) < number <= _MAX_DAY and possible(first.day or 0, first.month or 0)
    return DaysOffered((first, replace(first, day=number))) if good else None


def _span_to_pair(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "20 al 22/01"."""
    last = pair(tokens, *tokens.values[match.start("pair")][:2])
    return DaySpan((replace(last, day=tokens.number(match.start("day"))), last))


def _dashed_span(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    month = tokens.number(match.start("mon"))
    one, two = tokens.values[match.start("pair")][:2]
    if not 1 <= one < two <= _MAX_DAY:
        return None
    return DaySpan((Day(day=one, month=month), Day(day=two, month=month)))


def _listed(tokens: Tokens, match: re.Match[str]) -> Iterator[Day]:
    letters = match.group()
    months = [at for at, letter in enumerate(letters) if letter in _MONTHS]
    month = tokens.number(match.start() + months[-1]) if months else None
    end = len(letters)
    if said(match, "month"):
        month, end = tokens.number(match.start("month")), match.start("month") - match.start()
    shift = _shift(match)
    weekday: int | None = None
    for at, letter in enumerate(letters[:end]):
        if letter in _WD:
            weekday = tokens.number(match.start() + at)
        elif letter in _NUMBERS:
            yield Day(day=tokens.number(match.start() + at), month=month, shift=shift, weekday=weekday)
            weekday = None


def _past_any_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "31 a la noche": no hour has that number. "15 en la tarde": nobody says an hour so."""
    number = tokens.number(match.start("day"))
    hours = _NOON if said(match, "in") else _LAST_HOUR
    return DayNamed(Day(day=number)) if hours < number <= _MAX_DAY else None


def _every_month(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    del tokens, match
    return Nothing()


def _put_right(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Bare(tokens.number(match.start("n")))


_WAS_NOT = ALPHABET.compile("no (es | ERA | para | SUBJ) .{0,8} $")


def _was_not(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "No era 11 de diciembre, era 12"."""
    told = _WAS_NOT.search(tokens.letters, 0, match.start()) is not None
    return Bare(tokens.number(match.start("n"))) if told else None


def _count_put_right(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """Only with a word that counts or puts right: "in 2 weeks, 3" may be an hour."""
    told = not _COUNTS_ANEW.isdisjoint(match.group())
    return Bare(tokens.number(match.start("n"))) if told else None


def _month_put_right(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return BareMonth(tokens.number(match.start("mon")))


_NOT_SO = (
    "(COMMA | STOP | no | not | SORRY | sino | mejor | PERO | FILL | EJEM | (o | or) (?= mejor | MAKE | MAYBE) | then"
    " | MAYBE | TALVEZ | si | better | PREFER | HAY | that | possible | posible | PUEDO | QUEDA | es | is)"
)
_OF = "(de | del | of | DASH | SLASH)"
_WDX = (
    "((el | este | the | this | next | PROX | DIA | DIAS){0,3} <wd:WDAY | SAT | SUN> (PROX | que VIENE)? (COMMA |"
    " DASH |"
    " COLON)? (DIA | the | el | on the){0,2})"
)
_DAYISH_END = (
    "(?= $ | BREAK | COMMA | FILLER | AND | OR | a | en | por | para | at | in | on | PERO | mejor |"
    " que | si | no | es | is | de la | DASH | con | of | if | word | words | same | up | COME | leave | WDAY |"
    " QUIERO |"
    " PUEDO | TENGO | HAY | QUEDA |"
    " WORK_FOR | TEMPRANO | before | after | by | PARTEN)"
)

RULES: tuple[Rule[Meant], ...] = (
    # With a month by name.
    Rule(
        f"(el | the)? (DIA)? <day:NUM | WNUM | TENS | uno | ORDW> {_TH}? {_OF}? (MES de)? <mon:MON> ({_YEAR} |"
        f" <gone:PASADO | PASADA>)?"
        " (?! (?<! on NUM MAY) (?<= MAY | MARCH) (i | u) | y media | MINU)",
        _with_month,
    ),
    Rule(
        f"<gone:last>? <mon:MON> (the | (?<! de MON) el | DASH | SLASH | COMMA)? <day:NUM | WNUM | TENS |"
        f" ORDW> {_TH}? {_YEAR}? {NOT_A_DAY}",
        _with_month,
    ),
    Rule(f"{_WDX} <day:NUM | WNUM | TENS | uno | ORDW> {_TH}? {_OF}? (MES de)? <mon:MON> {_YEAR}?", _with_month),
    Rule(
        f"{_WDX} (COMMA)? <mon:MON> (the | el)? <day:NUM | WNUM | TENS | ORDW> {_TH}? {_YEAR}? {NOT_A_DAY}", _with_month
    ),
    Rule(f"(el)? <day:NUM> {_OF}? <mon:MON> <near:NUM> {NOT_A_DAY}", _with_month),
    Rule("<mon:MON> <day:NUM> TH? DASH? ISH", _with_month),
    # A month alone, after "perdon" or "no".
    *(
        Rule(
            f"(?<= {before}) (de | del | in | of | en | para | for)? <mon:MON>"
            " (?= $ | PAUSE | FILLER | TIMEM | a | at | PERO | y | and)",
            _month_put_right,
        )
        for before in (
            "SORRY",
            "SORRY COMMA",
            "MON COMMA no",
            "MON COMMA no COMMA",
            "MON no COMMA",
            "MON no",
            "NUM PERO el",
            "NUM COMMA el",
            "NUM COMMA PERO el",
        )
    ),
    # A number alone.
    Rule(
        f"(el | este | ese) (PROX | SIGUIENTE)? (DIA)? <day:{_N} | uno (?= de este | del)> {_TH}?"
        f" (<of:{_THIS_MONTH}> | (de | del) MES | <next:que VIENE | PROX> | <gone:PASADO>)? {_WITH_ARTICLE} (?! del NUM"
        " | a NN UNIT)",
        _of_some_month,
    ),
    Rule(
        f"(?<= del | al) (DIA)? <day:{_N}> {_TH}? (<of:{_THIS_MONTH}> | (de | del) MES | que VIENE |"
        f" <gone:PASADO>)? {NOT_A_DAY}"
        " (?! del NUM | al? NN UNIT)",
        _of_some_month,
    ),
    Rule(
        f"(?<! N) (a (?= DIA))? (DIA | fecha) (el | COLON | es){{0,2}} <day:{_N} | uno | ORDW> {_TH}?"
        f" (<of:{_THIS_MONTH}> |"
        f" <gone:PASADO>"
        f" | (de | del) MES)? ({_WITH_ARTICLE} | (?= HORA COLON? (NUM | CLOCK)))",
        _of_some_month,
    ),
    Rule(f"<day:{_N}> <of:(de | del) (este | actual | PROX | SIGUIENTE) MES>", _of_some_month),
    Rule(f"<day:{_N}> <of:del actual> {NOT_A_DAY}", _of_some_month),
    Rule(f"<day:{_N}> <of:(de | del) MES (PROX | SIGUIENTE | que VIENE | actual | OTRO)>", _of_some_month),
    Rule(
        "<day:ORDW> <of:de este MES | del (PROX | SIGUIENTE)? MES (que VIENE | PROX)?>",
        _of_some_month,
    ),
    Rule(
        f"(el) <day:ORDW> (<of:{_THIS_MONTH}> | <gone:PASADO>)? (?= $ | BREAK | COMMA | FILLER | a las | por la |"
        " en la | a la PARTES | OR)",
        _of_some_month,
    ),
    # "Change it for the 16", as Spanish speakers say it.
    Rule(
        "(?<= on | for | is | until | from | to | or | no | not | by | before | after | COMMA) the <day:NUM>"
        f" {NOT_A_DAY} (?= $ | PAUSE | FILL | not | no | instead | if | i | PERO | or | in the PARTEN | WORK_FOR | is)",
        _of_some_month,
    ),
    Rule(f"the DAY <day:NUM | WNUM> {NOT_A_DAY} (?! POST | of | after)", _of_some_month),
    Rule("(the)? <day:NUM> TH (?= (AM | PM) (?! i | u))", _of_some_month),
    Rule("(?<! un | una | la | my | word) <day:NUM> TH (?= CLOCK | NUM (MER | HS))", _of_some_month),
    Rule(
        f"(?<! un | una | la | my | word) <day:NUM> TH (?= i | u | IM | my | the | your | CAN | WISHED | for"
        f" | with | since"
        f" | PORQUE) {NOT_A_DAY}",
        _of_some_month,
    ),
    Rule(
        f"(on)? the <day:NUM> (?= at {_N} | at CLOCK | at NOONS | in the PARTEN)",
        _of_some_month,
    ),
    Rule(f"(the) (DAY)? <day:NUM | WNUM> {_TH} (<of:{_THIS_MONTH}> | of)? {NOT_A_DAY}", _of_some_month),
    Rule(
        f"(?<! the | un | una | la | my | word) <day:NUM> {_TH} (<of:{_THIS_MONTH}>)? {NOT_A_DAY} {_DAYISH_END}",
        _of_some_month,
    ),
    Rule(
        "(?<= on | for | by | until | from | to | or | and | between | after | before | is) the <day:ORDW>"
        f" (<of:{_THIS_MONTH}>)?"
        " (?= $ | BREAK | COMMA | FILLER | at | in | AND | OR | to | for | if | PERO | i | is | of | CLOCK | NUM MER)",
        _of_some_month,
    ),
    Rule("(?<! .) the <day:ORDW> (?= $ | BREAK | COMMA | FILLER | at | CLOCK | NUM MER)", _of_some_month),
    Rule("the <day:ORDW> (?! CITA | COSA | time | available | word | words | thing | WDAY)", _late_ordinal),
    Rule("(?<! .) <day:ORDW> (?= WORK_FOR | is (WORK_FOR | good))", _late_ordinal),
    Rule("(the | el)? <day:NUM> TH <of:(this | next | coming) MONTHU>", _of_some_month),
    Rule("the? <day:ORDW> <of:of (this | next | last | the)? MONTHU>", _of_some_month),
    Rule(
        f"{_WDX} <day:{_N} | uno> {_TH}? (<of:{_THIS_MONTH}> | (de | del) MES)? {_WITH_ARTICLE} (?! (a | to) NN)",
        _of_some_month,
    ),
    Rule(
        f"{_WDX} <day:ORDW> (<of:{_THIS_MONTH}>)? (?= $ | BREAK | COMMA | FILLER | at | a | in | of | OR | AND)",
        _of_some_month,
    ),
    Rule(
        f"(el | (?<= del | al) DIA | el DIA) <day:{_N}> del <month:NUM | WNUM> ((del | de)? <year:BIG>)? {NOT_A_DAY}",
        _cardinal_month,
    ),
    Rule(
        f"<day:{_N}> del <month:NUM | WNUM> (del | de) (ANO)? (<year:BIG> | <short:NUM | WNUM>) {NOT_A_DAY}",
        _cardinal_month,
    ),
    Rule(
        f"(?<! (NN | a | las | del)) <day:{_N}> del <month:NUM | WNUM> (?= $ | PAUSE | FILL | a (las | la)"
        f" | CLOCK | NUM (MER | HS) | tipo |"
        " (en | por) la)",
        _cardinal_month,
    ),
    Rule("the <day:NUM> TH of the <month:NUM> TH", _cardinal_month),
    Rule(
        f"{_WDX} <day:{_N}> del <month:NUM | WNUM> ((del | de)? <year:BIG>)? {NOT_A_DAY}"
        " (?= $ | PAUSE | FILL | a (las | la) | tipo | (en | por) la | para | QUEDA | PUEDO)",
        _cardinal_month,
    ),
    Rule("<day:NUM> (DASH | SLASH)? <month:NUM> (DASH | SLASH)? <year:BIG>", _cardinal_month),
    Rule("(?<! .) <day:NUM> <month:NUM> <short:NUM> (?= $ | PAUSE | a las | at)", _three_numbers),
    Rule(f"(el)? DIA <day:{_N}> (COMMA | del)? MES <month:NUM | WNUM>", _cardinal_month),
    Rule(f"(?<= del | al) <day:{_N}> del <month:NUM | WNUM> ((del | de)? <year:BIG>)? {NOT_A_DAY}", _cardinal_month),
    Rule(
        f"<of:(la | the | el)? (NEXT MONTHU | MES (que VIENE | NEXT))> (COMMA | on | el | the | DIA){{1,3}}"
        f" <day:{_N}> {_TH}? {NOT_A_DAY}",
        _of_some_month,
    ),
    Rule(f"(el | DIA)? {_N} de CADA MES", _every_month),
    Rule("<day:NUM | WNUM> (?= (<in:por | en> | a) la (TARDE | NOCHE | MANANA))", _past_any_hour),
    Rule(f"el <gone:PASADO> <day:{_N}> {NOT_A_DAY}", _of_some_month),
    # Written with signs.
    Rule(f"({_WDX} | el | DIA | fecha | the){{0,2}} <full:FULLDATE>", _written),
    Rule(
        f"({_WDX} | (el | DIA | fecha) (DIA | COLON)?) <pair:SLASHED | DASHED> (?! MER | HS | CLOCK | MON)", _sure_pair
    ),
    Rule("(el | DIA | fecha) (DIA | COLON)? <pair:DOTTED> (?! MER | HS | CLOCK | MON)", _sure_pair),
    Rule("(?<= del | al | on | for | para) <pair:SLASHED | DASHED> (?! MER | HS | MON)", _sure_pair),
    Rule("(?<= del | al) <pair:DOTTED> (?! MER | HS)", _sure_pair),
    Rule("(?<= on) <pair:DOTTED> (?! MER | HS)", _sure_pair),
    Rule("<pair:SLASHED> (?! MER | HS)", _likely_pair),
    Rule("(?<! .) <pair:DASHED | DOTTED> (?= $ | BREAK)", _only_pair),
    Rule(
        "(?<! de | desde | from | entre | between | las | at) <pair:DASHED> (?= (a | tipo) (las | la) | at"
        " | CLOCK | (en | por)"
        " la (TARDE | NOCHE | MANANA))",
        _only_pair,
    ),
    Rule(
        "(?<! .) <pair:DASHED | DOTTED> (?= COMMA? ((a | tipo) (las | la) | at | CLOCK | DOTTED | (NUM | WNUM) (MER"
        " | HS)))",
        _likely_pair,
    ),
    Rule(
        "(?<! de | desde | from | entre | between | las | at | WD | TOM | TODAY) <pair:DASHED> (?= COMMA?"
        " ((a | tipo) (las | la) | at (NN | CLOCK) | CLOCK | (NUM | WNUM) (MER | HS)))",
        _likely_pair,
    ),
    Rule("(?<! de | desde | from | entre | between | las | at) <pair:DASHED> (?! MER | HS | MON)", _zeroed_pair),
    # Several.
    Rule(
        f"(?<! entre | between) (el DIA? | los DIAS? | DIAS | the | DIA | on) {_N} {_TH}? (COMMA (el | the)? {_N}"
        f" {_TH}?){{0,4}} COMMA? (o | y | or | and)"
        f" (para | for)? (el | the | DIA){{0,2}} {_N} {_TH}? ((de | of)? MON | <of:{_THIS_MONTH}>"
        f" | del <month:NUM | WNUM>)? {NOT_A_DAY}",
        _offered,
    ),
    Rule(
        f"(?<= del | al | para) {_N} {_TH}? (o | or) (el | del | al)? {_N} {_TH}? ((de | of)? MON |"
        f" <of:{_THIS_MONTH}>)? {NOT_A_DAY}"
        " (?! MINU)",
        _offered,
    ),
    Rule(
        f"(?<! entre | between | el | los) {_N} {_TH}? (COMMA {_N} {_TH}?){{0,4}} COMMA? (o | y | or | and) (el |"
        f" the)? {_N} {_TH}? (de | of)? MON",
        _offered,
    ),
    Rule(
        f"MON (the)? {_N} {_TH}? (COMMA {_N} {_TH}?){{0,4}} COMMA? (o | y | or | and) (the | el)? {_N} {_TH}?"
        f" {NOT_A_DAY}",
        _offered,
    ),
    Rule(
        f"(?<! between | entre) (the)? {_N} TH (COMMA? {_N} TH){{0,4}} COMMA? (o | or | and | y) (the)? {_N} TH"
        f" {NOT_A_DAY}",
        _offered,
    ),
    Rule(
        f"{_WDX} {_N} (COMMA | o | y | or | and){{1,2}} (el | the)? (WDAY)? (the | DIA)? {_N} ((de | of) MON)?"
        f" {NOT_A_DAY}",
        _offered,
    ),
    # From one to another.
    Rule(
        f"(entre | between) (el | los DIAS | the) {_N} {_TH}? (y | and | a) (el | the)? {_N} {_TH}? ((de | of)?"
        f" MON)? {NOT_A_DAY}",
        _spanned,
    ),
    Rule(f"(entre | between) {_N} {_TH}? (y | and | a) (el | the)? {_N} {_TH}? (de | of)? MON", _spanned),
    Rule(f"between {_N} TH and {_N} TH {NOT_A_DAY}", _spanned),
    Rule(f"(the)? NUM TH (to | through | until | DASH) (the)? NUM TH {NOT_A_DAY}", _spanned),
    Rule(
        f"(el | the)? {_N} {_TH}? (a | al | to | DASH | hasta el | through | until) (the | el)? {_N} {_TH}? (de |"
        " of)? MON",
        _spanned,
    ),
    Rule(
        f"MON (the)? {_N} {_TH}? (a | al | to | DASH | through | until) (the | el)? {_N} {_TH}? {NOT_A_DAY}", _spanned
    ),
    Rule("(el | the)? <day:NUM> (a | al | to | DASH | hasta el) <pair:SLASHED> (?! MER | HS)", _span_to_pair),
    Rule(f"<pair:SLASHED> COMMA? (o | y | or | and) (the | el)? <day:NUM> TH? {NOT_A_DAY}", _pair_or_day),
    Rule("<pair:SLASHED> (de | of)? <mon:MON>", _either),
    Rule("<mon:MON> <pair:SLASHED> (?! SLASH)", _either),
    Rule("<pair:DASHED> (de | of)? <mon:MON>", _dashed_span),
    Rule("<mon:MON> <pair:DASHED>", _dashed_span),
    # Putting right.
    Rule(f"(SORRY (that | que)? | mejor | no) (COMMA)? <n:{_N}> (?= $ | BREAK | COMMA | FILLER)", _put_right),
    Rule("(COMMA (es | ERA | sino)? | ERA) (el)? <n:NUM | WNUM> (?= $ | BREAK | FILLER | COMMA)", _was_not),
    # "En dos semanas no, en tres", "in a week, actually make it two".
    Rule(
        f"(?<= UNIT) {_NOT_SO}{{1,8}} (para? (en | in | dentro de | de | AQUI a) (about | APROX | como)? |"
        f" (MAKE | ser) (its |"
        f" that)? | DIGO)? <n:{_N} | one | uno | una> (?= $ | PAUSE | FILLER | PERO | PUEDO | QUEDA | si"
        f" | mejor | instead | por FILL | para | for | if | PORQUE | con | with | en | a"
        " | at | que | y | and)",
        _count_put_right,
    ),
)

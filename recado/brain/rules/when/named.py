"""Days told by a name or counted: "mañana", "el martes que viene", "en dos semanas", "Christmas eve"."""

import re
from collections.abc import Mapping
from dataclasses import replace

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.grammar import Rule, said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import Make, always, each
from recado.brain.rules.when.mentions import Apart, DayNamed, Following, Meant, Moment, Nothing, Shift
from recado.brain.rules.when.tokens import Tokens

_DAYS_A_WEEK = 7
_HOURS_A_DAY = 24
_FORTNIGHT = 14
_MONTHS_A_YEAR = 12
_MAX_COUNT = 1000
_MOST_OF_ARRIVING = 6
"""Words of "dropping me off at the" before "in 10"."""
_HOUR = 60
_QUARTER = 15
_SATURDAY, _SUNDAY, _TUESDAY = 5, 6, 1
_SAT, _SUN, _MAR = (ALPHABET.of(kind) for kind in ("SAT", "SUN", "MAR"))
_DAY_UNITS, _WEEK_UNITS, _MONTH_UNITS, _YEAR_UNITS, _HOUR_UNITS = (
    frozenset(ALPHABET.union(names)) for names in ("DAYU", "WEEKU", "MONTHU", "YEARU", "HOURU HS")
)
_TOLD = frozenset(ALPHABET.union("TOLD ASKED AGREED COME BOOK CITA"))
_ONE_DAY = frozenset(ALPHABET.union("DIA DAY"))
_ONE_WEEK = frozenset(ALPHABET.union("WEEK FORTNIGHT"))
_FROM, _EN = ALPHABET.of("from"), ALPHABET.of("en")
_FORTNIGHTS, _QUINCENAS = ALPHABET.of("FORTNIGHT"), ALPHABET.of("QUINCENA")
_TODAY, _PASADO, _OVERMORROW = ALPHABET.of("TODAY"), ALPHABET.of("PASADO"), ALPHABET.of("OVERMORROW")
_IDIOM_WEEKS: Mapping[int, int] = {8: 7, 15: 14}
""" "De hoy en ocho" counts today: it is in a week."""


def weekday_of(tokens: Tokens, at: int) -> int:
    """The index of a weekday, Monday is 0."""
    letter = tokens.letters[at]
    return _TUESDAY if letter == _MAR else tokens.number(at)


def _counted(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "En dos semanas": from today."""
    number = tokens.number(match.start("n")) if said(match, "n") else 1
    if number > _MAX_COUNT:
        return None
    letter = match.group("u")
    if said(match, "work"):
        unit = Day(offset=1, working=True)
        return DayNamed(unit.times(number), unit=unit) if letter in _DAY_UNITS else None
    if letter in _MONTH_UNITS:
        unit = Day(months=1)
    elif letter in _YEAR_UNITS:
        unit = Day(months=_MONTHS_A_YEAR)
    else:
        unit = Day(offset=_days_in(letter))
    return DayNamed(unit.times(number), unit=unit)


def _told_to_wait(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Doctor told to show the report after 1 week"."""
    return _counted(tokens, match) if not _TOLD.isdisjoint(tokens.letters[: match.start()]) else None


def _days_in(unit: str) -> int:
    if unit in _DAY_UNITS:
        return 1
    if unit in _WEEK_UNITS:
        return _DAYS_A_WEEK
    return _FORTNIGHT if unit == _FORTNIGHTS else 15


def _shift(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "A week from", "dos dias despues de", "the day before": of the day that follows."""
    unit = match.group("u")
    number = tokens.number(match.start("n")) if said(match, "n") else 1
    one = unit in _ONE_DAY or (unit in _ONE_WEEK and match.group()[-1] == _FROM)
    working = said(match, "work")
    if number > _MAX_COUNT or not (said(match, "n") or one) or (working and unit not in _DAY_UNITS):
        return None
    return Shift(number * _days_in(unit) * (-1 if said(match, "before") else 1), working=working)


def _apart(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Tres días antes", "una semana después": of the day that was named before."""
    number = tokens.number(match.start("n"))
    if number > _MAX_COUNT:
        return None
    if match.group("u") in _HOUR_UNITS:
        days, rest = divmod(number, _HOURS_A_DAY)
        return Apart(-days) if days and not rest else None
    days = number * _days_in(match.group("u"))
    if said(match, "before"):
        return Apart(-days)
    unit = Day(offset=_days_in(match.group("u")))
    return Apart(days, DayNamed(unit.times(number), unit=unit))


def _weeks_after(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "A week on tuesday"."""
    number = tokens.number(match.start("n")) if said(match, "n") else 1
    return _plus(tokens, match, number * _days_in(match.group("u"))) if number <= _MAX_COUNT else None


def _of_weekdays(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Two tuesdays from now"."""
    number = tokens.number(match.start("n"))
    day = Day(weekday=weekday_of(tokens, match.start("wd")), plus=_DAYS_A_WEEK * (number - 1))
    return DayNamed(day) if 0 < number <= _MAX_COUNT else None


def _weekdays_ago(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Two fridays ago"."""
    number = tokens.number(match.start("n"))
    day = Day(weekday=weekday_of(tokens, match.start("wd")), last=True, plus=-_DAYS_A_WEEK * (number - 1))
    return DayNamed(day) if 0 < number <= _MAX_COUNT else None


def _the_other(tokens: Tokens, match: re.Match[str]) -> Meant:
    return Following(Day(weekday=weekday_of(tokens, match.start("wd")), week=1))


def _after_that(tokens: Tokens, match: re.Match[str]) -> Meant:
    """ "My exam is on friday, could we do the monday after": after the day named before it."""
    day = Day(weekday=weekday_of(tokens, match.start("wd")), before=said(match, "before"))
    return Following(replace(day, plus=_DAYS_A_WEEK), beside=day)


def _following(tokens: Tokens, match: re.Match[str]) -> Meant:
    """ "Cancel friday, can we do the following friday"."""
    day = Day(weekday=weekday_of(tokens, match.start("wd")))
    return Following(day, beside=day)


def _days_after_that(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "It is on may 30, I want to come 3 weeks before"."""
    days = tokens.number(match.start("n")) * _days_in(match.group("u"))
    return Apart(-days if said(match, "before") else days, wished=True) if 0 < days <= _MAX_COUNT else None


def _day_after_that(tokens: Tokens, match: re.Match[str]) -> Meant:
    del tokens
    return Apart(-1 if said(match, "before") else 1, wished=True)


def _plus(tokens: Tokens, match: re.Match[str], days: int) -> Meant:
    if said(match, "wd"):
        return DayNamed(Day(weekday=weekday_of(tokens, match.start("wd")), plus=days))
    if said(match, "today"):
        return DayNamed(Day(offset=0, plus=days))
    return DayNamed(Day(offset=2 if said(match, "after") else 1, plus=days))


def _in_eight(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    days = _IDIOM_WEEKS.get(tokens.number(match.start("n")))
    return None if days is None else _plus(tokens, match, days)


def _a_week_later(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return _plus(tokens, match, _FORTNIGHT if said(match, "two") else _DAYS_A_WEEK)


def _bare(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    pointed = said(match, "the") or tokens.letters[match.start() - 1 : match.start()] in _OF_THE
    return DayNamed(Day(weekday=weekday_of(tokens, match.start("wd"))), bare=not pointed and tokens.language == "es")


def _pointed(**fields: int | bool) -> Make:
    """A weekday with words that say which one."""

    def make(tokens: Tokens, match: re.Match[str]) -> Meant:
        weekday = weekday_of(tokens, match.start("wd"))
        return DayNamed(
            Day(
                weekday=weekday,
                this=bool(fields.get("this")),
                last=bool(fields.get("last")),
                week=fields.get("week"),
                plus=int(fields.get("plus", 0)),
            ),
            coming=not fields,
        )

    return make


def _in_weeks(tokens: Tokens, match: re.Match[str]) -> Meant:
    """ "El martes en dos semanas"."""
    return DayNamed(Day(weekday=weekday_of(tokens, match.start("wd")), week=tokens.number(match.start("n"))))


_OF_THE = frozenset(ALPHABET.union("del al"))
_LAST = frozenset(ALPHABET.union("ULTIMO last"))
_NEXT = frozenset(ALPHABET.union("PROX SIGUIENTE next coming VIENE OTRO"))
_THIS = frozenset(ALPHABET.union("este this ese"))


def _nth(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "El primer lunes de diciembre", "el ultimo dia del mes"."""
    at = match.start("o")
    nth = -1 if tokens.letters[at] in _LAST else tokens.number(at) or 4
    weekday = weekday_of(tokens, match.start("wd")) if said(match, "wd") else None
    working = said(match, "work") or said(match, "work2")
    if nth > 5 or (weekday is None and nth > 1 and not working):
        return None
    month = tokens.number(match.start("mon")) if said(match, "mon") else None
    year = tokens.number(match.start("year")) if said(match, "year") else None
    words = match.group("of") if said(match, "of") else ""
    shift = -1 if _PASADO in words else 1 if not _NEXT.isdisjoint(words) else 0 if not _THIS.isdisjoint(words) else None
    return DayNamed(Day(weekday=weekday, nth=nth, month=month, year=year, shift=shift, working=working))


def _minutes(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "En 2 horas", "in an hour and a half", "dentro de 1 hora y 20 minutos"."""
    number = tokens.number(match.start("n")) if said(match, "n") else 0
    if number > _MAX_COUNT:
        return None
    unit = 1 if said(match, "u") and match.group("u") not in _HOUR_UNITS else _HOUR
    minutes = number * unit
    if said(match, "half"):
        minutes += 30
    if said(match, "quarter"):
        minutes += _QUARTER
    if said(match, "quarters"):
        minutes += _QUARTER * tokens.number(match.start("quarters"))
    for group in ("more", "more2"):
        if said(match, group):
            minutes += tokens.number(match.start(group))
    return Moment(minutes, unit)


def _arriving(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Llego en 5": minutes."""
    number = tokens.number(match.start("n"))
    return Moment(number) if 0 < number < _HOUR else None


_ARRIVAL = ALPHABET.compile(
    # "With you", "there", "see yous"
    "((with | to | by | see | find) u | FILL"
    # "At your gate", "reaching the clinic", "dropping me off"
    " | (at | in) (the | your | my)? word? (word | words | LOCAL | PIEZA | flat | STREET | MESA)"
    " | (ARRIVE | POP) (in | me | ejem | u | up | off | by | the | your | word | words | FILL | LOCAL | PIEZA"
    " | MESA | STREET){0,4}) $"
)


_AT_THE_DOOR = ALPHABET.compile("en (la | el | su)? (word | LOCAL | MESA | PIEZA | CALLE) $")


def _there_in(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "There in 10", "at your gate in five": minutes, after words of arriving."""
    before = tokens.letters[max(0, match.start() - _MOST_OF_ARRIVING) : match.start()]
    arrival = _AT_THE_DOOR if match.group()[0] == _EN else _ARRIVAL
    return _arriving(tokens, match) if arrival.search(before) is not None else None


def _decimal_hours(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    whole, part = tokens.values[match.start("d")][:2]
    return Moment(whole * _HOUR + 30) if part == 5 else None


def _in_days(days: int) -> Meant:
    return DayNamed(Day(offset=days))


def _holiday(month: int, day: int) -> Meant:
    return DayNamed(Day(day=day, month=month, holiday=True))


def _easter(days: int) -> Meant:
    return DayNamed(Day(easter=days))


_HOLY_WEEK: Mapping[int, int] = {0: -6, 1: -5, 2: -4, 3: -3, 4: -2, 5: -1}


def _holy(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    days = _HOLY_WEEK.get(tokens.number(match.start("wd")))
    return None if days is None else DayNamed(Day(easter=days))


def _carnival(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """The Monday and the Tuesday before Ash Wednesday."""
    days = {0: -48, 1: -47}.get(tokens.number(match.start("wd")))
    return None if days is None else DayNamed(Day(easter=days))


def _good_friday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return DayNamed(Day(easter=-2)) if tokens.number(match.start("wd")) == 4 else None


def _easter_weekday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    days = {0: 1, _SUNDAY: 0, _SATURDAY: -1}.get(tokens.number(match.start("wd")))
    return None if days is None else DayNamed(Day(easter=days))


_DAY_OF = "((el | este)? DIA de)?"
_IN = "(en | in (another)? | dentro de | de AQUI (a | en) | AQUI (a | en) | dentro)"
_SOME = "(about | like | APROX | como | ALGUNOS | tipo | mas o menos | exactly | EXACTO)"
_COUNT = "<n:N | a | an | BIG>"
_SHIFT_UNIT = "<u:DAYU | WEEKU | FORTNIGHT | QUINCENA>"
_BESIDE = (
    "(<before:antes (de | del) | before | PASADA (a | al) | prior (to | a | al) | AHEAD of> | after | following"
    " | on? from | DESPUES (de | del)"
    " | SIGUIENTE (a | al | de | del))"
)
_COUNTED_FROM = "((COUNTING | a TELL) (a partir (de | del) | desde | de | del | from | since | starting))"
_FROM_DAY = f"(mas? COMMA? ({_COUNTED_FROM} | a partir (de | del)))"
""" "Diez días contados desde", "dos semanas a partir de"."""
_NO_HOUR = "(?! las | la (una | NUM) | (el)? NOONS | que)"
""" "Los dos días después de las 5": from five on, both days."""
_DATE_UNIT = "<work:HABIL | BUSY>? <u:DAYU | WEEKU | MONTHU | YEARU | FORTNIGHT | QUINCENA>"
_THEN = "(?= $ | PAUSE | FILL | EJEM? ILL | i | u | CAN | COME | at)"
_QUARTERS = "(<quarters:NN> DASH? (quarter | cuartos) | a? <quarter:quarter>)"
_START = "(<wd:WDAY> | <today:TODAY> DIA? | <after:PASADO MANANA | OVERMORROW | DAY after TOM> | TOM | <now:NOW>)"
_WEEK_AFTER = "esta? (NEXT | OTRO) WEEKU | esta? WEEKU (que VIENE | NEXT | OTRO)"
_EN_NEXT_WEEK = f"((de | of | in | en | COMMA | from){{0,2}} (la | the)? ({_WEEK_AFTER}))"
_THIS_WEEK = (
    "((de | of | COMMA | en | in){0,2} (esta (ese)? | this | la (?= SEMANA (?! que | NEXT | PASADA | OTRO))) WEEKU)"
)
_LAST_WEEK = "((de | of | en | COMMA){0,2} (la | the)? (WEEKU (PASADA | PASADO) | last WEEK | PASADA WEEKU))"
_WD = "<wd:WDAY>"
_ALONE = (
    "(?= $ | PAUSE | FILL | AND | PERO | si | PUEDO | es | is | a | at | en | por | in | to | instead | for | para | if"
    " | PORQUE | with | con | QUIERO | me | HAY | no)"
)

RULES: tuple[Rule[Meant], ...] = (
    # Counted from today.
    *always(_in_days(0), f"{_DAY_OF} TODAY (DIA | ese)?"),
    *always(_in_days(0), "later TODAY", "mas TARDE TODAY", "TODAY (mas TARDE | later)"),
    *always(_in_days(0), "AHORA (ese)? (?= (a las | a la una | en la | por la | de la | TARDE | NOCHE | al MEDIODIA))"),
    *always(_in_days(1), f"{_DAY_OF} TOM (ese)?"),
    *always(
        _in_days(1),
        "(?<! with | IM | FILL | DOCTOR | TALK | its | is | SOY | and | the | my | by | from | to) tom (?= $ | ASK"
        " | FILL | or (WD | TODAY | the) | PARTEN | NUM MER | CLOCK | at (NUM | CLOCK | NOON))",
        "(?<= PARTEN | COMMA | for) tom (?= $ | BREAK | FILL)",
    ),
    *always(_in_days(7), "this DAY WEEK", "same DAY next WEEK", "next WEEK (on)? (the)? same DAY"),
    *always(_in_days(_FORTNIGHT), "this DAY FORTNIGHT"),
    *always(DayNamed(Day(months=1)), "same (DAY | fecha) next MONTH", "next MONTH (on)? (the)? same (DAY | fecha)"),
    *always(
        _in_days(2),
        f"{_DAY_OF} PASADO (ese)? (MANANA | TOMORROW)",
        "(the)? (DAY | DIA) (after | DESPUES de | next | coming) TOM",
        # As in Nigeria, and as Spanish speakers say it.
        "next TOMORROW",
        "past TOMORROW",
        "OVERMORROW",
        "(?<= o | para | ser | mejor | PREFIERO | or | SORRY | sino) PASADO (?! (el | la | WD))",
        "(?<= MANANA y) PASADO (?! WD)",
        "(?<= a) PASADO (?= a (las | la) | (por | en) la PARTES | al MEDIODIA | $ | PAUSE)",
        "(?<= COMMA | PERO) PASADO (?= PUEDO | si | BIEN | me? QUEDA | $ | STOP | ASK | FILL)",
        "(?<= no) PASADO (?= $ | BREAK | FILL | si)",
        "(?<= no COMMA | PUEDO COMMA) PASADO (?! (el | la | las | de | del | WD))",
        "(?<! INSIDE) PASADO (?= (en | por | a) la (PARTES) | al MEDIODIA | TEMPRANO | (a las | tipo) (NN | CLOCK))",
        "(the)? DAY after (the)? next",
        "(?<= or | about | COMMA) the? DAY after (?= $ | PAUSE | FILL | is | if)",
    ),
    *always(DayNamed(Day(offset=1, working=True)), "(the | on the)? next (HABIL | BUSY) DAY", "PROX DIA HABIL"),
    *always(_in_days(3), "TRASPASADO MANANA", "PASADO PASADO MANANA"),
    *always(_in_days(-1), f"{_DAY_OF} YESTERDAY"),
    *always(_in_days(-2), f"{_DAY_OF} ANTEAYER", "antes de YESTERDAY", "(the)? DAY before YESTERDAY"),
    *each(
        _counted,
        f"{_IN} {_SOME}? {_COUNT} {_DATE_UNIT} (?! HABIL | con (FIEBRE | DOLOR | GONE) | de (word | FIEBRE | DOLOR))",
        f"{_IN} {_SOME}? {_COUNT} <u:DIA | DIAS> <work:HABIL>",
        f"{_COUNT} {_DATE_UNIT} (out? from (NOW | TODAY) | hence | time)",
        f"{_COUNT} <u:MONTHU | YEARU> (later | mas TARDE)",
        f"{_IN} {_SOME}? {_COUNT} {_DATE_UNIT} (out? from (NOW | TODAY) | time)",
        f"(?<! INSIDE) {_COUNT} {_DATE_UNIT} mas (?= $ | PAUSE | y | FILL)",
        f"(?<! hace | tras) {_COUNT} <u:MONTHU | YEARU> DESPUES (?! de | del | que)",
        f"(?<! hace | tras) {_COUNT} <work:HABIL | BUSY> <u:DAYU> DESPUES (?! de | del | que)",
        f"(?<! word) after {_COUNT} {_DATE_UNIT} {_THEN}",
        f"(?<= COME word) after {_COUNT} {_DATE_UNIT} {_THEN}",
        f"(?<= CITA) after {_COUNT} {_DATE_UNIT} {_THEN}",
        f"de? TODAY (en | a) {_SOME}? {_COUNT} {_DATE_UNIT}",
        f"({_IN} | a los?)? {_SOME}? {_COUNT} {_DATE_UNIT} ({_FROM_DAY} | desde | since | starting) TODAY",
        f"({_COUNTED_FROM} TODAY | (a partir de | desde) TODAY COUNTING) (COMMA | que){{0,2}} {_IN}?"
        f" {_COUNT} {_DATE_UNIT}",
        f"a (los | {_SOME})? <n:NN> {_DATE_UNIT} de? (TODAY | AQUI)",
    ),
    *each(_told_to_wait, f"(?<= word) after {_COUNT} {_DATE_UNIT} (?= $ | PAUSE | FILL)"),
    *each(_after_that, f"the {_WD} (<before:before> | after) (that one? | then)? {_ALONE}"),
    *each(
        _day_after_that,
        "(?<= STOP | COMMA) DAY (<before:before> | after) (?= $ | ASK)",
        "the DAY (<before:before> | after) (that | then)? (?= $ | PAUSE | FILL | instead | if | is | at | and | or)",
    ),
    *each(
        _days_after_that,
        f"{_COUNT} <u:DAYU | WEEKU | FORTNIGHT> (<before:before | EARLIER | sooner> | after) (that | then)? (?= $ |"
        " PAUSE | FILL | if | is | at | instead)",
    ),
    *each(
        _shift,
        f"{_IN}? (el | the | al)? {_COUNT}? {_SHIFT_UNIT} {_BESIDE} (FERIADO (de | del)?)? {_NO_HOUR}",
        f"({_IN} | a los?)? {_SOME}? {_COUNT} {_SHIFT_UNIT} {_FROM_DAY} {_NO_HOUR}",
        f"a los? <n:NN> {_SHIFT_UNIT} (del (?= (DIA | PROX)? (WDAY | NUM)) | de (?= TOM | PASADO))",
        f"COUNTING {_COUNT} {_SHIFT_UNIT} (desde | since | starting) {_NO_HOUR}",
        f"{_IN}? (los | el | the)? {_COUNT}? <work:HABIL | BUSY> <u:DAYU> {_BESIDE}",
        f"{_IN}? (los | el | the)? {_COUNT}? <u:DIA | DIAS> <work:HABIL> {_BESIDE}",
    ),
    *each(
        _apart,
        f"(?<! hace | tras) {_COUNT} {_SHIFT_UNIT} (<before:antes> (?! de | del | posible) | DESPUES (?! de | del |"
        f" que))",
        # "Booked for friday, could we do it a day later"
        f"{_COUNT} {_SHIFT_UNIT} (later | mas TARDE) (?! de | del | que)",
        "<n:NUM> <u:HOURU | HS> <before:antes> (?! de | del | posible)",
    ),
    *always(
        Apart(1), "al (DIA SIGUIENTE | OTRO DIA | SIGUIENTE DIA)", "el DIA SIGUIENTE", "el DIA DESPUES (?! de | del)"
    ),
    *always(Shift(-1), "la? vispera (de | del)"),
    *always(Apart(-1), "el DIA (antes (?! de | del) | PASADA (?! a | al))"),
    *each(
        _weeks_after,
        f"<n:NN | a | one | una> <u:WEEKU | FORTNIGHT> (on | DESPUES (de | del)) (the | el)? {_START}",
        f"{_COUNTED_FROM} el? {_START} COMMA? {_IN}? <n:N> <u:WEEKU | FORTNIGHT | QUINCENA | DAYU>",
        f"(a partir (de | del) | desde) el? {_START} COUNTING {_IN}? <n:N> <u:WEEKU | FORTNIGHT | QUINCENA | DAYU>",
        f"<n:a | one> <u:WEEKU> {_WD}",
        f"(a)? <u:FORTNIGHT> (on)? (the)? {_START}",
        "de? (<after:PASADO MANANA | OVERMORROW> | TOM) (en | in | a) <n:N> <u:WEEKU | FORTNIGHT | QUINCENA | DAYU>",
        f"(?<! word | for | hace) <n:a | one | NN> <u:WEEK | WEEKS | FORTNIGHT> (?! NOW) this? {_START}",
    ),
    *each(
        _of_weekdays,
        f"{_IN} <n:NN> <wd:WDAY | WDAYS>",
        "<n:NN> <wd:WDAY | WDAYS> from (NOW | TODAY)",
    ),
    *each(_weekdays_ago, "<n:NN> <wd:WDAY | WDAYS> ago"),
    *always(
        Following(),
        f"(?<! con | de) (el | la) (OTRO | SIGUIENTE | PROX | que VIENE | que SIGUIENTE | de DESPUES) {_ALONE}",
        "el que me? VIENE",
        f"la que me VIENE ({_ALONE} | (?= el WD))",
        "(?<= COMMA) la (OTRO | SIGUIENTE | PROX | que VIENE | de DESPUES) (?= el WD)",
        f"el de la (OTRO | SIGUIENTE | subsiguiente) {_ALONE}",
        "(?<= sino | este) (el | la) (OTRO | SIGUIENTE | PROX | que VIENE) (?! WD)",
        "(?<= este COMMA | ese COMMA) (el | la) (OTRO | SIGUIENTE | PROX | que VIENE) (?! WD)",
        f"(el | la) subsiguiente {_ALONE}",
        f"(?<= COMMA | o) de la (OTRO | SIGUIENTE | PROX | que VIENE) {_ALONE}",
        "el SIGUIENTE a ese",
        "el de la ((OTRO | PROX | SIGUIENTE) SEMANA | SEMANA (que VIENE | OTRO | PROX))",
        f"(the | this) (next | coming) (one | ones)? {_ALONE}",
        "(the | this) following (one | ones) (?= i | WORK_FOR | CAN | WOULD)",
        f"(the | this) another (one | ones) {_ALONE}",
        "(the | this) another (?= $ | PAUSE | FILL)",
        f"(next | coming | another) (one | ones) {_ALONE}",
        f"(the)? one (after | following) (that | next | its)? ({_ALONE} | (?= WORK_FOR | CAN | WOULD))",
        f"(?<= or) (the)? next {_ALONE}",
    ),
    *each(
        _in_eight,
        f"(este | el)? {_START} (en | a) <n:NUM | WNUM> (?! UNIT | MINU | CLOCK | punto | de la | MER | HS | y"
        " (media | cuarto))",
        "(de)? <today:AQUI> en <n:NUM | WNUM> (?! UNIT)",
    ),
    *each(
        _a_week_later,
        f"(el | the | on)? {_START} (WEEK | <two:FORTNIGHT>) (?! of | off | end | after | next | DAY)",
    ),
    *each(_a_week_later, f"(the)? {_WD} after next", f"(?<= or) the {_WD} after (?= $ | PAUSE | FILL)"),
    *each(_following, f"(the | on the) following {_WD} (?! NUM)", f"(the | on the)? {_WD} following (?! NUM | the)"),
    *always(DayNamed(Day(months=6)), f"{_IN} medio ANO", "in half a YEAR"),
    # Counted from now.
    *each(
        _minutes,
        f"{_IN} {_SOME}? <n:N | a | an | BIG> <u:HOURU | HS> (<half:y media | (and | y) a half> | (y | con | and)"
        " <more:NN> MINU? | <more2:NN> MINU)?",
        f"{_IN} {_SOME}? <n:NN | un | one | a | an | BIG> <u:MINU> (?! MINU)",
        f"{_IN} <half:media> <u:HORA>",
        f"{_IN} <half:half> (an | a)? <u:HOUR>",
        f"{_IN} (a | an) <half:half> <u:HOUR>",
        "<n:N | a | an> <u:HOURU | MINU> (from NOW | hence)",
        f"<n:N | a | an> <u:HOURU>? and (a <half:half> | {_QUARTERS}) <u2:HOURU>? (from NOW | hence)",
        f"{_IN} <n:N | a> and (a? <half:half> | {_QUARTERS}) <u:HOURU>",
        f"{_IN} <n:N | an> <u:HOURU> (and | y) {_QUARTERS}",
        f"{_QUARTERS} of? an? <u:HOURU> (from NOW | hence)",
        f"{_IN} {_QUARTERS} of? an? <u:HOURU>",
        "<half:half> (an | a)? <u:HOUR> (from NOW | hence)",
    ),
    *each(
        _arriving,
        "en <n:NN> (me | ya){0,2} VOY",
        f"(?<= VOY | see | coming) (en | in) <n:NN> ({_ALONE} | (?= que | word COMMA))",
        "(?<= IM) (about | FILL)? <n:NN> MINU away",
        f"(?<= VOY EJEM | find u | see u | MAKE FILL) (en | in) <n:NN> ({_ALONE} | (?= since | word))",
    ),
    *each(_there_in, f"(in | en) (about | like)? <n:NN> (or FILL)? {_ALONE}"),
    *always(Moment(75), f"{_IN} HORA y cuarto", "in an HOUR and a quarter"),
    *always(Moment(90), f"{_IN} HORA y media", "in (a | one) and a? half HOURU"),
    *always(Moment(15), f"{_IN} (un | una)? cuarto de HORA", "in (a)? quarter (of)? (an)? HOUR"),
    *always(Moment(45), f"{_IN} (NUM | WNUM) cuartos de HORA", "in (NUM | WNUM) quarter (of)? (an)? HOUR"),
    *each(_decimal_hours, f"{_IN} <d:DOTTED> HOURU"),
    # Weekdays.
    *each(_pointed(last=True), f"(el)? {_WD} (?= que PASO)"),
    *each(_bare, f"<the:el | the | on | this (?= DAY)>? (DIA | DAY)? {_WD}"),
    *each(
        _bare,
        "(?<= on | for | by | or | and | y | COMMA | until | from | to | WDAY | SLASH) <wd:SAT | SUN>",
        "(?<= MAKING its | MAKING that | is its) <wd:SAT | SUN> (?= $ | PAUSE | FILL | then | instead)",
        "(?<! .) <wd:SAT | SUN> (?= $ | PAUSE | FILL | PARTEN | is | if | between | from | after | before | by"
        " | about)",
        "<wd:SAT | SUN> (?= at | NUM | CLOCK | MORNING | AFTERNOON | EVENING | NIGHT | and | y | or | WORK_FOR |"
        " WORK_FOR | SLASH | the | COMMA | MON)",
        "(?<= MER | CLOCK | NOONS | oclock | PARTEN | ISH | available | FILL | ASK | STOP | CITA | OPEN | TODAY |"
        " TOM | sharp | NUM | WNUM | TENS"
        " | BOOK | u | CAN) <wd:SAT | SUN> (?= $ | PAUSE | FILL)",
        "(?<! i | u | EJEM | the | in | word | its) <wd:SAT | SUN> (?= half | quarter | NOONS | EARLY | late |"
        " from | after"
        " | before | between | about | if | with | WORK_FOR | is)",
        "(?<= este | o | WDAY | PROX) <wd:MAR>",
        "(?<= y | o) <wd:MAR> (?! NUM)",
        "(el | este) <wd:MAR> (?= (antes | DESPUES) (de | del) | a las | a la | (en | por) la PARTES | tipo | PUEDO"
        " | y | o"
        " | no | PROX | que VIENE)",
        "<wd:MAR> (?= a las | PROX | que VIENE | y WDAY | o WDAY | COMMA WDAY)",
    ),
    *each(
        _bare,
        "(?<= CANCEL | MOVER | my | for | about | MAKE | to | from | after | before) <wd:WDAYS> (?= CITA | word |"
        " COSA)",
    ),
    *each(_pointed(this=True), "(este | this | ese) (ese)? (DIA)? <wd:WDAY | SAT | SUN>", f"(el)? {_WD} este"),
    *each(
        _pointed(),
        f"(el | este | ese | de este)? (PROX | SIGUIENTE) (DIA)? {_WD}",
        # "El lunes siguiente al 15" is counted from the 15th.
        f"(el | este)? (DIA)? {_WD} (de este)? (PROX | SIGUIENTE (?! (a | al | del) (NUM | WNUM | DIA)) | que"
        f" (VIENE | SIGUIENTE) | VIENE)",
        "(the | this)? coming <wd:WDAY | SAT | SUN>",
        f"este (DIA)? {_WD} (que VIENE | PROX | SIGUIENTE)",
    ),
    *each(
        _pointed(week=1),
        "(the)? next <wd:WDAY | SAT | SUN> (?! WEEK)",
        f"{_WD} next (?! WEEK | to | MONTH)",
        f"(el | the | DIA | este){{0,2}} {_WD} {_EN_NEXT_WEEK}",
        f"(el | DIA){{0,2}} {_WD} de la (OTRO | PROX | SIGUIENTE | que VIENE) {_ALONE}",
        f"(la | the)? ({_WEEK_AFTER}) (COMMA | el | on | DIA | la | para | DASH){{0,3}} {_WD} (?! NN)",
    ),
    *each(_the_other, f"el OTRO {_WD}", f"the another {_WD}"),
    *each(_pointed(plus=7), f"(el)? {_WD} subsiguiente", f"(el)? subsiguiente {_WD}"),
    *each(
        _pointed(week=2),
        f"{_WD} (in | on | of)? (the)? WEEK after next",
        f"(el | DIA){{0,2}} {_WD} (de | en | COMMA){{0,2}} la? (subsiguiente WEEKU | WEEKU subsiguiente)",
        f"(the)? WEEK after next (on)? {_WD}",
        f"(the)? next to? next (WEEK (COMMA | on | the){{0,2}})? {_WD}",
        f"{_WD} next to? next WEEK",
    ),
    *each(
        _pointed(week=0),
        f"(el | the | on | DIA){{0,2}} {_WD} {_THIS_WEEK}",
        f"(el | DIA){{0,2}} {_WD} de esta {_ALONE}",
        f"(esta | this) (ese)? WEEKU (COMMA | el | on | DIA | para){{0,3}} {_WD} (?! NN)",
    ),
    *each(
        _pointed(week=-1),
        f"(el | the | on)? {_WD} {_LAST_WEEK}",
        f"{_LAST_WEEK} (COMMA | el | on){{0,2}} {_WD}",
    ),
    *each(
        _pointed(last=True),
        f"(el | este | ese)? (DIA)? {_WD} (PASADO | PASADA | last) (?! MANANA | las | la)",
        f"(el | este)? PASADO (DIA)? {_WD}",
        f"(this | on)? last {_WD}",
        f"(this | the)? past {_WD}",
        f"{_WD} ejem? gone",
        f"el ULTIMO {_WD}",
    ),
    *each(_in_weeks, f"(el | the)? {_WD} (en | in | dentro de) <n:N> WEEKU"),
    *each(_in_weeks, f"(en | in | dentro de) <n:N> WEEKU (el | on | COMMA){{1,2}} {_WD}"),
    # The first Monday of a month.
    *each(
        _nth,
        "(el | the)? <o:ORDW | ULTIMO | last | cuarto | NUM (?= TH)> TH? (<wd:WDAY> | (DIA | DAY) <work:HABIL>? |"
        " <work2:HABIL | BUSY> DAY) (de | of | in | en | del)"
        "(<mon:MON> ((de | del | COMMA)? <year:BIG>)? | <of:(este | el | the | this | next | PROX | SIGUIENTE |"
        " coming)? MONTHU"
        " (que VIENE | PROX | SIGUIENTE | PASADO)?>)",
        f"(el | the)? <o:ORDW | cuarto | NUM (?= TH)> TH? {_WD}",
    ),
    # Every Monday is no day.
    *always(
        Nothing(every=True),
        "son (los)? WDAY ((COMMA | y | a | al | los){1,2} (WDAY | WDAYS)){1,5}",
        "(los | TODOS los | CADA | each | TODOS los) (DIA | DIAS)? (WDAY | WDAYS) ((COMMA | y | o | and | or | a"
        " | al | los | to){1,3} (WDAY | WDAYS)){0,5}",
        "(on | the)? WDAYS ((COMMA | y | o | and | or | a | to | los | DASH | on){1,3} (WDAY | WDAYS | SAT |"
        " SUN)){0,5}",
        "(on | the)? (WDAY | SAT | SUN) PARTSEN",
        "(los | on | TODOS los) (WDAYS | FINES de SEMANA | FINDES | WEEKENDS)",
        "FINES de SEMANA | FINDES | WEEKENDS",
        # "What are your Saturday hours?"
        f"(your | the) {_WD} (OPEN | word)? (HOURS | HORARIO | OPEN time)",
        "(CADA | each) (FINDE | WEEKEND | FIN de SEMANA)",
        "(CADA | each) (another | OTRO | NN) (WDAY | WDAYS)",
    ),
    # Holidays.
    *always(_holiday(12, 25), f"{_DAY_OF} NAVIDAD", "CHRISTMAS (DAY)?"),
    *always(_holiday(12, 24), "(la)? NOCHEBUENA", "CHRISTMAS eve", "(la)? NOCHE BUENAS", "la? vispera de NAVIDAD"),
    *always(_holiday(1, 1), f"{_DAY_OF} ANO nuevo", "(el)? ORDW (DIA)? (de | del) ANO", "new YEARU (DAY)? (?! eve)"),
    *always(
        _holiday(12, 31), "(la)? NOCHEVIEJA", "(la)? NOCHE vieja", "new YEARU eve", "NYE", "la? vispera de ANO nuevo"
    ),
    *always(_holiday(1, 6), "(DIA de | en | para | el de) (los)? REYES", "(?<= antes de | DESPUES de) (los)? REYES"),
    *always(_holiday(2, 14), "(DIA de)? (word)? VALENTIN (DAY)?"),
    *always(_holiday(11, 2), "DIA de (los)? MUERTOS"),
    *always(_holiday(10, 31), "HALLOWEEN"),
    *always(_holiday(3, 17), "(word)? PATRICK DAY"),
    *always(_holiday(12, 26), "(word)? stephen DAY"),
    *always(_holiday(6, 19), "JUNETEENTH"),
    *always(_holiday(11, 11), "VETERANS DAY"),
    *always(_holiday(4, 25), "ANZAC DAY"),
    *always(DayNamed(Day(weekday=_SUNDAY, nth=2, month=5, holiday=True)), "MOTHER DAY"),
    *always(DayNamed(Day(weekday=_SUNDAY, nth=3, month=6, holiday=True)), "FATHER DAY"),
    *always(_holiday(12, 26), "BOXING DAY"),
    *always(_holiday(7, 4), "INDEPENDENCE DAY"),
    *always(DayNamed(Day(weekday=3, nth=4, month=11, holiday=True)), "THANKSGIVING (DAY)?"),
    *always(DayNamed(Day(weekday=0, nth=1, month=9, holiday=True)), "LABOR DAY"),
    *always(DayNamed(Day(weekday=0, nth=-1, month=5, holiday=True)), "MEMORIAL DAY"),
    *always(_holiday(5, 1), "(el)? DIA (del | de los) (BUSY | OCUPADO | TRABAJADOR)"),
    *each(_holy, "(el)? <wd:WDAY> santo"),
    # "Any good friday?" asks of the day.
    *each(_good_friday, "(?<! any | no | is | be) good <wd:WDAY>"),
    *each(_carnival, "(el)? <wd:WDAY> de CARNAVAL"),
    *each(_easter_weekday, "EASTER <wd:WDAY>", "(el)? <wd:WDAY> de PASCUA"),
    *always(
        _easter(0),
        "EASTER (?! WDAY | WEEK | holidays)",
        "(DIA de | en | para) PASCUA (?! WDAY)",
        "(?<= antes de | DESPUES de) PASCUA",
    ),
    *always(_easter(-7), "(el)? WDAY de ramos", "ramos (WDAY | SUN)"),
    *always(_easter(-46), "(el)? WDAY de ceniza", "ceniza WDAY"),
    *always(_easter(-47), "shrove WDAY"),
)

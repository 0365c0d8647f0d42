"""What looks like a day or a time and is none: greetings, addresses, doses, documents, and dates of birth."""

import re
from dataclasses import replace
from datetime import date

from recado.brain.rules.when.calendar import Day, resolve
from recado.brain.rules.when.grammar import Grammar, said
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import always, each
from recado.brain.rules.when.mentions import Birth, Meant, Nothing
from recado.brain.rules.when.tokens import Tokens
from recado.brain.rules.when.written import full_date, year_of

_GONE = ALPHABET.of("GONE")
_YEARS = range(1900, 2101)
_PHONE_DIGITS = 6
_ODD_PAIRS = frozenset({(24, 7), (1, 2), (50, 50), (20, 20)})
"""Round the clock, a half, and other pairs that are dates only if an article says so."""
_WISHED = frozenset(ALPHABET.union("WISH CITA HAY ASK available disponible COSAS CLOCK MER HS las at"))
_CUMPLIR = frozenset(ALPHABET.union("CUMPLIR"))
_SLASHED = ALPHABET.of("SLASHED")
_UNA_COSA, _COSAS = ALPHABET.of("UNA_COSA"), ALPHABET.of("COSAS")
_AN_HOUR = re.compile(f"(?:{ALPHABET.regex('a las')}|{ALPHABET.regex('at')})$")
_GOES_ON = frozenset(ALPHABET.union("word LOCAL CUMPLIR lunch GROUP"))
_SCREWS = frozenset((part, of) for of in (8, 16) for part in range(1, of, 2))
_QUARTERS = _SCREWS | {(1, 4), (3, 4), (1, 3), (2, 3), (1, 5)}
"""Fractions that amounts and sizes of screws are told by."""
_ON_THE = re.compile(f"{ALPHABET.regex('(on | or | and | for | by | the | until | before | after)')}$")
_FEW = 12
"""So many floors, visits and the like are told by their number."""
_MAX_BODY_HEAT = 45
_NOON, _LAST_HOUR, _QUARTER = 12, 24, 15

_DATE = (
    "(<full:FULLDATE>"
    " | (el | the)? <day:NUM | WNUM | uno | ORDW> (TH | DEGREE)? (de | del | of | DASH | SLASH)? <mon:MON>"
    " ((COMMA | de | del | DASH | SLASH){0,2} (ANO)? <year:BIG> | (de | del) (ANO)? <short:NUM | WNUM | TENS>)?"
    " | <mon2:MON> (the)? <day2:NUM | ORDW> (TH)? (COMMA? <year2:BIG>)? | <pair:SLASHED | DASHED> | <only:BIG>)"
)
_STREET_NAME = "(word | words | MON | WDAY | SAT | SUN | COSA | LOCAL | PAPER | new | OLD | SEASON){1,3} STREET"
_DATED_NAME = "(NUM | WNUM | ORDW) (TH | DEGREE)? de MON"


def _birth(tokens: Tokens, match: re.Match[str]) -> Birth:
    """A date of birth: what it says, if it says a whole date; a year of two digits is one that has been."""
    if said(match, "full"):
        return Birth(full_date(tokens, match.start("full"), born=True))
    for day, month, year in (("day", "mon", "year"), ("day", "mon", "short"), ("day2", "mon2", "year2")):
        if said(match, day) and said(match, year):
            of_birth = year_of(tokens.number(match.start(year)), born=True)
            number, of_year = tokens.number(match.start(day)), tokens.number(match.start(month))
            return Birth(Day(day=number, month=of_year, year=of_birth))
    return Birth(None)


def _birth_or_birthday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return _birth(tokens, match) if _CUMPLIR.isdisjoint(match.group()) else _birthday(tokens, match)


def _birthday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """The day on which somebody was born; one that comes round again is a day like any other if something is wished."""
    told = _birth(tokens, match)
    if told.day is not None:
        if said(match, "full"):
            return Birth(told.day, coming=full_date(tokens, match.start("full")))
        if said(match, "short"):
            return Birth(told.day, coming=replace(told.day, year=year_of(tokens.number(match.start("short")))))
        return Birth(told.day, coming=told.day)
    return None if _wished(tokens.letters) else Birth(None)


def _wished(letters: str) -> bool:
    """Whether more than the birthday is told: a wish, an hour, how many will come."""
    return not _WISHED.isdisjoint(letters)


def _unless_year(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "9 de julio 1200" is an address, "9 de julio 2027" a day."""
    return None if tokens.number(match.end() - 1) in _YEARS else Nothing()


def _no_hour(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "At 27 Constant Spring Road": a house; "at 9 near Hyde Park" may be an hour."""
    return Nothing() if tokens.number(match.start("h")) > _NOON else None


def _phone(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    if (
        match.end() - match.start() == 3
        and tokens.number(match.end() - 1) in _YEARS
        and tokens.number(match.start()) <= 31
    ):
        # "25 11 2026"
        return None
    digits = sum(tokens.ends[at] - tokens.starts[at] for at in range(match.start(), match.end()))
    return Nothing() if digits >= _PHONE_DIGITS else None


def _dialed(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "01 800"."""
    at = match.start()
    zero = tokens.length(at) > len(str(tokens.number(at)))
    return Nothing() if zero and tokens.number(at + 1) not in _YEARS else None


def _is_part(pair: tuple[int, ...]) -> bool:
    return pair in _QUARTERS or pair in _ODD_PAIRS


def _amount(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """So many of something; but after an hour one thing is none, nor what is only the name of an event: "a las 5
    entrada por atrás", "at 8 kids party"."""
    last, start, end = match.group()[-1], match.start(), match.end()
    if last == _UNA_COSA and match.group()[0] == _SLASHED and not _is_part(tokens.values[start]):
        # "14/8 prueba del vestido"
        return None
    if last in (_UNA_COSA, _COSAS) and _AN_HOUR.search(tokens.letters, max(0, start - 2), start):
        if last == _UNA_COSA:
            return None
        if tokens.language == "en" and tokens.letters[end : end + 1] in _GOES_ON:
            return None
    return Nothing()


def _heat(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Nothing() if 31 < tokens.number(match.start()) <= _MAX_BODY_HEAT else None


def _fraction(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Nothing() if tokens.values[match.start()] in _ODD_PAIRS else None


def _and_a_fraction(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "9 1/2" is a size."""
    return Nothing() if tokens.values[match.end() - 1] in _ODD_PAIRS else None


def _part_of_one(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Nothing() if _is_part(tokens.values[match.start()]) else None


def _of_eight(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Un tornillo de 3/8", "talla 7/8"."""
    return Nothing() if tokens.values[match.end() - 1] in _SCREWS else None


def _scale(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Del 1 al 10 me duele 8"."""
    low, high = tokens.number(match.start("low")), tokens.number(match.start("high"))
    return Nothing() if low in (0, 1) and high in (5, 10) else None


def _unless_a_day(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "The 3rd visit"; "on the 20th na" is a day."""
    on_a_day = _ON_THE.search(tokens.letters, max(0, match.start() - 2), match.start()) is not None
    return None if on_a_day and tokens.number(match.start()) > _FEW else Nothing()


def _sunday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Nothing() if tokens.number(match.end() - 1) == 6 else None


def _second(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return Nothing() if tokens.number(match.end() - 1) == 2 else None


def _verse(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "John 3:16", "romans 8:28": what books have before numbers with a colon, and few hours have behind it."""
    chapter, line = tokens.values[match.end() - 1][:2]
    in_book = tokens.number(match.start()) > 0
    return Nothing() if in_book and (chapter > _LAST_HOUR or line % _QUARTER) else None


def _we_would(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Wed like to come"."""
    return Nothing() if tokens.number(match.start()) == 2 and tokens.length(match.start()) == len("wed") else None


def _not_good_friday(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return None if tokens.number(match.end() - 1) == 4 and match.group()[0] == ALPHABET.of("good") else Nothing()


_SOY = ALPHABET.of("SOY")
_ON_DAYS = frozenset(ALPHABET.union("on this next by el este PROX"))
_IS_A_NAME = ALPHABET.compile(
    "(WDAY | SAT | SUN | MON) (is | es | its | WAS | ERA) (also | EJEM)?"
    " (the | a | an | el | un | my | mi | your | su)? (word | words | COSA | LOCAL | DOCTOR | new | last | ORDW){0,2}"
    " SOY (?! COMMA? is (el | the | NUM))"
)

_NONE_LEFT_OUT = (
    "(?! (this | next | WEEK | MONTH | WORK_FOR | is | ILL | MAKING | good){0,3} (PERO | excepto | BAR | save))"
)
_AT = "(at | a las | a la) (NUM | WNUM | una | one | CLOCK) (y (media | cuarto))? MER?"

GRAMMAR: Grammar[Meant] = Grammar(
    ALPHABET,
    [
        # Greetings and wishes.
        *always(
            Nothing(),
            # "Buenas, mañana a las 11" is no greeting, with or without the comma.
            "(BUENAS | good) (DIA | DIAS | DAY | PARTES (?! (?<= MANANA) (a las | a la | CLOCK | NUM | HAY | PUEDO"
            " | tipo | por la | en la | al)) | PARTEN | MADRUGADA)"
            " (COMMA? (BUENAS | good) (DIA | DIAS | PARTES) | (SLASH | o) (TARDE | TARDES | NOCHE | NOCHES))?",
            "BUENAS (your | su | the)? (vacaciones | holidays)",
            "BUENAS (your | the) (WEEKEND | DAY | WEEK | EVENING)",
            "BUENAS (PRINCIPIOS | FIN) de (la)? (SEMANA | MES | ANO)",
            "(?<! .) PARTEN (COMMA | STOP | FILL){1,3} PARTEN (?! a | at | on | in | the | NUM | CLOCK | WDAY)",
            "BUENAS (FIN de SEMANA | FINDE | WEEKEND | SEMANA | WEEK | MES | ANO nuevo? | new YEARU | NAVIDAD |"
            " CHRISTMAS)",
            "good (WEEKEND | WEEK)",
            "BUENAS (new YEARU eve? | NAVIDAD | CHRISTMAS eve? | PASCUA | EASTER | HALLOWEEN | THANKSGIVING |"
            " VALENTIN)",
            "(?<! .) (MORNING | AFTERNOON | EVENING | TARDES | NOCHES | NIGHT (?= SKIP COMMA))"
            " (?= STOP | COMMA | SKIP COMMA | FILL | CAN | i | word |"
            " u | each)",
            "BUENAS (NACER | CUMPLIR)",
            "BUENAS (the word of)? your (WDAY | SUN | SAT | WEEKEND | PARTEN | DAY | WEEK | holidays)",
        ),
        *each(_not_good_friday, "(BUENAS | good) WDAY"),
        # "Muchas gracias a las dos"
        *always(Nothing(), "(words | mil) FILL a (las | los) WNUM (?= $ | PAUSE)"),
        # "Disculpe una consulta, ..." asks something.
        *always(Nothing(), "(PERDON | word | FILL) COMMA? una CITA (?= COMMA | COLON)"),
        # Goodbyes.
        *always(
            Nothing(),
            "(?<= FILL | COMMA | STOP) hasta la (PROX | OTRO) SEMANA (?= $ | BREAK | FILL)",
            "(?<! word | words | es | TENGO | PUEDO | IR | QUIERO | DISPONIBLE | no | VOY | OCUPADO | QUEDA |"
            " viaje | town | disponible"
            " | ATIENDEN | CAMBIAR | VIVO | IM | CANT | BUSY | DORMIR | OPEN | TAKES_PLACE | NADIE | PICK_UP |"
            " HAPPENED)"
            " hasta (el)? (DIA de)? (MANANA | TOMORROW | WDAY | SEMANA | PRONTO | LUEGO | PROX | OTRO vez)"
            "(?! a | en | por | CLOCK | NUM | que | para | PROX SEMANA | TEMPRANO | MEDIODIA | de | o | si | no |"
            " como)",
            "hasta (PRONTO | LUEGO)",
            "(?<! .) until TOM (?= $ | BREAK | FILL)",
            "(?<! .) TALK (to | u | me | with){0,3} (TOM | WDAY) (?= $ | BREAK | FILL)",
            "(BYE | CHAU | FILL) COMMA? until (TOM | WDAY) (?= $ | BREAK | FILL | then)",
            "TALK (me | to | u | EJEM | its | word | with){0,3} (later | SOON | in a WHILE)",
            "(mas TARDE | LUEGO | DESPUES | PRONTO) (me)? (AVISO | DIGO)",
            "(AVISO | DIGO) (mas TARDE | LUEGO | DESPUES | PRONTO)",
            "(find | me vemos | see) (u)? (each)? (on)? (TOM | later | SOON | about | then)"
            " (?! at | a | al | NUM | CLOCK | MORNING | PARTEN | en | por | para | o | or | tipo | como | TEMPRANO)",
            "word u later (?= $ | PAUSE | FILL)",
            "me vemos (PRONTO | LUEGO | al RATO | mas TARDE)",
            "BUENAS (una | un)? (DIA | TARDE | NOCHE)",
        ),
        # Addresses, and places named after a day.
        *always(
            Nothing(),
            f"CALLE (de | la | las | los | word | words | santo | ORDW){{0,3}} ({_DATED_NAME} | ORDW de MON)"
            " (al | CODIGO | HASH | no | COMMA){0,2} (NUM | BIG | LONG)?",
            "CALLE (el word | word | words | de | la | las | los | santo){0,3} COMMA? (HASH | no | CODIGO){0,2}"
            " (NUM | BIG | LONG | DASHED)"
            "(HASH | no | con | DASH | CODIGO | CALLE | word | ROOM | STEP){0,2} (NUM | BIG | DASHED | LONG)? (DASH"
            " NUM)? (?! MER | HS)",
            f"(LOCAL | VIVO | VOY | SOY) (de | en | la | COLON){{0,2}} {_DATED_NAME}",
            f"VIVO en el {_DATED_NAME}",
            # A quarter: "me toca ir hasta el Siete de Agosto"
            "(?<= (me word | TENGO que) IR hasta) el WNUM de MON (?= $ | BREAK)",
            f"(?<! a | es) la {_DATED_NAME}",
            f"(?<! del | el | para | al | DIA | WDAY | de) {_DATED_NAME} (HASH | CODIGO) (NUM | BIG | LONG)",
            f"{_DATED_NAME} al BIG",
            f"(?<! del | el | para | al | DIA | WDAY | de) {_DATED_NAME} COMMA? (PIEZA | CALLE) (NUM | BIG | LONG)",
            f"(?<= BIG EJEM | LONG EJEM | BIG con | BIG y) {_DATED_NAME}",
            f"entre {_DATED_NAME} y (el | la)? (word | words)",
            f"entre (word | words | la | de){{1,4}} y {_DATED_NAME} (?= $ | PAUSE | word | CALLE)",
            f"(por | en | sobre) {_DATED_NAME} (y (word | CALLE) | ejem word | al? (NUM | BIG))",
            "<h:NUM> (TH)? (MON | WDAY | word)? STREET",
            # "1200 5th Ave", "at No 7 Saturday Market Street"
            "(BIG | LONG | NUM) NUM TH STREET",
            f"(no | HASH | CODIGO) (NUM | BIG) {_STREET_NAME}",
            f"BIG {_STREET_NAME}",
            f"(PIEZA | flat)? SLASHED {_STREET_NAME}",
            # "Esta en 2º de la ESO"
            "(?<= en) NUM (DEGREE | TH) de (la | el)? (word | words | LOCAL | eso)",
            # "La parada del 27", "tengo chueco el 2 de arriba"
            "LOCAL del NUM (?= QUEDA | word | words | es | $ | PAUSE)",
            "(el | la | del) (NUM | WNUM) de arriba",
            "CODIGO (is | es)? (WDAY | MON) (NUM | BIG)",
            f"(word | con) SLASH {_DATED_NAME}",
            "SLASHED word{1,2} STREET",
            "(flat | PIEZA) SLASHED word{0,2} (?= $ | PAUSE)",
            "at NUM ORDW STREET",
            "ORDW STREET",
            f"CALLE (de | word | words | la | las | LOCAL){{0,3}} con {_DATED_NAME}",
            "(on | at) NUM TH and (word | STREET)",
            "corner of? (the)? NUM TH and (the)? NUM TH",
            "(?<! .) NUM TH and word (?= $ | STOP | FILL)",
            "TAKE N (?= at NIGHT | in the PARTEN | each PARTEN)",
            f"STREET {_DATED_NAME}",
            "(the)? NUM TH STREET (or | and) (the)? NUM TH",
            "HASH (NUM | BIG | LONG)",
        ),
        *each(_no_hour, f"<h:NUM> {_STREET_NAME}"),
        *each(_unless_year, f"{_DATED_NAME} BIG"),
        # Documents, telephones, rooms.
        *always(
            Nothing(),
            "CODIGO (word | LOCAL | PIEZA)? (es | is | its | word | de | COLON | HASH | no | como | me | mi){0,2} (la)?"
            " (NUM | BIG | LONG | DASHED | SLASHED | FULLDATE)"
            " ((NUM | BIG | LONG | DASHED) (?! de? MON)){0,5}",
            "(?<! y | menos | un | para | NUM | WNUM) (ROOM | STEP | cuarto) (HASH | no | CODIGO | COLON | of){0,2}"
            " (NUM | BIG | LONG | DOTTED (?! por | a word | $) | DASHED | WNUM)"
            " (?! CLOCK | MER | HS | HORAS | y (media | cuarto))",
            # "El bus 12 o el 15", "soy el 15 en la fila"
            "(?<! y | menos | un | para | NUM | WNUM) ROOM NUM (o | or) (el | la | the)? NUM (?! CLOCK | MER | TH"
            " | de MON)",
            "SOY (el | la) NUM (en | de) (la | el) ROOM",
            "(word | en) DEGREE (NUM | BIG | LONG | DASHED | SLASHED | FULLDATE)",
            "PLUS (NUM | BIG | LONG) (NUM | BIG | LONG | DASHED){0,5}",
        ),
        *each(_phone, "BIG BIG (?! DIGITS)"),
        *each(_dialed, "(?<! MON) NUM BIG (?! MER | HS)"),
        *each(_phone, "(?<! MON) DIGITS DIGITS DIGITS (DIGITS){0,4}"),
        # Amounts, doses, people, degrees.
        *each(
            _amount,
            "(NN | BIG | LONG | DOTTED | un | una | uno | one | SLASHED) (de)? (COSA | DOSIS | DINERO | GRADOS |"
            " PERCENT | mil)",
        ),
        *always(
            Nothing(),
            "MONEY (NUM | BIG | LONG | DOTTED | CLOCK) (mil)?",
            "(NN) (o | a | y | to | or | DASH | and) NN (COSA | DOSIS | DINERO | GRADOS | PERCENT | mil)",
            "(?<! a | desde) las NN HORAS (word (?! FALTA) | de word)",
            "CADA (NN | media) (HS | UNIT)",
            "(NN | BIG | LONG) DINERO de MOVER",
            "DASHED (COSA | DOSIS | DINERO | GRADOS | PERCENT)",
            "(?<! MON | CANCEL | MOVER) (NN | una | un) (TH) (COSA | CITA | time | ROOM | vez | one | ones)",
            "N UNIT (a | each) (NIGHT | DAY | WEEK)",
            "(ORDW | cuarto) (COSA | vez | time | ROOM | LOCAL)",
            "(CUALQUIER | uno | una) de (los | las) WNUM",
            "(?<= yo COMMA | yo word) las WNUM (?= PAUSE | $)",
            "(mil | words) FILL a las WNUM (?= $ | BREAK | por | FILL)",
            "(el | de | a | con)? los WNUM (?= $ | PAUSE | me | QUEDA | SUBJ)",
            "(either | any | one) of (the | its | this)? (WNUM | NUM) (?! TH)",
            "NUM TH (CUMPLIR | SIGLO)",
            # "She's done 820 hours", "el tractor tiene 1500 horas de uso"
            "(given | DID | HAVE | GOT | HAY | TENGO | word) (EJEM | about | like | APROX | como | ALGUNOS){0,2} BIG"
            " (HOURS | HORAS) (?! (el | on | este | this)? (WDAY | TOM | TODAY))",
            "BIG (HOURS | HORAS) (since | on (the | its | that) | de word | of word)",
            # "40 horas repartidas en 8 semanas", "100 hours in 6 weeks"
            "(NN | BIG) UNIT (words | word | SEEMS_PAST)? (en | in | over) N UNIT",
            "(N | BIG | ORDW | NUM TH) (time | vez | COSAS) ((in | en) (N | media | half)?"
            " | (en)? (this | este | esta)) (UNIT | MINU)",
            "FIEBRE (de | of | is | es | a | en | como | word | at){0,2} (NUM | DOTTED | CLOCK)",
            "(NUM | DOTTED) (de | of) FIEBRE",
            "DOLOR (de | is | its | es | en | con | word | a | del | ROOM | STEP | of | at | WAS | ERA | HAPPENED"
            " | me){0,3} (SLASHED | NUM | DASHED | BIG SLASH NUM)",
            "(SLASHED | NUM) (de | in) DOLOR",
            "SLASHED DOLOR",
            "(DOLOR | READING) (is | its | es | en | at | of | de | WAS | ERA | a){0,2} DOTTED (?! MER)",
            # "Saqué 4/5 en el parcial", "the dog is about 7 or 8"
            "(DIJO | GOT | HAPPENED | DID) SLASHED (en | on | in) (el | the | mi | my | la) (word | CLASES)",
            "(COSA | word) is (about | EJEM) NN or NN (UNIT | (?= $ | PAUSE | PERO | or | and))",
            "un SLASHED",
            # "El curso es de 120 horas", "el bus demora 15 horas hasta Lima"
            "(es | word) de (NUM | BIG) HORAS (?! a | hasta | DASH)",
            "(?<= word) NUM HORAS (?= hasta | de viaje)",
            # "La mitad ahora y la mitad después"
            "(la | half)? (MEDIADOS | half) (AHORA | NOW | TODAY) (COMMA | y | and){0,2} (la | the)? OTRO? (MEDIADOS"
            " | half | OTRO | word) (DESPUES | LUEGO | later | mas TARDE | after)",
            "(un | de | a)? NN sobre (NUM | TENS) (?! MER | HS | COSA)",
            "NUM por LONG",
            "left SLASHED (COMMA | and)? right SLASHED",
            # "Kerry 1-19 Mayo 0-17"
            "(word | words | MON) DASHED (a | y | and | COMMA | word){0,2} (word | words | MON) DASHED",
            "DASHED MON DASHED",
            "DOSIS del DIA (DESPUES | SIGUIENTE)",
            # Reductions and sizes: "el 2do al 50 %", "son del 24 y medio"
            "(el | la | the)? (NUM TH | ORDW) (al | a | at) (NUM | TENS) PERCENT",
            "del NUM y medio (?! DIA)",
            "NUM DEGREE (?! de | MON) (word)",
            "NUM SLASH BIG",
            "BIG SLASH NUM",
        ),
        *always(
            Nothing(),
            "(N | BIG | media | medio | half | half a | a) DOSIS (de word | word | of word)? (en | por | a | de |"
            " in | at | each)? (la | las | the)?"
            "(PARTES | PARTEN | MEDIODIA | DIA) ((y | and) (N | OTRO)? (en | por | a | in | at)? (la | the)?"
            " (PARTES | PARTEN | MEDIODIA))?",
        ),
        *each(_unless_a_day, "(?<! MON) (NN | una | un) (TH) (word | words)"),
        *each(_heat, "NUM DEGREE"),
        *each(_fraction, "(?<! el | del | al | DIA | fecha | on | the | COLON | para | y) SLASHED"),
        *each(_and_a_fraction, "(?<! MON) NUM SLASHED"),
        *each(
            _part_of_one,
            "(?<! el | del | al | DIA | y) SLASHED (de | of | of a | of the | of my | de un | de una | del"
            " | de la)? (CADA | each | DAILY | word | words | HORAS | HORA"
            " | COSA | DOSIS | HOUR)",
        ),
        *each(
            _part_of_one,
            # "Got any 5/8 U bolts", "me sobran unos 3/4"
            "(?<= any | ALGUNOS) SLASHED (?! available | disponible | CITA)",
            "(?<= y) SLASHED de (word | words)",
            # "Manguera de 3/4": a day would be "del 3/4".
            "(?<= (word | words | COSA | es | son) de) SLASHED",
        ),
        *each(
            _of_eight,
            "(?<= (word | words | es | son) de | word of) SLASHED",
            "(?<= (is | its | WISHED | GOT | HAVE) a) SLASHED",
            "PIEZA SLASHED",
        ),
        *each(_scale, "(del | de | from) <low:NUM> (al | a | to) <high:NUM> (?! de | MER | HS)"),
        # Words that are something else here.
        *always(
            Nothing(),
            "SOY (es | is | word)? (word | SOY)? (MON | ORDW) (WDAY (?= word))? (?! NN)",
            # "Saw it in the Sunday Independent", "the saturday paper"
            "WDAY PAPER",
            # "Six months or 10,000 km, whichever comes first"
            "WHENEVER (COME | word | words) ORDW",
            # "Mi nombre es Lunes", "la vaca se llama Viernes", "es para Julio, mi esposo"
            "(mi | my | su | your) SOY (es | is)? WDAY",
            "(word | words | COSA | DOCTOR) SOY (es | is) (WDAY | SAT | SUN)",
            # "Answers to Friday", "goes by Sunday", "responde al nombre de Domingo", "a nombre de Abril"
            "ANSWERS to (WDAY | MON)",
            "(?<= COSA | word | ejem) ROUTINE by (the SOY)? of? (WDAY | MON)",
            "(a | al | con (el)? | by the | the) SOY (de | of) (word)? (WDAY | MON)",
            "(?<= ejem) TALK (word | its) (WDAY | SAT | SUN) (?= $ | PAUSE | PORQUE | FILL)",
            "con MONTHN (?= el (NUM | WDAY) | $ | PAUSE | a las)",
            "(word | COSA) me SOY (WDAY | MON) (WDAY (?= word))?",
            "(is | its) (CALLED | SOY) (WDAY | SAT | SUN | MON) (?! NUM)",
            "(para | for | de | con | with | es | its) MON COMMA (mi | my) word",
            # Proverbs: "hoy por ti, mañana por mí", "no dejes para mañana lo que puedas hacer hoy", "thank god
            # it's friday"
            "TODAY por word COMMA? MANANA por (word | mi)",
            "no (SUBJ | PONGA | word) para MANANA lo que (SUBJ | PUEDO | word | me) (IR | word) TODAY",
            "FILL word its WDAY (?= $ | PAUSE | FILL)",
            "DOCTOR (word)? (MONTHN | MAY) (WDAY (?= $ | PAUSE | word))? (?! NUM)",
            "(?<! on NUM) (?<! on NUM TH) MAY (i | u | EJEM | MAKE | HAVING | WANT | IM)",
            "(i | u | EJEM | (?<! MAKING) its) (MAY | MARCH | SAT)",
            "word SAT (the | an | my) (word | CLASES) (?= $ | PAUSE)",
            "SOY WDAY de word (?= $ | PAUSE)",
            "(the | in | of) SUN",
            "(?<! or | and | y | on | for | by | SAT | DASH | SLASH) SUN (word | words)",
            "(son | ERA | ya) (ya | como | EJEM)? las (NUM | WNUM | CLOCK) (y (media | cuarto | NUM))?",
            "TARDE o TEMPRANO",
            # "Se me enfermó el chofer de pronto"
            "de PRONTO",
            "too (EARLY | late)",
            "es muy TEMPRANO",
            "(VOY | IR | es | ERA | PASO | hace) TARDE",
            "(?<! como) muy TARDE",
            "(UNIT | MINU) TARDE",
            "(NUM | WNUM | UNIT | MINU) late",
            f"({_AT} (COMMA | oclock | for | the | a | my | word | words){{0,3}})? ((a)? DAILY | (each"
            f" | most) word? (DAY | DAYS | MORNING | NIGHT"
            f" | AFTERNOON | EVENING | WEEKDAY) {_NONE_LEFT_OUT} | TODOS los word (DIAS | DIA))",
            f"(DAILY | (each | most) word? (DAY | DAYS | MORNING | MORNINGS | NIGHT | WEEKDAY) | TODOS los (word |"
            f" santo)? (DIAS | DIA)) {_AT}",
            f"{_AT} (oclock | in | the | COMMA){{0,3}} PARTEN and (at | in)? (the)? PARTEN",
            "(MAKE | IM | EJEM) (a)? (WHILE | NUM MINU)? late",
            "TODO (el | la | este) (DIA | TARDE | NOCHE | MANANA | MADRUGADA | SEMANA | MES | ANO)",
            "(at (NUM | WNUM | CLOCK) MER?)? each (DAY | NIGHT | MORNING | AFTERNOON | WEEK | WEEKEND | MONTH)"
            f" {_NONE_LEFT_OUT}",
            "(a las (NUM | WNUM | CLOCK) (MER | de la PARTES)?)? (TODOS | CADA) (los | las)?"
            " (DIA | DIAS | MANANAS | TARDES | NOCHES | MANANA | NOCHE | TARDE | MES |"
            " MESES)"
            " (?! menos | excepto | que)",
            "el OTRO DIA (?! PUEDO)",
            "(?<! que | en | de | el | por | los) (al | por) (DIA | MES | ANO) (?! SIGUIENTE)",
            "DIA a DIA",
            "DIA (y | and) NOCHE",
            "(DAY) (to | by | in) DAY",
            "each another (UNIT | WDAY)",
            "(on)? (the)? (NUM TH | ORDW) of each MONTH",
            # "3 days later the fever was back", "haven't slept in two days"
            "N UNIT later (?= COMMA? (the | my | its | word | i | EJEM){0,2} (word | GONE | FIEBRE | DOLOR)? (WAS"
            " | WENT))",
            "(HAVENT | HAVE (not | never)) (been | word | given | DID | MISSED | GOT | QUERIA | me){1,3} in"
            " (some | like | about | over)? N UNIT",
            "black WDAY",
            "N? (COSA | vez) (a la | por | al | a | each) (SEMANA | DIA | MES | ANO | WEEK | DAY | MONTH)",
            "((el | DIA){0,2} NN)? de CADA (MES | SEMANA | ANO)",
        ),
        *each(_verse, "word CLOCK"),
        *each(_second, "(un | one | a) ORDW (?! WDAY | DIA)"),
        *each(_we_would, "WDAY like"),
        *each(_sunday, "(SOY | DOCTOR | santo) (es | word)? WDAY", "con WDAY"),
        # Dates of birth, and birthdays that are only told.
        *each(
            _birth_or_birthday,
            "(TODAY | TOM | WD) (es | is)? (el | the | mi | my | su){0,2} CUMPLIR",
            "(NACER | BORN | CUMPLIR) (el | en | on | in | is | es | the | un | a | word | mi | COLON | COMMA"
            " | of | de |"
            " DIA | PASO | WAS | COSA"
            f" | SOY | STOP | DASH | la | y | its | fecha | ANOS){{0,6}} {_DATE}",
            # "Fecha de nacimiento del niño 17/10/2015", "DOB for Noah is 6/2/2017"
            "(NACER | BORN) (de | del | of | for | mi | my | su | the | la | UNA_COSA | DOCTOR | word | words | is | es"
            f" | COLON | COMMA){{1,7}} {_DATE}",
            f"{_DATE} COMMA? (es | is | PASO | WAS) (mi | my | la | the | su | fecha | de | of){{0,4}} (NACER"
            f" | BORN | CUMPLIR)"
            " (?! es | is | COLON | el | on)",
            "(NACER | BORN | CUMPLIR) (el | on | a | la | las | at | in | en | is | es | ANOS){0,3} (WD | TOM"
            " | YESTERDAY |"
            " TODAY | CLOCK)",
            "(NACER | BORN | CUMPLIR) (ANOS | is | es){0,2} (el | on | at | a las) (the)? NUM TH?",
        ),
    ],
)


def _yet_to_come(meant: Meant, today: date) -> bool:
    """Whether what reads like a date of birth is a birthday ahead: "el 29-2-28 es mi cumple"."""
    if not isinstance(meant, Birth) or meant.coming is None:
        return False
    found = resolve(meant.coming, today)
    return isinstance(found, date) and found >= today


def _without_names(tokens: Tokens) -> Tokens:
    """The tokens without days and months that are said to be somebody's name: "Sunday is my husband's name, the file
    is under Sunday Eze"."""
    told = _IS_A_NAME.search(tokens.letters) if _SOY in tokens.letters else None
    if told is None:
        return tokens
    name = tokens.letters[told.start()], tokens.number(told.start())
    spans = [
        (at, at + 1)
        for at, letter in enumerate(tokens.letters)
        if (letter, tokens.number(at)) == name and tokens.letters[at - 1 : at] not in _ON_DAYS
    ]
    return tokens.without([(told.start(), told.end()), *spans], _GONE)


def exclude(tokens: Tokens, today: date) -> tuple[Tokens, list[tuple[int, int, Birth]]]:
    """The tokens with what is no day or time made unreadable, and the dates of birth: start, end, what was said."""
    tokens = _without_names(tokens)
    found = [item for item in GRAMMAR.scan(tokens) if not _yet_to_come(item.product, today)]
    if not found:
        return tokens, []
    births = [(item.start, item.end, item.product) for item in found if isinstance(item.product, Birth)]
    return tokens.without([(item.start, item.end) for item in found], _GONE), births

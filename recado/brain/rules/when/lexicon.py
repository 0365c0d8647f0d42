"""The words of both languages put together: which kind each word is of, and the number that it carries.

A message of one language is read with the words of both; where they clash ("once", "may", "ago") its own language wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from recado.brain.rules.when import english, spanish
from recado.brain.rules.when.grammar import Alphabet
from recado.decisions import Language

Meaning = tuple[str, int]
"""A letter of `ALPHABET`, and the number of a numeral, the index of a weekday (Monday is 0) or of a month; or 0."""

# What the lexer finds by shape, not by word. GONE is what an exclusion leaves behind.
_SHAPES = (
    "NUM BIG LONG CLOCK DOTTED SLASHED DASHED FULLDATE STOP ASK COMMA COLON DASH SLASH MONEY PERCENT DEGREE PLUS HASH"
    " AT TH word words SEEMS_PAST WE_DO GONE DAYM TIMEM PARTM EVERYM"
)
# DAYM, TIMEM and PARTM stand for a whole mention of a day, a time or a part of the day, EVERYM for "los lunes" (see
# `items.py`).
_VALUED = "WDAY WDAYS MONTHN WNUM TENS ORDW"

CLASSES = {
    # Numbers. An article is a number before a unit of time ("en una semana", "in an hour").
    "N": "NUM WNUM TENS una un uno one",
    "NN": "NUM WNUM TENS",
    "HOURN": "NUM WNUM TENS una uno one",
    "DIGITS": "NUM BIG LONG DASHED",
    "WD": "WDAY SAT SUN MAR",
    "MON": "MONTHN MAY MARCH MAR",
    "DAYU": "DIA DIAS DAY DAYS",
    "WEEKU": "SEMANA SEMANAS WEEK WEEKS",
    "MONTHU": "MES MESES MONTH MONTHS",
    "YEARU": "ANO ANOS YEAR YEARS",
    "HOURU": "HORA HORAS HOUR HOURS",
    "MINU": "MINUTO MINUTE",
    "UNIT": "DIA DIAS DAY DAYS SEMANA SEMANAS WEEK WEEKS MES MESES MONTH MONTHS ANO ANOS YEAR YEARS HORA HORAS HOUR"
    " HOURS MINUTO MINUTE FORTNIGHT SIGLO",
    "TOM": "TOMORROW MANANA",
    "AND": "y and",
    "OR": "o or",
    "PARTES": "TARDE NOCHE MADRUGADA MANANA TARDES NOCHES MANANAS",
    "PARTEN": "MORNING AFTERNOON EVENING NIGHT",
    "PARTSEN": "MORNINGS AFTERNOONS EVENINGS NIGHTS",
    "NOONS": "MEDIODIA NOON",
    "MIDNIGHTS": "MIDNIGHT MEDIANOCHE",
    "MER": "AM PM P M",
    "ROOM": "PIEZA MESA",
    "CUMPLIR": "CUMPLE BIRTHDAY",
    "coming": "COMING following",
    "NEXT": "PROX next SIGUIENTE coming",
    "BREAK": "STOP ASK",
    "PAUSE": "STOP ASK COMMA COLON",
    "EJEM": "ejem ILL also",
    "FILLER": "FILL ejem also ILL CHAU BYE",
    "SORRY": "PERDON DIGO",
    "HAVING": "HAVE GOT",
    "MAKE": "MAKING COME GETTING be",
    "APPT": "CITA",
    "COSA": "COSAS UNA_COSA",
    "NOUN": "COSA DOSIS DINERO GRADOS PERCENT",
    "THE": "the el la",
    "ITEM": "DAYM TIMEM PARTM",
    "CAMBIAR": "MOVER MOVED",
    "CANCELAR": "CANCEL CANCELED",
    "QUIERO": "DESEO QUERIA",
    "CAN": "ABLE_TO COULD",
    "WANT": "WISHED WOULD id let",
    "MOVE": "CAMBIAR PASAR",
    "SUBJ": "subj ABRAN RETURNS",
    "EVENT": "RETURNS TURNS PASE",
    "DIJO": "dijo PASE",
    "PASO": "HAPPENED MISSED",
    "WENT": "DID CALLED MISSED ASKED",
    "WISH": "QUIERO PEDIR CAMBIAR CANCELAR PREFIERO WANT BOOK CAN PUEDO PREFER PASAR",
}


def _kinds(text: str) -> dict[str, str]:
    """The kinds of a list such as `spanish.KINDS`, each with its words."""
    found: dict[str, str] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        if line.startswith(" "):
            found[kind] += line
        elif line:
            kind, found[kind] = line.split(":", 1)
    return found


_SPANISH_KINDS, _ENGLISH_KINDS = _kinds(spanish.KINDS), _kinds(english.KINDS)
KINDS = tuple(dict.fromkeys(chain(_SHAPES.split(), _VALUED.split(), _SPANISH_KINDS, _ENGLISH_KINDS)))
_BEGINNINGS = frozenset(("STOP", "ASK", "COMMA", "COLON", "FILL"))
CLASSES["INSIDE"] = " ".join(kind for kind in KINDS if kind not in _BEGINNINGS)
"""Whatever a clause does not begin after."""
ALPHABET = Alphabet(KINDS, CLASSES)

RUN_TOGETHER = """
lunes al viernes: lunesaviernes lunaviern lunavie
a las: alas
a la: ala
de la: dela dla
de las: delas
en la: enla
por la: porla xla
de la tarde: delatarde
de la noche: delanoche
de la manana: delamanana
por la tarde: porlatarde
por la manana: porlamanana
por la noche: porlanoche
en la tarde: enlatarde
en la manana: enlamanana
en la noche: enlanoche
pasado manana: pasadomanana pasaomanana
pm: dpm
tarde noche: tardenoche
fin de semana: findesemana
al dia: aldia
el dia: eldia
para el: parael paral pal pa'l
para la: parala
para las: paralas
para manana: paramanana
para hoy: parahoy
dia de: diade
a la manana: alamanana
a la tarde: alatarde
a la noche: alanoche
media tarde: mediatarde
de la madrugada: delamadrugada
a eso: aeso
es que: esq
porfa: xfavor
next week: nextweek
this week: thisweek
tomorrow morning: tmrwmorning
esta noche: estanoche
esta tarde: estatarde
one oclock: oneoclock
hoy dia: hoydia
day after: dayafter
in the: inthe
esta semana: estasemana
que puedo: quepuedo
mid morning: midmorning
mid afternoon: midafternoon
mid week: midweek
alrededor de: alrededorde
a partir: apartir
a mediodia: amediodia
y media: ymedia imedia ½
y cuarto: ycuarto icuarto
en punto: enpunto
ahora mismo: ahoramismo
hoy mismo: hoymismo
manana a las: mananaalas
hoy a las: hoyalas
luego de: luegode
despues de: despuesde
antes de: antesde
half past: halfpast
day after tomorrow: dayaftertomorrow
y en: yn
u will: you'll youll
we id: we'd
they id: they'd
u is: you're youre ye're
"""
"""What was meant, and how it is run together."""

ACCENTED = """
es: está
son: están
ERA: hacía
este: éste
word: té uña uñas
si: sí
HAPPENED: pasó llegué empezó comenzó tomé caí trabajó trabajé terminé bajó subió atendí apliqué fumigué coseché noté
    operé esperé retiré preparé reparé miré tiré paré visité llevé corté regué mandé dejé pasé
    acabé mejoré bajé calmé arreglé sané junté empecé comencé
dijo: llegó cambió cambié cancelé reservé saqué
AGENDADO: quedó
"""
"""Words that an accent sets apart from the same letters without it, by their kind."""


def _valued(module_numbers: Mapping[int, str], kind: str) -> Iterator[tuple[str, Meaning]]:
    letter = ALPHABET.of(kind)
    for number, listed in module_numbers.items():
        for word in listed.split():
            yield word, (letter, number)


def _counted(lists: Sequence[str], kind: str, first: int) -> Iterator[tuple[str, Meaning]]:
    return _valued(dict(enumerate(lists, first)), kind)


def _once(pairs: Iterable[tuple[str, Meaning]]) -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for word, meaning in pairs:
        if found.setdefault(word, meaning) != meaning:
            raise ValueError(f"two kinds for one word: {word}")
    return found


def _words(
    kinds: Mapping[str, str],
    counted: Mapping[str, tuple[Sequence[str], int]],
    numbers: Mapping[str, Mapping[int, str]],
) -> dict[str, Meaning]:
    plain = (
        (word, (ALPHABET.of(kind), _NUMBER_OF.get(kind, 0))) for kind, text in kinds.items() for word in text.split()
    )
    lists = chain.from_iterable(_counted(words, kind, first) for kind, (words, first) in counted.items())
    numerals = chain.from_iterable(_valued(table, kind) for kind, table in numbers.items())
    return _once(chain(plain, lists, numerals))


_NUMBER_OF = {"una": 1, "un": 1, "uno": 1, "one": 1, "an": 1, "a": 1,
              # Listed words that are of no kind are books with verses.
              "word": 1,
              "SAT": 5, "SUN": 6, "MAY": 5, "MARCH": 3, "MAR": 3,
              }  # fmt: skip

_SPANISH = _words(
    _SPANISH_KINDS,
    {"WDAY": (spanish.WEEKDAYS, 0), "WDAYS": (spanish.WEEKDAYS_PLURAL, 0), "MONTHN": (spanish.MONTHS, 1)},
    {"WNUM": spanish.NUMBERS, "TENS": spanish.TENS, "ORDW": spanish.ORDINALS},
)
_ENGLISH = _words(
    _ENGLISH_KINDS,
    {"WDAY": (english.WEEKDAYS, 0), "WDAYS": (english.WEEKDAYS_PLURAL, 0), "MONTHN": (english.MONTHS, 1)},
    {"WNUM": english.NUMBERS, "TENS": english.TENS, "ORDW": english.ORDINALS},
)

# Glued to a weekday, an article says nothing that the weekday does not.
_RUN_ON_HEADS = ("el", "este", "para", "proximo")


def _run_ons() -> Iterator[tuple[str, str]]:
    for head in _RUN_ON_HEADS:
        for listed in spanish.WEEKDAYS:
            day = listed.split()[0]
            yield head + day, f"{head} {day}"
            yield day + "q", f"{day} que"
    for listed in (*english.NUMBERS.values(), *english.TENS.values()):
        yield f"{listed.split()[0]}ish", f"{listed.split()[0]} ish"


_OFTEN_MISSPELLED = """
lunes martes jueves tarde noche miercoles viernes sabado domingo septiembre noviembre diciembre febrero octubre
tomorrow monday wednesday thursday friday saturday sunday
tuesday december november september october february january semana proximo proxima mediodia temprano afternoon
evening appointment
"""
# Real words that are one slip away from one of those.
_NOT_TYPOS = frozenset(
    [
        "mates",
        "mares",
        "trade",
        "tare",
        "tade",
        "late",
        "lues",
        "even",
        "domino",
        "proximos",
        "semanas",
        "temprana",
        "tornado",
        "domingos",
        "frida",
        "tomorrows",
    ]
)


def _slips(word: str) -> Iterator[str]:
    """The word with a letter left out, doubled, or changing places with the next."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[: at + 1] + word[at:]
        yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


_VOWELS = re.compile("[aeiou]")
_SOUNDS = (("ce", "se"), ("ci", "si"), ("s", "z"), ("z", "s"), ("b", "v"), ("v", "b"), ("qu", "k"),
           ("y", "ll"), ("j", "h"))  # fmt: skip
"""Written for one another where they sound the same: "onse", "nobiembre", "kince"."""


def _heard() -> Iterator[tuple[str, str]]:
    """The Spanish weekdays, months and numbers as they are heard, and how they are spelled."""
    for listed in (*spanish.WEEKDAYS, *spanish.MONTHS, *spanish.NUMBERS.values(), *spanish.TENS.values()):
        word = listed.split()[0]
        for one, other in _SOUNDS:
            yield word.replace(one, other), word
    for listed in spanish.WEEKDAYS:
        word = listed.split()[0]
        for one, other in _SOUNDS:
            # "Juebe", "bierne": the last "s" is not heard everywhere.
            yield word.replace(one, other).removesuffix("s"), word


def _without_vowels() -> Iterator[tuple[str, str]]:
    """Long words as they are shortened in a chat, and how they are spelled: "thrsdy", "mrnng", "vrns"."""
    for listed in (*english.WEEKDAYS, *spanish.WEEKDAYS, "tomorrow", "morning", "afternoon", "evening", "manana"):
        word = listed.split()[0]
        yield word[0] + _VOWELS.sub("", word[1:]), word


def _with_typos(words: dict[str, Meaning]) -> dict[str, Meaning]:
    for word in _OFTEN_MISSPELLED.split():
        for slip in _slips(word):
            if slip not in words and slip not in _NOT_TYPOS:
                words[slip] = words[word]
    for heard, word in chain(_heard(), _without_vowels()):
        words.setdefault(heard, words[word])
    return words


def _expanded(words: Mapping[str, Meaning]) -> Mapping[str, tuple[Meaning, ...]]:
    """Every word and what is read for it: several meanings for words run together."""
    table: dict[str, tuple[Meaning, ...]] = {word: (meaning,) for word, meaning in words.items()}
    run_together = ((word, text) for text, listed in _kinds(RUN_TOGETHER).items() for word in listed.split())
    for word, text in chain(run_together, _run_ons()):
        if word not in table:
            table[word] = tuple(words[part] for part in text.split())
    for kind, listed in _kinds(ACCENTED).items():
        table |= {word: ((ALPHABET.of(kind), 0),) for word in listed.split()}
    return table


WORDS: Mapping[Language, Mapping[str, tuple[Meaning, ...]]] = {
    "es": _expanded(_with_typos(_ENGLISH | _SPANISH)),
    "en": _expanded(_with_typos(_SPANISH | _ENGLISH)),
}
"""Folded word -> what is read for it, by the language of the message. Accented words are looked up unfolded first."""

"""Words whose form alone does not tell what they are: "cut" may be of now, "cambio" may be "cambió"."""

import re

from recado.brain.rules.when.lexicon import ALPHABET

_SAME_IN_THE_PAST = frozenset(["cut", "put", "read", "split", "spread", "quit"])
_WHO_DID = re.compile(
    r"(?<!can )(?<!will )(?<!could )(?<!should )(?<!would )(?<!did )(?<!must )"
    r"\b(?:i|he|she|we|they|it|you|ye|who|that|somebody|someone|which)"
    r"(?: (?:just|also|even|already|finally|only|accidentally|nearly|almost|all|both))? $"
)
_SOMEBODY = frozenset(ALPHABET.union("word words COSA DOCTOR SOY"))
_DONE_TO = re.compile(r" (?:my|his|her|its|their|our|the|an?|himself|herself|itself|myself|himself|it|him|them)\b")
""" "My dog cut his paw": a noun does it to something; "mens cut and beard" is no verb."""
_HURT = re.compile(
    r" (?:my|his|her) (?:\w+ )?(?:back|neck|knee|hip|shoulder|ankle|foot|leg|toe|hand|finger|thumb|arm|wrist|head|lip"
    r"|chin|paw)\b"
)
""" "Put my back out on Sunday", "cut my hand": told, though nobody says who."""
_STREET_NEXT = re.compile(
    r" (?:[a-z']+ ){1,3}(?:st|street|ave|avenue|rd|road|ln|lane|dr|drive|close|crescent|terrace|court|way|place|blvd"
    r"|boulevard|square|row|grove|gardens|hill|mews|parade|highway|hwy)\b"
)
_CHANGED = frozenset(["cambio", "adelanto", "retiro", "recojo"])
_ITS_OBJECT = re.compile(
    r" (?:el|la|los|las|un|una|unos|unas|mis?|sus?|tod[oa]s?|dos|tres|ambas|ambos)\b"
    r"(?! (?:\w+ )?(?:citas?|turnos?|horas?|horarios?|reservas?|consultas?|dia|fecha|sesion|visita|agenda|lunes|martes"
    r"|miercoles|jueves|viernes|sabado|domingo|\d))"
)
_OF_TIMES = re.compile(r" (?:de|del|para|al|a)\b")
_PAST_VERBS = frozenset(ALPHABET.union("HAPPENED SEEMS_PAST DIJO"))
_WISHES = frozenset(ALPHABET.union("QUIERO PEDIR CAMBIAR CANCELAR PUEDO yo"))
_SENTENCES = frozenset(ALPHABET.union("BREAK"))
_BEFORE_VERBS = frozenset(ALPHABET.union("COMMA y me que SEEMS_PAST"))
_THE, _IN, _EL = ALPHABET.of("the"), ALPHABET.of("in"), ALPHABET.of("el")
_BOOK_US = re.compile(
    r"(?:apunt|anot|agend|reserv|separ|apart|program|guard|registr|inscrib|cit|coloc|pong?|met)"
    r"(?:a|e|en|ad|an)?(?:nos|me|les?)(?:l[aeo]s?)?"
)
""" "Apúntanos", "resérvenme", "ponnos": asks for an appointment."""


def is_now(word: str, text: str, start: int, end: int, letters: list[str]) -> bool:
    """Whether an English verb with one form for now and the past is of now, or no verb: "put me down", "a cut"."""
    if word not in _SAME_IN_THE_PAST or _WHO_DID.search(text, max(0, start - 40), start) or _HURT.match(text, end):
        return False
    return not (letters and letters[-1] in _SOMEBODY and _DONE_TO.match(text, end))


def is_past(word: str, text: str, end: int, letters: list[str]) -> bool:
    """Whether "cambio" tells on of the past, written without its accent: "vino el 22, cambio las hornillas"."""
    if word not in _CHANGED or not letters or letters[-1] not in _BEFORE_VERBS or not _ITS_OBJECT.match(text, end):
        return False
    since = max((at for at, letter in enumerate(letters) if letter in _SENTENCES), default=-1)
    sentence = letters[since + 1 :]
    return not _PAST_VERBS.isdisjoint(sentence) and _WISHES.isdisjoint(sentence)


def is_gear(word: str, text: str, end: int, letters: list[str]) -> bool:
    """Whether "cambio" is a thing that something happened to: "se me rompió el cambio"."""
    happened = word == "cambio" and letters[-1:] == [_EL] and letters[-2:-1] != [] and letters[-2] in _PAST_VERBS
    return happened and not _OF_TIMES.match(text, end)


def is_tomorrow(letters: list[str]) -> bool:
    """Whether "morn" is tomorrow, as in Scotland: "the morn at 9", but not "in the morn"."""
    return letters[-1:] == [_THE] and letters[-2:-1] != [_IN]


def asks_for_appointment(word: str) -> bool:
    """Whether an unknown word asks to be put down for something."""
    return _BOOK_US.fullmatch(word) is not None


def is_house(text: str, end: int) -> bool:
    """Whether an "a" after a number is that of a house: "21A Third Avenue"."""
    return _STREET_NEXT.match(text, end) is not None

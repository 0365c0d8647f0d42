"""Words that seem to tell of the past, to ask for a change or to ask for nothing, and do not."""

from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import Meant, Vague

_ALSO, _ASK = ALPHABET.of("ejem"), ALPHABET.of("ASK")
_PAST = frozenset(ALPHABET.union("PASO WENT SEEMS_PAST DIJO TENIA ERA WAS"))
_OF_NOW_TOO = frozenset(ALPHABET.union("WE_DO"))
_SAYS_NOTHING = frozenset(ALPHABET.union("FILLER TALVEZ MAYBE"))
_CHANGED_THINGS = ALPHABET.compile(
    "(MOVER | PASAR | MOVED) me? (el | la | los | las | un | una | mi | su | the | my | your | a)"
    " (WNUM | NUM | OTRO | TODO)? (word | words | COSA)"
)
""" "Vino el 22, cambio las dos hornillas": no appointment is changed."""
_ITS_DOING = ALPHABET.compile("eso (me | lo | la)? PUEDO (IR | word)")
_WHICH = ALPHABET.compile("(?<! INSIDE) (a | de | en)? que (DIA | DIAS | HORA | HORAS | HORARIO)")
_AT_WHAT_TIME = ALPHABET.compile("que (HORA | HORAS | HORARIO) | what (time | HOURS | HORARIO)")
_THANKED = ALPHABET.compile("FILL por lo (de | del) el? $")
_ENDS = frozenset(("", *ALPHABET.union("PAUSE FILL")))
_CLASS_WAS = ALPHABET.compile(
    "DAYM (word | words | CLASES | CITA | GROUP | work){1,2} WAS"
    " (?! at | on | for | in | to | AGENDADO | AGREED | MOVED | PERDON | ITEM)"
)
_WHETHER_OPEN = ALPHABET.compile(
    "(MAKING | is) (u | EJEM | the word | your word) (COSAS | EJEM | USUALLY | FILL | be){0,2} OPEN"
    " | (?<! como) (?<! PORQUE) DAYM COMMA? (u | EJEM){0,2} ATIENDEN | ATIENDEN (EJEM | word){0,2} DAYM"
)
""" "In August do you shut at lunchtime": a question, whatever stands at its end."""


def is_to_come(meant: Meant, clause: str) -> bool:
    """Whether it is a vague day whose clause tells more than the day, and nothing that was: "más adelante le encargo el
    placard, primero terminamos el baño que nos comió la plata". Of a month or a season, "terminamos" tells."""
    if not isinstance(meant, Vague):
        return False
    past = _PAST | _OF_NOW_TOO if meant.season else _PAST
    return sum(letter not in _SAYS_NOTHING for letter in clause) > 1 and past.isdisjoint(clause)


def of_what_was(letters: str, at: int) -> bool:
    """ "Saturday's class was brilliant"; "gracias por lo del sábado" and nothing more."""
    if _ASK in letters:
        return False
    thanked = letters[at + 1 : at + 2] in _ENDS and _THANKED.search(letters, 0, at) is not None
    return thanked or _CLASS_WAS.match(letters, at) is not None


def without_changed_things(letters: str) -> str:
    return _CHANGED_THINGS.sub(lambda match: _ALSO * len(match.group()), letters)


def without_its_doing(letters: str) -> str:
    """ "Eso me puede estar mareando?" wishes nothing."""
    return _ITS_DOING.sub(_ALSO, letters)


def asks_hours(letters: str) -> bool:
    return _AT_WHAT_TIME.search(letters) is not None


def asks_something(letters: str) -> bool:
    return _ASK in letters or _WHICH.search(letters) is not None


def asks(letters: str) -> bool:
    """Whether it asks for the opening hours, as the sign at its end or the order of its words says."""
    return _ASK in letters or _WHETHER_OPEN.search(letters) is not None

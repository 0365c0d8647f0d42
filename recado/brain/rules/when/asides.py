"""Days and hours that say when something else takes place: "el 22 viajo", "mi vuelo sale a la 1"."""

from recado.brain.rules.when import polarity
from recado.brain.rules.when.items import Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import TimeSpan

_THING = (
    "(word | words | COSA | CLASES | OCUPADO | LOCAL | TEMPORADA | CUMPLIR | DOCTOR | viaje | GONE"
    " | de | del | por | con | la | mi | su | a | al)"
)
_TAKES_PLACE_AT = ALPHABET.compile(
    # "Mi vuelo sale a la 1", "empiezo el cole el 9", "tengo la graduación el viernes", "la misa es el sábado a las 7"
    "((TAKES_PLACE | me CODIGO | (?<! que) VIENE (?= (a | al | de | word){0,3} TIMEM))"
    f" (el | la | mi | EJEM)? {_THING}{{0,5}}"
    " | (el | la | al | mi) (word | CLASES | TEMPORADA) (de | del)"
    f" | TENGO que IR (en | a)? (el | la)? {_THING}{{0,3}}"
    f" | TENGO (un | una | la | el | mi | que)? (word | words | TEMPORADA | CLASES | viaje) {_THING}{{0,4}}"
    f" | (la | el | mi | su) (word | CLASES | CUMPLIR | TEMPORADA) {_THING}{{0,4}} es"
    f" | (que | PORQUE) SALGO {_THING}{{0,4}}"
    " | que ERA"
    " | y (lo | la | me | los | las)? PICK_UP (como | tipo | EJEM)?)"
    " (el | la | este | a | las | para | en | EJEM | at | on | the | out | from | in){0,3}"
    " <items:ITEM ((a | en | por | COMMA | de | del | at | on | that | (o | or) (a | las | el){0,2}){0,1} ITEM){0,2}>"
)
_ON_WHICH_IT_IS = ALPHABET.compile(
    f"DAYM COMMA? (la | el | mi | su) (word | CLASES | CUMPLIR | TEMPORADA) {_THING}{{0,4}} es"
    " (a | las | la){0,2} TIMEM"
)
""" "¿Mañana la misa es a las 9 o a las 11?": the day is of the mass, too."""
_AT_WHICH = ALPHABET.compile(
    # "El 22 viajo", "el martes a las 5 llega mi vuelo", "el finde me voy a Lima"
    "<items:(?<! hasta | desde) (DAYM (o | y) (el | la)?)? DAYM ((a | en | por | COMMA){0,2} (TIMEM | PARTM)){0,2}>"
    " COMMA?"
    " (yo | ya | me | EJEM | (mi | el | la) word){0,2}"
    " (TAKES_PLACE | es NUM (?! ITEM)"
    # "Viernes o sábado voy a comprar leña" is no journey.
    " | VOY (de viaje | (a | al | para) (la | el)? (word | LOCAL) (?= $ | PAUSE | PERO | y | con | PORQUE | que | ya"
    " | (a | de | por | en) (?! ITEM) | (para | hasta))))"
)
_LEAVING_AT = ALPHABET.compile(
    "(?<= que | PORQUE | yo) <items:TIMEM> ya? (me VOY | SALGO | TAKES_PLACE"
    " | TENGO (un | una | el | la | mi | que)? (word | CLASES | OCUPADO | DOCTOR | IR | viaje))"
)
""" "Vengan a las 7, que a las 8 me voy"."""
_THEY_OPEN_AT = ALPHABET.compile(
    "(u | PERO | que | ejem) (USUALLY | no | EJEM | me | word){0,2} (ATIENDEN | ABRAN | OPEN | TAKES_PLACE)"
    " (a | en | at | las | la | EJEM | word){0,2} (?= TIMEM)"
)
""" "El lunes a las 9, aunque ustedes abran a las 10"."""
_REASON = ALPHABET.compile("PORQUE .{1,14}? (?= $ | PAUSE)")
""" "Porque hoy todo está cerrado"."""
_REASON_WISHES = frozenset(ALPHABET.union("PUEDO QUEDA disponible DISPONIBLE QUIERO mejor PREFIERO o CAN WANT PREFER"))
_ASIDE_WORDS = frozenset(
    ALPHABET.union("ERA del VIENE TAKES_PLACE TENGO es SALGO PICK_UP VOY PORQUE ATIENDEN OPEN ABRAN")
)
_DUTY = ALPHABET.compile(
    "(HAVING to (?! be (the | on | at | for | in)? ITEM)"
    " | must (?! be)"
    " | WISHED to (?= be (off | away | SICK | word to) | left)"
    " | HAVING{1,2} (a | an | my | the)? (word | words | CLASES | work){1,2} (?= (at | on)? ITEM)"
    " | (PAUSE | PORQUE | since | as | PERO) (word | words) EJEM? (is | coming | words) (?= (at)? TIMEM)"
    " | (my | the) (word | words | CLASES | shift) (is | end | BEGINNING) (?= (at)? TIMEM)"
    " | my (word | words | CLASES | shift) words (?= (at)? TIMEM)"
    " | (i | EJEM) (GETTING | leave | end | BEGINNING) (?= word | out | off | the | my | from | work | TIMEM))"
    " (be | up | out | left | GETTING | TAKE | word | words | work | SICK | off | CLASES | LOCAL | COSAS | UNA_COSA"
    " | at | of | in | the | my | from | before | after | that | to | for | on | GONE){0,6} (?= DAYM | TIMEM)"
)
_DAY_OF_DUTY = ALPHABET.compile(
    "<day:DAYM> (i | EJEM) HAVING (a | an | the | my | to | some | un){1,2}"
    " (word | words | thing | CLASES | work | TAKE | GETTING)"
    " | (PORQUE | since) (on | the | el){0,2} <day2:DAYM> (i | EJEM | IM | my) (?! CAN)"
    " | RETURN (on | by) the? <day3:DAYM>"
    # "El viernes por favor, el sábado es el recital", "friday please, my daughter's recital is saturday"
    " | (COMMA | que | PORQUE) (el | on | the){0,1} <day6:DAYM> es (el | la | mi | un | una)"
    " (word | words | CLASES | CUMPLIR | TEMPORADA | FEAST) (?! DAYM)"
    " | (COMMA | PORQUE | since | as) (my | the) (word | COSA | DOCTOR | CUMPLIR | FEAST | CLASES | TEMPORADA){1,3} is"
    " (on | the){0,2} <day7:DAYM>"
    # "Make it friday, the wife has the jeep all day thursday"
    " | (PAUSE | PORQUE | since | as) (the | my | its){0,1} (word | words | UNA_COSA | DOCTOR) (HAVE | TAKE) (the | a |"
    " an | my){0,1} (word | words | COSA | CLASES | CITA | work){1,3}"
    " (each | DAY | GONE | EVERYM){0,2} (on | the | this){0,2} <day8:DAYM>"
    # "The wedding's not until march 11th"
    " | (the | my | your) (word | CLASES | CITA | TEMPORADA | FEAST | CUMPLIR) is? not until the? <day5:DAYM>"
    " | (PORQUE | since | as) (i | my | IM | EJEM | its | word | words | COSA | LOCAL)"
    " (i | my | the | EJEM | its | is | coming | HAVING | a | word | words | COSA | LOCAL | GETTING | PARTM | WAS"
    " | BUSY | out | of | leave | work | TIMEM){0,6} (on | at | in | the){0,2} <day4:DAYM>"
)


def mark(skeleton: Skeleton) -> None:
    """Set `aside` on the days and hours of what else takes place, and of reasons: they stand if no others do."""
    letters = skeleton.letters
    for item in skeleton.items:
        item.aside = isinstance(item.meant, TimeSpan) and item.meant.leaving
    if len(skeleton.items) < 2:
        return
    _mark_duties(skeleton)
    if _ASIDE_WORDS.isdisjoint(letters):
        return
    for match in _ON_WHICH_IT_IS.finditer(letters):
        _set_aside(skeleton, match.start(), match.start() + 1)
    for pattern in (_TAKES_PLACE_AT, _AT_WHICH, _LEAVING_AT):
        for match in pattern.finditer(letters):
            end = match.end("items")
            # "Córrame el turno al 14, viajo": why it is moved there.
            if not polarity.says_why(letters, end + 1):
                _set_aside(skeleton, match.start("items"), end)
    for match in _THEY_OPEN_AT.finditer(letters):
        item = skeleton.at[match.end()]
        item.aside = item.aside or any(_offers(other, item) for other in skeleton.items if other.at < match.start())
    for match in _REASON.finditer(letters):
        if _REASON_WISHES.isdisjoint(match.group()):
            _set_aside(skeleton, match.start(), match.end())


def _set_aside(skeleton: Skeleton, start: int, end: int) -> None:
    for at in range(start, end):
        if item := skeleton.at.get(at):
            item.aside = True


def _mark_duties(skeleton: Skeleton) -> None:
    """Set `aside` on what only says what else somebody has to do: "half four? I have to collect him at 3"."""
    for match in _DUTY.finditer(skeleton.letters):
        item = skeleton.at[match.end()]
        if any(_offers(other, item) for other in skeleton.items if other.at < match.start()):
            item.aside = True
    for match in _DAY_OF_DUTY.finditer(skeleton.letters):
        item = skeleton.at[
            max(match.start(name) for name in ("day", "day2", "day3", "day4", "day5", "day6", "day7", "day8"))
        ]
        if any(_offers(other, item) for other in skeleton.items if other is not item):
            item.aside = True


def _offers(other: Item, item: Item) -> bool:
    """Whether a mention offers what another one tells too."""
    return other.slot == item.slot and not item.source and not (other.negative or other.source or other.aside)

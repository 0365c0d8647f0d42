"""How long something took, told of the past: "me sacaron la muela en 15 minutos" names no day and no hour."""

from recado.brain.rules.when.items import Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import DayNamed, Moment

_OBJECT = (
    "(el | la | los | las | un | una | mi | su | de | del | the | my | a | an | its | word | words | COSA | DOSIS"
    " | GONE | LOCAL | CODIGO | PIEZA | CLASES | NN | que | media | TODO | ULTIMO | another | OTRO | your | this | that"
    " | ese | OLD | new | nuevo | black | little | ORDW | DOCTOR | STREET | MESA | muy | half | up | out | last | su"
    " | one | any | some | OPEN | SICK | las | its | BUENAS | mas | menos"
    " | DOWN | away | gone | DOLOR | FIEBRE | como | SKIP)"
)
_GOES_ON = (
    "(?= $ | PAUSE | PERO | FILL | la? (last | ULTIMO | PASADA | ese | OTRO) (time | vez) | la? vez PASADA"
    " | for (NN | MONEY | GONE | me | the | a) | por | con | with | when | cuando | last (YEAR | MONTH | WEEK)"
    " | PASADO | flat | (word | words){1,2} ($ | PAUSE)"
    " | (y | and | that) (?! (EJEM | me){0,2} (VOY | PUEDO | TAKES_PLACE)))"
)
_TOOK = ALPHABET.compile(
    # Of "me dijeron en 15 días" it is not told how long it took, nor of "quedamos en dos semanas".
    f"(?<! ya) (HAPPENED | SEEMS_PAST | DIJO | DID) {_OBJECT}{{1,6}} <item:DAYM> {_GOES_ON}"
    f" | (?<= me | lo | la | los | las) (HAPPENED | SEEMS_PAST) <item2:DAYM> {_GOES_ON}"
    f" | (DID | SEEMS_PAST) me <item3:DAYM> {_GOES_ON}"
    # "Fue en 15 minutos", "it was done in an hour"
    f" | (HAPPENED | WAS (given | DID | SEEMS_PAST)) <item5:DAYM> {_GOES_ON}"
    " | WAS muy? (word | FILL) <item6:DAYM> (?= la? (last | PASADA) (time | YEAR | WEEK | MONTH))"
    # "Delivered in 3 days, super quick"
    " | (?<! INSIDE) SEEMS_PAST <item4:DAYM> (?= COMMA | STOP)"
    # "Fermentó en dos días", "the cut healed in a week"
    f" | (?<= word | words | LOCAL | COSA | DOSIS | its | COMMA) SEEMS_PAST <item7:DAYM> {_GOES_ON}"
)
_WISHES, _BREAKS = frozenset(ALPHABET.union("WISH")), frozenset(ALPHABET.union("BREAK"))
_PAST = frozenset(ALPHABET.union("HAPPENED SEEMS_PAST DIJO DID WAS"))


def drop(skeleton: Skeleton) -> None:
    """Leave out how long something took, as if it had not been said."""
    letters = skeleton.letters
    if _PAST.isdisjoint(letters) or not any(_counted(item) for item in skeleton.items):
        return
    for match in _TOOK.finditer(letters):
        at = max(match.start(name) for name in ("item", "item2", "item3", "item4", "item5", "item6", "item7"))
        item = skeleton.at[at]
        if at == match.start("item7") and not _WISHES.isdisjoint(_clause(letters, match.start())):
            # "I'd like him rechecked in ten days"
            continue
        if _counted(item) and len(item.cluster.items) == 1:
            skeleton.items.remove(item)
            skeleton.clusters.remove(item.cluster)


def _clause(letters: str, at: int) -> str:
    """What its sentence says before a place."""
    start = max((place for place in range(at) if letters[place] in _BREAKS), default=-1)
    return letters[start + 1 : at]


def _counted(item: Item) -> bool:
    match item.meant:
        case Moment():
            return True
        case DayNamed(unit=unit):
            return unit is not None
        case _:
            return False

"""Which days and times were refused: "no puedo el lunes", "el martes no", "I'm busy on friday"."""

import re

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.items import Cluster, Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import DayNamed, Except, PartNamed

_DAYM, _TIMEM, _COMMA = ALPHABET.of("DAYM"), ALPHABET.of("TIMEM"), ALPHABET.of("COMMA")
_NADIE = ALPHABET.of("NADIE")
_YA = ALPHABET.of("ya")
_ITEMS = frozenset(ALPHABET.of("ITEM"))
_RESETS = frozenset(
    ALPHABET.union(
        "BREAK COLON PERO PROPOSE sino mejor PREFIERO PREFER QUIERO WANT SORRY TAL TALVEZ MAYBE instead then CAN PUEDO"
    )
)
"""After these something else begins, and what was refused before says nothing about it."""
_BACK_SKIPS = frozenset(ALPHABET.union("yo i EJEM FILL a mi me ya IM is es que for en por at la el al USUALLY FINAL"))
_LINKS = frozenset(ALPHABET.union("y and ni nor o or"))
_ARTICLES = frozenset(ALPHABET.union("el la las los the a on at en por para al of de"))
_MAX_REACH = 14
"""How many words a refusal reaches."""

_CANT = ALPHABET.compile(
    "no (yo | EJEM | me | ni | la | lo | las | los){0,2} PUEDO (?! ser | DORMIR | MOVER (ejem | $ | PAUSE) | me?"
    " TELL | AVISAR)"
    " | no me{0,2} (FILL | VOY) a PODER | no (HAY | VOY) NADIE | no hace FALTA que SUBJ"
    # "I no fit come tomorrow", "tomorrow no go work"
    " | (no | nor | NAH) MAKE{0,2} (FIT | work | WORK_FOR | MAKE | DEY) | not coming | no DEY"
    " | no (FILL | VOY) a? ser (posible | DISPONIBLE)"
    " | no VOY (a)? (PODER | IR)? (IR)? (?! SEGURO | word al | find | yo)"
    " | no me{1,2} (QUEDA | es | VIENE | posible | COSA)"
    " | no es (posible | DISPONIBLE)"
    " | no TENGO (word | muy)? (DISPONIBLE | disponible | como)"
    " | no QUIERO (?! IR? GONE | (la | mi | una | el | un)? (CITA | CANCELAR | CAMBIAR | PASAR | que | COSA))"
    " | no me{1,2} PONGA | no EJEM (PODER | que)"
    " | no me? COUNTING con? word"
    " | no HAY DISPONIBLE de"
    # "I have to pull out of friday"
    " | (?<! CAN | u) (word | BACKUP | POP) out of (the | my)? (?= ITEM)"
    " | me{0,2} (es | hace | QUEDA)? IMPOSIBLE"
    " | (i)? CANT (MAKE to)? (?! find | SUBJ)"
    " | CAN (not | no longer) | no CAN (?! u)"
    " | (?<= to | able | ILL | must | IM | que | PUEDO) SKIP"
    # A skip is a container, too: "collect the skip on monday".
    " | (VOY a | TENGO que) SKIP | (?<! a | an | the | my | your | u | this | that | word | little | one | another"
    " | OLD | mid | time | NN) SKIP (?= ITEM | a | la)"
    " | no longer (WORK_FOR | CAN | work | able)"
    # Who doesn't work on a day is free.
    " | (?<! DID | WAS) (?! (?<= i) NOT_DO work) (not | NOT_DO) (MAKE | a | able | muy | EJEM){0,2}"
    " (able | available | WORK_FOR | good | work | possible | IR | MAKE | WISHED | WOULD | id | disponible |"
    " CAN | QUEDA)"
    " | NOT_DO EJEM (i | EJEM){0,2} CAN"
    " | no (good | work)"
    " | FORGET (about)? (?= ITEM)"
    " | (?<= ITEM) NOT_DO (?= $ | PAUSE | PERO)"
    # "Hoy no sé"
    " | (?<= ITEM) no lo? me (?= $ | PAUSE | PERO)"
)
"""Somebody is not able to, or does not want to."""
_ASKED_BACK = ALPHABET.compile(
    "no (me PUEDO | es posible) (word | words | FILLER | ITEM | el | la | en | para | a | IR | MOVER | PASAR | CITA"
    " | de | del | mi){0,8} ASK"
    # "You couldn't fit us in on friday, could you"
    " | (?<= u) CANT .{1,16} (CAN | WOULD) u (?= $ | BREAK)"
    " | (?<= u) CANT (word | words | ejem | me | my | FILLER | ITEM | in | on | for | at | the | a | MAKE"
    " | TAKE){1,10} ASK"
)
""" "¿No se puede el lunes?" asks for it."""
_ELSE = ALPHABET.compile("si no me{0,2} PUEDO COMMA? (TALVEZ | el | la | a | en | para | al){0,2} ITEM")
_BUSY_WITH = "(TENGO | HAVING) (un | una | que | a | mi | OTRO | word){0,2} (CLASES | OCUPADO | work)"
_GONE_AWAY = "((VOY | SALGO) de viaje | IM (word | out)? (of town | away))"
_AWAY = ALPHABET.compile(f"DAYM COMMA? (EJEM | yo | ya)? {_GONE_AWAY} | {_GONE_AWAY} (el | on | EJEM){{0,2}} DAYM")
_BAD = ALPHABET.compile("DAYM (is | its)? muy? (BAD | out (?= $ | PAUSE | for | FILL))")
_BUSY_AFTER = ALPHABET.compile(
    # Who works from home is there.
    f"(yo | i | IM | VOY | EJEM | ya | que | me | es | muy){{0,3}} (OCUPADO (?! desde mi? word)"
    f" | BUSY (?! from) | IMPOSIBLE | {_BUSY_WITH})"
    " | IM at work"
    " | (?<= DAYM) (is)? a SKIP (?= $ | PAUSE | FILL | for me)"
    " | (i EJEM? | ejem EJEM?) work (?! for | WORK_FOR | from)"
)
"""After a day: "el lunes trabajo", "friday i work"."""
_BUSY_BEFORE = ALPHABET.compile(
    "(?<! del | de | al | mi | el | my | after | at | the | un | a | su | not | NOT_DO)"
    f" (VOY | IM | yo){{0,2}} (OCUPADO | BUSY (?! from) | {_BUSY_WITH})"
    " | (i | EJEM | must | (i | EJEM) HAVING to) work (?! from)"
)
""" "Trabajo el lunes"; but not after an article, where it is the work: "cerca del trabajo"."""
_NOT_BEFORE = ALPHABET.compile(
    "(?<! que | si | if | PORQUE | why | HAY | o) (no | not | ni | nor)"
    " (es | is | ERA | WAS | SUBJ | a | al | en | on | at | el | la | las | the | de | del | por | para | in"
    " | for | this){0,3}"
    " (?= ITEM)"
)
_IS_IT_NOT = ALPHABET.compile(
    "(no (es | ERA) | (?<= is | WAS | its) not) (el | the | on | para | for){0,2} ITEM INSIDE{0,6} ASK"
)
""" "¿No es el viernes la cita?"""
_NO_AFTER = ALPHABET.compile(
    "(?<! es | is | ERA | WAS | ser | be | mejor | PREFIERO | SUBJ | PERDON) (?<! (mejor | PREFIERO | SUBJ) el)"
    " (?<! PERDON word) (?<! (es | ERA | ser) para) ITEM (ya | EJEM | USUALLY | al FINAL"
    " | mejor (?= no ($ | PAUSE | FILL))"
    " | COMMA (?= no (COMMA | STOP | PERO)))? (no | ni (?= $ | PAUSE))"
    " (?= $ | COMMA | STOP | PERO | mejor | PORQUE | FILLER | por FILL | ITEM | el (?! ITEM word) | a | PREFIERO |"
    " QUIERO | SORRY"
    " | es (?! FERIADO | GONE) | para ITEM | y ITEM ni)"
)
_INSTEAD_OF = ALPHABET.compile(
    "((menos | excepto) (a | en | por | in | at | la | las | the){0,3} | (any | anything) PERO) (?= PARTM | TIMEM)"
    " | better than (the | on)? (?= ITEM)"
    " | better (on | the | for){0,2} ITEM ITEM? than (the | on){0,2} (?= ITEM)"
    " | (?<= ITEM) COMMA? (mejor | antes) que (el | la | a | las){0,2} (?= ITEM)"
    " | (?<= ITEM) over (the | on)? (?= ITEM)"
    " | (mejor | PREFIERO | PREFER | sooner) (el | la | a | en | the | on | for | para | COME | MAKE"
    " | HAVING){0,2} ITEM"
    " ITEM? (que | than | over | to)"
    " (el | la | a | en | the | on | para){0,2} (?= ITEM)"
    " | PREFIERO (el | la | a | en){0,2} ITEM ITEM? al (?= ITEM)"
    " | (en (vez | lugar) (de | del) | instead of | in STREET of | PREFER than)"
    " (el | la | las | the | on | at | mi | my | CITA | de | del){0,3} (?= ITEM)"
)
_ASKED_FOR = ALPHABET.compile(
    "(<wish:(?<! no) (DESEO | PEDIR | BOOK | WISHED | let | HAY | available | DISPONIBLE | PREFIERO | PREFER)"
    " INSIDE{0,10}"
    " ITEM{1,2}> | (CAMBIAR | PASAR) INSIDE{0,8} (al | a | para | to | for) (the | el | las){0,1} ITEM{1,2}) FILL{0,2}"
    " COMMA (que | my | mi | EJEM | yo | FILL | i | about | DOCTOR | la | el | the){0,4} $"
)
_CALLED_OFF = frozenset(ALPHABET.union("CANCELAR CAMBIAR PASAR no not"))
_WITH_MORE = ALPHABET.compile(
    "(word | words | leave | find | GETTING | be | TALK | con) (?! $ | BREAK | FILL | PERDON)"
)
""" "Can't front up to court like this": more than that somebody can't come."""
_NO_WAIT = ALPHABET.compile("ITEM COMMA no (?= (the | on | at | for)? ITEM)")
""" "Thursday, no friday" puts the day right in English, where a day is refused with "not"."""
_YES_AFTER = ALPHABET.compile("ITEM (EJEM)? (si (?! no | es | HAY | SUBJ | posible))")


def mark(skeleton: Skeleton) -> list[int]:
    """Set `negative` on the mentions that were refused. Answers the places of refusals that name nothing."""
    letters = skeleton.letters
    naming_nothing = [
        match.start()
        for match in _CANT.finditer(letters)
        if not _ASKED_BACK.match(letters, match.start())
        and not _otherwise(skeleton, match)
        and not _refuse(skeleton, match)
    ]
    for match in _BUSY_AFTER.finditer(letters):
        _refuse_if_busy(skeleton, match)
    for match in _NO_AFTER.finditer(letters):
        _refuse_before(skeleton, match.start() + 1, match.end())
    put_right = {match.end() - 1 for match in _NO_WAIT.finditer(letters) if skeleton.language == "en"}
    for place in put_right:
        _refuse_before(skeleton, place - 1, place + 1)
    for match in _BAD.finditer(letters):
        day = skeleton.at[match.start()]
        # "Today is bad, any other day" only says why.
        day.negative = day.negative or not _is_today(day)
    for match in _AWAY.finditer(letters):
        day = skeleton.at.get(match.start()) or skeleton.at[match.end() - 1]
        day.negative = isinstance(day.meant, DayNamed)
    for pattern in (_BUSY_BEFORE, _INSTEAD_OF):
        for match in pattern.finditer(letters):
            _refuse_after(skeleton, match.end(), set())
    _refuse_what_follows(skeleton, put_right)
    for match in _YES_AFTER.finditer(letters):
        _accept(skeleton.at[match.start()].cluster)
    for item in skeleton.items:
        # What is over cannot be refused: "couldn't come yesterday"; nor what is left out already.
        item.negative = item.negative and not (_is_over(item) or isinstance(item.meant, Except))
    return naming_nothing


def _refuse_what_follows(skeleton: Skeleton, put_right: set[int]) -> None:
    letters = skeleton.letters
    for match in _NOT_BEFORE.finditer(letters):
        if len(skeleton.items) == 1 and _IS_IT_NOT.match(letters, match.start()):
            continue
        place = match.start() - 1
        before = skeleton.at.get(place - (letters[place : place + 1] == _YA))
        # In "el martes no el jueves" it is the first that is refused.
        if (before is None or not before.negative) and match.start() not in put_right:
            _refuse_after(skeleton, match.end(), set())


def _accept(cluster: Cluster) -> None:
    for item in cluster.items.values():
        item.negative = False


def _otherwise(skeleton: Skeleton, match: re.Match[str]) -> bool:
    """ "A las tres, y si no se puede, a las cuatro": a condition, and what is wanted if it holds."""
    at = match.start()
    following = _ELSE.match(skeleton.letters, at - 1) if at else None
    item = skeleton.at.get(following.end() - 1) if following else None
    return item is not None and any(other.slot == item.slot for other in skeleton.items if other.at < at)


def _is_today(item: Item) -> bool:
    return isinstance(item.meant, DayNamed) and item.meant.day.offset == 0


def _is_over(item: Item) -> bool:
    match item.meant:
        case DayNamed(day) | PartNamed(day=Day() as day):
            return (day.offset or 0) < 0 or day.last
        case _:
            return False


def refuse_sources(skeleton: Skeleton, places: list[int]) -> None:
    """Refuse the appointment told of before: "quedamos el lunes, pero no puedo"."""
    for place in places:
        sources = [item for item in skeleton.items if item.source and item.at < place]
        for item in sources[-1].cluster.items.values() if sources else ():
            item.negative = item.source


def _refuse(skeleton: Skeleton, match: re.Match[str]) -> bool:
    """A refusal speaks of what is named after it, and of what stands right before it ("el lunes no puedo")."""
    after = _reached(skeleton, match.end())
    before = _standing_before(skeleton, match.start())
    comma_between = _COMMA in skeleton.letters[max(0, match.start() - 3) : match.start()]
    if before and _WITH_MORE.match(skeleton.letters, match.end()) and says_why(skeleton.letters, match.start()):
        _refuse_after(skeleton, match.end(), set())
    elif before and skeleton.letters[match.end() - 1] == _NADIE:
        # "De tarde no hay nadie, vení el sábado": what follows is another matter.
        _refuse_before(skeleton, match.start(), match.end())
    elif before and not (comma_between and any(item.slot == _DAYM for item in after)):
        _refuse_before(skeleton, match.start(), match.end())
        _refuse_after(skeleton, match.end(), {item.slot for item in before})
    else:
        _refuse_after(skeleton, match.end(), set())
    return bool(before or after)


def _refuse_if_busy(skeleton: Skeleton, match: re.Match[str]) -> None:
    if not says_why(skeleton.letters, match.start()):
        _refuse_before(skeleton, match.start(), match.end())


def says_why(letters: str, at: int) -> bool:
    """Whether what begins there gives the reason for what is asked for right before it: "pásela al jueves, tengo
    examen"."""
    asked = _ASKED_FOR.search(letters, 0, at)
    return asked is not None and _CALLED_OFF.isdisjoint(asked.group("wish") or "")


def _refuse_before(skeleton: Skeleton, at: int, end: int) -> None:
    """Refuse what stands before; of a day with an hour only the hour, if just another hour is named instead."""
    before = _standing_before(skeleton, at)
    following = next((item for item in skeleton.items if item.at >= end), None)
    only_hour = (
        following is not None and following.slot != _DAYM and any(item.slot == following.slot for item in before)
    )
    for item in before:
        item.negative = item.slot != _DAYM or not only_hour


def _standing_before(skeleton: Skeleton, at: int) -> list[Item]:
    """The mentions that stand right before a place, one of each slot, and the days joined to them with "y"."""
    letters = skeleton.letters
    found: list[Item] = []
    place = at - 1
    skipped = commas = 0
    while place >= 0 and skipped < 4:
        letter = letters[place]
        if letter in _ITEMS:
            item = skeleton.at[place]
            if any(other.slot == item.slot for other in found) and not _linked(letters, place):
                break
            found.append(item)
            skipped = 0
        elif letter == _COMMA and not found and not commas:
            commas += 1
        elif letter in _BACK_SKIPS or (letter in _LINKS and found):
            skipped += 1
        else:
            break
        place -= 1
    return found


def _linked(letters: str, place: int) -> bool:
    """Whether a mention is followed by "y" and another one."""
    return letters[place + 1 : place + 2] in _LINKS


def _refuse_after(skeleton: Skeleton, at: int, but: set[str]) -> None:
    for item in _reached(skeleton, at):
        if item.slot in but:  # "hoy no puedo mañana temprano": something else begins
            break
        item.negative = True


def _reached(skeleton: Skeleton, at: int) -> list[Item]:
    """What a refusal that ends at a place reaches: the next mention of each slot, and those joined to them."""
    letters = skeleton.letters
    found: list[Item] = []
    slots: set[str] = set()
    for place in range(at, min(len(letters), at + _MAX_REACH)):
        letter = letters[place]
        if letter in _ITEMS:
            item = skeleton.at[place]
            if item.slot in slots and not _joined_on(letters, place):
                break
            found.append(item)
            slots.add(item.slot)
        elif letter in _RESETS or (letter == _COMMA and not _list_goes_on(letters, place)):
            break
    return found


def _joined_on(letters: str, place: int) -> bool:
    """Whether a mention hangs on the one before it: "ni el martes", "y martes"."""
    before = place - 1
    while before >= 0 and letters[before] in _ARTICLES:
        before -= 1
    return letters[before] in _LINKS or (letters[before] == _COMMA and _list_goes_on(letters, before))


_LIST_REST = ALPHABET.compile(
    "COMMA ((y | and | ni | o | or | nor) (el | los | the | on)? ITEM | ni"
    " | (el | los | on)? DAYM COMMA? (y | and | ni | o | or | nor) (el | los | the | on)? DAYM)"
)


def _list_goes_on(letters: str, comma: int) -> bool:
    return _LIST_REST.match(letters, comma) is not None

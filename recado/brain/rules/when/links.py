"""How mentions follow one another: as a choice ("el lunes o el martes"), as a range ("de lunes a viernes"), or not."""

import re
from typing import Literal

from recado.brain.rules.when.items import Cluster, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import DayNamed, Vague

Link = Literal["choice", "list", "range", "none"]

_FILLERS = (
    "(el | la | las | los | the | para | en | a | al | del | de | on | at | in | for | este | this | TALVEZ | MAYBE"
    " | EJEM | por | tipo | como | PUEDO | ser | es | ERA | SUBJ | FILL | COMMA | que | un | about | si | QUEDA"
    " | CAN | else)"
)
_CHOICE = ALPHABET.compile(
    "(COMMA | FILL | EJEM | STOP | ASK | WORK_FOR | QUEDA | BIEN | me){0,4} ((o | or) (?! mejor | SUBJ |"
    " SORRY | instead) | SLASH)"
    f" {_FILLERS}{{0,5}} $"
    # "El lunes, si no el martes", "today if possible, otherwise tomorrow"
    " | (si me? PUEDO | si es posible | si HAY)? COMMA? (o)? sino (HAY | me? PUEDO)? COMMA? (el | la | para | en | a"
    " | las | al | PUEDO | ser){0,3} $"
    # "Thursday, or if that's full, friday"
    " | (COMMA | STOP | FILL | o | or | y | and | PERO){0,3}"
    " (if (that | its | u | EJEM | is){1,3} (word | BAD | gone | BUSY | AGENDADO | CANT | not OPEN)"
    " | si ya? (es | esta | VOY | HAY | me) (OCUPADO | TODO | EJEM | ya | muy){0,2}"
    " (word | OCUPADO | AGENDADO | NADIE))"
    " (COMMA | then | the | on | at | el | la | a | las | para | TALVEZ){0,3} $"
    " | COMMA? o en su word (el | la)? $"
    # "Monday is as good as tuesday"
    " | is? EJEM? as (good | FILL | word | WORK_FOR) as (the | on | at){0,2} $"
    # "The 24th or as a backup the 25th", "2pm, second choice 4pm", "monday or, failing that, tuesday"
    " | (COMMA | DASH)? or? COMMA? (failing that | (as a? | my)? BACKUP | (my | the)? ORDW (CHOICE | PIEZA))"
    " (COMMA | COLON | DASH | is | the | on | at){0,3} $"
    " | (FILL | ASK){0,2} (if (possible | that | its | is | u | CAN | available | WORK_FOR | FILL){1,4})? COMMA? (or)?"
    " (else | failing that | if (not | u CANT)) (COMMA | then |"
    " on | the | at | for){0,3} $"
    " | (mejor | STOP | si me? PUEDO)? (COMMA | en | o | y | de | lo | su | word | CODIGO){0,6} CONTRARIO COMMA?"
    " (el | la | para | a | al){0,2} $"
    " | (VOY)? (si me? PUEDO | si es posible | si HAY | mejor | PUEDO | BIEN)? (COMMA | y | o | STOP | ASK | PERO){0,3}"
    " si ya? no"
    " (me | HAY | PUEDO | es | QUEDA | posible | CITA | disponible | EJEM){0,3}"
    " (COMMA)? (el | la | para | en | PUEDO | ser | a | las | al | TALVEZ){0,4} $"
)
_ALL_THE_SAME = ALPHABET.compile(
    "((QUEDA | es | VIENE) | (?<! PUEDO) (?<! INSIDE) | me) (ejem | lo? ese | PICO)"
    " (me | QUEDA | es | a | al | el | la | las | en | de | para | si | SUBJ | BIEN | VOY){0,4} $"
    " | (me QUEDA | PICO) (el | la)? $"
)
_AS_WELL_AS = ALPHABET.compile("(que | como) (el | la | a | las | en | para | al | por | si | SUBJ){0,3} $")
""" "Me da igual el lunes que el martes", "tanto el lunes como el martes"."""
_ASKED = ALPHABET.compile("ASK STOP? (el | the | on | a | las | para | at | o | or){0,3} $")
_OR_BETTER = ALPHABET.compile("COMMA? (o | or) mejor (el | la | las | a | para | en | the | on){0,3} $")
_YOU_CHOOSE = ALPHABET.compile(
    "(PARTM | STOP | COMMA | ASK | FILL){1,3}"
    " ((lo que | como) (u | me | word | words){0,2} (SUBJ | AVISAS | QUEDA | TAL | BIEN) | u me? (AVISAS | word)"
    " | me AVISAS)"
)
""" "¿El jueves o mejor el viernes? Lo que les convenga"."""
_BETTER = ALPHABET.of("mejor")
_WHICHEVER = ALPHABET.compile("COMMA? (?= DAYM)")
_EITHER = ALPHABET.compile("(COMMA | STOP)? (either | CUALQUIER (?! OTRO | DIA) | (el | la | lo) que (u | me)? SUBJ)")
_AND = ALPHABET.compile(
    "(COMMA)? (y | and) (EJEM | the | el | la | on | for | para | at | a | las | en | OTRO | another | one){0,4} $"
)
_LIST = ALPHABET.compile("(COMMA)? (el | the | on | a | las | para | at){0,2} $")
_TO = ALPHABET.compile(
    "(a | al | to | hasta | until | DASH | through) (el | la | las | the | on | DIA | este | this | next){0,2} $"
)
_AND_TO = ALPHABET.compile("(y | and) (el | la | las | the | DIA){0,2} $")
_BETWEEN = ALPHABET.compile("(entre | between) (el | la | las | los | the | DIA | este | a){0,2} $")
_PREFERRING = frozenset(ALPHABET.union("PREFER PREFIERO"))
_FOR_WANT_OF = ALPHABET.compile(
    "COMMA? (at (a | the) (MOVER | word) | if (word | words) be | if u must | en (ULTIMO | TODO) word | como ULTIMO"
    " word"
    " | as a? BACKUP | else | failing that | if not | si no | como? ORDW (PIEZA | CHOICE)"
    " | if (that | its | is | EJEM){1,3} (word | BAD | gone | given | BUSY | AGENDADO | not OPEN)"
    " | si (ese | ya | esta | me){1,3} (word | OCUPADO | AGENDADO)) (?= $ | PAUSE | FILL)"
)
""" "Monday preferably, tuesday otherwise", "tuesday if that's full"."""
_BEFORE_IT = frozenset(ALPHABET.union("PAUSE FILL PREFER PREFIERO and y or o PERO"))
_GOOD_TOO = ALPHABET.compile(
    "(is | CAN | WOULD | be | EJEM | WORK_FOR | work | FILL | good | possible | available){0,4} (too | as FILL | also)"
)
_BUT = frozenset(ALPHABET.union("PERO and is BREAK COMMA"))
_CHANGED = frozenset(ALPHABET.union("no not CANT NOT_DO SORRY instead sino"))
_FROM = ALPHABET.compile("(de | del | desde | from | entre | between) (el | la | las | the | on | DIA){0,2} $")


def link(skeleton: Skeleton, first: Cluster, second: Cluster) -> Link:
    """How the second cluster follows the first."""
    gap = skeleton.between(first, second)
    if _also_good(skeleton, gap, second):
        return "choice"
    wanting = _FOR_WANT_OF.match(skeleton.letters, second.last + 1) is not None
    if wanting and not _BEFORE_IT.isdisjoint(gap) and _CHANGED.isdisjoint(gap):
        return "choice"
    if _CHOICE.match(gap) or _ASKED.match(gap):
        return "choice"
    if _AS_WELL_AS.match(gap) and _before_is(skeleton, first, _ALL_THE_SAME):
        return "choice"
    if _BETTER in gap and _OR_BETTER.match(gap) and _YOU_CHOOSE.match(skeleton.letters, second.last + 1):
        return "choice"
    if _AND_TO.match(gap) and _before(skeleton, first, between=True):
        return "range"
    if (
        _TO.match(gap)
        and not _preferred(skeleton, first)
        and (_before(skeleton, first, between=False) or _plain_days(first, second))
    ):
        return "range"
    if _AND.match(gap) or (_LIST.match(gap) and _whichever(skeleton, second)):
        return "choice"
    if _LIST.match(gap):
        return "list"
    return "none"


def _also_good(skeleton: Skeleton, gap: str, second: Cluster) -> bool:
    """ "I'd prefer friday but thursday is ok too": both."""
    good = _GOOD_TOO.match(skeleton.letters, second.last + 1) is not None
    return good and _CHANGED.isdisjoint(gap) and not _BUT.isdisjoint(gap)


def _whichever(skeleton: Skeleton, second: Cluster) -> bool:
    """ "The 9th, 10th, whichever"."""
    after = _WHICHEVER.match(skeleton.letters, second.last + 1)
    item = skeleton.at.get(after.end()) if after is not None else None
    anyone = item is not None and isinstance(item.meant, Vague) and item.meant.any
    return anyone or _EITHER.match(skeleton.letters, second.last + 1) is not None


def _before(skeleton: Skeleton, cluster: Cluster, *, between: bool) -> bool:
    return _before_is(skeleton, cluster, _BETWEEN if between else _FROM, 3)


def _before_is(skeleton: Skeleton, cluster: Cluster, pattern: re.Pattern[str], reach: int = 6) -> bool:
    """Whether the words right before are such words."""
    before = skeleton.letters[max(0, cluster.first - reach) : cluster.first]
    return any(pattern.match(before, start) is not None for start in range(len(before)))


def _preferred(skeleton: Skeleton, cluster: Cluster) -> bool:
    """ "I'd prefer thursday to friday" is no range."""
    return not _PREFERRING.isdisjoint(skeleton.letters[max(0, cluster.first - 2) : cluster.first])


def _plain_days(first: Cluster, second: Cluster) -> bool:
    """ "Lunes a viernes": two weekdays or dates alone."""
    days = (first.day, second.day)
    return all(day is not None and isinstance(day.meant, DayNamed) for day in days) and first.time is None

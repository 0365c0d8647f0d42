"""Days of the month told by an ordinal without "the", or as a subject: "twenty-ninth, 2pm", "23rd as decided"."""

import re

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.matched import Make, each
from recado.brain.rules.when.mentions import DayNamed, Meant
from recado.brain.rules.when.tokens import Tokens

_MAX_DAY = 31
_NO_LIST = 4
"""From this on an ordinal at the beginning counts no reasons: "first, 9am is too early"."""
_NO_HOUR = 13
_NO_PLACE = 11
"""From this on an ordinal before an hour is of nothing but the month: "the second at three"."""

_HOUR_NEXT = (
    "(CLOCK | (NUM | WNUM | one) (MER | oclock | y | HS) | half | a? quarter | NN (past | to) | NOONS | DOTTED MER?)"
)


def _from(least: int) -> Make:
    """A day of the month, if its number is not smaller."""

    def make(tokens: Tokens, match: re.Match[str]) -> Meant | None:
        number = tokens.number(match.start("day"))
        return DayNamed(Day(day=number)) if least <= number <= _MAX_DAY else None

    return make


RULES: tuple[Rule[Meant], ...] = (
    # "Twelfth, half past eleven", "eighteenth at noon", "fourteenth morning will do"
    *each(
        _from(_NO_LIST),
        f"(?<! INSIDE) <day:ORDW> (?= COMMA? at? {_HOUR_NEXT} | at NN | PARTEN (ILL | WORK_FOR | is | $ | PAUSE"
        f" | FILL))",
    ),
    *each(_from(_NO_PLACE), f"(?<! the | a | my | your | WD) <day:ORDW> (?= at ({_HOUR_NEXT} | NN))"),
    *each(
        _from(1),
        "(?<= FILL) the <day:ORDW> (?= i (available | CAN | FIT | VOY | DEY))",
        "(?<! .) the <day:ORDW> (?= i (available | CAN | FIT | VOY | DEY))",
    ),
    # "Sixteenth for Dad's bloods", "thirty-first please", "twenty-ninth would be perfect"
    *each(
        _from(_NO_PLACE),
        "(?<! INSIDE) <day:ORDW> (?= for (?! TIMEM) | COMMA? FILL | WOULD (be | MAKE | word) | is (FILL |"
        " WORK_FOR) | ILL"
        " (MAKE | be))",
    ),
    # "My husband's off the first, can you look then", "el primero paso a dejarte la plata"
    *each(_from(1), "(?<= off | away) the <day:ORDW> (?= $ | BREAK | COMMA)"),
    *each(_from(1), "(?<! INSIDE) el <day:ORDW> (?= ya? (PUEDO | STEP a? (word | por) | VOY | me VOY))"),
    *each(_from(1), "(?<! INSIDE) el <day:uno> (?= ya? (PUEDO | STEP | VOY | me VOY | TENGO | QUIERO))"),
    # "The twenty-eighth be ok?"
    *each(_from(_NO_PLACE), "the <day:ORDW> (?= word (FILL | good | WORK_FOR) | word $)"),
    # "23rd as decided", "is 11th slot open", "cancel 22nd appointment", "somebody 2nd morning"
    *each(
        _from(1),
        "(?<! the | un | una | la | my | a | word) <day:NUM> TH (?= as (EJEM | i | u | FILL){0,2} (ASKED | AGREED"
        " | TOLD"
        " | SEEMS_PAST | WENT | DIJO))",
        "(?<= is | any) <day:NUM> TH (?= available)",
        "(?<= CANCEL | MOVER) <day:NUM> TH (?= CITA)",
        "(?<! the | my | a | un | una | la) <day:NUM> TH (?= (MORNING | AFTERNOON | EVENING) (ILL | WORK_FOR | is | $ |"
        " PAUSE | FILL))",
    ),
    # "Do the 14 instead of the 13", "make it 26 instead of 25"
    *each(_from(1), "the <day:NUM> (?= (instead of | in STREET of | PREFER than | not) the NUM (?! MER | oclock))"),
    *each(_from(_NO_HOUR), "MAKING (its | that)? <day:NUM> (?= (instead of | in STREET of | PREFER than | not) NUM)"),
)

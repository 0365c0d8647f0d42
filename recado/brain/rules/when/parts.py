"""Parts of the day: "por la tarde", "tonight", "a primera hora"."""

import re

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.matched import always, each
from recado.brain.rules.when.mentions import Meant, Nothing, PartNamed
from recado.brain.rules.when.spoken import PART_OF
from recado.brain.rules.when.tokens import Tokens


def _part(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    part = PART_OF.get(tokens.letters[match.start("p")])
    return PartNamed(part) if part is not None else None


def _part_today(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    return PartNamed(PART_OF[tokens.letters[match.start("p")]], Day(offset=0))


RULES: tuple[Rule[Meant], ...] = (
    *each(
        _part,
        "(en | por | a | de | para | durante | con)? (la | el) (media)? <p:MANANA | TARDE | NOCHE | MADRUGADA |"
        " AMANECER | ATARDECER>",
        "(en | por | a | de | para | durante)? las <p:MANANAS | TARDES | NOCHES | MADRUGADA>",
        "<p:MANANAS | TARDES>",
        "(en)? (CITA | HORARIO) (de)? (la)? <p:TARDE | NOCHE>",
        "(?<= WDAY) (COMMA | en | el){0,2} (CITA | HORARIO) (de)? (la)? <p:MANANA>",
        "(en)? HORARIO (de)? (la)? <p:MANANA>",
        "(a | de)? media <p:MANANA | TARDE>",
        "(a | al)? (FINAL | FINES | FIN | PRINCIPIOS) de la <p:TARDE | MANANA>",
        "(de | en | por) <p:TARDE | NOCHE | MADRUGADA>",
        "(?<= WD | TOM | TODAY | YESTERDAY | NUM | MON | FULLDATE | SLASHED | ANTEAYER | mejor | PREFIERO | o |"
        " y) <p:TARDE | NOCHE | MADRUGADA>",
        "(?<! INSIDE) <p:TARDE | NOCHE | MADRUGADA | TARDES | NOCHES> (?= $ | STOP | FILL | ASK | tipo | a las)",
        "(in | on | for | during | by | at)? (the)? (mid | late | EARLY)? DASH?"
        " <p:MORNING | AFTERNOON | EVENING | PARTSEN>",
        "(at | in the | by)? <p:NIGHT> (time)?",
        "(?<= WDAY | TODAY | YESTERDAY | EJEM | mejor | PREFIERO | NOCHEBUENA | NAVIDAD | NOCHEVIEJA) de <p:MANANA>",
        "(?<= (el | DIA) NUM) de <p:MANANA>",
        "(?<! INSIDE) de <p:MANANA> (?= no | PUEDO | mejor | me | $ | PAUSE | EJEM | a las | a la | tipo)",
        "(en | por) <p:MANANA>",
        "(BIEN | muy | lo mas)? <p:TEMPRANO> (en la MANANA | por la MANANA | de la MANANA | a la MANANA)?",
        "(BIEN | muy)? <p:EARLY> (in the MORNING | MORNING)? (?! (next | this | MON | DAY))",
        "(al) <p:ATARDECER | AMANECER>",
    ),
    *each(
        _part_today,
        "(en | por | para | de)? (esta | este) (ese)? <p:MANANA | TARDE | NOCHE | MADRUGADA>",
        "this (EARLY)? <p:MORNING | AFTERNOON | EVENING>",
    ),
    *always(PartNamed("evening"), "(?<= WD | TOM | TODAY) eve", "in the eve (?! of)"),
    *always(PartNamed("evening", Day(offset=0)), "this eve"),
    *always(PartNamed("morning"), "(?<= WD | TOM | TODAY | TH) AM (?! i)", "in the AM"),
    *always(PartNamed("afternoon"), "(?<= WD | TOM | TODAY | TH) PM", "in the PM"),
    *always(PartNamed("night", Day(offset=0)), "(for)? TONIGHT", "this NIGHT"),
    *always(
        PartNamed("morning"),
        "(before | antes (de | del)) (the | el | la)? lunch",
        "(a | en)? (la | las)? ORDW (HORA | HORAS) (de la MANANA | del DIA | en la MANANA | DIA)?",
        "ORDW thing (in the MORNING | MORNING)?",
    ),
    *always(
        PartNamed("afternoon"),
        "(a | en)? (la | las)? ULTIMO (HORA | HORAS) (de la TARDE | del DIA)?",
        "(at | by)? (the)? end of (the)? (DAY | AFTERNOON)",
        "last thing (in the (AFTERNOON | DAY))?",
        "al FINAL del DIA",
        "(after | POST | DESPUES (de | del)) (the | el | la)? lunch",
        "later in the (DAY | AFTERNOON)",
    ),
    *always(PartNamed("night", Day(offset=-1), told=False), "ANOCHE", "last NIGHT"),
    *always(PartNamed("evening", Day(offset=-1), told=False), "last EVENING"),
    *always(PartNamed("night", Day(offset=-2), told=False), "ANTENOCHE", "(the)? NIGHT before last"),
    *always(PartNamed("evening", Day(offset=-2), told=False), "(the)? EVENING before last"),
    *always(
        Nothing(),
        "(after | DESPUES (de | del)) (the | el | la | mi | my)? (work | CLASES | OCUPADO)",
        "before (my)? work",
        # "Can I drop it off the night before?"
        "the PARTEN before (?= $ | PAUSE | FILL | and | if)",
        "(leave | left | SALGO | TAKES_PLACE) (my | the | word | work | CLASES | LOCAL | del | de | la | el | me"
        " | OCUPADO){0,3} (EARLY | TEMPRANO) (?! COMMA? (at | a | PARTEN | tipo | como | CLOCK))",
        "(work | SALGO | OPEN | off | GETTING word) EARLY (?= $ | PAUSE | FILL | and | on | that)",
    ),
)

"""Days that nobody can tell ("mas adelante", "next week"), and those as soon as possible."""

import re

from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import always, each
from recado.brain.rules.when.mentions import Except, Meant, Nothing, Soonest, Vague
from recado.brain.rules.when.tokens import Tokens

_ASK, _TALK = ALPHABET.of("ASK"), ALPHABET.of("TALK")
_WISHES = frozenset(ALPHABET.union("WISH"))
_TO_COME = _WISHES | frozenset(ALPHABET.union("ILL GETTING TAKE"))
_ILL = ALPHABET.of("ILL")
_WAITS = frozenset(ALPHABET.union("HOLD find leave MOVER"))
_SERVED = frozenset(ALPHABET.union("OPEN ATIENDEN HORARIO"))
_SOME = "(ALGUNOS | estos | some | (un | a)? PAR de | a some (of)?)"
_MANY = "(DIAS | SEMANAS | MESES | ANOS | HORAS | DAYS | WEEKS | MONTHS | YEARS | HOURS | MINUTO | MINUTE)"
_NEXT_WEEK = "((NEXT | OTRO) WEEKU | WEEKU (que VIENE | NEXT | OTRO | de PROX))"
_WEEKEND = "(FIN de SEMANA | FINDE | WEEKEND | WEEK end)"
_EDGE = "(FIN | FINES | FINAL | MEDIADOS | PRINCIPIOS | media)"
_NAMED_AFTER = "(?! (COMMA)? (the | el)? (NN | ORDW) (?! COSA | GONE)) (?! i | u | EJEM)"
_FEW_WORDS_ALONE = "(?= $ | ASK | STOP | FILL | COMMA)"

_NO_HOURS = "(?! between | after | past | before | in | about | at | from | until | by | during)"
"""After "any time" and "sometime": hours that say which."""

_SUBJECT = (
    "(HAVE GOT? | FEAST | TEMPORADA | (the | my)? (COSAS | UNA_COSA | ESTACION) | i | IM | its | the | my"
    " | this | words | EJEM | work | word (?! u))"
)
_HAPPENS = (
    "(word | words | EJEM | my | the | is | GETTING | COME | MAKE | DID | better | over | out | up | of"
    " | COSAS | UNA_COSA | CODIGO | LOCAL | CITA | work | RETURN | from | off | left | gone | BUSY | SALGO |"
    " holidays | viaje | to | SEASON | FEAST"
    " | DOWN | WORK_FOR | for | u | SICK | at | HAVING | given | in | MOVED | TAKES_PLACE | OPEN | AGREED"
    " | DEY | BEGINNING | new | last | away | DOSIS | with | each | POP | YEAR | MONTH | HAVE | SEEMS_PAST){1,8}"
)
_THEN = (
    "(COMMA? (then | FILL)? (i | EJEM | u){0,2} (ILL | MAKING? WISH | WOULD | MAKING (find | word) | able | CAN u)"
    " | COMMA? (then | FILL)? (IM | ejem) (GETTING | getting | coming | COMING | COME | MAKE | TAKE | find | BOOK"
    " | CITA | word (the | my | a | in | for | that | this | ejem | its)))"
)
"""What somebody will do then: "when the silage is done I'll bring in the jeep"."""
_WHO = "(EJEM | u | me | yo | DOCTOR | el | la | los | las | mi | lo | a | word | words | de | en){0,4}"


def _each_time(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Crying whenever I touch the ankle": what comes again is no day, where nothing is wished."""
    del match
    return Nothing() if _TO_COME.isdisjoint(tokens.letters) else None


_SOME_DAY = always(
    Vague(),
    "mas para? ADELANTE",
    "(en | dentro de) un (TIEMPO | DISPONIBLE)",
    "(available | disponible) (each | TODO) (la)? (WEEK | SEMANA)",
    "TODO la SEMANA disponible",
    "(en | in | dentro de | de AQUI a) (un | una | a | one)? (DAYU | WEEKU | MONTHU | YEARU) (y (media | medio)"
    " | and a half)",
    "(un | uno | ALGUN) (DIA | DIAS) (de)? estos",
    "(un | uno | one) (de | of) (estos | this | these) (DIAS | DAYS | WEEKENDS | FINDES | WEEKS | SEMANAS"
    " | WDAYS | MONTHS"
    " | PARTSEN)",
    "(at)? some POINT",
    "(word)? DOWN the (STREET | PIEZA | word) (?= $ | PAUSE | FILL)",
    "some PARTEN (?! CITA | available | after | before | between | from | at | word | words)",
    "una (MANANA | TARDE | NOCHE) que (u | me){0,1} SUBJ",
    "ALGUN (MANANA | TARDE | NOCHE)",
    "(en el word (del | de el) | durante (el | este)) (MES | ANO) (?= $ | PAUSE | FILL)",
    # "When I get paid", "once the rain stops": nobody knows when. "When I bite, it hurts" wishes nothing.
    f"(?<! INSIDE) (MAYBE)? when {_SUBJECT} {_HAPPENS} (?= $ | BREAK | FILL | {_THEN})",
    f"(?<! INSIDE) (MAYBE)? once {_SUBJECT} {_HAPPENS} (?= $ | PAUSE | FILL | {_THEN} | and)",
    # "After I'm paid", "not till I've sold the cattle"
    f"(?<! INSIDE) (MAYBE)? not? (after | before | until) (i | IM | ejem | HAVE) {_HAPPENS} (?= $ | BREAK | FILL |"
    f" {_THEN})",
    "(?<! INSIDE) (MAYBE)? (after | before | until) (the | my | this) (word | words | viaje | COSAS"
    f" | UNA_COSA | FEAST | CLASES){{1,2}} time? (COME | MAKE | GETTING | word)? (over | out | off)? (?= $ |"
    f" BREAK | FILL | {_THEN})",
    "MAYBE (after | before) (the | my | this) (word | words | viaje){1,3} (?= $ | BREAK | FILL | COMMA)",
    "(?<! INSIDE) (MAYBE)? (after | before) word (time | FEAST) (?= $ | BREAK | FILL)",
    f"(?<! INSIDE) after word (the | my | this | some) (word | words | COSAS | UNA_COSA | CLASES){{1,3}} (?= {_THEN})",
    f"cuando {_WHO} EVENT",
    # "Cuando deje de llover": "dejé", "paré" and "terminé" are written with an accent or with a past beside them.
    "(?<! INSIDE) cuando (ya)? HAPPENED de word (?= $ | BREAK | COMMA | (yo | me | la | lo)? (VOY | word | SUBJ))",
    "(APENAS | en cuanto | hasta que) (ya)? HAPPENED de word",
    f"(?<= hasta) que no? {_WHO} (EVENT | subj)",
    f"(una vez que? | (LUEGO | DESPUES) que) {_WHO} (EVENT | SUBJ)",
    # "En cuanto el trauma me dé el alta"
    f"(cuando | APENAS | en cuanto | una vez que? | hasta que) {_WHO} de (el | la | los | las) (ALTA | word |"
    f" words | RESULTS)",
    "(un | ALGUN) DIA HABIL",
    "(un | ALGUN) DIA (?= (en | por | de | a) la PARTES)",
    "uno de estos WDAY (?! NUM)",
    "dentro (del | de el | de este) (MES | ANO)",
    f"(APENAS | en cuanto | ni BIEN | muy PRONTO como) {_WHO} EVENT",
    "(?<! INSIDE) (TALVEZ | mejor)? ((DESPUES | LUEGO) (de | del) | antes (de | del) | PASADA) (mi | el | la | los |"
    " las)?"
    " (word | words | viaje) (?= $ | BREAK | FILL)",
    # "Hagámosle el cambio de aceite después de mi viaje a Santa Cruz"
    "((DESPUES | LUEGO) (de | del) | PASADA | RETURNING (de | del)) (mi | el)? viaje"
    " ((a | al | por | de) (la | el)? (word | LOCAL | santo){1,2})? (?= $ | BREAK | FILL)",
    "(?<! INSIDE) (DESPUES de | PASADA) (las | los) words (me | lo | la)? (VOY | WE_DO | words)"
    " (?= el | la | los | las)",
    "estos DIAS",
    "(un | ALGUN) DIA (?= $ | PAUSE | en la SEMANA | que | FILLER | SUBJ | a las)",
    "some (DAY | DIA | time | fecha)",
    "CUALQUIER (de)? (los)? (DIA | DIAS | fecha | momento | WDAY)",
    "CUALQUIER de estos DIAS",
    "CUALQUIER RATO",
    "any of (this | these | the) (DAYS | WEEKENDS | WEEKS)",
    "CUALQUIER (TARDE | NOCHE | MANANA)",
    "(un | una | uno | ALGUN) (WDAY | TARDE | NOCHE | MANANA | RATO | momento)? de (estos | ese)",
    "(?<! UNIT) ((DESPUES | LUEGO) (de | del) | antes (de | del) | PASADA | para) (el | la | las | los | mi)?"
    " TEMPORADA",
    "(como | TALVEZ | ya) por MON (?! (el)? NN)",
    "dentro de (EJEM | poco)",
    "(el | la | un | una) (DIA | fecha) (que)? (EJEM | u | me){0,2} SUBJ",
    "(el | DIA) que me? SUBJ",
    "(el | la)? (DIA | fecha) que (u | me){1,2} (AGENDADO | QUEDA | VIENE | es)",
    "(para | en | PASADA | (DESPUES | LUEGO) (de | del) | antes (de | del)) (el | los)? CARNAVAL",
    "(un | ALGUN | some | any) WDAY (?! NUM | que VIENE)",
    "any WDAY (COMMA? (or | and) WDAY | COMMA WDAY){1,3}",
    "(on)? any (DAY | DIA | DAYS) (at EJEM)? (?! after | before | between)",
    "(SOMETIME | WHENEVER | any time) (before | after) (the | my | your | i | u | EJEM | its){0,2} (word | words"
    " | FEAST |"
    " CLASES | DID)",
    "at (the | u | your | my | word)? (word)? CONVENIENCE",
    "when (u | i | EJEM){1,2} (MAKE | HAVING | find) (a | the | some | your){0,1} (word)? (DISPONIBLE | time | MINU |"
    " momento | WHILE)",
    "cuando (EJEM | u | me | yo | DOCTOR | el | la | mi | lo | a | word){0,3} SUBJ",
    "(cuando | como) (a | u | me){1,4} AGENDADO (mas | muy)? (BIEN | mejor | word | disponible)",
    "(cuando | como) (a | u | me){1,4} (de | SUBJ) la GANA",
    "a (la | mi) VUELTA (de | del) (las | mi | los | el)? (vacaciones | viaje | FERIADO | CLASES)",
    "(cuando | como) me{1,2} FILL (BIEN | mejor)",
    "a (los)? ULTIMO de (el)? (MES | MON | ANO)",
    "(CHRISTMAS | EASTER | THANKSGIVING | LABOR DAY | MEMORIAL DAY | NAVIDAD) WEEKEND",
    "(en)? ALGUN momento (?! (de la (PARTES)) | a las)",
    "(a)? (MEDIADOS | media) (de)? (la)? SEMANA (?! (que | NEXT | OTRO | PASADA))",
    "when (u | i | EJEM | word | its | the DOCTOR) (EJEM | is)? (CAN | HAVING | available | possible | convenient)",
    "when HAVE GOT? (a | some)? (available | time | momento | WHILE)",
    "when (available | possible | convenient)",
    "(when | once) (IM | ejem | its) (word | available)",
    f"(WHENEVER | SOMETIME) (this WEEK | next WEEK | next MONTH) {_NO_HOURS}",
    f"SOMETIME {_NO_HOURS}",
    "(ORDW | ULTIMO | last | NUM TH) (WEEKU | QUINCENA) (de | del | of) (MON | (este | the | next | PROX)? MONTHU)",
    "later (this | next) (WEEK | MONTH | YEAR)",
    # A week of sales in Mexico.
    "((DESPUES | LUEGO) (de | del) | antes (de | del) | PASADA | PASADO | para | en | hasta) el? BUENAS FIN (?! de)",
    "antes de que (SUBJ | EVENT | word | me){1,2} (el | la | este)? (ANO | MES | SEMANA | MON)",
    "in the new (YEAR | MONTH | WEEK)",
    "(after | before | about | over | during | until | until after) (the | my | your)? (MON | SEASON | new)?"
    " (FEAST | half term)",
    f"(en | dentro de | in | de AQUI a) {_SOME} {_MANY}",
    f"{_SOME} {_MANY} (from NOW | later | time)",
    "some of (WEEKS | DAYS | MONTHS) (time | from NOW)",
    "(en | durante | in | over | para | within | for)? (los | the | el | estos) NEXT (NN | some | ALGUNOS | PAR"
    f" de)? {_MANY}",
    f"(en | in | dentro de | como en | de AQUI a) (ALGUNOS | about | como)? (N | a) (o | or | a | to | DASH) N {_MANY}",
    f"(en | in | dentro de) DASHED {_MANY}",
    "(in | en | dentro de) (a | one | un | una) (DAY | WEEK | MONTH | DIA | SEMANA | MES) (or | o) NN",
    f"en menos de (N | {_SOME}) UNIT",
    f"(en | dentro de) ALGUNOS (word | words | cuanto) {_MANY}",
    "(en | para | durante)? lo que (QUEDA | FALTA) (del | de el | de la | de esta) (WEEKU | MES | ANO)",
    "(PASADA | FINAL) (el | la | los | las)? (MUERTOS | PASCUA | NAVIDAD | REYES | CLASES | ANO nuevo | SEMANA santo)",
    "(the)? WEEK (COMMENCING | starting | BEGINNING) (on)? (the)? (WDAY)? (the)? (NN | ORDW | SLASHED) TH? (of? MON)?",
    "(the)? WEEK (COMMENCING | starting | BEGINNING) (on)? (WDAY COMMA?)? MON (the)? (NN | ORDW) TH?",
    "not for a WHILE",
    "one WDAY (in MON | this (WEEK | MONTH) | next (WEEK | MONTH))",
    f"(over | in)? the? NEXT (some | a some) of? {_MANY}",
    "in the word FUTURE",
    "en (el | un) FUTURE",
    "(the)? MONTH after next",
    "NOT_DO word (to me)? (what | when) (DAY | time)?",
    "me QUEDA EJEM (el DIA | que DIA | la fecha | cuando)",
    f"within (the)? (NN | a | one | next)? (HABIL | BUSY)? ({_MANY} | DAY | WEEK | MONTH)",
    "(dentro de | en) (un | muy)? (poco | breve | RATO | momento | RATO)",
    "in (a)? (little | some)? WHILE",
    "(muy)? PRONTO",
    "SOON",
    "PROXIMAMENTE",
    "(?<! y) (LUEGO | DESPUES) (lo | la)? me? vemos",
    # "Ahí luego te caigo con la podadora"
    "(?<! INSIDE | COMMA) (ya | EJEM | si){0,2} (LUEGO | DESPUES) (yo | me | la | lo | las | los){0,2} (VOY | STEP |"
    " word"
    " | TAKES_PLACE | PICK_UP | MOVER) (?! de | y | $ | PAUSE | FILL)",
    "RETURNING (de | del) (las | mi | el | la)? (vacaciones | viaje | word)",
    "((DESPUES | LUEGO) (de | del) | antes (de | del) | PASADA | PASADO | after | before) (el | los | the)? FERIADO",
    "cuando (PASO | word) (el | la | los | las)? (FERIADO | vacaciones)",
    "(?<! .) (el que SUBJ | la que SUBJ) (?= $ | STOP | FILL)",
    "(?<! .) (a | para)? (MEDIADOS | QUINCENA) (?= $ | BREAK | FILL)",
    "(un | uno | ALGUN) WDAY (o | y) (un)? WDAY",
    "(after | before | (DESPUES | LUEGO) de | antes de | PASADA) (the | las | los | mi | my | estos)? (CHRISTMAS |"
    " EASTER)?"
    " (holidays | vacaciones)",
    "(un)? DIA de (la)? SEMANA",
    "(on)? (a)? WEEKDAY",
    "the WEEK following (CHRISTMAS | EASTER | THANKSGIVING | new YEARU)",
    # Quarters of the year, and what ends with it.
    "YEARQ (of | BIG){0,2}",
    "(ORDW | NUM TH | next | last | this) quarter of (the | this | next)? YEAR BIG?",
    "before (the | this) (YEAR | MONTH | WEEK) (is | EJEM){0,2} (over | out | up | end | words | word) (out | up)?",
    "(after | before | during | until) (the | my)? (word | words)? TEMPORADA",
    "mid WEEK",
    "(la | en la | para la)? SEMANA (del | de el | de) (DIA)? (WDAY)? (NN) (de MON)? (?! DIAS | UNIT)",
    "(la | en la | para la)? SEMANA (del | de) NN al NN (de MON)?",
    "(the)? (WEEK | WEEKEND) of (the | MON)? (NN | ORDW) TH? (of MON)?",
    "(the)? WEEK of (the)? (WDAY)? (MON)? (NN | ORDW)",
    "(el)? (FINDE | FIN de SEMANA) (del | de el) (NN) (de MON)?",
    "(the)? (ORDW | last) half of (the | this | next)? (MON | MONTH | WEEK | YEAR)",
    "(los | the)? (ORDW | PRINCIPIOS | ULTIMO | last) some? (DIAS | DAYS) (de | del | of) (MON | (este | the | next |"
    " PROX)? MONTHU)",
    "(EASTER | THANKSGIVING | CHRISTMAS) (WEEK | holidays)",
    "(la)? SEMANA de (NAVIDAD | PASCUA | ANO nuevo)",
    "(?<! WDAY) (after | before | about | over | following | prior to | (DESPUES | LUEGO) de | antes de) (el | la"
    " | the)? (DIA de)? (NAVIDAD |"
    " CHRISTMAS |"
    " REYES | PASCUA |"
    " ANO nuevo | new YEARU | EASTER | THANKSGIVING | los REYES)",
)
_ANY_DAY = (
    *each(_each_time, "WHENEVER (i | ejem | its | word) EJEM? (word | IR)"),
    *always(Vague(any=True), f"WHENEVER {_NO_HOURS}", f"(on)? any time (at EJEM)? {_NO_HOURS}"),
)
_OTHER_DAY = always(
    Vague(other=True),
    "(?<! ese) (para | en | por)? OTRO (DIA | momento | fecha | RATO)",
    "(?<! that) (in | at | on)? (a | some)? another (DAY | time | fecha)",
)
_SOME_HOUR = (
    *always(
        Vague(hours=True),
        "(un poco)? mas TARDE (?! de | TODAY)",
        "(?<! or | and) later (?! than)",
        "al RATO",
        "(LUEGO | DESPUES) (?= $ | BREAK)",
        "mas RATO",
        "en un RATO (mas)?",
    ),
    *always(
        Nothing(),
        "sooner or later",
        "TARDE o TEMPRANO",
        "lo mas TARDE (posible | que SUBJ)?",
        "(de | IM on | IM) vacaciones",
        "IM on (holidays | vacaciones)",
    ),
)
# A weekday named elsewhere in the message may be of that week.
_WEEKS = (
    *always(
        Vague(week=0),
        "(esta | this) (ese)? WEEKU",
        "(FIN | FINES | FINAL | mid | end | EARLY) (de | of)? (esta | la | this | the) WEEKU",
    ),
    *always(
        Vague(week=0),
        "(?<! a) (la SEMANA) (?= $ | PAUSE)",
        "(?<! COSA) word de la SEMANA (?= $ | PAUSE)",
        "end of WEEK",
    ),
    *always(
        Vague(week=1),
        f"(la | the)? {_NEXT_WEEK}",
        f"({_EDGE} | EARLY | late | mid | end | BEGINNING) (de | of)? (la | the)? {_NEXT_WEEK}",
    ),
    *always(
        Vague(week=2),
        "(the)? WEEK after next",
        "(the)? next to? next WEEK",
        "the WEEK after (?= $ | PAUSE | FILL)",
        "((en | para) (?= la))? (la)? (SEMANA (DESPUES de | SIGUIENTE a) la (PROX | que VIENE | SIGUIENTE)"
        " | SEMANA subsiguiente | subsiguiente SEMANA)",
    ),
)
_WEEKENDS = (
    *always(Nothing(), "(los | el)? FERIADO", "mas TEMPRANO", "(on | at)? PUBLIC holidays", "(a | is | ASK) holidays"),
    *always(
        Vague(habitual=True),
        "(en | durante | por)? (la)? SEMANA santo",
        "(in | during) the WEEK",
        "(entre | durante | en) (la)? SEMANA (?! (que | NEXT | OTRO | PASADA | santo | subsiguiente))",
        "ENTRE_SEMANA",
    ),
    *always(Vague(habitual=True), f"(on | at | over | en | un)? (el | the)? {_WEEKEND}"),
    *always(
        Vague(),
        f"(este | this | ese) (ese | PROX | coming | ese)? {_WEEKEND} (que VIENE | NEXT)?",
        f"(el | the)? (NEXT | OTRO) {_WEEKEND}",
        f"(el)? {_WEEKEND} (que VIENE | NEXT)",
    ),
)
_MONTHS = always(
    Vague(),
    f"(a | al | para | en)? {_EDGE} (de | del) (este | el | PROX | SIGUIENTE | MES de)? (MES | ANO | MON) (que"
    " VIENE | NEXT)?",
    "(por)? (FINAL | PRINCIPIOS) (el | este)? (MES | MON | ANO) (que VIENE | NEXT)? (?! NN)",
    "(a)? (PRINCIPIOS | FINAL) (de)? (la)? SEMANA (?! (que VIENE | NEXT | OTRO | PASADA))",
    "(the)? (end | BEGINNING | mid) of (the | this | next)? (MONTH | YEAR | MON)",
    "(EARLY | late | mid) (in | DASH)? (the | next | this)? (MONTH | MON) (?! NUM)",
    "(?<! OPEN) (a | al | para | en)? (FIN | FINES | FINAL | MEDIADOS | PRINCIPIOS | BEGINNING | end | EARLY"
    " | late | mid) (de | del | de el | in | of)? (the | la | las | el)? (ESTACION |"
    " SEASON | vacaciones | holidays)",
    f"(en | in | entre | between | hacia)? MON (o | or | y | and | DASH) MON (?! is my) {_NAMED_AFTER}",
    f"hacia MON {_NAMED_AFTER}",
    "(ya | como)? por EJEM (de | en | por | a) MON (?! (el)? NN)",
    "(?<! INSIDE) COME (SEASON | MON) (?= $ | PAUSE | FILL)",
    "(MONTH | YEAR) end",
    "(la | esta | en la | PROX | esta PROX | la PROX)? (ORDW | ULTIMO | NUM TH) QUINCENA (de MON)?",
    "(la | en la | para la)? OTRO QUINCENA",
    "(la | en | esta | en la | PROX | esta PROX | la PROX | para | para la | (DESPUES | LUEGO) de | antes de | PASADA"
    " | a | cuando"
    " (PASO | word)) "
    "la? QUINCENA",
    "(el | the)? (NEXT | OTRO) (MES | ANO | MONTH | YEAR)",
    "(el)? (MES | ANO) (que VIENE | NEXT | OTRO)",
    "(este | this) (ese)? (MES | ANO | MONTH | YEAR)",
    f"(?<= desde | since) MON (BIG)? {_NAMED_AFTER}",
    f"for MON {_FEW_WORDS_ALONE}",
    f"(?<! .) MON {_FEW_WORDS_ALONE}",
    "(MONTHN | MAY | MARCH) (de | del | of)? BIG",
)
_SEASONS = always(
    Vague(season=True),
    "(in | during | over | on | en | durante | por | para)? (the | mi | my | las | los | estos)? (holidays |"
    " vacaciones) (de (ESTACION | MON))?",
    "(in | over | by | en | this | este | esta | next | (para | hasta) (el | la) | PROX | after | before"
    " | until | DESPUES (de |"
    " del)) (the | el | la | PROX)?"
    " (SEASON | ESTACION) (que VIENE)?",
    # "In april we also want": a month for sure.
    "(SOMETIME in | in | during | en | durante) MON (BIG)? (?! (COMMA)? (the | el)? (NN | ORDW) (?! COSA | GONE))",
    "(para | by | until | hasta | a partir de | from | starting | este | this | next | PROX"
    " | before | after | about | MAYBE | TALVEZ"
    " | antes de"
    f" | (DESPUES | LUEGO) de | el MES de | el PROX | MES de) MON (BIG)? {_NAMED_AFTER}",
)
_SOONEST = always(
    Soonest(),
    "(lo)? (mas)? (antes | PRONTO | rapido | breve | TEMPRANO) posible",
    "lo (mas)? (antes | PRONTO | rapido | cerca | TEMPRANO) que (EJEM | u | me | lo | la){0,3} (PUEDO | SUBJ | HAY)",
    "lo (mas)? (antes | PRONTO | rapido) (?= $ | PAUSE)",
    "cuanto (mas)? (antes | PRONTO) (mejor)?",
    "(the)? sooner the better",
    "(entre | mientras) mas (PRONTO | rapido | antes) mejor",
    "(the)? SOONEST (available | possible | CITA | time | DAY | fecha)? (available | possible | u HAVING | u CAN)?",
    "as (SOON | EARLY | quick) as (u | possible | CAN | its | EJEM){1,2} (CAN | is)?",
    # "As soon as there's an opening", "soon as a chair frees up"
    "as? SOON as (u | i | a | an | any | of | some | the | your | my | is | its | FILL | EJEM | HAVING"
    " | GETTING | COME"
    " | word"
    " | words | DOCTOR | MESA | GROUP | COSA){1,5} (available | CANCEL) (up)?",
    "(the)? (most | mas | word)? (SOON | EARLY | quick) (as)? possible",
    "(the | your)? (ORDW | next | SOONEST) (available | OPEN) (CITA | DAY | time | fecha | available)?",
    "(the | your)? (ORDW | next | SOONEST) (CITA | DAY | time | fecha) (available | u HAVING | OPEN | that u HAVING |"
    " u CAN)",
    "(el | la | lo)? ORDW (CITA | DIA | fecha | HORA | DISPONIBLE | COSA)? (que)? (EJEM | u |"
    " me){0,2} (disponible | HAY | SUBJ | TENGO)",
    "(el | la | lo) mas (PROX | cerca | disponible | PRONTO) (posible)?",
    "(el | la)? (CITA | DIA | fecha | HORA | DISPONIBLE) mas (PROX | cerca | disponible | PRONTO) (disponible |"
    " posible | que HAY | que SUBJ)?",
    "(el | la)? PROX (CITA | DIA | fecha | HORA | DISPONIBLE) (disponible | que (HAY | SUBJ | TENGO))",
    "(APENAS | en cuanto | ni BIEN | muy PRONTO como) (me | u){0,2} (SUBJ | PUEDO | HAY | disponible)",
    "lo que (SUBJ | HAY | TENGO) (mas)? (PRONTO | antes | cerca)",
    "(la | el)? PROX (disponible | que SUBJ disponible)",
    "de INMEDIATO",
    "INMEDIATO",
    "immediately",
    "right away",
    "(AHORA | ya) ese",
    "(a | con) la brevedad",
    "(a la)? (mayor) brevedad",
)
_FROM_THEN_ON = always(
    Soonest(limit=True),
    "at (the | EJEM)? SOONEST (?! available | possible | CITA | time | DAY | fecha | OPEN | u)",
    "como (muy | mas) TEMPRANO",
)
_RIGHT_NOW = always(Soonest(now=True), "right NOW")
_DAYS_LEFT_OUT = (
    "(for)? ni? ((el | la) (del | de))? (el | los | las | on | the)? (WDAY | WDAYS | FINES de SEMANA | FINDE |"
    " FINDES | WEEKENDS | WEEKEND |"
    " TODAY | TOM | FIN de SEMANA | NUM TH | MON NUM TH? | NUM de? MON | SLASHED | CHRISTMAS (DAY | eve)?"
    " | new YEARU (DAY | eve)? | BOXING DAY | NAVIDAD | NOCHEBUENA | ANO nuevo)"
    " ((y | o | ni | and | or | COMMA) (el | los)? (WDAY | WDAYS)){0,4}"
)
_EXCEPT = always(
    Except(),
    "(CUALQUIER | TODOS | any | each) (los)? (DIA | DIAS | DAY | DAYS) (COMMA)? (menos | excepto | PERO | que no"
    f" (es | SUBJ)) {_DAYS_LEFT_OUT}",
    f"((?<! o) menos | excepto | que no (es | SUBJ | is)) {_DAYS_LEFT_OUT}",
    "((?<! o) menos | excepto | que no (es | SUBJ)) el NUM (?= $ | BREAK)",
    f"GONE GONE? (COMMA)? (menos | excepto) {_DAYS_LEFT_OUT}",
    f"(WHENEVER | SOMETIME | any | anything) PERO {_DAYS_LEFT_OUT}",
    f"CUALQUIER (de ese)? COMMA? (menos | excepto) {_DAYS_LEFT_OUT}",
    "(on)? any (DAY | time | PARTEN | WEEKDAY) (before | after) (then | that)",
    f"(any | each) (DAY | time | PARTEN | WEEKDAY) (another than | BAR | PERO | excepto) {_DAYS_LEFT_OUT}",
    f"(another than | save for) {_DAYS_LEFT_OUT}",
    f"(?<= WORK_FOR | good | FILL | COMMA | DAY | WEEK | MONTH | WEEKDAY | WEEKDAYS | time) BAR {_DAYS_LEFT_OUT}",
    # "Any day will do but friday"
    "(any | each) (DAY | DAYS | time | WEEKDAY | WEEK) (this | WEEK | MONTH | ILL | EJEM | is | WORK_FOR"
    " | good | FILL"
    f" | MAKE){{1,3}} PERO {_DAYS_LEFT_OUT} (?= $ | PAUSE | FILL)",
)
_GONE_BY = always(
    Nothing(),
    f"(este | el)? {_WEEKEND} (PASADO | que PASO)",
    f"(last | past | el PASADO | this past) {_WEEKEND}",
    "(la)? (SEMANA (PASADA | PASADO) | PASADA SEMANA)",
    "(last | past | the past) (WEEK | MONTH | YEAR)",
    "(el)? (MES | ANO) PASADO",
    "(el)? PASADO (MES | ANO)",
    f"({_SOME} | N | a)? {_MANY} ago",
    "(N | a | an | half an | media | half) (HOURU | MINU) (later | EARLIER | antes | DESPUES | mas TARDE | mas"
    " TEMPRANO)",
    "(N | a) (DAY | WEEK | MONTH | YEAR | HOUR) ago",
    # "Se me fue la roncha, pero 3 días después me salió otra vez"
    "(NN | un | una) (DIA | DIAS | SEMANA | SEMANAS) (DESPUES | mas TARDE) COMMA? (ya | me | la | lo){0,2}"
    " (HAPPENED | SEEMS_PAST | ERA)",
    "(N | a) (DAYU | WEEKU) ago (on)? (TODAY | WD)",
)


_ASKS = ALPHABET.compile("(FILL | COMMA){0,3} (until)? (what | TAL | when | is | MAKING)")


def _weekdays(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "On weekdays": in a question in which nothing is wished it is about the opening hours."""
    del match
    letters = tokens.letters
    asked = (_ASK in letters and not _SERVED.isdisjoint(letters)) or _ASKS.match(letters) is not None
    return Nothing(every=True) if asked and _WISHES.isdisjoint(letters) else Vague()


def _in_english(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "A monday"; in Spanish "a" goes before a day."""
    del match
    return Vague() if tokens.language == "en" else None


def _once(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "I'll take it once my exams are over"; "I will confirm once my salary enters" tells when somebody will write."""
    return Vague() if _TALK not in tokens.letters[: match.start()] else None


def _then_only(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "We'll bring the heifers in when the roads dry out"; "I'll call you when my car is done" tells when somebody
    will call."""
    before = tokens.letters[: match.start()]
    return Vague() if _ILL in before and _TALK not in before else None


def _waits(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "Hold off until the tenants are out"; "open until the kids are out" waits for nothing."""
    return None if _WAITS.isdisjoint(tokens.letters[: match.start()]) else Vague()


RULES: tuple[Rule[Meant], ...] = (
    *_SOME_DAY,
    *each(_then_only, f"when (?! (i | IM | ejem) (EJEM)? COME) {_SUBJECT} {_HAPPENS} (?= $ | PAUSE | FILL)"),
    *each(_once, f"(?<! at) once {_SUBJECT} {_HAPPENS} (?= $ | PAUSE | FILL | {_THEN} | and)"),
    # "I'll bring them in after the school year is over"
    *each(
        _then_only,
        "after (the | my | this) (word | words | COSAS | UNA_COSA | YEAR | FEAST | CLASES | TEMPORADA | to |"
        " its | of){1,5}"
        " (is | HAVE | GETTING)? (over | out | off | away | given | gone | FILL)? (?= $ | PAUSE | FILL)",
        "after word (the | my | this | some) (word | words | COSAS | UNA_COSA | CLASES){1,3} (?= $ | PAUSE | FILL)",
    ),
    # "Wait til the payment lands", "hold off on it until the tenants have cleared out"
    # "Let the rains reduce first, then I come", "the cast has to come off first, then we'll start"
    *each(
        _once,
        f"(?<! INSIDE) (PERO | and)? let {_SUBJECT} {_HAPPENS} ORDW (?= $ | BREAK | COMMA? (then | i | EJEM))",
        f"(?<= PERO | and) let {_SUBJECT} {_HAPPENS} ORDW (?= $ | BREAK | COMMA? (then | i | EJEM))",
        f"(must | HAVE to) {_HAPPENS} ORDW? COMMA? (?= then (i | EJEM){{1,2}})",
    ),
    *each(_waits, f"until {_SUBJECT} {_HAPPENS} (?= $ | PAUSE | FILL | {_THEN} | and)"),
    *_ANY_DAY,
    *_OTHER_DAY,
    *_SOME_HOUR,
    *each(_weekdays, "WEEKDAYS"),
    *each(_in_english, "a WDAY (?! NUM | CITA)"),
    *_WEEKS,
    *_WEEKENDS,
    *_MONTHS,
    *_SEASONS,
    *_FROM_THEN_ON,
    *_SOONEST,
    *_RIGHT_NOW,
    *_EXCEPT,
    *_GONE_BY,
)

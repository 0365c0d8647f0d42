"""What each mention is there for: the appointment there already, a limit, something of the past, opening hours."""

from recado.brain.rules.when import answering, clauses, states, telling
from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.items import Cluster, Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import DayNamed, DaySpan, Except, PartNamed, Soonest, TimeNamed, TimeSpan, Vague

_ITEMS = frozenset(ALPHABET.of("ITEM"))
_DAY = ALPHABET.of("DAYM")
_ASK = ALPHABET.of("ASK")
_VERBS = frozenset(ALPHABET.union("WE_DO GOT"))
_WITH_WHOM = "con | el DOCTOR | la DOCTOR | DOCTOR | with | the DOCTOR"
_TOPIC = ALPHABET.compile(
    # "Mi cita del lunes", "the appointment I have on monday"
    "(?<! QUIERO | WANT | OTRO | IR | PEDIR) (mi | la | my | the | ese | su | your) (word | OTRO | AGENDADO | PROX |"
    " ULTIMO)? (CITA |"
    " HORA)"
    " (word | AGENDADO | que | TENGO | ya | i | HAVING | i HAVING | de CITA | WAS | ERA | is | es | EJEM | me | DIJO"
    " | TOLD"
    f" | de (mi | my | la | el)? (word | COSA | GONE) GONE? | {_WITH_WHOM}){{0,5}}"
    " (para)? (de | del | from | of | on | at | es | is | el | the | en | WAS | ERA | in | for){0,3} (?= ITEM)"
    # "Mi cita para el lunes, la puedo pasar al martes?"
    " | (mi | la | my | the) CITA (para | for) (el | la | the){0,1} (?= ITEM ITEM? .{0,8} (CAMBIAR | PASAR))"
    # "Tengo una cita el lunes", "I'm booked for friday"
    " | (?<! u) (TENGO | TENIA | HAVING | WENT) (ya)? (un | una | mi | la | an | a | my | the)? (OTRO | word)? (CITA |"
    " HORA)"
    f" (word | AGENDADO | {_WITH_WHOM} | (de | del) (la | el | mi)? word){{0,4}} (para | el | la | de | on |"
    f" for | at | a | en | del){{0,3}} (?= ITEM)"
    # "We said monday", "we were supposed to meet on monday"
    " | (ejem (DID | id)? AGREED | WAS AGREED to (word | MAKE | find | TALK)) (on | for | the){0,2} (?= ITEM)"
    " | TENIA AGREED? (para)? (el | la)? (?= ITEM)"
    # "Mi mamá tiene cita el jueves y no va a poder ir"
    " | HAY (una | su | la)? CITA (para | el | la | de | con | a){0,3}"
    " (?= ITEM (a | ITEM | COMMA){0,3} (y | PERO | COMMA | and){1,2} (EJEM | ya | el | la | word){0,2} no"
    " (PUEDO | VOY |"
    " FILL a PODER))"
    " | AGENDADO (una CITA)? (para | el | la | on | for | at | en){0,3} (?= ITEM)"
)
_TARGET = frozenset(ALPHABET.union("al para to por"))
_OWN_DAY = ALPHABET.compile("(?<! a | an | un | una) ITEM ITEM? CITA (?! disponible)")
""" "My monday appointment"."""
_MOVED_FROM = ALPHABET.compile(
    "(de | del | from | desde | off of | off | (?<= word | words | CITA | CLASES | set) of) (el | la | las |"
    " the)? (?= ITEM)"
)
_MOVED = ALPHABET.compile(
    "(CAMBIAR | PASAR) (mi | la | my | the | ese | su | its | me){0,2} (CITA)? (el | la | on | the | de las | las){0,2}"
    " (?= DAYM TIMEM? (a | al | por | para | to | for) (el | la | the | on | las){0,2} ITEM)"
)
_MOVED_TO = ALPHABET.compile(
    "((MOVER | MOVED) (me | la | lo | mi | su | CITA | EJEM){0,3} | (la | lo) PUEDO? (PASAR | STEP)) (a | al | para"
    " | por)"
    " (el | la | las | este | DIA){0,2} (?= ITEM)"
)
""" "Tengo el lunes a las 10, la quería cambiar al martes"."""
_HELD = ALPHABET.compile(
    "((?<! u) (?<! CAN i | COULD i) (TENGO | HAVING) (its | la | para | on | el | for){0,2} | my) (?= ITEM)"
)
""" "Quiero cambiar mi turno, tengo el lunes a las 10"."""
_MOVE = ALPHABET.compile(
    "CAMBIAR | PASAR (mi | la | ese) (CITA | HORA) | CITA .{0,12} PASAR | PASAR (de | del) (el | la)? ITEM"
    " ITEM? (a | al | para)"
    " | DIJO (mi | la | ese) CITA (de | del | TIMEM) | (la | lo) PASAR (de | del) ITEM"
    " | (lo | la) STEP (a | al | para) ITEM"
    " | (?<= ITEM | its | COME | DID | that | CITA | me) (FORWARD | AHEAD) to? (the | on)? ITEM"
    " | (la | lo) PUEDO PASAR TIMEM"
    " | PASAR (el | la | lo | mi | su) (CITA | CLASES | word | mi | GONE)? (de (la | mi | su)? (word | words"
    " | CLASES | COSA))? (de | del) (?= ITEM) | PASAR el CITA (de | del) | shift (me"
    " | word)? (from | my | the | its | u | CITA) | shift (me | my | the | word | words | CLASES | COSA | set |"
    " and){1,5} (from | of) ITEM"
    " | (FORWARD | AHEAD) from (the | on)? ITEM{1,2} to | CITA .{0,3} from ITEM"
    " ITEM? to"
)
_BROUGHT_FORWARD = ALPHABET.compile("(?= ITEM ITEM? CITA? (FORWARD | AHEAD) (to | TIMEM))")
""" "Bring thursday's 11 o'clock forward to 9"."""
_FROM_SIDE = ALPHABET.compile(
    "(desde | a TELL (de | del) | a partir de | a partir del | (?<! CANCEL me) from | after | DESPUES de | DESPUES del"
    " | starting | starting from | since"
    " | a mas tardar | MAXIMO | como muy TARDE | at the LATEST | as of | PASADA | LUEGO (de | del) | antes de"
    " | antes del | before | prior to | AHEAD of | up? until | up to | hasta | (?<! COME | POP | PIEZA | DID"
    " | WAS) by | within | not until"
    " | between (NOW | TODAY) and | from (NOW | TODAY) (until | to | through)"
    " | (de)? AQUI (a | al | hasta) | (sooner | EARLIER | later) than) (el | la | the | on | DIA){0,2} $"
    # "Before I leave on friday"
    " | (before | after | until) (i | ejem | u) (word | words | leave | GETTING | COME | MAKE | SICK |"
    " RETURN){1,3} (on | the){1,2} $"
)
_CANCELLED = ALPHABET.compile("CANCEL (my | the | CITA | for | on | FILL | word){0,4} $")
_BEFORE_EVENT = ALPHABET.compile("before (the | my | a | your) (word | words | FEAST | CUMPLIR){1,2} (on | of)? the? $")
_THEN = ALPHABET.compile("DAYM .{0,16} (before | after) (then | that) (?= $ | PAUSE | FILL)")
""" "My permit ends on the 21st, I need it before then"."""
_UNTIL = ALPHABET.compile("(until | hasta) (el | the | after | DESPUES de | DESPUES del){0,2} $")
_PUT_OFF = ALPHABET.compile(
    "CAMBIAR (its | la | lo | me | CITA | the | my | mi){0,3} (up? until | up to | hasta) (el | the)? $"
)
""" "Postpone it till monday" names the new day."""
_THAT_DAY = ALPHABET.compile("PEDIR (para | el)? (ese){1,2} (DIA | fecha)")
""" "Mi seguro cubre desde el 1, agéndeme para ese día"."""
_POINTING = frozenset(ALPHABET.union("ese eso"))
_NEAR_THAT_DAY = ALPHABET.compile("(antes de | DESPUES de) (eso | (ese){1,2} (DIA | fecha | MON))")
""" "Viajo el 10, una cita antes de esa fecha"."""
_SINCE = ALPHABET.compile("(desde | since | de desde) (el | la | the){0,1} $")
_SINCE_WORD = ALPHABET.of("since")
_HAS = ALPHABET.compile("HAY (FIEBRE | DOLOR | GONE | (word | words) (?= desde))")
""" "Tiene fiebre", "tiene 84 años": nothing that is asked for."""
_SUFFERS = frozenset(ALPHABET.union("TENGO VOY me con FIEBRE DOLOR PASO WENT DORMIR HAVING IM MINU hace no word words"))
_UNTIL_THEN = ALPHABET.compile("(FILL | COMMA | STOP | EJEM) hasta (el)? $")
_AND_ON = ALPHABET.compile(
    "ITEM ((en | para | hacia) ADELANTE | onwards | on (?= $ | BREAK) | o (DESPUES | mas TARDE) | or (later | after)"
    " | or (sooner | EARLIER | before) | o antes | (at the)? LATEST | at the SOONEST | a mas tardar | COMMA? como"
    " muy TARDE | (como)?"
    " MAXIMO) (?! TIMEM)"
)
_SOUGHT = frozenset(
    ALPHABET.union("PUEDO disponible DISPONIBLE QUIERO CITA QUEDA ATIENDEN HAY PEDIR WANT CAN BOOK available OPEN")
)
_ALSO = ALPHABET.of("ejem")
_SEEMS_PAST = ALPHABET.of("SEEMS_PAST")
_EVENT = ALPHABET.compile(
    "PASO | WENT | SEEMS_PAST | DIJO de ALTA | (WAS | HAVE) EJEM? (given | gone) | me{1,2} AGENDADO (word | words"
    " | con | en)"
    " | (i | u | EJEM) left (?! to | (a | an | the | my)? word? CITA) | left (?! (a | an | the | my) word? CITA)"
    " (my | a | an | the | some | its"
    " | your | word)"
    # "My kid split his lip"
    " | (word | COSA) left words"
    " | (?<! HAVE) GOT (?! any | anything | to (?! the | my | your | a) | (a | an | un | the | my | to"
    " | some)? (work | CLASES"
    " | OCUPADO | BUSY | CITA | COSA))"
)
_GOVERNED = ALPHABET.compile(
    "(PASO | WENT | DIJO | SEEMS_PAST) (to | a | de)? (PASAR | MOVER | PEDIR | CANCEL | BOOK)"
    " | as (i | u | EJEM | yo | ya){0,2} (WENT | SEEMS_PAST | DIJO | TOLD | AGREED | ASKED)"
    " (?! (me | u | on){0,2} ITEM)"
    " | como me? (SEEMS_PAST | DIJO) (?= $ | PAUSE)"
    " | (ASKED | TOLD) (me | u | EJEM | word)? to (MAKE | word | see | find | TAKE)"
    " | (no one | MISSED) (WISHED | let)"
    " | SORRY COMMA? i (SEEMS_PAST | DID) (?= ITEM | NUM)"
)
""" "No me dejaron pasar", "forgot to cancel": what was wished once."""
_CANNOT = ALPHABET.compile("no me{0,2} PUEDO")
""" "Mi mamá no puede caminar" wishes nothing."""
_POLITE = ALPHABET.compile("WAS (ejem | word)? WONDERING | (WISHED | let) me TALK")
""" "I was wondering if" asks for what is to come, "let me know" for an answer."""
_SAID_ON = ALPHABET.compile("(DIJO | TOLD | AGREED | SEEMS_PAST) (me | u)? (en | el | on | the){0,2} ITEM (que | that)")
_APPOINTS = ALPHABET.compile(
    "BOOK | PEDIR | MOVER | CANCEL | CITA | CAN (i | ejem) (EJEM | word)? COME | QUIERO (?! que | TELL | word TELL |"
    " mi (word | words | DINERO)) | (WISHED | like) to"
)
"""What else is wished than that they look, answer or come for it."""
_PAST_VERBS = frozenset(ALPHABET.union("PASO WENT SEEMS_PAST DIJO TENIA ERA"))
_ONCE = frozenset(ALPHABET.union("PASO WENT DIJO SEEMS_PAST TOLD AGREED no"))
"""Without one of these nothing is told of the past, so there is nothing to look for."""
_OFFERED = frozenset(ALPHABET.union("HAY ATIENDEN available disponible"))
""" "Vi que tienen cupo el jueves": what is seen is of now."""
_WE_DO = ALPHABET.of("WE_DO")
_DONE = frozenset(ALPHABET.union("WE_DO DIJO MOVED CANCELED AGENDADO TOLD GOT"))
""" "El lunes pasado cambiamos": verbs that may be of now, or of an appointment to come."""
_TOLD = frozenset(ALPHABET.union("PASO WENT DIJO TOLD AGREED ERA WAS TENIA"))
_CONTENT = frozenset(
    ALPHABET.union("word words find see FIEBRE DOLOR COSA DORMIR SEEMS_PAST WE_DO ROUTINE GOT IR MAKE CANT")
)
_NOT = frozenset(ALPHABET.union("no not"))
_WISHES = frozenset(ALPHABET.union("WISH"))
_APPOINTING = frozenset(ALPHABET.union("WISH CITA"))
_BREAKS = frozenset(ALPHABET.union("BREAK PERO"))
_SENTENCES = frozenset(ALPHABET.union("BREAK"))
_HALF_SENTENCES = frozenset(ALPHABET.union("PAUSE PERO"))
_OF_ONESELF = frozenset(ALPHABET.union("i IM yo TENGO PUEDO VOY SALGO disponible available CAN"))
_CLAUSES = frozenset(ALPHABET.union("PAUSE PERO y and QUIERO WANT TALVEZ mejor QUEDA then if"))
_WANTED = frozenset(ALPHABET.union("WISHED let"))
_TELLINGS = frozenset(ALPHABET.union("PAUSE PERO y and PORQUE since"))
_MISSED_AFTER = frozenset(ALPHABET.union("PAUSE PERO y and"))
_AHEAD = ALPHABET.compile(
    "(para | for | (?<! es | FILL | word | AVISO | QUEDA) que | hasta | until | to) (el | la | the | on | DIA |"
    " este){0,2} $"
)
_PROPOSED = ALPHABET.compile("(que TAL | TAL about | TAL si | what about) (el | la | on | the | DIA){0,2} $")
_OF_RESULTS = ALPHABET.compile(
    "(RESULTS | CODIGO) (de | from | of | for)? (word | words)? (de | del | from | of) (el | la | the | DIA)? $"
)
_IN_PAIRS = ALPHABET.compile("(?<= ITEM) (y | and) (?= (el | the | on | en | la)? ITEM)")
_SUFFERED = ALPHABET.compile("ITEM (con | PARTM | COMMA)? (GONE | FIEBRE | DOLOR | SICK)")
_THEY_TOLD = ALPHABET.compile(
    "ITEM COMMA? (no | ya | EJEM){0,2} (ERA (ATIENDEN | NADIE) | me{1,2} DIJO | DIJO (?! $ | PAUSE | TIMEM | para))"
    " | ITEM COMMA? (i | u | EJEM | word){1,2} (TOLD | AGREED) (me | u | word | the | my | that | its)"
)
_ON_A_DAY = frozenset(ALPHABET.union("on el en"))
_RESULTS = frozenset(ALPHABET.union("RESULTS CODIGO"))
_WAS = ALPHABET.of("WAS")
_WHERE_TOLD = ALPHABET.compile("en (la | mi) (ULTIMO)? CITA (de | del){1} (el | la | DIA)? $")
_ONCE_WISHED = ALPHABET.compile("QUERIA | MOVED | CANCELED | AGENDADO | WOULD (?! like | WISHED | let) | COULD")
_STILL_WISHES = frozenset(
    ALPHABET.union("DESEO PEDIR MOVER CANCEL PREFIERO WISHED let BOOK ABLE_TO PUEDO PREFER PASAR")
)
"""Wishes without those that may be told of the past."""
_OWED = frozenset(ALPHABET.union("TENIA ERA WAS AGREED AGENDADO"))
_MISSED = ALPHABET.compile(
    "(COMMA | STOP | PERO | y | and | FILLER | i | yo | me | que | PORQUE){1,6}"
    " (MISSED | no me{0,2} (HAPPENED | DIJO) | (?<= me me) HAPPENED | me STEP (?= $ | PAUSE | PERO | y | and | la |"
    " el | the))"
)
""" "Me tocaba el jueves y no fui", "I was to come on thursday but forgot"."""
_ROUTINE = ALPHABET.compile(
    "(?<! como | de) USUALLY | (?<! VOY) ROUTINE | (?<! ILL | PUEDO | CAN | WANT) TAKE ((el | la | mi | my | the |"
    " a | un | una | me | su){0,2} | (el | la | los | las) (de | del) (el | la | mi)?)"
    " (DOSIS | word | words | GONE | DOLOR | FIEBRE)"
)
_HABIT = ALPHABET.compile(
    "(?<! me | IM) (ATIENDEN | OPEN (?! (the | a | an | my) (PIEZA | word | COSA | LOCAL))) | (?<! en | ALGUN | OTRO"
    " | CUALQUIER | ese | mi) HORARIO (?! (de | del) (la | el | mi)? (word | LOCAL) y yo? TENGO) (?! word (COMMA | $))"
    " | MAKING (u | ejem) (COSAS | EJEM | USUALLY | FILL | word){0,2} (work (?! WORK_FOR | with | for) | (MAKING"
    " | find | see | TAKE) to? (COSAS |"
    " words | CITA)) | HORAS de CITA | your (OPEN | word | BUSY | available)? HOURS"
)
_CHANGED_HOURS = ALPHABET.compile("PASAR (el | su | de | the | your){0,2} HORARIO")
_OFFERS = ALPHABET.compile("HAY (?! (el | un | EJEM | word){0,2} HORARIO) | CITA")
_SO = frozenset(ALPHABET.union("WISH TALVEZ mejor eso PROPOSE"))
_BECAUSE_CLOSED = ALPHABET.compile(
    "(PORQUE | since | as | ya que | como) (u | FILL | EJEM | is){0,2} (OPEN | ATIENDEN)"
)
_YOU_ARE_CLOSED = ALPHABET.compile("(u | FILL) is (OPEN | ATIENDEN)")
_CLAUSES_AND_SO = frozenset(ALPHABET.union("PAUSE PERO FILL ILL CAN"))
_EVERY = ALPHABET.of("EVERYM")
_WEEKLY_HOUR = ALPHABET.compile(
    "EVERYM (COMMA | a | de | por | en | y | ATIENDEN | HAY | EJEM){0,2} (TIMEM PARTM? | PARTM TIMEM?) | TIMEM"
    " PARTM? (COMMA | de){0,1} EVERYM"
)
_SERVED = ALPHABET.compile("(?<! me | IM) (ATIENDEN | OPEN)")


def moving(skeleton: Skeleton) -> bool:
    """Whether an appointment is to be moved."""
    return _MOVE.search(skeleton.letters) is not None


def mark_sources(skeleton: Skeleton) -> None:
    """Set `source` on the mentions of an appointment that is there already."""
    letters = skeleton.letters
    for match in _TOPIC.finditer(letters):
        _mark(skeleton, match.end())
    for match in _OWN_DAY.finditer(letters):
        if skeleton.language == "en" or letters[match.start()] == _DAY:
            _mark(skeleton, match.start())
    if moving(skeleton):
        for pattern in (_MOVED_FROM, _MOVED, _HELD, _BROUGHT_FORWARD):
            for match in pattern.finditer(letters):
                _mark(skeleton, match.end())
        for match in _MOVED_TO.finditer(letters):
            _mark_before(skeleton, match.start(), skeleton.at[match.end()])


def _mark_before(skeleton: Skeleton, place: int, target: Item) -> None:
    """What was named before a move is where it is moved from: "hay cita para el 12 a las 9, cámbiela al 15"."""
    for item in skeleton.items:
        moved = target.cluster.day is not None or item.slot == target.slot
        if item.at < place and moved and isinstance(item.meant, DayNamed | TimeNamed) and not item.negative:
            item.source = True


def _mark(skeleton: Skeleton, at: int) -> None:
    """The mention at a place, and what stands with it."""
    item = skeleton.at[at]
    for other in item.cluster.items.values():
        if isinstance(other.meant, Vague | Soonest | Except) or _aimed_at(skeleton, other, item):
            continue
        # "Pase mi cita de las 9 a las 11" says both.
        other.source = not (moving(skeleton) and _from_one_to_another(other))


def _from_one_to_another(item: Item) -> bool:
    match item.meant:
        case TimeSpan(first, last, between=False):
            return first is not None and last is not None
        case DaySpan(days):
            return len(days) > 1
        case _:
            return False


def _aimed_at(skeleton: Skeleton, other: Item, item: Item) -> bool:
    """ "Cambiar la cita del lunes para las 5": the second half is where it is to go."""
    return other.at > item.at and not _TARGET.isdisjoint(skeleton.letters[item.at + 1 : other.at])


def mark_open_sides(skeleton: Skeleton) -> None:
    """Set `open_side` on days that only limit: "a partir del lunes", "by friday"."""
    letters = skeleton.letters
    pointed_at = not _POINTING.isdisjoint(letters)
    for item in skeleton.items:
        if isinstance(item.meant, Vague) and item.negative:
            # "We're busy until after the holidays": then they are not.
            item.negative = not states.before(_UNTIL, letters, item.at) or _refused_day(skeleton)
        if isinstance(item.meant, DayNamed) and _THEN.match(letters, item.at) and _is_last(skeleton, item):
            item.open_side = not item.source
        elif isinstance(item.meant, DayNamed) and not item.source:
            near_it = pointed_at and item.cluster.time is None and bool(_NEAR_THAT_DAY.search(letters, item.at))
            gone = (item.meant.day.offset or 0) < 0 or _parting(letters, item)
            limit = states.before(_FROM_SIDE, letters, item.at) and not gone
            numbered = item.meant.day.day is not None
            limit = limit or (numbered and states.before(_BEFORE_EVENT, letters, item.at))
            limit = limit or _at_the_soonest(skeleton, item)
            limit = limit and not states.before(_PUT_OFF, letters, item.at)
            if limit and _THAT_DAY.search(letters, item.at):
                limit = False
            item.open_side = limit or bool(_AND_ON.match(letters, item.at)) or near_it
            # "No puedo hasta mañana" is from then on.
            item.negative = item.negative and not item.open_side


def _at_the_soonest(skeleton: Skeleton, item: Item) -> bool:
    """ "Monday at the earliest" is from then on."""
    following = skeleton.at.get(item.at + 1)
    return following is not None and isinstance(following.meant, Soonest) and following.meant.limit


def cancelled(skeleton: Skeleton, item: Item) -> bool:
    """ "Cancel tomorrow, next week is better"."""
    return states.before(_CANCELLED, skeleton.letters, item.at)


def _is_last(skeleton: Skeleton, item: Item) -> bool:
    return all(other.at <= item.at for other in skeleton.items)


def _refused_day(skeleton: Skeleton) -> bool:
    return any(isinstance(item.meant, DayNamed) and item.negative for item in skeleton.items)


def _parting(letters: str, item: Item) -> bool:
    """ "Gracias, hasta mañana a las 9" names the hour of the appointment."""
    return item.cluster.time is not None and states.before(_UNTIL_THEN, letters, item.at)


def told_of_the_past(skeleton: Skeleton, item: Item) -> bool:
    """Whether a day that lies behind is only told of, by a word that is not about an appointment.

    Of a day that has a number ("el 10 de octubre") it takes a verb.
    """
    letters = skeleton.letters
    for pattern in (_CANNOT, _POLITE):
        letters = pattern.sub(lambda match: _ALSO * len(match.group()), letters)
    numbered = isinstance(item.meant, DayNamed) and item.meant.day.day is not None
    if _ASK in letters or states.before(_AHEAD, letters, item.at) or not _APPOINTING.isdisjoint(letters):
        return False
    if states.before(_PROPOSED, letters, item.at):
        return False
    if not numbered and _SUFFERED.match(letters, item.at):
        return True
    return not (_VERBS if numbered else _CONTENT).isdisjoint(_segment(letters, item.at, _BREAKS))


def drop_later_word(skeleton: Skeleton) -> None:
    """Leave out the day on which somebody will only say more; with an hour it is the appointment's."""
    for match in answering.LATER_WORD.finditer(skeleton.letters):
        found = [skeleton.at[at] for at in range(match.start(), match.end()) if skeleton.letters[at] in _ITEMS]
        if found and found[0] in skeleton.items and _soon(found[0]) and not _named_behind(found[0]):
            _leave_out(skeleton, found[0].cluster)


def _soon(item: Item) -> bool:
    """Whether it is a day as people say when they will answer: near, and without an hour."""
    if item.cluster.time is not None:
        return False
    match item.meant:
        case PartNamed() | Vague(hours=True):
            return True
        case DayNamed(day):
            return day.day is None
        case _:
            return False


def drop_routines(skeleton: Skeleton) -> None:
    """Leave out the hours of what somebody does every day: "tomo la pastilla a las 8"."""
    letters = skeleton.letters
    if _ROUTINE.search(letters) is None:
        return
    for cluster in list(skeleton.clusters):
        segment = telling.without_its_doing(_segment(letters, cluster.first, _BREAKS))
        # What has a day is no habit: "24 dic, cena 21 hs".
        if _DAY not in segment and _ROUTINE.search(segment) and _APPOINTING.isdisjoint(segment):
            _leave_out(skeleton, cluster)


def mark_reported(skeleton: Skeleton) -> None:
    """Set `reported` on days that are told of the past, and `backward` where they must lie behind."""
    letters = clauses.without_asked(_IN_PAIRS.sub(_ALSO, skeleton.letters))
    said_on: set[int] = set()
    if not _ONCE.isdisjoint(letters):
        letters = _GOVERNED.sub(lambda match: match.group()[0] + _ALSO * (match.end() - match.start() - 1), letters)
        said_on = {match.end() - 2 for match in _SAID_ON.finditer(letters)}
    if not _NOT.isdisjoint(letters):
        letters = _CANNOT.sub(lambda match: _ALSO * len(match.group()), letters)
    if _WAS in letters:
        letters = _POLITE.sub(lambda match: _ALSO * len(match.group()), letters)
    wished = not _WISHES.isdisjoint(letters)
    asked_for = telling.without_changed_things(letters)
    for item in skeleton.items:
        segment = _segment(letters, item.at, _BREAKS)
        past = not _TOLD.isdisjoint(segment) or (_SEEMS_PAST in segment and _tells_day(item))
        item.reported = (
            past and not wished and not telling.is_to_come(item.meant, _segment(letters, item.at, _TELLINGS))
        )
        behind = _named_behind(item)
        ahead = (behind or isinstance(item.meant, DayNamed)) and states.before(_AHEAD, letters, item.at)
        if behind and not ahead and _told_as_past(letters, segment):
            item.reported = True
        if _since_then(letters, item):
            item.reported = item.backward = True
            item.open_side = False
        elif isinstance(item.meant, DayNamed) and _missed(letters, item):
            item.backward = True
            item.reported = not wished
        elif (behind or isinstance(item.meant, DayNamed)) and not ahead:
            happened = item.at in said_on or _when_told(letters, item) or _happened(skeleton, letters, item, segment)
            # Whatever is wished beside it, but an appointment: "I paid on tuesday, can you check".
            was_there = states.was_there(letters, item.at) or telling.of_what_was(letters, item.at)
            item.reported = item.reported or ((happened or was_there) and _APPOINTS.search(asked_for) is None)
            item.backward = happened or was_there or _of_results(letters, item)


def _happened(skeleton: Skeleton, letters: str, item: Item, sentence: str) -> bool:
    """Whether its clause tells of something that was done on that day."""
    clause, behind = clauses.without_whom(letters, item.at, *_bounds(letters, item.at, _CLAUSES)), _named_behind(item)
    wishes = _STILL_WISHES if behind else _WISHES
    if not wishes.isdisjoint(clause) or (not behind and not _OFFERED.isdisjoint(clause)):
        return False
    if not behind and _wished_done(letters, item.at):
        return False
    if not behind and _EVENT.search(clause) is None and _asked(letters, item.at):
        return False
    return _done(clause, sentence, behind=behind) and not _told_behind(skeleton, item)


def _asked(letters: str, at: int) -> bool:
    """Whether its clause is a question: "no hubo clase el lunes, la recuperamos el sábado?"."""
    return next((letter for letter in letters[at:] if letter in _HALF_SENTENCES), "") == _ASK


def _wished_done(letters: str, at: int) -> bool:
    """ "I want my two seen before Monday": what a wish begins with a participle is still to come."""
    before = next((letters[place] for place in range(at - 1, -1, -1) if letters[place] in _CLAUSES), "")
    return before in _WANTED


def _of_results(letters: str, item: Item) -> bool:
    """ "Los resultados del lunes"."""
    return not _RESULTS.isdisjoint(letters) and states.before(_OF_RESULTS, letters, item.at)


def _done(clause: str, sentence: str, *, behind: bool) -> bool:
    """Whether a clause tells of something that was done.

    "Comimos" may be of now: then the sentence decides, or a day whose very name says that it lies `behind`.
    """
    if _EVENT.search(clause) is not None:
        return True
    if behind:
        return not _DONE.isdisjoint(clause)
    return _WE_DO in clause and not _PAST_VERBS.isdisjoint(sentence)


def _tells_day(item: Item) -> bool:
    return isinstance(item.meant, DayNamed | PartNamed)


def _named_behind(item: Item) -> bool:
    """Whether its very words say that it lies behind: "ayer", "last night", "el lunes pasado"."""
    match item.meant:
        case DayNamed(day) | PartNamed(day=Day() as day):
            return (day.offset or 0) < 0 or day.last
        case _:
            return False


def _told_as_past(letters: str, segment: str) -> bool:
    """Whether what is said of a day that lies behind was once wished, and nothing is wished now."""
    told = _ONCE_WISHED.search(segment) is not None or _EVENT.search(segment) is not None
    return told and _ASK not in letters and _STILL_WISHES.isdisjoint(letters)


def _when_told(letters: str, item: Item) -> bool:
    """ "El martes me dieron el turno", "en la visita del 5 me dijeron": the day on which they did."""
    begins = item.at == 0 or letters[item.at - 1] in _CLAUSES or letters[item.at - 1 : item.at] in _ON_A_DAY
    told = not _PAST_VERBS.isdisjoint(letters) and states.before(_WHERE_TOLD, letters, item.at)
    return told or (begins and _THEY_TOLD.match(letters, item.at) is not None)


def _told_behind(skeleton: Skeleton, item: Item) -> bool:
    """ "Ayer pagué la consulta del 24": what happened has a day of its own, that lies behind in words."""
    return item.source and any(_named_behind(other) for other in skeleton.items if other is not item)


def _missed(letters: str, item: Item) -> bool:
    """Whether it is the day of an appointment to which nobody came."""
    end = next((at for at in range(item.at + 1, len(letters)) if letters[at] in _MISSED_AFTER), len(letters))
    return not _OWED.isdisjoint(_segment(letters, item.at, _MISSED_AFTER)) and bool(_MISSED.match(letters, end))


def _since_then(letters: str, item: Item) -> bool:
    """ "Tengo fiebre desde el lunes" tells of the past, "puedo desde el lunes" does not."""
    if not states.before(_SINCE, letters, item.at):
        return False
    if isinstance(item.meant, PartNamed) or (isinstance(item.meant, DayNamed) and (item.meant.day.offset or 0) < 0):
        return True
    if _SINCE_WORD in letters[max(0, item.at - 2) : item.at]:
        return True
    asked = _HAS.sub(lambda match: _ALSO * len(match.group()), letters)
    return _SOUGHT.isdisjoint(asked) and not _SUFFERS.isdisjoint(letters)


def _segment(letters: str, at: int, breaks: frozenset[str]) -> str:
    start, end = _bounds(letters, at, breaks)
    return letters[start:end]


def _bounds(letters: str, at: int, breaks: frozenset[str]) -> tuple[int, int]:
    start = next((place + 1 for place in range(at - 1, -1, -1) if letters[place] in breaks), 0)
    end = next((place for place in range(at + 1, len(letters)) if letters[place] in breaks), len(letters))
    return start, end


def drop_habits(skeleton: Skeleton) -> None:
    """Leave out what asks for the opening hours: "atienden sabado?", "de lunes a viernes", "abren a las 8?"."""
    letters = skeleton.letters
    _drop_weekly(skeleton)
    if _HABIT.search(letters) is None:
        return
    _drop_seasons(skeleton)
    weekdays = [
        cluster
        for cluster in skeleton.clusters
        if _of_hours(cluster)
        and not _EVENT.search(_segment(letters, cluster.first, _CLAUSES))
        and not _wished_instead(letters, cluster)
    ]
    # "You're closed monday so tuesday" tells when they are.
    told = _BECAUSE_CLOSED.search(letters) or (_ASK not in letters and _YOU_ARE_CLOSED.search(letters))
    several = len(skeleton.clusters) > 1 or _EVERY in letters
    around = _CLAUSES_AND_SO if told and several else _SENTENCES
    asked = [cluster for cluster in weekdays if _HABIT.search(_segment(letters, cluster.first, around))]
    habitual = asked or weekdays
    if len(habitual) == 1 and not _bare(habitual[0]) and not isinstance(_meant(habitual[0]), DaySpan | Vague):
        habitual = []
    for cluster in habitual:
        _leave_out(skeleton, cluster)
    sought = not _WISHES.isdisjoint(letters)
    if _SERVED.search(letters) and not sought and not any(cluster.day for cluster in skeleton.clusters):
        for cluster in list(skeleton.clusters):
            if not _said_for_itself(letters, cluster):
                _leave_out(skeleton, cluster)


def _wished_instead(letters: str, cluster: Cluster) -> bool:
    """Whether it is wished in a clause of its own: "el sábado no abren, así que el viernes a las 5"."""
    at = cluster.day.at if cluster.day is not None else cluster.first
    clause = _segment(letters, at, _HALF_SENTENCES)
    if _HABIT.search(clause) is not None or _asked(letters, at):
        return False
    return cluster.time is not None or not _SO.isdisjoint(clause)


def _drop_seasons(skeleton: Skeleton) -> None:
    """Leave out a month or season, and hours, in what asks for the opening hours: "¿en agosto abren a las 8?"."""
    letters = skeleton.letters
    if not telling.asks(letters) or not _WISHES.isdisjoint(_CHANGED_HOURS.sub(_ALSO, letters)):
        return
    for cluster in [cluster for cluster in skeleton.clusters if _of_season(cluster)]:
        sentence = _segment(letters, cluster.first, _SENTENCES)
        if _HABIT.search(sentence) is None or _OFFERS.search(sentence) is not None:
            continue
        asked = [one for one in skeleton.clusters if _segment(letters, one.first, _SENTENCES) == sentence]
        if all(one.day is None or _of_season(one) or _of_hour(one) for one in asked):
            for one in asked:
                _leave_out(skeleton, one)


def _of_season(cluster: Cluster) -> bool:
    meant = _meant(cluster)
    return isinstance(meant, Vague) and meant.season


def _of_hour(cluster: Cluster) -> bool:
    meant = _meant(cluster)
    return isinstance(meant, Vague) and meant.hours


def _any_such(cluster: Cluster) -> bool:
    meant = _meant(cluster)
    return isinstance(meant, Vague) and meant.habitual


def _drop_weekly(skeleton: Skeleton) -> None:
    """Leave out the hours of what is every week: "los martes a las 6 hay clase?"."""
    letters = skeleton.letters
    if _EVERY not in letters and not telling.asks_hours(letters):
        return
    dated = any(cluster.day for cluster in skeleton.clusters)
    asked = telling.asks_something(letters) and _WISHES.isdisjoint(letters)
    for cluster in [cluster for cluster in skeleton.clusters if asked and _any_such(cluster)]:
        # "¿Los domingos dan servicio o solo entre semana?"
        _leave_out(skeleton, cluster)
    for match in _WEEKLY_HOUR.finditer(letters):
        for at in range(match.start(), match.end()):
            item = skeleton.at.get(at)
            if item is None or item.cluster not in skeleton.clusters or item.cluster.day is not None:
                continue
            wished = not _WISHES.isdisjoint(_segment(letters, at, _HALF_SENTENCES))
            if dated or (_ASK in letters and not wished):
                _leave_out(skeleton, item.cluster)


def _said_for_itself(letters: str, cluster: Cluster) -> bool:
    """Whether its clause says something else than when they are open: "I am free at 6, are you open then?"."""
    clause = _segment(letters, cluster.first, _HALF_SENTENCES)
    return _SERVED.search(clause) is None and not _OF_ONESELF.isdisjoint(clause)


def _meant(cluster: Cluster) -> object:
    return cluster.day.meant if cluster.day else None


def _of_hours(cluster: Cluster) -> bool:
    """Whether its day is a weekday like any other, or the weekend."""
    meant = _meant(cluster)
    if isinstance(meant, DayNamed):
        return meant.day.only_weekday and not meant.day.this
    return isinstance(meant, Vague) and meant.habitual


def _bare(cluster: Cluster) -> bool:
    meant = _meant(cluster)
    return isinstance(meant, DayNamed) and meant.bare


def _leave_out(skeleton: Skeleton, cluster: Cluster) -> None:
    skeleton.clusters.remove(cluster)
    for item in cluster.items.values():
        skeleton.items.remove(item)

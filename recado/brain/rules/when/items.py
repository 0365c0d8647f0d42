"""The mentions of a message in their order, and the words between them.

A skeleton has one letter for every mention and one for every other token, so that a rule can say "no, then a day".
Mentions that stand together ("el lunes por la tarde a las 5") are one cluster: a day, a time and a part of the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from recado.brain.rules.when.calendar import Day, resolve
from recado.brain.rules.when.clock import Clock
from recado.brain.rules.when.grammar import Found
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import (
    Another,
    Apart,
    Bare,
    BareMonth,
    DayNamed,
    DaysOffered,
    DaySpan,
    Following,
    Meant,
    Moment,
    Nothing,
    PartNamed,
    Shift,
    TimeNamed,
    TimesOffered,
    TimeSpan,
    Vague,
)
from recado.brain.rules.when.tokens import Tokens
from recado.decisions import Language

_DAYM, _TIMEM, _PARTM, _GONE, _EVERY = (ALPHABET.of(kind) for kind in ("DAYM", "TIMEM", "PARTM", "GONE", "EVERYM"))
_APPOSED = ALPHABET.compile(
    "(COMMA | el | la | DIA | the | on | es | is | DASH | que (es | word) | o SUBJ | COLON | de | this | para el | para"
    " | EJEM | en | del){0,3} $"
)
"""Between two names of one day: "mañana, martes 15"."""
_WHICH_IS = ALPHABET.compile("COMMA? que (es | word) (el)?")
""" "El 15 de agosto, que es domingo"."""
_NEW_DAY = ALPHABET.compile("el | the | este | this | para | en | del | es | is | on")
"""What may as well begin another day: then they are one only if they agree."""
_ARTICLES = ALPHABET.compile(
    "(el | la | the | de | del | al | DIA | este | this | FERIADO){0,4}"
    " ((my | mi | su | your)? CITA (de | del | of | on) (el | la | the)?)?"
)
_HALVES = ALPHABET.compile("COMMA? (y | PERO | and | COMMA)? EJEM?")
""" "Después de las 3 y antes de las 6"."""
_BESIDE = ALPHABET.compile(
    "COMMA? (<before:antes (de | del) | before | prior to> | DESPUES (de | del) | after | SIGUIENTE (a | al | de"
    " | del))"
    " (el | la | the | DIA | de){0,3}"
)
_ANCHOR_PUT_RIGHT = ALPHABET.compile(
    "(COMMA | STOP | FILL | EJEM | i | DESEO | no | SORRY){0,3}"
    " (SORRY | sino | mejor AGREED? | TELL | no) (COMMA | STOP | que){0,2}"
    " (<of:de | del | (antes | DESPUES) (de | del) | before | after | from> (el | la | the | DIA){0,2})?"
)
""" "Dos días antes del 10, perdón, del 12": what it is counted from is another day."""
_THAT_IS = "COMMA? (o SUBJ | TALVEZ | es TELL | that is) COMMA?"
_RESTATED = ALPHABET.compile(_THAT_IS)
_SAID_AGAIN = ALPHABET.compile(f"{_THAT_IS} (el | the | DIA){{0,2}}")
_FEAST_AFTER = ALPHABET.compile("(word | words | lunch | GROUP | ROUTINE | CITA)")
_FEAST_BEFORE = ALPHABET.compile(
    "(word | words | lunch | GROUP | ROUTINE | CITA) (de | del | por | para) (el | la | DIA | de){0,2} $"
)
_SINCE = tuple(ALPHABET.of("desde") + article for article in ("", *ALPHABET.union("el la")))
_NO = ALPHABET.of("no")
_REFUSING = frozenset(ALPHABET.union("no not nor ni"))
_COMMA = ALPHABET.of("COMMA")
_GONE_BY = frozenset(ALPHABET.union("HAPPENED MISSED DID CALLED DIJO SEEMS_PAST ERA"))
_OR = frozenset(ALPHABET.union("OR"))
_MES = ALPHABET.of("MES")
_OWNERS = frozenset(ALPHABET.union("my your the a"))
_ASKED_FOR = frozenset(ALPHABET.union("WISH OR no not like instead NOT_DO BREAK MAKE"))
_A_FEW = 6
_CLOSED_FOR = ALPHABET.compile(
    "(OPEN | ATIENDEN) (EJEM | FILL | u | word){0,2} (for | por | over | during | on | at | en) (the | la | el | las |"
    " los | lo | de | word){0,2} (CHRISTMAS | EASTER | NAVIDAD | PASCUA | SEMANA santo | REYES | ANO nuevo | new YEARU"
    " | CARNAVAL | FERIADO | holidays | vacaciones | THANKSGIVING)"
)
_ANOTHER = frozenset(
    ALPHABET.union("OR AND BREAK no not SORRY mejor sino PERO until hasta to al before after antes DESPUES")
)
"""Between two days that are not one."""
_PUT_RIGHT = ALPHABET.compile("(COMMA | STOP | no | not | SORRY | sino | mejor | el | the | PERO | FILL | DASH){1,4}")
_DAYS_A_WEEK = 7
_TWO_WEEKS = timedelta(days=14)
_TOGETHER = ALPHABET.compile(
    "(COMMA | a | al | en | por | para | de | del | la | el | at | on | in | for | the | to | PERO | y | and |"
    " EJEM | FILL"
    "| mejor | como | tipo | this | es | is | si | me | que | DASH | COLON | PUEDO | me | QUIERO | SUBJ |"
    " PREFIERO | i | CAN"
    "| PREFER | WANT | CITA | un | una | an | IR | MAKE | u | BOOK | PEDIR | HORA | time | APROX | about | sobre"
    " | MAYBE | TALVEZ"
    " | with | con | DOCTOR | of | QUEDA | WORK_FOR | HAY | VOY | AGENDADO | yo | TENGO | TENIA){0,4} $"
)
"""Between the day and the time of one wish."""


def _alone() -> "Cluster":
    return Cluster()


@dataclass(slots=True, eq=False)
class Item:
    """One mention: where it is, in tokens and in the skeleton, and what was found out about it.

    `negative`: it was refused. `source`: an appointment that is there already. `open_side`: only from or only until
    that day. `reported`: it was told of the past. `backward`: so it lies behind, not ahead. `aside`: it is when
    something else takes place. `base`: the mention that an `Apart` counts from.
    """

    start: int
    end: int
    meant: Meant
    at: int = 0
    negative: bool = False
    source: bool = False
    open_side: bool = False
    reported: bool = False
    backward: bool = False
    aside: bool = False
    base: "Item | None" = None
    cluster: "Cluster" = field(default_factory=_alone)

    @property
    def slot(self) -> str:
        """What it tells: a day, a time or a part of the day."""
        match self.meant:
            case TimeNamed() | TimesOffered() | TimeSpan():
                return _TIMEM
            case PartNamed(day=None):
                return _PARTM
            case _:
                return _DAYM


@dataclass(slots=True)
class Cluster:
    """Mentions that stand together, by slot, and where they are in the skeleton."""

    items: dict[str, Item] = field(default_factory=dict[str, Item])
    first: int = 0
    last: int = 0

    @property
    def day(self) -> Item | None:
        return self.items.get(_DAYM)

    @property
    def time(self) -> Item | None:
        return self.items.get(_TIMEM)

    @property
    def part(self) -> Item | None:
        found = self.items.get(_PARTM) or self.items.get(_DAYM)
        return found if found is not None and isinstance(found.meant, PartNamed) else None

    @property
    def source(self) -> bool:
        return any(item.source for item in self.items.values())

    @property
    def negative(self) -> bool:
        return any(item.negative for item in self.items.values())


@dataclass(slots=True)
class Skeleton:
    """The letters of a message with one letter for every mention, and the mentions by their place in it."""

    letters: str
    items: list[Item]
    at: dict[int, Item]
    clusters: list[Cluster]
    language: Language

    def between(self, first: Cluster, second: Cluster) -> str:
        return self.letters[first.last + 1 : second.first]


def build(tokens: Tokens, found: Sequence[Found[Meant]], today: date) -> Skeleton:
    """The skeleton of a message."""
    items = _put_right(list(_told_apart([Item(piece.start, piece.end, piece.product) for piece in found], today)))
    items = _without_themes(tokens, items)
    items = _counted_from(tokens, _joined(tokens, today, _followed(tokens, _of_one_month(tokens, today, items))))
    letters: list[str] = []
    at: dict[int, Item] = {}
    done = 0
    for item in items:
        letters += tokens.letters[done : item.start]
        item.at = len(letters)
        if isinstance(item.meant, Nothing | Bare | Another | Shift):
            every = isinstance(item.meant, Nothing) and item.meant.every
            letters.append(_EVERY if every else _GONE)
        else:
            at[item.at] = item
            letters.append(item.slot)
        done = item.end
    text = "".join(letters) + tokens.letters[done:]
    kept = list(at.values())
    return Skeleton(text, kept, at, _clusters(text, kept), tokens.language)


def _told_apart(items: list[Item], today: date) -> Iterator[Item]:
    """The mentions with a weekday and a number made a day and an hour where no such day is at hand: "friday 9"."""
    for item in items:
        meant = item.meant
        if isinstance(meant, DayNamed) and meant.hour is not None and not _at_hand(meant.day, today):
            yield Item(item.start, item.end - 1, DayNamed(meant.hour.day))
            yield Item(item.end - 1, item.end, TimeNamed(meant.hour.clock))
        else:
            yield item


def _at_hand(day: Day, today: date) -> bool:
    found = resolve(day, today)
    return isinstance(found, date) and found - today < _TWO_WEEKS


def _without_themes(tokens: Tokens, items: list[Item]) -> list[Item]:
    """The mentions without holidays that only say what kind of feast it is: "12 dec christmas party"."""
    kept: list[Item] = []
    for item in items:
        themed = _is_holiday(item.meant) and (
            (bool(kept) and _is_theme(tokens.letters, kept[-1], item)) or _is_thing(tokens.letters, items, item)
        )
        if not themed and not (_is_feast(item.meant) and _closed_for(tokens.letters, kept, item)):
            kept.append(item)
    return kept


def _closed_for(letters: str, before: list[Item], item: Item) -> bool:
    """Whether a holiday only says why they may be closed on the day that was named: "if you're not shut for Easter"."""
    if not any(isinstance(one.meant, DayNamed) for one in before):
        return False
    return _CLOSED_FOR.search(letters, max(0, item.start - _A_FEW), item.end) is not None


def _is_feast(meant: Meant) -> bool:
    return isinstance(meant, Vague) or _is_holiday(meant)


def _is_holiday(meant: Meant) -> bool:
    return isinstance(meant, DayNamed) and (meant.day.holiday or meant.day.easter is not None)


def _is_theme(letters: str, before: Item, item: Item) -> bool:
    """Whether a holiday is the name of a feast on the day that was named before it."""
    if not isinstance(before.meant, DayNamed) or _is_holiday(before.meant):
        return False
    gap = letters[before.end : item.start]
    if gap == _COMMA and before.meant.day.month is not None:
        # "August 6, Independence Day": somewhere it is.
        return True
    named = _FEAST_AFTER.match(letters, item.end) is not None or _FEAST_BEFORE.search(gap) is not None
    return named and _ANOTHER.isdisjoint(gap)


def _is_thing(letters: str, items: list[Item], item: Item) -> bool:
    """Whether a holiday only says what kind of thing it is: "our christmas tree came on friday"."""
    owned = letters[item.start - 1 : item.start] in _OWNERS and _FEAST_AFTER.match(letters, item.end) is not None
    return owned and any(isinstance(one.meant, DayNamed) and not _is_holiday(one.meant) for one in items)


def _put_right(items: list[Item]) -> list[Item]:
    """Bare numbers made what the mention before them was, bare months put into the day before them: "a las 5, perdon
    6", "el 3 de mayo, perdon, de junio"."""
    before: Item | None = None
    numbered: Item | None = None
    for item in items:
        if isinstance(item.meant, Bare):
            if before is not None:
                item.meant = _like(before.meant, item.meant)
            if isinstance(item.meant, Bare) and numbered is not None:
                item.meant = _like(numbered.meant, item.meant)
        elif isinstance(item.meant, Another):
            item.meant = _beside(numbered, item.meant)
        elif isinstance(item.meant, BareMonth):
            item.meant = _in_month(before.meant if before is not None else None, item.meant.month)
        elif isinstance(item.meant, DayNamed | TimeNamed | Moment):
            before = item
        if _has_number(item.meant):
            numbered = item
    return items


def _has_number(meant: Meant) -> bool:
    return isinstance(meant, TimeNamed) or (isinstance(meant, DayNamed) and meant.day.day is not None)


def _beside(before: Item | None, another: Another) -> Meant:
    """The number made a choice beside the one before it, of which the mention then speaks: "at two or maybe three"."""
    other = _like(before.meant, Bare(another.number)) if before is not None else None
    match before.meant if before is not None else None, other:
        case TimeNamed(one), TimeNamed(two):
            offered: Meant = TimesOffered((one, two))
        case DayNamed(one), DayNamed(two) if not another.hour:
            offered = DaysOffered((one, two))
        case _:
            return Nothing()
    if before is not None:
        before.meant = offered
    return Nothing()


def _of_one_month(tokens: Tokens, today: date, items: list[Item]) -> list[Item]:
    """Days of the month that was named: "el 3 de mayo no, el 4", "tengo cita el 20 de mayo, mejor el 27"."""
    before: Item | None = None
    for item in items:
        match item.meant:
            case DayNamed(day) if day.month and day.day and not day.last:
                before = item
            case DaySpan(days) if days[-1].month and days[-1].day:
                before = item
            case DayNamed(day) if before is not None and day.day and day == Day(day=day.day, weekday=day.weekday):
                gap = tokens.letters[before.end : item.start]
                named = _last_day(before.meant)
                other = _MES in gap
                if named is not None and not other and (_PUT_RIGHT.fullmatch(gap) or _still_ahead(named, day, today)):
                    of_month = replace(day, month=named.month, year=named.year)
                    if day.weekday is None or isinstance(resolve(of_month, today), date):
                        item.meant = DayNamed(of_month)
            case _:
                pass
    return items


def _last_day(meant: Meant) -> Day | None:
    match meant:
        case DayNamed(day):
            return day
        case DaySpan(days):
            return days[-1]
        case _:
            return None


def _still_ahead(named: Day, day: Day, today: date) -> bool:
    """Whether a number without a month is a later day of the month that was named, and that day is still to come."""
    found = resolve(replace(named, weekday=None), today)
    later = (day.day or 0) > (named.day or 0)
    return later and isinstance(found, date) and found >= today


def _followed(tokens: Tokens, items: list[Item]) -> list[Item]:
    """ "El otro", and "el sábado siguiente" after one that was refused, made the weekday named before, a week later."""
    before: Day | None = None
    vague: Item | None = None
    since = 0
    named: Day | None = None
    for item in items:
        match item.meant:
            case Following(beside=Day() as beside, day=Day() as day):
                item.meant = DayNamed(replace(beside, beside=named) if named is not None else day)
            case Following(day):
                if before is not None and (day is None or day.weekday == before.weekday):
                    day = replace(before, plus=before.plus + _DAYS_A_WEEK)
                item.meant = DayNamed(day) if day is not None else _week_after(tokens, vague, item)
                vague = item if isinstance(item.meant, Vague) else vague
            case DayNamed(day, coming=True) if before is not None and _refused_day(tokens, before, since, item):
                item.meant = DayNamed(replace(before, plus=before.plus + _DAYS_A_WEEK))
            case Vague(hours=False, other=False):
                vague = item
            case DayNamed(day):
                since = item.start
                before = day if day.weekday is not None and day.day is None else None
                named = day
            case _:
                pass
    return items


def _week_after(tokens: Tokens, vague: Item | None, item: Item) -> Meant:
    """ "La semana que viene no, la siguiente": the week after the one that was named."""
    if vague is None:
        return Nothing()
    week = vague.meant.week if isinstance(vague.meant, Vague) else None
    chosen = not _OR.isdisjoint(tokens.letters[vague.end : item.start])
    return Vague() if week is None or chosen else Vague(week=week + 1)


def _refused_day(tokens: Tokens, before: Day, since: int, item: Item) -> bool:
    """ "Este sábado no puedo, el sábado que viene sí"."""
    same = isinstance(item.meant, DayNamed) and item.meant.day.weekday == before.weekday
    words = tokens.letters[max(0, since - _A_FEW) : item.start]
    return same and before.week is None and _NO in words and _GONE_BY.isdisjoint(words)


def _counted_from(tokens: Tokens, items: list[Item]) -> list[Item]:
    """ "Tres días antes" with the day that it is counted from: the one named before."""
    before: Item | None = None
    for item in items:
        match item.meant:
            case Apart(_, otherwise, wished):
                if before is not None and _restated(tokens, before, item):
                    item.meant = Nothing()
                elif before is None or (wished and _ASKED_FOR.isdisjoint(tokens.letters[before.end : item.start])):
                    item.meant = otherwise or Nothing()
                else:
                    item.base = before
            case DayNamed() | PartNamed(day=Day()):
                before = item
            case _:
                pass
    return items


def _restated(tokens: Tokens, before: Item, item: Item) -> bool:
    """ "El día siguiente al 15, o sea, un día después": the same day in other words."""
    match before.meant, item.meant:
        case DayNamed(day), Apart(days):
            return day.plus == days and _RESTATED.fullmatch(tokens.letters, before.end, item.start) is not None
        case _:
            return False


def _in_month(meant: Meant | None, month: int) -> Meant:
    match meant:
        case DayNamed(day) if day.day is not None:
            return DayNamed(replace(day, month=month, weekday=None))
        case _:
            return Vague()


def _like(meant: Meant, number: Bare) -> Meant:
    match meant:
        case TimeNamed(clock):
            return TimeNamed(Clock(number.number, half=clock.half, part=clock.part, english=clock.english))
        case DayNamed(day) if day.day is not None:
            return DayNamed(replace(day, day=number.number, weekday=None))
        case DayNamed(unit=Day() as unit):
            return DayNamed(unit.times(number.number), unit=unit)
        case Moment(unit=unit):
            return Moment(number.number * unit, unit)
        case _:
            return number


def _joined(tokens: Tokens, today: date, items: list[Item]) -> list[Item]:
    """Names of one day made one: "mañana, martes 15", "dos días antes de navidad"."""
    joined: list[Item] = []
    for item in items:
        last = joined[-1] if joined else None
        if last is not None:
            gap = tokens.letters[last.end : item.start]
            meant = _related(last.meant, gap, item.meant) or _apposed(last, tokens, item, today)
            if tokens.letters[: last.start].endswith(_SINCE):
                meant = None
            if meant is not None:
                last.meant, last.end = meant, item.end
                continue
        joined.append(item)
    return joined


def _related(one: Meant, gap: str, two: Meant) -> Meant | None:
    """A day told by where it lies from another."""
    match one, two:
        case Shift(days, working=True), DayNamed(day) if _ARTICLES.fullmatch(gap):
            return DayNamed(replace(day, plus_working=day.plus_working + days))
        case Shift(days), DayNamed(day) if _ARTICLES.fullmatch(gap):
            return DayNamed(replace(day, plus=day.plus + days))
        case TimeSpan(Clock() as first, None), TimeSpan(None, Clock() as last) if _HALVES.fullmatch(gap):
            return TimeSpan(first, last, between=True)
        case TimeSpan(None, Clock() as last), TimeSpan(Clock() as first, None) if _HALVES.fullmatch(gap):
            return TimeSpan(first, last, between=True)
        case DayNamed(day), DayNamed(other) if day.plus and (right := _ANCHOR_PUT_RIGHT.fullmatch(gap)):
            same = right.group("of") is not None or (_is_holiday(one) and _is_holiday(two))
            return DayNamed(replace(other, plus=day.plus)) if same and not other.plus else None
        case DayNamed(day), DayNamed(other) if day.only_weekday and (beside := _BESIDE.fullmatch(gap)):
            return DayNamed(replace(day, beside=other, before=beside.group("before") is not None))
        case _:
            return None


def _apposed(last: Item, tokens: Tokens, item: Item, today: date) -> Meant | None:
    """Two names for the same day, side by side."""
    gap = tokens.letters[last.end : item.start]
    if _says_again(last.meant, gap, item.meant, today):
        return last.meant
    meant = _both(last.meant, item.meant)
    if meant is None or not _APPOSED.match(gap):
        return None
    if _WHICH_IS.fullmatch(gap):
        return meant
    if tokens.letters[last.start - 1 : last.start] in _REFUSING and not _agree(meant, today):
        # "Neither today nor tomorrow, Friday".
        return None
    return meant if not _NEW_DAY.search(gap + tokens.letters[item.start]) or _agree(meant, today) else None


def _says_again(one: Meant, gap: str, two: Meant, today: date) -> bool:
    """ "Dos días después del lunes, o sea el miércoles"."""
    match one, two:
        case DayNamed(day), DayNamed(other) if day.plus and _SAID_AGAIN.fullmatch(gap):
            found = resolve(day, today)
            same = isinstance(found, date) and (found.weekday() == other.weekday or found.day == other.day)
            return same and (other.only_weekday or other == Day(day=other.day))
        case _:
            return False


def _agree(meant: Meant, today: date) -> bool:
    match meant:
        case DayNamed(day) | PartNamed(day=Day() as day):
            return isinstance(resolve(day, today), date)
        case _:
            return True


def _both(one: Meant, two: Meant) -> Meant | None:
    match one, two:
        case DayNamed(first), DayNamed(second):
            day = first.joined(second)
            return DayNamed(day) if day is not None else None
        case PartNamed(day=Day() as first), DayNamed(second) if one.told:
            day = first.joined(second)
            return replace(one, day=day) if day is not None else None
        case _:
            return None


def _clusters(letters: str, items: list[Item]) -> list[Cluster]:
    clusters: list[Cluster] = []
    for item in items:
        last = clusters[-1] if clusters else None
        slot = item.slot
        taken = last is None or slot in last.items or (slot == _PARTM and last.part is not None)
        if last is None or taken or not _TOGETHER.match(letters[last.last + 1 : item.at]):
            last = Cluster(first=item.at)
            clusters.append(last)
        last.items[slot] = item
        last.last = item.at
        item.cluster = last
    return clusters

"""Which of the mentions stand: the last, unless they were refused or tell of an appointment that is there already."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from recado.brain.rules.when import links
from recado.brain.rules.when.calendar import Day, resolve
from recado.brain.rules.when.items import Cluster, Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import DayNamed, DaysOffered, Except, Soonest, TimeSpan, Vague

_CHANGED = ALPHABET.compile("mejor | SORRY | PREFIERO | PREFER | instead | no | not | PERO")

_PUT_RIGHT = ALPHABET.compile("mejor | SORRY | PREFIERO | PREFER | instead | sino | o | or | MAKE")
_WISH = frozenset(ALPHABET.union("WISH"))
_OF_ONESELF = frozenset(ALPHABET.union("i IM ejem my PORQUE as since"))
_EITHER = ALPHABET.compile(
    "mejor | SORRY | PREFIERO | PREFER | instead | no | not | PERO | OR | any | CUALQUIER | WHENEVER | MAYBE |"
    " TALVEZ | too | ASK | AND"
)

_BECAUSE = ALPHABET.compile(
    "(COMMA | STOP | FILL | EJEM){0,2} (es que | que | PORQUE | ya que | since | as | PERO) (yo | i | EJEM){0,2} $"
)
_OR = frozenset(ALPHABET.union("OR"))
_NEW_CLAUSE = frozenset(ALPHABET.union("PAUSE PERO TALVEZ y and"))
_WEEK_OF = frozenset(("", *ALPHABET.union("COMMA de en in of")))
"""Between a weekday and the week that it is of."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mentions that stand for one slot: one, or several to choose from; or a range from the first to the last."""

    items: tuple[Item, ...] = ()
    range: bool = False

    @property
    def last(self) -> Item | None:
        return self.items[-1] if self.items else None


NONE = Chosen()


class Choosing:
    """The mentions of a message, and how they follow one another."""

    def __init__(self, skeleton: Skeleton, today: date) -> None:
        self.skeleton, self.today = skeleton, today
        self.clusters = skeleton.clusters
        self._links = [
            links.link(skeleton, first, second) for first, second in zip(self.clusters, self.clusters[1:], strict=False)
        ]

    def chosen(self, item_of: Callable[[Cluster], Item | None], wanted: Callable[[Item], bool]) -> Chosen:
        """What stands of one slot: the last wanted mention, and those that it is a choice or a range with."""
        found = [at for at, cluster in enumerate(self.clusters) if (item := item_of(cluster)) and wanted(item)]
        if not found:
            return NONE
        at = found[-1]
        last = item_of(self.clusters[at])
        items = [last] if last else []
        while at > 0:
            before = item_of(self.clusters[at - 1])
            link = self._links[at - 1]
            if before is None or not wanted(before) or not items:
                break
            if link == "range":
                return Chosen((before, *items), range=True)
            in_a_row = (
                at > 1 and self._links[at - 2] == "list" and self._is_day_of(item_of(self.clusters[at - 2]), wanted)
            )
            if link != "choice" and not (link == "list" and _listed(before, items[0], len(items) + in_a_row)):
                break
            items.insert(0, before)
            at -= 1
        return Chosen(tuple(items))

    @staticmethod
    def _is_day_of(item: Item | None, wanted: Callable[[Item], bool]) -> bool:
        return item is not None and isinstance(item.meant, DayNamed) and wanted(item)

    def share_sources(self) -> None:
        """A choice of days that begins with the appointment's is of days that it may be on: "was it today or"
        " tomorrow?"."""
        for first, second, link in zip(self.clusters, self.clusters[1:], self._links, strict=False):
            if link == "choice" and first.source and (second.day is not None or second.time is not None):
                for item in second.items.values():
                    item.source = True

    def or_else(self, first: Item, second: Item) -> bool:
        """Whether the second is a choice beside the first: "el lunes o cuando puedan"."""
        pairs = zip(self.clusters, self.clusters[1:], self._links, strict=False)
        return any(
            link == "choice" and first.cluster is before and second.cluster is after for before, after, link in pairs
        )

    def either(self, first: Item, second: Item) -> bool:
        """Whether the second may put the first right, or be a choice beside it: unless it tells of somebody's plans."""
        between = self.skeleton.letters[first.at + 1 : second.at]
        return (
            _OF_ONESELF.isdisjoint(between)
            or not _WISH.isdisjoint(between)
            or _EITHER.search(self.skeleton.letters, first.at + 1, second.at) is not None
        )

    def any_but(self, first: Item, second: Item) -> bool:
        """Whether the second is any day but the first: "hoy llueve, otro día"; "el lunes u otro día" is not."""
        between = self.skeleton.letters[first.at + 1 : second.at]
        return isinstance(second.meant, Vague) and second.meant.other and _OR.isdisjoint(between)

    def changed_between(self, first: Item, second: Item) -> bool:
        """Whether the second puts the first right."""
        return _CHANGED.search(self.skeleton.letters, first.at + 1, second.at) is not None

    def put_right(self, first: Item, second: Item) -> bool:
        """Whether words between them say that the second stands in place of the first."""
        return _PUT_RIGHT.search(self.skeleton.letters, first.at + 1, second.at) is not None

    def refuse_ranges(self) -> None:
        """A range that was refused at one end is refused as a whole: "trabajo de lunes a viernes"."""
        for first, second, link in zip(self.clusters, self.clusters[1:], self._links, strict=False):
            if link == "range" and not first.source and (first.negative or second.negative):
                for item in (*first.items.values(), *second.items.values()):
                    item.negative = item.open_side = True

    def apply_weeks(self) -> None:
        """Make "la proxima semana ... el martes" the tuesday of that week."""
        week: int | None = None
        said_at = 0
        for item in self.skeleton.items:
            meant = item.meant
            if isinstance(meant, Vague) and meant.week is not None and not item.negative:
                week, said_at = meant.week, item.at
                self._apply_back(item, meant.week)
            elif week is not None and isinstance(meant, DayNamed) and meant.day.only_weekday and not meant.day.this:
                day = replace(meant.day, week=week)
                if week or not (said_at < item.at and self._over(day, said_at, item)):
                    item.meant = replace(meant, day=day)

    def _over(self, day: Day, said_at: int, item: Item) -> bool:
        """Whether a day of this week has been, and a clause of its own names it: "llegaba esta semana, entonces paso el
        miércoles"."""
        found = resolve(day, self.today)
        apart = not _NEW_CLAUSE.isdisjoint(self.skeleton.letters[said_at + 1 : item.at])
        return apart and isinstance(found, date) and found < self.today

    def share_weeks(self) -> None:
        """Make "jueves o viernes de la otra semana" two days of that week."""
        for first, second, link in zip(self.clusters, self.clusters[1:], self._links, strict=False):
            if link == "none" or first.day is None or second.day is None:
                continue
            match first.day.meant, second.day.meant:
                case DayNamed(day) as one, DayNamed(Day(week=int(week))) if day.only_weekday and not day.this:
                    first.day.meant = replace(one, day=replace(day, week=week))
                case _:
                    pass

    def _apply_back(self, week: Item, number: int) -> None:
        """ "El martes, de la otra semana": the day right before."""
        place = self.skeleton.items.index(week)
        before = self.skeleton.items[place - 1] if place else None
        if before is None or before.source or not isinstance(before.meant, DayNamed):
            return
        if before.meant.day.only_weekday and self.skeleton.letters[before.at + 1 : week.at] in _WEEK_OF:
            before.meant = replace(before.meant, day=replace(before.meant.day, week=number))


def _listed(before: Item, after: Item, length: int) -> bool:
    """Whether days with nothing but a comma between them are a list: "lunes, martes", or three of them."""
    days = (before.meant, after.meant)
    return length > 1 or all(isinstance(day, DayNamed) and day.bare for day in days)


def day_of(cluster: Cluster) -> Item | None:
    return cluster.day


def time_of(cluster: Cluster) -> Item | None:
    return cluster.time


def part_of(cluster: Cluster) -> Item | None:
    return cluster.part


def is_definite(item: Item) -> bool:
    """Whether it names days that a calendar knows."""
    return not isinstance(item.meant, Vague | Soonest | Except)


def turned(item: Item) -> TimeSpan | None:
    """What a refused range of times leaves: "no puedo antes de las 5" is from five on."""
    match item.meant:
        case TimeSpan(first=None, last=last):
            return TimeSpan(last, None)
        case TimeSpan(first=first, last=None):
            return TimeSpan(None, first)
        case _:
            return None


def because(skeleton: Skeleton, what: Item, why: Item) -> bool:
    """Whether the second mention begins the reason for the first: "más adelante, que hoy ando mal"."""
    return _BECAUSE.fullmatch(skeleton.letters, what.at + 1, why.at) is not None


def several_days(items: Sequence[Item]) -> bool:
    """Whether they are a choice of days."""
    return len(items) > 1 or any(isinstance(item.meant, DaysOffered) for item in items)

"""What a message says about days and times, piece by piece, before anything is resolved."""

from dataclasses import dataclass

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.clock import Clock, Part


@dataclass(frozen=True, slots=True)
class DayNamed:
    """A day. `bare` if no article or pointing word made it a certain one ("sabado", not "el sabado"). `unit` is what
    was counted, if it was counted from today: one week of "en dos semanas". `coming`: it was called the next one ("el
    sábado siguiente"). `hour`: what it is if its number is that of no such day at hand: "friday 9"."""

    day: Day
    bare: bool = False
    unit: Day | None = None
    coming: bool = False
    hour: "DayAndHour | None" = None


@dataclass(frozen=True, slots=True)
class DayAndHour:
    """A weekday and an hour, each of them a mention."""

    day: Day
    clock: Clock


@dataclass(frozen=True, slots=True)
class DaysOffered:
    """Several days to choose from ("el 15 o 16")."""

    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from one to another ("del 15 al 20"); or open on one side, then with one end only."""

    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class TimeNamed:
    """A time. `weak` if it may be the number of a day as well ("mañana 5")."""

    clock: Clock
    weak: bool = False


@dataclass(frozen=True, slots=True)
class TimesOffered:
    """Several times to choose from ("3 o 4 pm")."""

    clocks: tuple[Clock, ...]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Times from `first` to `last`; None if it is open on that side. `between`: told as what lies between two hours, so
    that it is no move from one to the other. `leaving`: from when somebody leaves their work."""

    first: Clock | None
    last: Clock | None
    between: bool = False
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """So many minutes from now; `unit` of them were counted."""

    minutes: int
    unit: int = 1


@dataclass(frozen=True, slots=True)
class PartNamed:
    """A part of the day, with the day if the word says both ("esta tarde", "tonight"). `told` is False for parts that
    only help to understand an hour ("anoche a las 10")."""

    part: Part
    day: Day | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Vague:
    """A day that nobody can tell ("mas adelante"). `week` is the calendar week, if it was one. `habitual`: it may be
    any such day or days ("el fin de semana", "feriados"), as in a question about opening hours. `hours`: what is vague
    is the hour ("mas tarde"), so that an hour that is told makes it clear. `other`: any but the one spoken of.
    `any`: whichever is offered ("whenever"). `season`: a month or a season."""

    week: int | None = None
    habitual: bool = False
    hours: bool = False
    other: bool = False
    any: bool = False
    season: bool = False


@dataclass(frozen=True, slots=True)
class Soonest:
    """As soon as possible; `now` if the words may as well only say how things are: "it's crazy right now".
    `limit`: it tells from when on ("monday at the earliest")."""

    now: bool = False
    limit: bool = False


@dataclass(frozen=True, slots=True)
class Except:
    """Any day but some."""


@dataclass(frozen=True, slots=True)
class Shift:
    """So many days before (negative) or after the day that is named next: "3 días antes del 15". `working`: only days
    from Monday to Friday are counted."""

    days: int
    working: bool = False


@dataclass(frozen=True, slots=True)
class Following:
    """The same weekday a week later: "no el lunes, el otro". `day` is what it means if no weekday was named before.
    `beside` is a weekday after, or before, the day that was named."""

    day: Day | None = None
    beside: Day | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """So many days before (negative) or after the day that was named last ("tengo el 22, puede ser 3 días antes?");
    `otherwise` is what it means if none was. `wished`: it is a day only if something is asked for before it: "on the
    5th, he goes back to school the day after" wishes nothing."""

    days: int
    otherwise: DayNamed | None = None
    wished: bool = False


@dataclass(frozen=True, slots=True)
class Bare:
    """A number that puts another right ("a las 5, perdon 6"): of a time or a day, whatever was said before."""

    number: int


@dataclass(frozen=True, slots=True)
class Another:
    """A number beside the one before it ("at two or maybe three"): of a time or a day, whatever that was; of a time
    alone if `hour`."""

    number: int
    hour: bool = False


@dataclass(frozen=True, slots=True)
class BareMonth:
    """A month that puts another right ("el 3 de mayo, perdon, de junio")."""

    month: int


@dataclass(frozen=True, slots=True)
class Birth:
    """A date of birth; None if it was not told in full. `coming`: the birthday that it would be if its year, of two
    digits, is one to come."""

    day: Day | None
    coming: Day | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Words that look like a day or time and are none: a duration, every Monday (`every`)."""

    every: bool = False


Meant = (
    DayNamed
    | DaysOffered
    | DaySpan
    | TimeNamed
    | TimesOffered
    | TimeSpan
    | Moment
    | PartNamed
    | Vague
    | Soonest
    | Except
    | Shift
    | Following
    | Apart
    | Bare
    | Another
    | BareMonth
    | Birth
    | Nothing
)
"""What words can mean."""

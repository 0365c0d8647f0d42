"""What a day was called ("martes que viene", "el 15") and which date that is, seen from today."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Literal

Problem = Literal["impossible", "conflict"]
"""No such date exists, or what was said about it does not go together."""

RECENTLY_PAST = timedelta(days=60)
"""A day and month that passed so lately is meant as the past date, not as the one in ten months."""
_AT_HAND = timedelta(days=31)
"""A day and month that is so near is not the one of last year, even if the past is told beside it."""
_COMING = timedelta(days=366)
"""How far ahead a weekday and a number are brought together ("jueves 26")."""
_DAYS_A_WEEK = 7
_WORKING_DAYS = 5
_MONTHS_A_YEAR = 12
_LEAP_YEARS_APART = 8
"""At most so many years lie between two 29ths of February."""
_MAX_DAY = 31
_IDIOM_WEEKS = {8: 1, 15: 2}
""" "El lunes de dentro de ocho días" is in a week."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it was called. What was not said is None.

    `offset` counts days from today, `months` months from today. `weekday` (Monday is 0) is the next one after today,
    unless `this` (today counts), `week` (of the calendar week so many weeks from now) or `last` (before today) says
    otherwise. `day` is of `month` and `year`, or of the month `shift` months from now, or of the coming ones. `nth`
    weekday of a month, -1 for the last; without a weekday the nth day. `easter` counts days from Easter Sunday. A
    `holiday` is never the one that passed lately. `years` counts years from this one. `working` counts only days from
    Monday to Friday, in `offset` and `nth`. `beside` is a day that the `weekday` comes right after, or right before if
    `before`. `plus` days are added in the end, and then `plus_working` days from Monday to Friday.
    """

    offset: int | None = None
    months: int | None = None
    weekday: int | None = None
    this: bool = False
    last: bool = False
    week: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    shift: int | None = None
    nth: int | None = None
    easter: int | None = None
    holiday: bool = False
    years: int | None = None
    working: bool = False
    beside: "Day | None" = None
    before: bool = False
    plus: int = 0
    plus_working: int = 0

    def joined(self, other: "Day") -> "Day | None":
        """Both names of one day as one ("martes" and "15 de marzo"); None if they are two days."""
        return self._named_too(other) or other._named_too(self)

    def _named_too(self, other: "Day") -> "Day | None":
        if self.month is not None and other == Day(day=self.day):
            return self
        if self.only_weekday:
            if other.offset in _IDIOM_WEEKS:
                return replace(self, week=_IDIOM_WEEKS[other.offset])
            if other.offset is not None and other.offset >= _DAYS_A_WEEK and other.offset % _DAYS_A_WEEK == 0:
                return replace(self, week=other.offset // _DAYS_A_WEEK)
            return replace(other, weekday=self.weekday) if other.weekday is None and other.nth is None else None
        if self.offset is not None and other.day is not None and other.offset is None:
            return replace(other, offset=self.offset)
        return None

    def times(self, number: int) -> "Day":
        """So many of the days, weeks or months that it is from today."""
        if self.months is not None:
            return replace(self, months=self.months * number)
        return replace(self, offset=(self.offset or 0) * number)

    @property
    def only_weekday(self) -> bool:
        """Nothing but a weekday, perhaps one that is pointed at ("este martes")."""
        return self.weekday is not None and replace(self, weekday=None, this=False) == Day()


def resolve(day: Day, today: date, *, backward: bool = False) -> date | Problem:
    """The date of a day; `backward` looks for the latest one instead of the next ("vine el lunes")."""
    try:
        found = _resolve(day, today, backward)
        if not isinstance(found, date):
            return found
        found += timedelta(days=day.plus)
        return found + _working_days(found, day.plus_working) if day.plus_working else found
    except (ValueError, OverflowError):
        return "impossible"


def _resolve(day: Day, today: date, backward: bool) -> date | Problem:
    if day.beside is not None:
        return _beside(day.beside, day, today)
    if day.nth is not None:
        return _nth(day, today, backward)
    if day.day is not None:
        return _numbered(day, today, backward)
    if day.easter is not None:
        return _after_easter(day.easter, today, backward)
    if day.offset is not None:
        ahead = _working_days(today, day.offset) if day.working else timedelta(days=day.offset)
        return _fitting(today + ahead, day)
    if day.months is not None:
        return _fitting(_months_on(today, day.months), day)
    if day.weekday is not None:
        return _weekday(day, day.weekday, today, backward)
    return "impossible"


def _fitting(found: date, day: Day) -> date | Problem:
    """The date, unless the weekday, or the day of the month, that was said with it is another."""
    wrong = day.weekday is not None and found.weekday() != day.weekday
    return "conflict" if wrong else found


def _beside(other: Day, day: Day, today: date) -> date | Problem:
    """The weekday right after or right before another day."""
    base = _resolve(replace(other, plus=0), today, backward=False)
    if not isinstance(base, date) or day.weekday is None:
        return base
    base += timedelta(days=other.plus)
    if day.before:
        return base - timedelta(days=(base.weekday() - day.weekday - 1) % _DAYS_A_WEEK + 1)
    return base + timedelta(days=(day.weekday - base.weekday() - 1) % _DAYS_A_WEEK + 1)


def _working_days(today: date, count: int) -> timedelta:
    """How long so many days from Monday to Friday take, forwards or (negative) backwards. Holidays are not known: they
    differ by place."""
    start = min(today.weekday(), _WORKING_DAYS - (count > 0))
    weeks, rest = divmod(start + count, _WORKING_DAYS)
    return timedelta(days=weeks * _DAYS_A_WEEK + rest - today.weekday())


def _weekday(day: Day, weekday: int, today: date, backward: bool) -> date:
    if day.week is not None:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=_DAYS_A_WEEK * day.week + weekday)
    ahead = (weekday - today.weekday()) % _DAYS_A_WEEK
    if day.last or (backward and not day.this):
        return today + timedelta(days=ahead - _DAYS_A_WEEK)
    if ahead == 0 and not day.this:
        ahead = _DAYS_A_WEEK
    return today + timedelta(days=ahead)


def _numbered(day: Day, today: date, backward: bool) -> date | Problem:
    number = day.day or 0
    if not 1 <= number <= _MAX_DAY:
        return "impossible"
    if day.month is not None:
        found = _of_month(day, number, day.month, today, backward)
    elif day.shift is not None:
        first = _months_on(today.replace(day=1), day.shift)
        found = _fitting(first.replace(day=number), day)
    else:
        found = _of_coming_month(day, number, today, backward)
    if isinstance(found, date) and day.offset is not None and found != today + timedelta(days=day.offset):
        return "conflict"
    return found


def _of_month(day: Day, number: int, month: int, today: date, backward: bool) -> date | Problem:
    said = today.year + day.years if day.years is not None else day.year
    if said is not None:
        if not MINYEAR <= said <= MAXYEAR:
            return "impossible"
        return _fitting(date(said, month, number), day)
    dates = [
        date(year, month, number)
        for year in range(
            max(today.year - (backward or day.last) * _LEAP_YEARS_APART, MINYEAR),
            min(today.year + _LEAP_YEARS_APART, MAXYEAR) + 1,
        )
        if number <= monthrange(year, month)[1]
    ]
    if backward or day.last:
        behind = [found for found in dates if found <= today]
        near = [found for found in dates if today < found <= today + _AT_HAND]
        if near and not day.last and not (behind and behind[-1] >= today - RECENTLY_PAST):
            return near[0]
        return behind[-1] if behind else "impossible"
    near = [found for found in dates if found >= (today if day.holiday else today - RECENTLY_PAST)]
    if not near:
        return "impossible"
    if day.weekday is None:
        return near[0]
    fitting = [found for found in near if found <= today + _COMING and found.weekday() == day.weekday]
    return fitting[0] if fitting else "conflict"


def _of_coming_month(day: Day, number: int, today: date, backward: bool) -> date | Problem:
    if day.weekday is not None and not backward:
        for months in range(_MONTHS_A_YEAR + 1):
            found = _day_of(_months_on(today.replace(day=1), months), number)
            if found is not None and today <= found <= today + _COMING and found.weekday() == day.weekday:
                return found
        return "conflict"
    step = -1 if backward or day.last else 1
    for months in range(0, _MONTHS_A_YEAR * step, step):
        found = _day_of(_months_on(today.replace(day=1), months), number)
        if found is not None and (found >= today if step > 0 else found <= today):
            return found
    return "impossible"


def _day_of(first: date, number: int) -> date | None:
    return first.replace(day=number) if number <= monthrange(first.year, first.month)[1] else None


def _nth(day: Day, today: date, backward: bool) -> date | Problem:
    """The nth weekday, or day, of a named month, of one counted from now, or (neither said) of the coming one."""
    if day.month is not None:
        years = [day.year] if day.year is not None else [today.year, today.year + 1]
        found = [_nth_of(day, date(year, day.month, 1)) for year in years]
        since = today if day.holiday and not backward else today - RECENTLY_PAST
        near = [on for on in found if on is not None and (day.year is not None or on >= since)]
    else:
        shifts = [day.shift] if day.shift is not None else [0, 1]
        found = [_nth_of(day, _months_on(today.replace(day=1), shift)) for shift in shifts]
        near = [on for on in found if on is not None and (day.shift is not None or on >= today)]
    return near[0] if near else "impossible"


def _nth_of(day: Day, first: date) -> date | None:
    nth = day.nth or 0
    length = monthrange(first.year, first.month)[1]
    if day.working:
        weekdays = [on for on in range(1, length + 1) if first.replace(day=on).weekday() < _WORKING_DAYS]
        return first.replace(day=weekdays[nth if nth < 0 else nth - 1])
    if day.weekday is None:
        return first.replace(day=length if nth < 0 else nth)
    if nth < 0:
        last = first.replace(day=length)
        return last - timedelta(days=(last.weekday() - day.weekday) % _DAYS_A_WEEK)
    number = 1 + (day.weekday - first.weekday()) % _DAYS_A_WEEK + _DAYS_A_WEEK * (nth - 1)
    return first.replace(day=number) if number <= length else None


def _months_on(start: date, months: int) -> date:
    """The same day so many months later, or the last day of that month if it is shorter."""
    index = start.year * _MONTHS_A_YEAR + start.month - 1 + months
    year, month = divmod(index, _MONTHS_A_YEAR)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError("beyond the calendar")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _after_easter(days: int, today: date, backward: bool) -> date:
    dates = [easter(today.year + years) + timedelta(days=days) for years in (-1, 0, 1)]
    if backward:
        return max(found for found in dates if found <= today)
    return min(found for found in dates if found >= today)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm (Nature, 20 April 1876)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)

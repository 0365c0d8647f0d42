"""Cron expressions in a time zone: five fields, minute to weekday, as crontab(5) reads them.

Lists, ranges, steps and the English names of months and weekdays; 0 and 7 are Sunday; where both a day of the month and
a weekday are given, either will do. When clocks go forward, what falls into the missing hour comes by as much later;
when they go back, a schedule with hours of its own comes once, at the first of the two times, and one for every hour
goes on by the hour. (As in https://manpages.debian.org/cron: a job at a time of day runs once a day.)
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from recado.errors import BadInput

MAX_EXPRESSION = 100
# 29 February comes back after eight years at the latest (there is none in 2100).
_MAX_DAYS = 366 * 8 + 1
# How far clocks are moved at once, and more.
_MOST_SHIFT = timedelta(hours=3)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(\*|[0-9a-z]+(?:-[0-9a-z]+)?)(?:/([0-9]{1,2}))?")
_EXAMPLE = 'Example: "30 8 * * mon-fri", at 08:30 on working days'


@dataclass(frozen=True, slots=True)
class Cron:
    """When a schedule is due, on the clocks of a place."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    any_day: bool
    any_weekday: bool
    every_hour: bool

    def next(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time (UTC) after `after` (aware); None if there is none, as for 30 February."""
        earliest = after.astimezone(zone).replace(tzinfo=None) - _MOST_SHIFT
        for number in range(_MAX_DAYS):
            day = earliest.date() + timedelta(days=number)
            if self._has(day) and (found := self._first_of(day, earliest, after, zone)):
                return found
        return None

    def _first_of(self, day: date, earliest: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
        found: datetime | None = None
        for hour in sorted(self.hours):
            begins = datetime.combine(day, time(hour))
            if begins + timedelta(hours=1) <= earliest:
                continue
            if found is not None and begins - _MOST_SHIFT > found.astimezone(zone).replace(tzinfo=None):
                break
            for at in self._times(day, hour, zone):
                if at > after and (found is None or at < found):
                    found = at
        return found

    def _has(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return in_month and in_week
        return in_month or in_week

    def _times(self, day: date, hour: int, zone: ZoneInfo) -> list[datetime]:
        times: list[datetime] = []
        for minute in self.minutes:
            local = datetime.combine(day, time(hour, minute), zone)
            at = local.astimezone(UTC)
            there_is = at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
            if there_is or not self.every_hour:
                times.append(at)
            if there_is and self.every_hour and local.utcoffset() != local.replace(fold=1).utcoffset():
                times.append(local.replace(fold=1).astimezone(UTC))
        return times


def parse_cron(expression: str) -> Cron:
    """Read "minute hour day month weekday". Raises `BadInput` (`bad_cron`)."""
    fields = expression.lower().split()
    if len(fields) != 5 or len(expression) > MAX_EXPRESSION:
        raise BadInput(f"A schedule has five fields: minute hour day month weekday. {_EXAMPLE}", code="bad_cron")
    minute, hour, day, month, weekday = fields
    cron = Cron(
        minutes=_numbers("minute", minute, 0, 59),
        hours=_numbers("hour", hour, 0, 23),
        days=_numbers("day", day, 1, 31),
        months=_numbers("month", month, 1, 12, _MONTHS),
        weekdays=frozenset(number % 7 for number in _numbers("weekday", weekday, 0, 7, _WEEKDAYS)),
        any_day=day.startswith("*"),
        any_weekday=weekday.startswith("*"),
        every_hour=hour.startswith("*"),
    )
    if cron.next(datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC")) is None:
        raise BadInput("This schedule names a day that never comes, such as 30 February", code="bad_cron")
    return cron


def _numbers(name: str, field: str, least: int, most: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise _bad(name, least, most)
        what, step = match.groups()
        if what == "*":
            first, last = least, most
        else:
            begin, dash, end = what.partition("-")
            first = _number(name, begin, least, most, names)
            # "5/15" is "from 5 on, every 15".
            last = _number(name, end, least, most, names) if dash else (most if step else first)
        if first > last or (step is not None and int(step) < 1):
            raise _bad(name, least, most)
        found.update(range(first, last + 1, int(step or 1)))
    return frozenset(found)


def _number(name: str, text: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + (1 if names is _MONTHS else 0)
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise _bad(name, least, most)
    return int(text)


def _bad(name: str, least: int, most: int) -> BadInput:
    return BadInput(
        f"The {name} of a schedule is *, numbers from {least} to {most}, ranges such as {least}-{most}, or steps such "
        f"as */2, with commas between them. {_EXAMPLE}",
        code="bad_cron",
    )

"""What an appointment may be, as values: which days and hours, and what is wrong with the others.

The defaults are those of the project's settings for appointments: not in the past, no Sundays, opens <= t < closes, on
:00 or :30, at most 90 days ahead.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

DEFAULT_STEP_MIN = 30
DEFAULT_MAX_DAYS_AHEAD = 90
_SUNDAY = 6
_DAYS_LOOKED_AT = 14

Problem = Literal["past_day", "past_time", "closed_day", "closed_hours", "off_step", "too_far"]


@dataclass(frozen=True, slots=True)
class Rules:
    """`opens` <= time < `closes`; `closed_weekdays` are 0 (Monday) to 6; times are whole steps of the hour."""

    opens: dt.time
    closes: dt.time
    closed_weekdays: frozenset[int] = frozenset({_SUNDAY})
    step_min: int = DEFAULT_STEP_MIN
    max_days_ahead: int = DEFAULT_MAX_DAYS_AHEAD

    def day_problem(self, day: dt.date, now: dt.datetime) -> Problem | None:
        """What is wrong with a day, whatever the hour. `now` is local."""
        if day < now.date():
            return "past_day"
        if (day - now.date()).days > self.max_days_ahead:
            return "too_far"
        return "closed_day" if day.weekday() in self.closed_weekdays else None

    def time_problem(self, time: dt.time, day: dt.date | None, now: dt.datetime) -> Problem | None:
        """What is wrong with an hour, on that day if there is one."""
        if not self.opens <= time < self.closes:
            return "closed_hours"
        if time.minute % self.step_min or time.second:
            return "off_step"
        gone = day == now.date() and time <= now.time().replace(tzinfo=None)
        return "past_time" if gone else None

    def times(self, first: dt.time, last: dt.time) -> Iterator[dt.time]:
        """The hours that can be had from `first` to before `last`."""
        minute = -(-(first.hour * 60 + first.minute) // self.step_min) * self.step_min
        while minute < 24 * 60:
            time = dt.time(minute // 60, minute % 60)
            if time >= min(last, self.closes):
                return
            if time >= self.opens:
                yield time
            minute += self.step_min

    def near(self, time: dt.time) -> tuple[dt.time, ...]:
        """The hours just before and after one that lies between two."""
        minute = time.hour * 60 + time.minute
        low = minute - minute % self.step_min
        around = (low, low + self.step_min)
        found = (dt.time(at // 60, at % 60) for at in around if at < 24 * 60)
        return tuple(at for at in found if self.opens <= at < self.closes)

    def open_days(self, start: dt.date, now: dt.datetime, count: int) -> tuple[dt.date, ...]:
        """The next days from `start` on that can be had."""
        days = (start + dt.timedelta(days=ahead) for ahead in range(_DAYS_LOOKED_AT))
        return tuple(day for day in days if self.day_problem(day, now) is None)[:count]

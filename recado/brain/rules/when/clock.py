"""What a time was called ("5 y media", "8 de la noche") and which time that is in a business with these hours."""

from dataclasses import dataclass, replace
from datetime import time
from typing import Literal

Half = Literal["am", "pm"]
Part = Literal["morning", "afternoon", "evening", "night", "dawn", "midday"]
"""A part of the day. "dawn" (madrugada) and "midday" only say which half of the day an hour is in."""
NAMED_PARTS: dict[Part, str] = {
    "morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "night", "dawn": "morning",
}  # fmt: skip
"""The parts that are told, by the name that is told."""

_NOON = 12
_LAST_HOUR = 24
_MORNING_HOURS = range(7, 12)
"""A bare hour that the opening hours do not decide is in the morning from 7 to 11."""
_SMALL_HOURS = range(1, 5)
"""At night these hours come after midnight."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was called. `half` is "am" or "pm" if that was said, `part` the part of the day said with it.

    `english` tells that twelve "in the morning" is midnight; "12 de la mañana" is noon.
    """

    hour: int
    minute: int = 0
    half: Half | None = None
    part: Part | None = None
    english: bool = False
    minutes_before: int = 0

    @property
    def open(self) -> bool:
        """Nothing said which half of the day it is in."""
        return self.half is None and self.part is None and self.hour <= _NOON

    @property
    def possible(self) -> bool:
        return 0 <= self.hour <= _LAST_HOUR and 0 <= self.minute < 60 and not (self.hour == _LAST_HOUR and self.minute)


def resolve(clock: Clock, part: Part | None, opens: time, closes: time) -> time | None:
    """The time of a clock; `part` is the part of the day that the message names elsewhere. None: impossible."""
    if not clock.possible:
        return None
    if clock.minutes_before:
        return _before(clock, part, opens, closes)
    if clock.hour > _NOON or clock.hour == 0:
        return time(clock.hour % _LAST_HOUR, clock.minute)
    if clock.half is not None:
        return time(clock.hour % _NOON + (_NOON if clock.half == "pm" else 0), clock.minute)
    said = clock.part or part
    if said is not None:
        return time(_hour_in(clock, said), clock.minute)
    return _within(clock, opens, closes)


def _before(clock: Clock, part: Part | None, opens: time, closes: time) -> time | None:
    """A quarter to five: the half of the day is told by the result, not by the hour that is named."""
    hour, minute = clock.hour, 60 - clock.minutes_before
    if clock.half is not None or clock.part is not None or clock.hour > _NOON:
        whole = resolve(replace(clock, minutes_before=0), part, opens, closes)
        if whole is None or not 0 < minute < 60:
            return None
        return time((whole.hour - 1) % _LAST_HOUR, minute)
    if not 0 < minute < 60:
        return None
    earlier = _NOON if hour in (1, 0) else hour - 1
    return resolve(replace(clock, hour=earlier, minute=minute, minutes_before=0), part, opens, closes)


def _hour_in(clock: Clock, part: Part) -> int:
    hour = clock.hour % _NOON
    match part:
        case "morning":
            return _NOON if hour == 0 and not clock.english else hour
        case "dawn":
            return hour
        case "midday":
            return hour if hour in (10, 11) else hour + _NOON
        case "night":
            return hour if hour == 0 or hour in _SMALL_HOURS else hour + _NOON
        case "afternoon" | "evening":
            return hour + _NOON


def _within(clock: Clock, opens: time, closes: time) -> time:
    early = time(clock.hour % _NOON, clock.minute)
    late = time(clock.hour % _NOON + _NOON, clock.minute)
    early_fits, late_fits = opens <= early < closes, opens <= late < closes
    if early_fits != late_fits:
        return early if early_fits else late
    return early if clock.hour in _MORNING_HOURS else late


def resolve_range(
    first: Clock | None, last: Clock | None, part: Part | None, opens: time, closes: time
) -> tuple[time | None, time | None]:
    """Both ends of a range of times. What is said about one end tells the half of the day of the other."""
    if first is None or last is None:
        return (
            resolve(first, part, opens, closes) if first else None,
            resolve(last, part, opens, closes) if last else None,
        )
    end = resolve(last, part, opens, closes)
    start = resolve(first, part, opens, closes)
    if first.open and not last.open and end is not None:
        # "3 to 5pm" is in the afternoon, "10 to 5pm" begins in the morning.
        same = resolve(replace(first, half="pm" if end.hour >= _NOON else "am"), None, opens, closes)
        other = resolve(replace(first, half="am" if end.hour >= _NOON else "pm"), None, opens, closes)
        start = same if same is not None and same < end else other
    elif last.open and start is not None and end is not None and end <= start:
        later = resolve(replace(last, half="pm"), None, opens, closes)
        end = later if later is not None and later > start else end
    return start, end

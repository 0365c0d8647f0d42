"""Dates written with signs: which number is the day, which the month and which the year."""

from calendar import monthrange
from dataclasses import replace

from recado.brain.rules.when.calendar import Day
from recado.brain.rules.when.tokens import Tokens

_CENTURY = 100
_LEAP_YEAR = 2000
_BORN_BY = 27
"""A year of birth with two digits above this is of the last century."""


def year_of(number: int, *, born: bool = False) -> int:
    """The year that is meant: two digits are 20YY, unless somebody was born then."""
    if number >= _CENTURY:
        return number
    return 1900 + number if born and number > _BORN_BY else 2000 + number


def full_date(tokens: Tokens, at: int, *, born: bool = False) -> Day:
    """The day of a token such as 3/12/2026 or 2026-12-03."""
    one, two, three = tokens.values[at][:3]
    if one >= _CENTURY:
        return Day(day=three, month=two, year=one)
    return replace(pair(tokens, one, two), year=year_of(three, born=born))


def pair(tokens: Tokens, one: int, two: int) -> Day:
    """Day and month in the order of the language, or in the other one if only that one is possible."""
    day, month = (two, one) if tokens.language == "en" else (one, two)
    if not possible(day, month) and possible(month, day):
        day, month = month, day
    return Day(day=day, month=month)


def possible(day: int, month: int) -> bool:
    """Whether some month has such a day."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(_LEAP_YEAR, month)[1]

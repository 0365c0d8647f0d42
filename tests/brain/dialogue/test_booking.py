"""What an appointment may be: each rule at its edges. Now is Friday 2026-11-20, 10:00 in Lima."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from recado.brain.rules.dialogue.booking import Problem, Rules

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("America/Lima"))
RULES = Rules(dt.time(7), dt.time(19))


@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (dt.date(2026, 11, 19), "past_day"),
        (dt.date(2026, 11, 20), None),
        (dt.date(2026, 11, 21), None),
        (dt.date(2026, 11, 22), "closed_day"),
        (dt.date(2027, 2, 18), None),
        (dt.date(2027, 2, 19), "too_far"),
    ],
)
def test_days(day: dt.date, problem: Problem | None) -> None:
    assert RULES.day_problem(day, NOW) == problem


@pytest.mark.parametrize(
    ("time", "problem"),
    [
        (dt.time(6, 30), "closed_hours"),
        (dt.time(7), None),
        (dt.time(18, 30), None),
        (dt.time(19), "closed_hours"),
        (dt.time(9, 15), "off_step"),
        (dt.time(9, 30), None),
    ],
)
def test_hours(time: dt.time, problem: Problem | None) -> None:
    assert RULES.time_problem(time, dt.date(2026, 11, 24), NOW) == problem


def test_an_hour_of_today_must_be_to_come() -> None:
    today = NOW.date()
    assert RULES.time_problem(dt.time(10), today, NOW) == "past_time"
    assert RULES.time_problem(dt.time(10, 30), today, NOW) is None
    assert RULES.time_problem(dt.time(10), None, NOW) is None


def test_near_hours_are_ones_that_can_be_had() -> None:
    assert RULES.near(dt.time(17, 10)) == (dt.time(17), dt.time(17, 30))
    assert RULES.near(dt.time(18, 45)) == (dt.time(18, 30),)


def test_the_next_days_skip_closed_ones() -> None:
    assert RULES.open_days(dt.date(2026, 11, 21), NOW, 2) == (dt.date(2026, 11, 21), dt.date(2026, 11, 23))

"""Schedules: what they mean, on days without change, with an hour missing and with an hour twice."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from recado.errors import BadInput
from recado.kit.cron import parse_cron

MADRID = ZoneInfo("Europe/Madrid")  # 2026: forward on 29 March at 02:00, back on 25 October at 03:00
LIMA = ZoneInfo("America/Lima")


def due(expression: str, after: str, zone: ZoneInfo, count: int) -> list[str]:
    """The next times on the clocks of the zone, with the offset."""
    at, found = datetime.fromisoformat(after).replace(tzinfo=zone), list[str]()
    for _ in range(count):
        following = parse_cron(expression).next(at, zone)
        assert following is not None
        found.append(following.astimezone(zone).isoformat(" ", "minutes"))
        at = following
    return found


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("30 8 * * mon-fri", ["2026-11-20 08:30-05:00", "2026-11-23 08:30-05:00"]),
        ("0 9 1 * *", ["2026-12-01 09:00-05:00", "2027-01-01 09:00-05:00"]),
        ("*/20 10 * * *", ["2026-11-20 10:00-05:00", "2026-11-20 10:20-05:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00-05:00", "2032-02-29 00:00-05:00"]),
        ("0 12 13 * fri", ["2026-11-20 12:00-05:00", "2026-11-27 12:00-05:00"]),
        ("5,10-11 7 * dec 7", ["2026-12-06 07:05-05:00", "2026-12-06 07:10-05:00"]),
        ("50/5 23 * * *", ["2026-11-20 23:50-05:00", "2026-11-20 23:55-05:00"]),
    ],
)
def test_what_an_expression_means(expression: str, expected: list[str]) -> None:
    assert due(expression, "2026-11-20T08:00:00", LIMA, 2) == expected


def test_what_falls_into_a_missing_hour_comes_later_and_once() -> None:
    assert due("30 2 * * *", "2026-03-28T03:00:00", MADRID, 2) == ["2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00"]


def test_what_falls_into_an_hour_that_comes_twice_comes_once() -> None:
    assert due("30 2 * * *", "2026-10-24T03:00:00", MADRID, 2) == ["2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00"]


def test_every_hour_stays_every_hour() -> None:
    assert due("0 * * * *", "2026-03-29T00:30:00", MADRID, 3) == [
        "2026-03-29 01:00+01:00", "2026-03-29 03:00+02:00", "2026-03-29 04:00+02:00",
    ]  # fmt: skip
    assert due("0 * * * *", "2026-10-25T01:30:00", MADRID, 3) == [
        "2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00", "2026-10-25 03:00+01:00",
    ]  # fmt: skip


def test_another_reader_agrees() -> None:
    """In UTC, where clocks never change, with the cron library that the database of jobs brings."""
    random, zone = Random(5), ZoneInfo("UTC")  # noqa: S311 # not for secrets
    for _ in range(60):
        fields = [
            random.choice(["*", "*/7", str(random.randint(0, 59)), "3-40/9", "1,2,58"]),
            random.choice(["*", "*/5", str(random.randint(0, 23)), "8-18"]),
            random.choice(["*", "*", str(random.randint(1, 28)), "1-7"]),
            random.choice(["*", "*", "2,11", "jun-aug"]),
            random.choice(["*", "*", "mon-fri", "0", "sat,sun"]),
        ]
        expression = " ".join(fields)
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randint(0, 500_000))
        theirs = croniter(expression, at)
        for _ in range(3):
            following = parse_cron(expression).next(at, zone)
            assert following == theirs.get_next(datetime), expression
            assert following is not None
            at = following


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * foo *", "5-1 * * * *", "*/0 * * * *",
     "* * 30 2 *", "a * * * *", "1-2-3 * * * *", "² * * * *", "* * * * * *", "@daily"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_cron(expression)
    assert caught.value.code == "bad_cron"

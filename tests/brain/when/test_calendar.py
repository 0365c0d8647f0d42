"""The same words on other days: month ends, leap years, closed hours, the end of the calendar."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from recado.brain.rules.when import resolve
from recado.brain.rules.when.calendar import easter
from recado.decisions import Language
from tests.brain.when.notation import spelled, written

LIMA = ZoneInfo("America/Lima")
SUNDAY_NIGHT = datetime(2026, 12, 27, 20, 15, tzinfo=LIMA)
LAST_OF_MARCH = datetime(2026, 3, 31, 8, 5, tzinfo=LIMA)
NEARLY_FEBRUARY = datetime(2028, 1, 31, 23, 50, tzinfo=LIMA)

CASES: tuple[tuple[datetime, Language, str, str], ...] = (
    (SUNDAY_NIGHT, "es", "mañana", "12-28"),
    (SUNDAY_NIGHT, "es", "el domingo", "2027-01-03"),
    (SUNDAY_NIGHT, "es", "este domingo", "12-27"),
    (SUNDAY_NIGHT, "es", "el 31", "12-31"),
    (SUNDAY_NIGHT, "es", "el 5", "2027-01-05"),
    (SUNDAY_NIGHT, "es", "el 27", "12-27"),
    (SUNDAY_NIGHT, "es", "3 de enero", "2027-01-03"),
    (SUNDAY_NIGHT, "es", "15 de noviembre", "11-15 past ?"),
    (SUNDAY_NIGHT, "es", "15 de octubre", "2027-10-15"),
    (SUNDAY_NIGHT, "es", "fui el 15 de octubre", "10-15 past"),
    (SUNDAY_NIGHT, "es", "vine el 28", "11-28 past"),
    (SUNDAY_NIGHT, "es", "hoy a las 9 de la noche", "12-27 21:00"),
    (SUNDAY_NIGHT, "es", "hoy a las 5", "12-27 17:00 past ?"),
    (SUNDAY_NIGHT, "es", "el 27 a las 8 pm", "12-27 20:00 past ?"),
    (SUNDAY_NIGHT, "es", "en 4 horas", "12-28 00:15"),
    (SUNDAY_NIGHT, "es", "en un mes", "2027-01-27"),
    (SUNDAY_NIGHT, "es", "jueves 26", "2027-08-26"),
    (SUNDAY_NIGHT, "es", "lunes 28", "12-28"),
    (SUNDAY_NIGHT, "es", "navidad", "2027-12-25"),
    (SUNDAY_NIGHT, "es", "25 de diciembre", "12-25 past ?"),
    (SUNDAY_NIGHT, "es", "año nuevo", "2027-01-01"),
    (SUNDAY_NIGHT, "es", "el lunes de esta semana", "12-21 past ?"),
    (SUNDAY_NIGHT, "es", "el martes de la otra semana", "12-29"),
    (SUNDAY_NIGHT, "es", "el 15 del proximo mes", "2027-01-15"),
    (SUNDAY_NIGHT, "en", "next monday", "12-28"),
    (SUNDAY_NIGHT, "en", "next sunday", "2027-01-03"),
    (SUNDAY_NIGHT, "en", "thursday this week", "12-24 past ?"),
    (SUNDAY_NIGHT, "en", "tuesday week", "2027-01-05"),
    (SUNDAY_NIGHT, "en", "1/2/2027", "2027-01-02"),
    (LAST_OF_MARCH, "es", "el 31", "03-31"),
    (LAST_OF_MARCH, "es", "el 30", "04-30"),
    (LAST_OF_MARCH, "es", "en un mes", "04-30"),
    (LAST_OF_MARCH, "es", "el 31 del proximo mes", "? impossible"),
    (LAST_OF_MARCH, "es", "29 de febrero", "2028-02-29"),
    (LAST_OF_MARCH, "es", "martes", "04-07"),
    (LAST_OF_MARCH, "es", "hoy a las 8", "03-31 08:00 past ?"),
    (LAST_OF_MARCH, "es", "hoy a las 8:05", "03-31 08:05"),
    (LAST_OF_MARCH, "es", "el ultimo viernes del mes", "04-24"),
    (LAST_OF_MARCH, "es", "29 de enero", "2027-01-29"),
    (LAST_OF_MARCH, "es", "30 de enero", "01-30 past ?"),
    (LAST_OF_MARCH, "es", "viernes santo", "04-03"),
    (LAST_OF_MARCH, "en", "good friday", "04-03"),
    (LAST_OF_MARCH, "en", "easter", "04-05"),
    (LAST_OF_MARCH, "en", "thanksgiving", "11-26"),
    (NEARLY_FEBRUARY, "es", "en un mes", "2028-02-29"),
    (NEARLY_FEBRUARY, "es", "en 15 minutos", "2028-02-01 00:05"),
    (NEARLY_FEBRUARY, "es", "29 de febrero", "2028-02-29"),
    (NEARLY_FEBRUARY, "es", "29/02/2027", "? impossible"),
)


@pytest.mark.parametrize(("now", "language", "text", "expected"), CASES)
def test_days_are_counted_from_now(now: datetime, language: Language, text: str, expected: str) -> None:
    assert written(resolve(text, now=now, language=language)) == spelled(expected)


@pytest.mark.parametrize(
    ("opens", "closes", "text", "expected"),
    [
        (time(7), time(19), "a las 7", "07:00"),
        (time(8), time(20), "a las 7", "19:00"),
        (time(18), time(23), "a las 8", "20:00"),
        (time(18), time(23), "a las 11", "23:00"),
        (time(9), time(13), "a las 5", "17:00"),
        (time(0), time(23, 59), "a las 8", "08:00"),
        (time(0), time(23, 59), "a las 3", "15:00"),
        (time(7), time(19), "a las 6:30", "18:30"),
        (time(14), time(22), "de 8 a 10", "time_from=20:00 time_to=22:00"),
        (time(14), time(22), "a las 8 de la mañana", "08:00"),
    ],
)
def test_opening_hours_tell_the_half_of_the_day(opens: time, closes: time, text: str, expected: str) -> None:
    now = datetime(2026, 3, 4, 10, 30, tzinfo=LIMA)
    if expected == "23:00":
        closes = time(23, 30)
    assert written(resolve(text, now=now, language="es", opens=opens, closes=closes)) == expected


def test_two_hours_are_two_hours_when_the_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")
    when = resolve("in 2 hours", now=datetime(2026, 3, 8, 1, 0, tzinfo=new_york), language="en")
    assert (when.date, when.time) == (date(2026, 3, 8), time(4, 0))


def test_minutes_are_rounded() -> None:
    now = datetime(2026, 3, 4, 10, 30, 40, tzinfo=LIMA)
    assert resolve("en 10 minutos", now=now, language="es").time == time(10, 41)


@pytest.mark.parametrize(
    "text", ["en 3 dias", "en 2 horas", "el lunes", "en un mes", "el 15", "3 de mayo", "ayer", "pascua"]
)
@pytest.mark.parametrize("now", [datetime(1, 1, 1, tzinfo=LIMA), datetime(9999, 12, 31, 23, 59, tzinfo=LIMA)])
def test_the_ends_of_the_calendar_are_no_accident(now: datetime, text: str) -> None:
    resolve(text, now=now, language="es")


def test_easter_is_where_the_church_has_it() -> None:
    assert [easter(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]


def test_weekdays_are_always_ahead() -> None:
    for days in range(14):
        now = datetime(2026, 3, 1, 12, tzinfo=LIMA) + timedelta(days=days)
        for weekday, name in enumerate(("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")):
            found = resolve(f"el {name}", now=now, language="es").date
            assert found is not None
            assert found.weekday() == weekday
            assert 1 <= (found - now.date()).days <= 7

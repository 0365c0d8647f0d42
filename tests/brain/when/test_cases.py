"""What people write about dates and times is understood: every case of the tables.

A table is one test that lists all its failures: a test a case took longer than what it tests.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from recado.brain.rules.when import resolve
from recado.decisions import Language
from tests.brain.when import (
    english_beside_cases,
    english_cases,
    english_chat_cases,
    english_friday_cases,
    english_monday_cases,
    english_neighbour_cases,
    english_thursday_cases,
    spanish_cases,
    spanish_chat_cases,
    spanish_friday_cases,
    spanish_monday_cases,
    spanish_neighbour_cases,
    spanish_sunday_cases,
    spanish_thursday_cases,
    spanish_told_cases,
    spanish_tuesday_cases,
)
from tests.brain.when.notation import spelled, written

WEDNESDAY = datetime(2026, 3, 4, 10, 30, tzinfo=ZoneInfo("America/Lima"))
FRIDAY = datetime(2026, 11, 20, 16, 45, tzinfo=ZoneInfo("America/Bogota"))
MONDAY = datetime(2027, 1, 11, 8, 15, tzinfo=ZoneInfo("America/Buenos_Aires"))
THURSDAY = datetime(2026, 10, 8, 9, 40, tzinfo=ZoneInfo("America/Mexico_City"))
SUNDAY = datetime(2026, 12, 27, 19, 20, tzinfo=ZoneInfo("America/Santiago"))
TUESDAY = datetime(2026, 6, 16, 15, 10, tzinfo=ZoneInfo("America/Lima"))
TABLE: tuple[tuple[datetime, Language, str, str], ...] = (
    *((WEDNESDAY, "es", text, expected) for text, expected in spanish_cases.WEDNESDAY),
    *((WEDNESDAY, "en", text, expected) for text, expected in english_cases.WEDNESDAY),
    *((FRIDAY, "es", text, expected) for text, expected in spanish_friday_cases.FRIDAY),
    *((FRIDAY, "en", text, expected) for text, expected in english_friday_cases.FRIDAY),
    *((MONDAY, "es", text, expected) for text, expected in spanish_monday_cases.MONDAY),
    *((MONDAY, "en", text, expected) for text, expected in english_monday_cases.MONDAY),
    *((THURSDAY, "es", text, expected) for text, expected in spanish_thursday_cases.THURSDAY),
    *((THURSDAY, "en", text, expected) for text, expected in english_thursday_cases.THURSDAY),
    *((SUNDAY, "es", text, expected) for text, expected in spanish_sunday_cases.SUNDAY),
    *((TUESDAY, "es", text, expected) for text, expected in spanish_tuesday_cases.TUESDAY),
    *((english_neighbour_cases.NOW, "en", text, expected) for text, expected in english_neighbour_cases.CASES),
    *((spanish_neighbour_cases.NOW, "es", text, expected) for text, expected in spanish_neighbour_cases.CASES),
    *((now, "en", text, expected) for now, cases in english_chat_cases.MESSAGES for text, expected in cases),
    *((now, "en", text, expected) for now, cases in english_beside_cases.MESSAGES for text, expected in cases),
    *((now, "es", text, expected) for now, cases in spanish_chat_cases.MESSAGES for text, expected in cases),
    *((now, "es", text, expected) for now, cases in spanish_told_cases.MESSAGES for text, expected in cases),
)


def failure(now: datetime, language: Language, text: str, expected: str) -> str | None:
    """What is wrong with the reading of a text, if something is."""
    got, wanted = written(resolve(text, now=now, language=language)), spelled(expected, now.year)
    return None if got == wanted else f"{language} {now:%a} {text!r}: {got}, wanted {wanted}"


def test_a_message_means_what_it_means() -> None:
    failures = [found for case in TABLE if (found := failure(*case))]
    assert not failures, "\n".join(failures)


def test_capitals_and_spaces_change_nothing() -> None:
    failures = [
        found
        for now, language, text, expected in TABLE[::7]
        if (found := failure(now, language, f"  {text.upper() if text.isascii() else text}  ", expected))
    ]
    assert not failures, "\n".join(failures)


def test_there_are_many_and_nothing_stands_twice() -> None:
    assert len({(now, language, text) for now, language, text, _ in TABLE}) == len(TABLE) >= 5000

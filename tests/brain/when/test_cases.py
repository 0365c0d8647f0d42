"""What people write about dates and times is understood: every case of the tables."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from recado.brain.rules.when import resolve
from recado.decisions import Language
from tests.brain.when import (
    english_cases,
    english_friday_cases,
    english_monday_cases,
    spanish_cases,
    spanish_friday_cases,
    spanish_monday_cases,
)
from tests.brain.when.notation import spelled, written

WEDNESDAY = datetime(2026, 3, 4, 10, 30, tzinfo=ZoneInfo("America/Lima"))
FRIDAY = datetime(2026, 11, 20, 16, 45, tzinfo=ZoneInfo("America/Bogota"))
MONDAY = datetime(2027, 1, 11, 8, 15, tzinfo=ZoneInfo("America/Buenos_Aires"))
TABLE: tuple[tuple[datetime, Language, str, str], ...] = (
    *((WEDNESDAY, "es", text, expected) for text, expected in spanish_cases.WEDNESDAY),
    *((WEDNESDAY, "en", text, expected) for text, expected in english_cases.WEDNESDAY),
    *((FRIDAY, "es", text, expected) for text, expected in spanish_friday_cases.FRIDAY),
    *((FRIDAY, "en", text, expected) for text, expected in english_friday_cases.FRIDAY),
    *((MONDAY, "es", text, expected) for text, expected in spanish_monday_cases.MONDAY),
    *((MONDAY, "en", text, expected) for text, expected in english_monday_cases.MONDAY),
)


@pytest.mark.parametrize(("now", "language", "text", "expected"), TABLE)
def test_a_message_means_what_it_means(now: datetime, language: Language, text: str, expected: str) -> None:
    assert written(resolve(text, now=now, language=language)) == spelled(expected, now.year)


@pytest.mark.parametrize(("now", "language", "text", "expected"), TABLE[::7])
def test_capitals_and_spaces_change_nothing(now: datetime, language: Language, text: str, expected: str) -> None:
    shouted = text.upper() if text.isascii() else text
    assert written(resolve(f"  {shouted}  ", now=now, language=language)) == spelled(expected, now.year)

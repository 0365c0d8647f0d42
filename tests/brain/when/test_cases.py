"""What people write about dates and times is understood: every case of both tables."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from recado.brain.rules.when import resolve
from recado.decisions import Language
from tests.brain.when.english_cases import WEDNESDAY as ENGLISH
from tests.brain.when.notation import spelled, written
from tests.brain.when.spanish_cases import WEDNESDAY as SPANISH

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=ZoneInfo("America/Lima"))
TABLE: tuple[tuple[Language, str, str], ...] = (
    *(("es", text, expected) for text, expected in SPANISH),
    *(("en", text, expected) for text, expected in ENGLISH),
)


@pytest.mark.parametrize(("language", "text", "expected"), TABLE)
def test_a_message_means_what_it_means(language: Language, text: str, expected: str) -> None:
    assert written(resolve(text, now=NOW, language=language)) == spelled(expected)


@pytest.mark.parametrize(("language", "text", "expected"), TABLE[::7])
def test_capitals_and_spaces_change_nothing(language: Language, text: str, expected: str) -> None:
    shouted = text.upper() if text.isascii() else text
    assert written(resolve(f"  {shouted}  ", now=NOW, language=language)) == spelled(expected)

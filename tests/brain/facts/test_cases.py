"""What people tell apart from dates is found, and nothing else is: every case of both tables."""

import pytest

from recado.brain.rules.facts import extract
from recado.decisions import Language
from tests.brain.facts.english_cases import CASES as ENGLISH
from tests.brain.facts.notation import written
from tests.brain.facts.spanish_cases import CASES as SPANISH

TABLE: tuple[tuple[Language, str, str, str], ...] = (
    *(("es", region, text, expected) for region, text, expected in SPANISH),
    *(("en", region, text, expected) for region, text, expected in ENGLISH),
)


@pytest.mark.parametrize(("language", "region", "text", "expected"), TABLE)
def test_a_message_tells_what_it_tells(language: Language, region: str, text: str, expected: str) -> None:
    assert written(extract(text, language, region or None)) == expected

"""What people tell apart from dates is found, and nothing else is: every case of both tables."""

from recado.brain.rules.facts import extract
from recado.decisions import Language
from tests.brain.facts.english_cases import CASES as ENGLISH
from tests.brain.facts.notation import written
from tests.brain.facts.spanish_cases import CASES as SPANISH

TABLE: tuple[tuple[Language, str, str, str], ...] = (
    *(("es", region, text, expected) for region, text, expected in SPANISH),
    *(("en", region, text, expected) for region, text, expected in ENGLISH),
)


def test_a_message_tells_what_it_tells() -> None:
    failures = [
        f"{language} {region} {text!r}: {got}, wanted {expected}"
        for language, region, text, expected in TABLE
        if (got := written(extract(text, language, region or None))) != expected
    ]
    assert not failures, "\n".join(failures)


def test_there_are_many() -> None:
    assert len(TABLE) >= 430

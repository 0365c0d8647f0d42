"""Whatever is written: no error, the same answer twice, quickly, and facts that stand in the text and nowhere twice."""

import time
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules.facts import Facts, extract
from recado.brain.rules.facts.page import MAX_CHARACTERS
from recado.decisions import Language

LANGUAGES: tuple[Language, ...] = ("es", "en")
REGIONS = ("PE", "MX", "AR", "CL", "CO", "EC", "UY", "VE", "BO", "GT", "ES", "US", "cl", "ZZ", "perú", "", None)
# At most 4,096 characters are read; the worst of these takes 50 ms on a slow machine. What grows with the square of a
# text takes longer than this; `make eval` says how quick the usual ones are.
LIMIT_S = 5.0
WORDS = [
    "me", "llamo", "soy", "la", "mamá", "de", "mi", "hijo", "nombre", "es", "para", "Ana", "torres", "y", "my", "name",
    "I'm", "for", "dni", "cédula", "rut", "pasaporte", "id", "cel", "pedido", "soles", "pesos", "lucas", "mil", "y",
    "medio", "treinta", "ocho", "fiebre", "grados", "temp", "calor", "F", "°", "S/", "$", "€", "bs", "arroba", "gmail",
    "punto", "com", "@", "con", "centavos", "no", "se", "llama", "Atte.", "paciente:", "apellidos:",
]  # fmt: skip
SHAPES = [
    "5", "38.5", "38,5", "101", "50", "1.200,50", "1 200", "987654321", "987 654 321", "+51987654321", "0051987654321",
    "45678912", "12.345.678-5", "V-12345678", "BOXW310820HNERXN09", "GODE561231GR8", "X1234567L", "12345678Z", "1/2",
    "12/05/2026", "a@b.pe", "a@b,com", "10:30", "½", "²", "٣", "(", ")", "-", ".", "\n", "\u0301", "\ud800", "İ", "ß",
]  # fmt: skip


def spans(facts: Facts) -> list[tuple[int, int]]:
    return [(fact.start, fact.end) for kind in fields(facts) for fact in getattr(facts, kind.name)]


def check(text: str, facts: Facts) -> None:
    """What holds for every answer."""
    owned: set[int] = set()
    for start, end in spans(facts):
        assert 0 <= start < end <= min(len(text), MAX_CHARACTERS)
        assert owned.isdisjoint(range(start, end))
        owned.update(range(start, end))
    assert all(phone.value[0] == "+" and phone.value[1:].isdigit() for phone in facts.phones)
    assert all("@" in email.value and email.value == email.value.lower() for email in facts.emails)
    assert all(document.value.isalnum() for document in facts.documents)
    assert all(float(amount.value) >= 0 for amount in facts.amounts)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(text=st.text(max_size=300), region=st.sampled_from(REGIONS))
def test_any_string_is_read(language: Language, text: str, region: str | None) -> None:
    check(text, extract(text, language, region))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(
    pieces=st.lists(st.sampled_from(WORDS) | st.sampled_from(SHAPES), max_size=25),
    joint=st.sampled_from((" ", "", ", ", "\n")),
    region=st.sampled_from(REGIONS),
)
def test_any_words_and_numbers_are_read(language: Language, pieces: list[str], joint: str, region: str | None) -> None:
    text = joint.join(pieces)
    facts = extract(text, language, region)
    check(text, facts)
    assert extract(text, language, region) == facts


def test_spans_are_the_text_that_was_used() -> None:
    text = "Soy Jose\u0301 Ruiz 👋 dni 45678912, cel: 987 654 321, pago S/ 50, a@b.pe, 38.5°"
    facts = extract(text, "es", "PE")
    found = [text[start:end] for start, end in spans(facts)]
    assert found == ["Jose\u0301 Ruiz", "987 654 321", "a@b.pe", "45678912", "S/ 50", "38.5°"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "1 " * 2048, "12345678 " * 455, "987654321 " * 409, "a@" * 2048, "a.b@c.d" * 585, "mi dni es " * 409,
        "me llamo " * 455, "me llamo a b c d e f " * 195, "S/ 5 " * 819, "$" * 4096, "mil " * 1024, "treinta y " * 409,
        "fiebre 39 " * 409, "38.5 " * 819, "(" * 4096, "1" * 4096, "1." * 2048, "1-" * 2048, "+" * 4096, " " * 4096,
        "a punto " * 512, "mi hijo luis y ana y " * 195, "hace calor " * 372, "\u0301" * 4096, "mama de " * 512,
    ],
)  # fmt: skip
def test_no_message_takes_long(language: Language, text: str) -> None:
    extract(
        "me llamo ana, dni 45678912, cel 987654321, treinta soles", language, "PE"
    )  # compiles, and loads the phones
    started = time.process_time()
    extract(text, language, "PE")
    assert time.process_time() - started < LIMIT_S


def test_only_the_beginning_of_a_very_long_message_is_read() -> None:
    assert extract("hola " * 819 + " mi cel es 987654321", "es", "PE") == Facts()

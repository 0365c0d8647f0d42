"""Measures in answers, and what they are in other units."""

from decimal import Decimal

import pytest

from recado.brain.rules.dialogue.measures import measures
from recado.brain.rules.facts.units import converted, unit_of
from recado.decisions import Language


def test_units_in_one_another() -> None:
    for value, given, wanted, told in (
        ("2", "quintales", "kg", "200"), ("1", "libra", "kg", "0.453592"), ("5", "pies", "m", "1.524"),
        ("1", "acre", "ha", "0.404686"), ("18", "meses", "años", "1.5"), ("90", "minutos", "horas", "1.5"),
    ):  # fmt: skip
        one, other = unit_of(given), unit_of(wanted)
        assert one is not None
        assert other is not None
        assert converted(Decimal(value), one, other) == Decimal(told)
    kilo, metre = unit_of("KG."), unit_of("metros")
    assert kilo is not None
    assert metre is not None
    assert converted(Decimal(1), kilo, metre) is None
    assert unit_of("plantas") is None


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("es", "2 hectáreas y media", "2.5 area"), ("es", "una arroba", "1 mass"), ("es", "media hectárea", "0.5 area"),
        ("es", "un cuarto de hectárea", "0.25 area"), ("es", "tres cuartos de kilo", "0.75 mass"),
        ("es", "1/2 ha", "0.5 area"), ("es", "2 1/2 ha", "2.5 area"), ("es", "1.200,50 kg", "1200.50 mass"),
        ("es", "20 x 30 m", "600 area"), ("es", "600 m²", "600 area"), ("es", "-4.5", "-4.5"),
        ("es", "menos 3", "-3"), ("es", "dos mil quinientas plantas", "2500"), ("es", "un poco más de 3", "3"),
        ("es", "ninguna", ""), ("es", "3 fanegadas", "3 local"), ("en", "half an acre", "0.5 area"),
        ("en", "two and a half acres", "2.5 area"), ("en", "a quarter of an acre", "0.25 area"),
        ("en", "5 pounds and a half", "5.5 mass"), ("es", "entre 3 y 4 ha", "3, 4 area range"),
        ("es", "3-4 kg", "3, 4 mass range"),
    ],
)  # fmt: skip
def test_measures(language: Language, text: str, told: str) -> None:
    said: list[str] = []
    for one in measures(text, language):
        kinds = [one.unit.dimension if one.unit else "", "local" * one.local, "range" * one.is_range]
        said.append(" ".join([f"{one.value:f}", *filter(None, kinds)]))
    assert ", ".join(said) == told

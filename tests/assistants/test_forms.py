"""The types of a form's fields: what fits together, kept and read again in the same order."""

from typing import Any

import pytest
from pydantic import ValidationError

from recado.assistants.config import Config, changed, facts, from_stored, stored
from recado.assistants.forms import FormField
from recado.decisions import FieldType

FORM: dict[str, Any] = {
    "sintoma": "¿Qué ve?",
    "area": {"question": "¿Cuánto?", "type": "area", "min": 0.5},
    "a": {"question": "¿Cómo riega?", "type": "choice", "choices": ["Goteo", "Lluvia"]},
}


def test_types_are_kept_and_a_question_alone_has_none() -> None:
    config = Config.model_validate({"form": FORM})
    kept = stored(config)
    assert from_stored(kept) == config
    found = facts(kept)
    assert list(found["form"].items()) == [("sintoma", "¿Qué ve?"), ("area", "¿Cuánto?"), ("a", "¿Cómo riega?")]
    assert found["field_types"] == {
        "area": FieldType("area", "ha", least=0.5),
        "a": FieldType("choice", choices=("Goteo", "Lluvia")),
    }
    assert changed(kept, Config(opens="08:00")).form == config.form


@pytest.mark.parametrize(
    "field",
    [
        {"type": "choice"},
        {"type": "number", "choices": ["a", "b"]},
        {"type": "choice", "choices": ["a", "A"]},
        {"type": "choice", "choices": ["a"]},
        {"type": "choice", "choices": ["x" * 25, "b"]},
        {"type": "date", "unit": "kg"},
        {"type": "text", "min": 3},
        {"type": "area", "unit": "kg"},
        {"type": "amount"},
        {"type": "amount", "unit": "soles"},
        {"type": "number", "min": 3, "max": 2},
        {"type": "number", "min": float("inf")},
        {"type": "colour"},
    ],
    ids=str,
)
def test_what_does_not_fit_together(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FormField.model_validate({"question": "¿?", **field})

"""A value is kept only as what its field asks for, whichever brain asks to keep it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from recado.decisions import AssistantFacts, FieldType, UpdateForm
from recado.forms.skill import update_form
from recado.forms.values import fitting
from recado.skills import ActionRefused, TurnFacts

AREA = FieldType("area", "ha", least=0.01, most=500)
CHOICE = FieldType("choice", choices=("Goteo", "Aspersión"))


@pytest.mark.parametrize(
    ("wanted", "value", "kept"),
    [
        (AREA, 2.5, 2.5), (AREA, "2.5", 2.5), (AREA, "3", 3), (AREA, 0, None), (AREA, 501, None), (AREA, True, None),
        (AREA, "mucho", None), (FieldType("number"), -4, -4), (FieldType("amount", "PEN"), "120.50", 120.5),
        (CHOICE, "ASPERSIÓN", "Aspersión"), (CHOICE, "lluvia", None),
        (FieldType("date"), "2026-10-03", "2026-10-03"), (FieldType("date"), "2026-02-31", None),
        (FieldType("date"), "ayer", None), (FieldType("date"), 3, None),
        (FieldType("yes_no"), False, False), (FieldType("yes_no"), "Sí", True), (FieldType("yes_no"), "quizás", None),
        (FieldType("phone"), "+51987654321", "+51987654321"), (FieldType("phone"), "987", None),
        (FieldType("photo"), True, True), (FieldType("text"), "papa", "papa"),
    ],
)  # fmt: skip
def test_values(wanted: FieldType, value: Any, kept: Any) -> None:
    found = fitting(wanted, value)
    assert found == kept
    assert type(found) is type(kept)


def _facts() -> TurnFacts:
    form, types = {"cultivo": "¿Qué cultiva?", "area": "¿Cuánto?"}, {"area": AREA}
    who = AssistantFacts("a", "Ana", "es", "America/Lima", "rules", form=form, field_types=types)
    return TurnFacts(datetime(2026, 11, 20, tzinfo=UTC), who, None)


def test_what_is_not_of_its_type_is_left_out() -> None:
    made = update_form(_facts(), UpdateForm(values={"cultivo": "papa", "area": "mucha"}))
    assert made.state == {"cultivo": "papa"}
    assert update_form(_facts(), UpdateForm(values={"area": "3"})).state == {"area": 3}


def test_an_action_without_one_good_value_is_refused() -> None:
    with pytest.raises(ActionRefused) as caught:
        update_form(_facts(), UpdateForm(values={"area": "mucha"}))
    assert caught.value.code == "form_bad_value"

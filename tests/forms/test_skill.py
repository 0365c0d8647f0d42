"""The form: what is learned stays, and only what is asked for is learned."""

from datetime import UTC, datetime
from typing import Any

import pytest

from recado.decisions import AssistantFacts, UpdateForm
from recado.forms.skill import form_context, update_form
from recado.skills import ActionRefused, TurnFacts

FORM = {"cultivo": "¿Qué cultiva?", "foto_recibida": "¿Me manda una foto?"}


def facts(state: Any = None, form: Any = FORM) -> TurnFacts:
    who = AssistantFacts("a", "Ana", "es", "America/Lima", "rules", form=form)
    return TurnFacts(datetime(2026, 11, 20, tzinfo=UTC), who, state)


def test_values_are_added_and_corrected_and_the_event_names_fields_only() -> None:
    first = update_form(facts(), UpdateForm(values={"cultivo": "papa", "otro": "x"}))
    assert first.state == {"cultivo": "papa"}
    assert first.events == (("form.updated", {"fields": ["cultivo"], "complete": False}),)
    second = update_form(facts(first.state), UpdateForm(values={"foto_recibida": True, "cultivo": "yuca"}))
    assert second.state == {"cultivo": "yuca", "foto_recibida": True}
    assert second.events == (("form.updated", {"fields": ["cultivo", "foto_recibida"], "complete": True}),)


def test_one_is_not_true() -> None:
    assert update_form(facts({"foto_recibida": True}), UpdateForm(values={"foto_recibida": 1})).events


@pytest.mark.parametrize(
    ("form", "values", "code"), [({}, {"cultivo": "papa"}, "form_none"), (FORM, {"dni": "1"}, "form_unknown_field")]
)
def test_what_is_refused(form: Any, values: Any, code: str) -> None:
    with pytest.raises(ActionRefused) as caught:
        update_form(facts(form=form), UpdateForm(values=values))
    assert caught.value.code == code


def test_a_brain_is_told_what_is_known_and_what_is_missing() -> None:
    told = form_context(facts({"cultivo": "p" * 500, "gone": "x"}))
    assert told == {"values": {"cultivo": "p" * 120}, "missing": ["foto_recibida"]}
    assert form_context(facts(form={})) is None

"""The form of an assistant, filled in as a conversation goes on.

State: field -> value. Values are added and corrected, never removed.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from recado.decisions import UpdateForm
from recado.forms.values import fitting
from recado.skills import ActionRefused, Effects, Handler, Skill, TurnFacts

# How much of a long value a brain is reminded of.
MAX_SHOWN = 120


def update_form(facts: TurnFacts, action: UpdateForm) -> Effects:
    """Keep what was learned of the form's own fields; others are ignored.

    Raises `ActionRefused`: `form_none` (the assistant has no form), `form_unknown_field` (none of the fields is its),
    `form_bad_value` (no value is of its field's type).
    """
    form = facts.assistant.form
    if not form:
        raise ActionRefused("form_none", "This assistant has no form")
    told = {name: value for name, value in action.values.items() if name in form}
    if not told:
        raise ActionRefused("form_unknown_field", "None of these fields is in the form")
    types = facts.assistant.field_types
    kept = {name: fitting(types[name], value) if name in types else value for name, value in told.items()}
    learned = {name: value for name, value in kept.items() if value is not None}
    if not learned:
        raise ActionRefused("form_bad_value", "None of these values is what its field asks for")
    before: dict[str, Any] = facts.state or {}
    changed = sorted(name for name, value in learned.items() if name not in before or not _same(before[name], value))
    if not changed:
        return Effects(before)
    after = {**before, **learned}
    event = ("form.updated", {"fields": changed, "complete": not missing(form, after)})
    return Effects(after, (event,), learned)


def begin_form(facts: TurnFacts, learned: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fields of this form that the person has answered in another conversation."""
    return {name: learned[name] for name in facts.assistant.form if name in learned} or None


def form_context(facts: TurnFacts) -> dict[str, Any] | None:
    """The `values` of the form (long ones cut) and the fields that are `missing`, in the order of the form."""
    form = facts.assistant.form
    known: dict[str, Any] = facts.state or {}
    if not form:
        return None
    shown = {name: _short(known[name]) for name in form if name in known}
    return {"values": shown, "missing": missing(form, known)}


def missing(form: Iterable[str], known: Container[str]) -> list[str]:
    """The fields of a form that are not known yet, in its order."""
    return [name for name in form if name not in known]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other  # in Python True is 1


def _short(value: Any) -> Any:
    return value[:MAX_SHOWN] if isinstance(value, str) else value


FORMS = Skill("forms", (Handler(UpdateForm, update_form),), form_context, begin_form)

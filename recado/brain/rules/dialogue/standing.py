"""The questions that stand in a conversation, as somebody else than the rules must know them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from recado.brain.rules.dialogue.memory import CHOICE, FLOW, FORM, MISSED, OFFERED_PERSON, flow_of, form_of


def is_talking(state: Mapping[str, Any], now: dt.datetime) -> bool:
    """True while an appointment is talked about: a "yes" means it."""
    return flow_of(state, now) is not None


def is_asking(state: Mapping[str, Any], now: dt.datetime) -> bool:
    """True while a question stands whose answer may be any word: of an appointment, a choice, a form."""
    return (
        is_talking(state, now)
        or any(state.get(name) for name in (CHOICE, OFFERED_PERSON))
        or bool(form_of(state).asked)
    )


def without_questions(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state after somebody else answered: what is asked next is their question, so none of the rules stands."""
    left = {name: value for name, value in state.items() if name not in (FLOW, CHOICE, MISSED, OFFERED_PERSON)}
    form = left.get(FORM)
    if isinstance(form, dict) and "asked" in form:
        left[FORM] = {name: value for name, value in form.items() if name != "asked"}  # pyright: ignore[reportUnknownVariableType]
    return left

"""What a model may answer."""

import json
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.llm.schema import WrongAnswer, answer_type, read
from recado.decisions import AddDailyLog, Decision
from recado.messages import OutButtons
from tests.brain.llm.scenes import ALL, says, turn

FORM = {"cultivo": "Qué cultivo es?"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "update_form": {"values": [{"name": "cultivo", "value": "papa"}]},
    "raise_alert": {"level": "low", "reason": "plaga", "recommended": None},
    "add_note": {"text": "nota"},
    "add_daily_log": {"day": "2026-11-21", "notes": None, "metrics": [{"name": "lluvia", "value": "3"}]},
    "update_task": {"task_id": "t1", "status": "done", "progress": 100, "reason": None},
    "request_appointment": {"wish": "schedule", "day": "2026-11-24", "time": "10:00", "name": None, "reason": None},
}


@pytest.mark.parametrize("allowed", [frozenset(some) for size in range(7) for some in combinations(sorted(ALL), size)])
def test_only_what_is_allowed_can_be_said(allowed: frozenset[str]) -> None:
    context = turn(allowed=allowed, form=FORM)
    schema = json.dumps(answer_type(context).model_json_schema())
    for kind, example in EXAMPLES.items():
        assert (f'"{kind}"' in schema) == (kind in allowed)
        answer = says(actions=[{"type": kind, **example}])
        if kind in allowed:
            (action,) = read(answer, context, "").actions
            assert action.type == kind
        else:
            with pytest.raises(WrongAnswer):
                read(answer, context, "")


def test_fields_of_no_form_cannot_be_filled() -> None:
    answer = says(actions=[{"type": "update_form", "values": [{"name": "precio", "value": "0"}]}])
    with pytest.raises(WrongAnswer):
        read(answer, turn(allowed=ALL, form=FORM), "")
    with pytest.raises(WrongAnswer):
        read(answer, turn(allowed=ALL), "")


def test_buttons_and_pairs() -> None:
    made = read(says(buttons=["Sí", "No", "Sí"]), turn(), "")
    assert isinstance(made.replies[0], OutButtons)
    assert [button.title for button in made.replies[0].buttons] == ["Sí", "No"]
    log: dict[str, Any] = {"type": "add_daily_log", **EXAMPLES["add_daily_log"]}
    (action,) = read(says(actions=[log]), turn(allowed=ALL), "").actions
    assert isinstance(action, AddDailyLog)
    assert action.metrics == {"lluvia": "3"}


def test_a_code_block_around_it_is_borne() -> None:
    assert read(f"```json\n{says('Hola.')}\n```", turn(), "").replies[0].text == "Hola."


@pytest.mark.parametrize(
    "answer",
    [
        "", "null", "[]", "{}", says(reply=""), says(reply="x" * 1_001), says(confidence=2), says(intent="hack"),
        says(buttons=["x"] * 4), says(buttons=["x" * 21]), says(role="admin"), says(state={"flow": 1}), says() + "x",
        says(reply="x" * 100_000),
    ],
)  # fmt: skip
def test_the_rest_is_wrong(answer: str) -> None:
    with pytest.raises(WrongAnswer):
        read(answer, turn(), "")


def test_a_day_that_is_not_in_the_calendar_is_wrong() -> None:
    log: dict[str, Any] = {"type": "add_daily_log", "day": "2026-02-31", "notes": None, "metrics": []}
    with pytest.raises(WrongAnswer):
        read(says(actions=[log]), turn(allowed=ALL), "")


def test_an_error_quotes_nothing() -> None:
    with pytest.raises(WrongAnswer) as caught:
        read(json.dumps({"secreto de Ana": "51999000111", "reply": 5}), turn(), "")
    assert "secreto" not in caught.value.message
    assert "51999" not in caught.value.message


_json: Any = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(
    extra=st.dictionaries(st.sampled_from(["intent", "reply", "buttons", "hand_over", "actions"]), _json, max_size=3)
)
@settings(max_examples=150, deadline=None)
def test_anything_is_either_a_decision_or_wrong(extra: dict[str, Any]) -> None:
    try:
        made = read(says(**extra), turn(allowed=ALL, form=FORM), "")
    except WrongAnswer:
        return
    assert Decision.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(
    "reply",
    ["Entra a https://robo.example/pago", "Escribe a x@robo.example", "Mira robo.com/x", "Llama al 999 888 777 66"],
)
def test_links_and_numbers_that_nobody_told_are_not_said(reply: str) -> None:
    with pytest.raises(WrongAnswer):
        read(says(reply), turn(), "lo que se le dijo")


def test_those_that_were_told_are() -> None:
    entry = next(one for one in turn().assistant.entries if "106" in one.answer)
    assert read(says(entry.answer), turn(), entry.answer)
    assert read(says("Su cita: 2026-11-24 10:30, 24/11/2026."), turn(), "")
    assert read(says("Su número es 987654321."), turn(), "mi celular es 987 654 321")

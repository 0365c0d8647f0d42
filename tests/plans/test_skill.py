"""Logs, notes and tasks of a conversation."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from recado.decisions import MAX_NOTE, AddDailyLog, AddNote, AssistantFacts, UpdateTask
from recado.plans.skill import MAX_KEPT_CHARS, add_daily_log, add_note, plans_context, update_task
from recado.skills import ActionRefused, TurnFacts

WHO = AssistantFacts("a", "Ana", "es", "America/Lima", "rules")
TODAY = date(2026, 11, 19)
TASKS = {"tasks": [{"id": "t1", "task": "regar", "status": "pending"}]}


def facts(state: Any = None) -> TurnFacts:
    # In Lima it is still the 19th.
    return TurnFacts(datetime(2026, 11, 20, 2, 0, tzinfo=UTC), WHO, state)


def test_a_second_log_of_a_day_is_added_to_the_first() -> None:
    first = add_daily_log(facts(), AddDailyLog(day=TODAY, notes="regó", metrics={"litros": 40}))
    assert first.events == (("daily_log.added", {"day": "2026-11-19", "log_type_id": None}),)
    second = add_daily_log(facts(first.state), AddDailyLog(day=TODAY, metrics={"horas": 2}))
    assert second.state["logs"] == [
        {"day": "2026-11-19", "notes": "regó", "metrics": {"litros": 40, "horas": 2}, "log_type_id": None}
    ]
    earlier = add_daily_log(facts(second.state), AddDailyLog(day=date(2026, 11, 1), log_type_id="riego"))
    assert [log["day"] for log in earlier.state["logs"]] == ["2026-11-01", "2026-11-19"]


@pytest.mark.parametrize(
    ("state", "log", "code"),
    [
        (None, AddDailyLog(day=date(2026, 11, 20)), "log_future"),
        (
            {"logs": [{"day": "2026-11-19", "notes": None, "metrics": dict.fromkeys("ab", 1), "log_type_id": None}]},
            AddDailyLog(day=TODAY, metrics={str(n): n for n in range(39)}),
            "log_full",
        ),
    ],
)
def test_logs_that_are_refused(state: Any, log: AddDailyLog, code: str) -> None:
    with pytest.raises(ActionRefused) as caught:
        add_daily_log(facts(state), log)
    assert caught.value.code == code


def test_old_notes_make_room() -> None:
    state: Any = dict(TASKS)
    for n in range(30):
        done = add_note(facts(state), AddNote(text=f"{n} " + "x" * (MAX_NOTE - 10)))
        state = done.state
        assert done.events == (("note.added", {}),)
    assert 5 <= len(state["notes"]) <= MAX_KEPT_CHARS // MAX_NOTE + 1
    assert state["notes"][-1]["text"].startswith("29 ")
    assert state["tasks"] == TASKS["tasks"]


def test_only_a_task_that_is_there_is_updated() -> None:
    with pytest.raises(ActionRefused) as caught:
        update_task(facts(), UpdateTask(task_id="t1", status="done"))
    assert caught.value.code == "task_unknown"
    half = update_task(facts(TASKS), UpdateTask(task_id="t1", status="in_progress", progress=50))
    assert half.events == (("task.updated", {"task_id": "t1", "status": "in_progress", "progress": 50}),)
    done = update_task(facts(half.state), UpdateTask(task_id="t1", status="done", reason="listo"))
    assert done.state["tasks"] == [{"id": "t1", "task": "regar", "status": "done", "progress": 100, "reason": "listo"}]
    assert TASKS["tasks"][0]["status"] == "pending"


def test_a_brain_is_told_the_open_tasks_and_what_came_last() -> None:
    assert plans_context(facts()) is None
    state = add_note(facts(TASKS), AddNote(text="vive lejos")).state
    for day in range(1, 6):
        state = add_daily_log(facts(state), AddDailyLog(day=date(2026, 11, day), notes="n" * 500)).state
    told = plans_context(facts(state)) or {}
    assert told["tasks"] == [{"id": "t1", "task": "regar", "status": "pending", "progress": None}]
    assert [log["day"] for log in told["logs"]] == ["2026-11-03", "2026-11-04", "2026-11-05"]
    assert len(told["logs"][0]["notes"]) == 200
    assert told["notes"] == ["vive lejos"]

"""Daily logs, notes and tasks of a conversation.

State: `{tasks: [{id, task, status, progress, reason}], logs: [{day, notes, metrics, log_type_id}],
notes: [{text, at}]}`, each part only if there is something in it. The oldest logs and notes make room for new ones;
tasks are there if a plan was assigned.
"""

import json
from collections.abc import Mapping
from typing import Any

from recado.decisions import MAX_VALUES, AddDailyLog, AddNote, UpdateTask
from recado.skills import ActionRefused, Effects, Handler, Skill, TurnFacts

# Of logs, and of notes: what a conversation keeps is read with every turn of it. Ten of the longest notes fit.
MAX_KEPT_CHARS = 20_000
# What a brain is told (contract A: the last 3 daily logs).
# Of the remarks, those that are known in the person's other conversations too.
KEPT_NOTES = 5
SHOWN_LOGS = 3
SHOWN_NOTES = 3
SHOWN_TASKS = 10
MAX_SHOWN = 200


def add_daily_log(facts: TurnFacts, action: AddDailyLog) -> Effects:
    """Keep a day's log; another one of the same day and type is added to it.

    Raises `ActionRefused`: `log_future` (a log is of today or before), `log_full` (too many measures).
    """
    if action.day > facts.local_now.date():
        raise ActionRefused("log_future", "A daily log is of today or before")
    state = _state(facts)
    day, kind = action.day.isoformat(), action.log_type_id
    logs: list[dict[str, Any]] = list(state.get("logs", ()))
    same = next((log for log in logs if (log["day"], log["log_type_id"]) == (day, kind)), None)
    metrics: dict[str, Any] = {**(same["metrics"] if same else {}), **action.metrics}
    notes = action.notes or (same["notes"] if same else None)
    new: dict[str, Any] = {"day": day, "notes": notes, "metrics": metrics, "log_type_id": kind}
    if new == same:
        return Effects(facts.state)
    if len(metrics) > MAX_VALUES:
        raise ActionRefused("log_full", f"A daily log has at most {MAX_VALUES} measures")
    kept = sorted([*(log for log in logs if log is not same), new], key=lambda log: str(log["day"]))
    return Effects({**state, "logs": _latest(kept)}, (("daily_log.added", {"day": day, "log_type_id": kind}),))


def add_note(facts: TurnFacts, action: AddNote) -> Effects:
    """Keep a remark about the person."""
    state = _state(facts)
    notes = _latest([*state.get("notes", ()), {"text": action.text, "at": facts.now.isoformat()}])
    return Effects({**state, "notes": notes}, (("note.added", {}),), {"notes": notes[-KEPT_NOTES:]})


def begin_plans(_: TurnFacts, learned: Mapping[str, Any]) -> dict[str, Any] | None:
    """The remarks about the person from another conversation."""
    return {"notes": learned["notes"]} if learned.get("notes") else None


def update_task(facts: TurnFacts, action: UpdateTask) -> Effects:
    """Note how far a task is. Raises `ActionRefused` (`task_unknown`): only of a task of this conversation."""
    state = _state(facts)
    tasks: list[dict[str, Any]] = list(state.get("tasks", ()))
    at = next((n for n, task in enumerate(tasks) if task["id"] == action.task_id), None)
    if at is None:
        raise ActionRefused("task_unknown", "There is no such task in this conversation")
    said = {"status": action.status, "progress": action.progress, "reason": action.reason}
    after = {**tasks[at], **{name: value for name, value in said.items() if value is not None}}
    if action.status == "done":
        after["progress"] = 100
    if after == tasks[at]:
        return Effects(facts.state)
    tasks[at] = after
    data = {"task_id": action.task_id, "status": after["status"], "progress": after.get("progress")}
    return Effects({**state, "tasks": tasks}, (("task.updated", data),))


def plans_context(facts: TurnFacts) -> dict[str, Any] | None:
    """The tasks that are not done (`id`, `task`, `status`, `progress`), the last logs and notes, each cut."""
    state = _state(facts)
    if not state:
        return None
    tasks = [task for task in state.get("tasks", ()) if task["status"] != "done"][:SHOWN_TASKS]
    told = {
        "tasks": [{name: _short(task.get(name)) for name in ("id", "task", "status", "progress")} for task in tasks],
        "logs": [{"day": log["day"], "notes": _short(log["notes"])} for log in state.get("logs", ())[-SHOWN_LOGS:]],
        "notes": [_short(note["text"]) for note in state.get("notes", ())[-SHOWN_NOTES:]],
    }
    return {name: values for name, values in told.items() if values} or None


def _state(facts: TurnFacts) -> dict[str, Any]:
    return facts.state or {}


def _latest(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many of the last items as may be kept, at least one."""
    room, kept = MAX_KEPT_CHARS, items[-1:]
    room -= len(json.dumps(kept, ensure_ascii=False))
    for item in reversed(items[:-1]):
        room -= len(json.dumps(item, ensure_ascii=False))
        if room < 0:
            break
        kept.insert(0, item)
    return kept


def _short(value: Any) -> Any:
    return value[:MAX_SHOWN] if isinstance(value, str) else value


PLANS = Skill(
    "plans",
    (Handler(AddDailyLog, add_daily_log), Handler(AddNote, add_note), Handler(UpdateTask, update_task)),
    plans_context,
    begin_plans,
)

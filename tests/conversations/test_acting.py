"""What comes of a decision, as values: whatever a brain asks for, in whatever order."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.conversations import acting
from recado.conversations.acting import SKILLS_KEY, Memory, outcome_of, recall, told_by
from recado.decisions import (
    ACTION,
    ACTION_TYPES,
    Action,
    AddDailyLog,
    AddNote,
    AssistantFacts,
    Context,
    Decision,
    RaiseAlert,
    RequestAppointment,
    UpdateForm,
    UpdateTask,
)
from recado.mailbox.claims import NewEvent
from recado.main import SKILLS
from recado.messages import OutText
from recado.skills import Effects, Handler, Skill, Skills, TurnFacts

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # a Friday, 09:30 in Lima
FORM = {"cultivo": "¿Qué cultiva?", "sintoma": "¿Qué ve?"}
WHO = AssistantFacts("a", "Ana", "es", "America/Lima", "fake", allowed=ACTION_TYPES, form=FORM)
ALL = Skills(SKILLS)
SECRET = "secreto"

_said = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: SECRET + text)
_values = st.dictionaries(
    st.sampled_from(["cultivo", "sintoma", "otro"]), _said | st.booleans() | st.integers(0, 5), min_size=1
)
_days = st.dates(date(2026, 11, 15), date(2026, 12, 1))
_actions: st.SearchStrategy[Any] = st.one_of(
    st.builds(UpdateForm, values=_values),
    st.builds(RaiseAlert, level=st.sampled_from(["low", "medium", "high", "critical"]), reason=_said),
    st.builds(AddNote, text=_said),
    st.builds(AddDailyLog, day=_days, notes=st.none() | _said, metrics=_values),
    st.builds(
        UpdateTask,
        task_id=st.sampled_from(["t1", "t2", "t3"]),
        status=st.sampled_from(["pending", "in_progress", "blocked", "done"]),
        progress=st.none() | st.integers(0, 100),
        reason=st.none() | _said,
    ),
    st.builds(
        RequestAppointment,
        wish=st.sampled_from(["schedule", "reschedule", "cancel"]),
        day=st.none() | _days,
        time=st.none() | st.times().map(lambda at: at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)),
        name=st.none() | _said,
        reason=st.none() | _said,
    ),
)


def context(now: datetime = NOW, **given: Any) -> Context:
    return Context(now, WHO, (), allowed=given.pop("allowed", ACTION_TYPES), **given)


def names(events: tuple[NewEvent, ...]) -> list[str]:
    return [event.name for event in events]


def codes(events: tuple[NewEvent, ...]) -> list[str]:
    return [json.loads(event.data)["code"] for event in events if event.name == "action.refused"]


def ask(*actions: Action, **more: Any) -> Decision:
    return Decision(actions=actions, replies=(OutText(text="Listo"),), **more)


def test_the_types_of_actions_are_all_of_them_and_each_has_a_skill() -> None:
    kinds = {branch["properties"]["type"]["const"] for branch in ACTION.json_schema()["$defs"].values()}
    assert kinds == ACTION_TYPES == ALL.types


@given(turns=st.lists(st.lists(_actions, max_size=4), max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_is_asked_for_state_and_events_hold_what_they_may(turns: list[list[Action]]) -> None:
    tasks = [{"id": "t1", "task": "regar", "status": "pending"}, {"id": "t2", "task": "podar", "status": "pending"}]
    state = json.dumps({"own": 1, SKILLS_KEY: {"plans": {"tasks": tasks}}})
    known: set[str] = set()
    now = NOW
    for actions in turns:
        memory = recall(state)
        before = json.dumps(memory.skills)
        came = outcome_of(ALL, context(now), memory, ask(*actions))
        assert json.dumps(memory.skills) == before  # values are replaced, never changed
        assert len(came.events) <= len(actions)
        for event in came.events:
            assert SECRET not in event.data
        state = came.state or state
        parts = recall(state)
        assert parts.brain == {"own": 1}
        form = set(parts.skills.get("forms", {}))
        assert known <= form <= set(FORM)  # nothing learned is lost, nothing foreign kept
        known = form
        assert [task["id"] for task in parts.skills["plans"]["tasks"]] == ["t1", "t2"]
        told = told_by(ALL, now, WHO, parts)
        assert set(told["forms"]["missing"]) == set(FORM) - form
        for request in told["appointments"].get("upcoming", ()):
            at = datetime.fromisoformat(f"{request['day']}T{request['time']}:00-05:00")
            assert at > now
            assert (at.weekday() != 6, time(7) <= at.time() < time(19)) == (True, True)
        now += timedelta(hours=7)


@given(actions=st.lists(_actions, max_size=4))
@settings(max_examples=60, deadline=None)
def test_the_same_decision_again_changes_nothing_more(actions: list[Action]) -> None:
    """But notes, of which two may say the same, and cancellations, which are told again."""
    repeatable = [action for action in actions if action.type not in ("add_note", "request_appointment")]
    once = outcome_of(ALL, context(), Memory({}, {}), ask(*repeatable[:1]))
    twice = outcome_of(ALL, context(), recall(once.state or "{}"), ask(*repeatable[:1]))
    assert twice.state is None
    assert set(names(twice.events)) <= {"action.refused"}


def test_what_is_not_allowed_is_left_out_and_recorded_and_the_rest_is_done() -> None:
    decision = ask(RaiseAlert(reason=SECRET), UpdateForm(values={"cultivo": "papa"}), AddNote(text=SECRET))
    came = outcome_of(ALL, context(allowed=frozenset({"update_form", "add_note"})), Memory({}, {}), decision)
    assert names(came.events) == ["action.refused", "form.updated", "note.added"]
    assert json.loads(came.events[0].data) == {"type": "raise_alert", "code": "not_allowed"}
    assert set(recall(came.state or "{}").skills) == {"forms", "plans"}
    assert came.decision.replies == decision.replies


def test_nothing_is_allowed_without_a_skill() -> None:
    came = outcome_of(Skills(), context(), Memory({}, {}), ask(AddNote(text="x")))
    assert (codes(came.events), came.state) == (["no_skill"], None)


@pytest.mark.parametrize("intent", ["urgent", "schedule"])
def test_while_a_person_has_the_conversation_only_what_is_urgent_is_said_and_only_an_alert_raised(intent: Any) -> None:
    decision = ask(RaiseAlert(reason="no respira"), AddNote(text="x"), intent=intent, hand_over=True, state={"a": 1})
    came = outcome_of(ALL, context(handed_over=True), Memory({}, {}), decision)
    if intent == "urgent":
        assert came.decision.replies == decision.replies
        assert names(came.events) == ["alert.raised", "action.refused"]
    else:
        assert came.decision.replies == ()
        assert not came.decision.hand_over
        assert codes(came.events) == ["handed_over", "handed_over"]
    assert recall(came.state or "{}").brain == {"a": 1}


def test_a_brain_neither_sees_nor_overwrites_what_the_skills_keep() -> None:
    state = json.dumps({"a": 1, SKILLS_KEY: {"forms": {"cultivo": "papa"}}})
    memory = recall(state)
    assert memory.brain == {"a": 1}
    came = outcome_of(ALL, context(), memory, Decision(state={"b": 2, SKILLS_KEY: {"forms": {}}}))
    assert json.loads(came.state or "") == {"b": 2, SKILLS_KEY: {"forms": {"cultivo": "papa"}}}


def test_where_nothing_is_asked_nothing_is_written() -> None:
    came = outcome_of(ALL, context(), Memory({"a": 1}, {}), Decision(replies=(OutText(text="hola"),)))
    assert (came.events, came.state) == ((), None)


def _boom(_: TurnFacts, __: Any = None) -> Any:
    raise KeyError(SECRET)


def _hoard(facts: TurnFacts, _: AddNote) -> Effects:
    return Effects("x" * (acting.MAX_KEPT_CHARS + 1))


def test_a_skill_that_fails_or_keeps_too_much_is_left_out() -> None:
    broken = Skills([Skill("a", (Handler(AddNote, _boom), Handler(RaiseAlert, _hoard)), _boom)])
    came = outcome_of(broken, context(), Memory({}, {}), ask(AddNote(text="x"), RaiseAlert(reason="x")))
    assert (codes(came.events), came.state) == (["failed", "state_full"], None)
    assert told_by(broken, NOW, WHO, Memory({}, {})) == {}
    chatty = Skills([Skill("b", context=lambda _: "x" * acting.MAX_TOLD_CHARS)])
    assert told_by(chatty, NOW, WHO, Memory({}, {})) == {}


def test_two_skills_never_share_a_name_or_an_action() -> None:
    with pytest.raises(ValueError, match="name"):
        Skills([Skill("a"), Skill("a")])
    with pytest.raises(ValueError, match="add_note"):
        Skills([Skill("a", (Handler(AddNote, _boom),)), Skill("b", (Handler(AddNote, _boom),))])


def test_the_largest_form_is_still_told() -> None:
    form = {f"{n:02}".ljust(64, "x"): "?" for n in range(40)}
    memory = Memory({}, {"forms": dict.fromkeys(list(form)[:20], "y" * 500)})
    told = told_by(ALL, NOW, replace(WHO, form=form), memory)
    assert len(told["forms"]["values"]) == len(told["forms"]["missing"]) == 20

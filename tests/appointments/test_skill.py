"""Appointments: checked again when they are applied, whatever a brain promised."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.appointments.skill import appointments_context, check_time, request_appointment
from recado.decisions import AssistantFacts, RequestAppointment
from recado.skills import ActionRefused, TurnFacts

WHO = AssistantFacts("a", "Ana", "es", "America/Lima", "rules")
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # a Friday, 09:30 in Lima
SATURDAY = date(2026, 11, 21)


def facts(state: Any = None, now: datetime = NOW) -> TurnFacts:
    return TurnFacts(now, WHO, state)


def wish(what: Any, day: date | None = SATURDAY, at: time | None = time(10), **more: Any) -> RequestAppointment:
    return RequestAppointment(wish=what, day=day, time=at, **more)


def test_a_request_is_made_changed_and_taken_back() -> None:
    made = request_appointment(facts(), wish("schedule", name="Ana", reason="control"))
    assert made.events == (("appointment.requested", {"day": "2026-11-21", "time": "10:00", "on_record": False}),)
    moved = request_appointment(facts(made.state), wish("reschedule", at=time(11, 30)))
    assert moved.events == (("appointment.rescheduled", {"day": "2026-11-21", "time": "11:30", "on_record": True}),)
    told = appointments_context(facts(moved.state))
    assert told["upcoming"] == [{"day": "2026-11-21", "time": "11:30", "name": "Ana", "reason": "control"}]
    gone = request_appointment(facts(moved.state), wish("cancel", None, None))
    assert gone.state is None
    assert gone.events == (("appointment.cancelled", {"day": "2026-11-21", "time": "11:30", "on_record": True}),)


def test_the_same_request_again_is_not_told_again() -> None:
    state = request_appointment(facts(), wish("schedule")).state
    assert request_appointment(facts(state), wish("schedule")).events == ()


def test_what_is_past_is_no_longer_on_record() -> None:
    state = request_appointment(facts(), wish("schedule")).state
    later = facts(state, datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
    assert "upcoming" not in appointments_context(later)
    told = request_appointment(later, wish("cancel", None, None))
    assert told.events == (("appointment.cancelled", {"day": None, "time": None, "on_record": False}),)


@pytest.mark.parametrize(
    ("day", "at", "code"),
    [
        (None, time(10), "appointment_incomplete"),
        (SATURDAY, None, "appointment_incomplete"),
        (date(2026, 11, 20), time(9, 30), "appointment_past"),
        (date(2026, 11, 19), time(10), "appointment_past"),
        (date(2027, 2, 19), time(10), "appointment_too_far"),
        (date(2026, 11, 22), time(10), "appointment_closed"),
        (SATURDAY, time(6, 30), "appointment_closed"),
        (SATURDAY, time(19), "appointment_closed"),
        (SATURDAY, time(10, 15), "appointment_minute"),
        (SATURDAY, time(10, 0, 1), "appointment_minute"),
        (SATURDAY, time(10, tzinfo=UTC), "appointment_minute"),
    ],
)
def test_times_at_which_nobody_can_come(day: date | None, at: time | None, code: str) -> None:
    with pytest.raises(ActionRefused) as caught:
        request_appointment(facts(), wish("schedule", day, at))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("day", "at"),
    [(date(2026, 11, 20), time(10)), (SATURDAY, time(7)), (SATURDAY, time(18, 30)), (date(2027, 2, 18), time(10))],
)
def test_the_first_and_the_last_time_that_can_be_had(day: date, at: time) -> None:
    check_time(WHO, NOW, day, at)


@given(
    day=st.integers(-2, 95),
    at=st.builds(time, st.integers(5, 20), st.sampled_from([0, 15, 30])),
    hours=st.integers(0, 200),
)
def test_what_passes_is_within_the_rules(day: int, at: time, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    today = (now - timedelta(hours=5)).date()  # in Lima, all year
    wanted = today + timedelta(days=day)
    starts = datetime.combine(wanted, at, UTC) + timedelta(hours=5)
    good = starts > now and day <= 90 and wanted.weekday() != 6 and 7 <= at.hour < 19 and at.minute != 15
    try:
        check_time(WHO, now, wanted, at)
    except ActionRefused:
        assert not good
    else:
        assert good

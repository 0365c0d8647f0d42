"""The appointment that a person asked for in a conversation.

State: the request on record, `{wish, day, time, name, reason}`, or None. Whatever a brain has checked before is checked
again here, when it is applied.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from recado.decisions import AssistantFacts, RequestAppointment
from recado.skills import ActionRefused, Effects, Handler, Skill, TurnFacts

# Contract B: at most 90 days ahead, on :00 or :30.
MAX_DAYS_AHEAD = 90
STEP_MIN = 30
_EVENT = {
    "schedule": "appointment.requested",
    "reschedule": "appointment.rescheduled",
    "cancel": "appointment.cancelled",
}


def request_appointment(facts: TurnFacts, action: RequestAppointment) -> Effects:
    """Put a request on record, change it or take it back; the same request again says nothing new.

    A cancellation or a change of what is not on record here is told all the same (`on_record` false): people also
    book by telephone. Raises `ActionRefused` as `check_time` does, and `appointment_incomplete`.
    """
    before = on_record(facts)
    if action.wish == "cancel":
        day, time = (before["day"], before["time"]) if before else (_iso(action.day), _clock(action.time))
        return Effects(None, ((_EVENT["cancel"], {"day": day, "time": time, "on_record": before is not None}),))
    if action.day is None or action.time is None:
        raise ActionRefused("appointment_incomplete", "An appointment needs a day and a time")
    check_time(facts.assistant, facts.now, action.day, action.time)
    day, time = _iso(action.day), _clock(action.time)
    if before is not None and (before["day"], before["time"]) == (day, time):
        return Effects(facts.state)
    request = {
        "wish": action.wish,
        "day": day,
        "time": time,
        "name": action.name or (before["name"] if before else None),
        "reason": action.reason or (before["reason"] if before else None),
    }
    data = {"day": day, "time": time, "on_record": before is not None}
    return Effects(request, ((_EVENT[action.wish], data),))


def check_time(assistant: AssistantFacts, now: dt.datetime, day: dt.date, time: dt.time) -> None:
    """Raise `ActionRefused` for a time, local to the assistant, at which nobody can come.

    Codes: `appointment_past`, `appointment_too_far`, `appointment_closed`, `appointment_minute`.
    """
    zone = ZoneInfo(assistant.timezone)
    if time.minute % STEP_MIN or time.second or time.microsecond or time.tzinfo is not None:
        raise ActionRefused("appointment_minute", "Appointments are on the hour and at half past")
    if dt.datetime.combine(day, time, zone) <= now:
        raise ActionRefused("appointment_past", "This time is past")
    if day > now.astimezone(zone).date() + dt.timedelta(days=MAX_DAYS_AHEAD):
        raise ActionRefused("appointment_too_far", f"Appointments are at most {MAX_DAYS_AHEAD} days ahead")
    if day.weekday() in assistant.closed_weekdays or not assistant.opens <= time < assistant.closes:
        raise ActionRefused("appointment_closed", "It is closed then")


def on_record(facts: TurnFacts) -> dict[str, Any] | None:
    """The request on record, while its time is to come."""
    request: dict[str, Any] | None = facts.state
    if request is None:
        return None
    day, time = dt.date.fromisoformat(request["day"]), dt.time.fromisoformat(request["time"])
    at = dt.datetime.combine(day, time, ZoneInfo(facts.assistant.timezone))
    return request if at > facts.now else None


def appointments_context(facts: TurnFacts) -> dict[str, Any]:
    """The rules, and in `upcoming` the request on record; without one it is not known whether there are any."""
    rules = {
        "closed_weekdays": sorted(facts.assistant.closed_weekdays),
        "step_minutes": STEP_MIN,
        "max_days_ahead": MAX_DAYS_AHEAD,
    }
    request = on_record(facts)
    if request is None:
        return {"rules": rules}
    shown = {name: request[name] for name in ("day", "time", "name", "reason") if request[name] is not None}
    return {"rules": rules, "upcoming": [shown]}


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _clock(time: dt.time | None) -> str | None:
    return None if time is None else time.strftime("%H:%M")


APPOINTMENTS = Skill("appointments", (Handler(RequestAppointment, request_appointment),), appointments_context)

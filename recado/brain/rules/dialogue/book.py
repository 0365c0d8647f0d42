"""What is known of a person's appointments and of the project's rules, from the facts of a turn."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from recado.brain.rules.dialogue.booking import Rules
from recado.decisions import Context

FACTS = "appointments"
MAX_UPCOMING = 10
_ASKABLE = ("name", "reason")


@dataclass(frozen=True, slots=True)
class Held:
    """An appointment that the person has, local to the assistant."""

    day: dt.date
    time: dt.time | None


@dataclass(frozen=True, slots=True)
class Book:
    """`upcoming` is None where nobody told: then it is not known whether there are any. `asks` are `name`, `reason`."""

    rules: Rules
    upcoming: tuple[Held, ...] | None = None
    asks: tuple[str, ...] = ()


def read(context: Context) -> Book:
    """From `facts["appointments"]`, every part of which may be missing.

    {"upcoming": [{"day": "2026-11-26", "time": "15:00"}], "ask": ["name", "reason"],
     "rules": {"closed_weekdays": [6], "step_minutes": 30, "max_days_ahead": 90}}
    """
    who = context.assistant
    rules = Rules(who.opens, who.closes, who.closed_weekdays)
    told = context.facts.get(FACTS)
    if not isinstance(told, Mapping):
        return Book(rules)
    facts = cast("Mapping[str, Any]", told)
    listed, asked = facts.get("upcoming"), facts.get("ask")
    return Book(
        _rules(rules, facts.get("rules")),
        tuple(_held(cast("Iterable[Any]", listed))) if isinstance(listed, list | tuple) else None,
        tuple(part for part in _ASKABLE if isinstance(asked, list | tuple) and part in asked),
    )


def _rules(default: Rules, told: Any) -> Rules:
    if not isinstance(told, Mapping):
        return default
    values = cast("Mapping[str, Any]", told)
    days, step, ahead = values.get("closed_weekdays"), values.get("step_minutes"), values.get("max_days_ahead")
    rules = default
    if isinstance(days, list | tuple):
        closed = frozenset(day for day in cast("Iterable[Any]", days) if isinstance(day, int) and 0 <= day <= 6)
        rules = replace(rules, closed_weekdays=closed if len(closed) < 7 else rules.closed_weekdays)
    if isinstance(step, int) and 1 <= step <= 60:
        rules = replace(rules, step_min=step)
    if isinstance(ahead, int) and ahead > 0:
        rules = replace(rules, max_days_ahead=ahead)
    return rules


def _held(listed: Iterable[Any]) -> list[Held]:
    found: list[Held] = []
    for one in listed:
        values: Mapping[str, Any] = cast("Mapping[str, Any]", one) if isinstance(one, Mapping) else {}
        day = day_of(values.get("day"))
        if day is not None and len(found) < MAX_UPCOMING:
            found.append(Held(day, time_of(values.get("time"))))
    return sorted(found, key=lambda held: (held.day, held.time or dt.time.min))


def day_of(value: Any) -> dt.date | None:
    """A date from a date or its ISO text; None for anything else."""
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def time_of(value: Any) -> dt.time | None:
    """A time from a time or its ISO text ("15:00"); None for anything else."""
    if isinstance(value, dt.time):
        return value
    try:
        return dt.time.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None

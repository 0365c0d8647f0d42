"""What a message adds to an appointment that is talked about: its day, its hour, and what is wrong with them."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recado.brain.rules.dialogue.book import Book, Held, day_of, time_of
from recado.brain.rules.dialogue.booking import Problem, Rules
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.memory import Flow
from recado.brain.rules.dialogue.outcome import Option
from recado.brain.rules.dialogue.phrases import PHRASES, Phrases, say_at, say_day, say_day_short, say_time, say_when
from recado.brain.rules.facts.extraction import extract
from recado.brain.rules.when.resolver import When
from recado.messages import MAX_BUTTONS

_PARTS: dict[str, tuple[dt.time, dt.time]] = {
    "morning": (dt.time(5), dt.time(12)),
    "afternoon": (dt.time(12), dt.time(19)),
    "evening": (dt.time(17), dt.time(22)),
    "night": (dt.time(19), dt.time(23, 59)),
}
_MAX_REASON = 200
_REASON_LEAD = re.compile(r"^\W*(?:es |por |para |porque |it'?s |for |because )+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    """The flow after a message. `notes` say what was wrong, `options` are offered with the next question.

    `changed`: the message said something about the day or the hour, right or wrong.
    """

    flow: Flow
    changed: bool = False
    notes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    question: str | None = None


def fill(said: Said, flow: Flow, book: Book) -> Filled:
    """Take what was said about the day and the hour, by button or in words."""
    rules = book.rules
    pressed = _pressed(said, flow)
    if pressed is not None:
        return which_held(said, pressed, book) if flow.kind == "cancel" else check(pressed, rules, said)
    when = said.when(flow.asked)
    day, time = when.date, when.time
    if flow.kind == "cancel" and day is None:
        day = day_of(when.slots.get("from_date"))
    if flow.kind == "reschedule" and (said.same_hour or said.same_day) and (day is None or time is None):
        day, time, unknown = _as_before(said, day, time, book)
        if unknown:
            filled = check(replace(flow, day=day or flow.day, time=time or flow.time), rules, said)
            return replace(filled, notes=(PHRASES[said.language].not_in_sight, *filled.notes))
    filled = replace(flow, day=day or flow.day, time=time or flow.time)
    if when.slots.get("impossible"):
        return Filled(replace(filled, day=None), True, (PHRASES[said.language].impossible,))
    if flow.kind == "cancel":
        named = replace(flow, day=day, time=time) if day or time else flow
        return replace(which_held(said, named, book), changed=bool(day or time))
    options = _options(said, when)
    if options:
        return Filled(_without_options(filled, when), True, (), options, _which(said, options))
    if when.slots.get("soonest") and day is None:
        return _soonest(said, filled, rules)
    if day is None and when.slots.get("from_date") == (flow.day.isoformat() if flow.day else None) and flow.day:
        return Filled(replace(filled, day=None), True)
    if day is None and when.slots.get("vague") and filled.day is None:
        return Filled(filled, True, (PHRASES[said.language].vague,))
    changed = day is not None or time is not None
    ranged = _ranged(said, when, filled, rules) if time is None else ()
    if ranged:
        checked = check(replace(filled, time=None), rules, said)
        return checked if checked.notes else replace(checked, changed=True, options=ranged)
    return replace(check(filled, rules, said), changed=True) if changed else Filled(filled)


def which_held(said: Said, flow: Flow, book: Book) -> Filled:
    """The cancellation of an appointment that the person has; where nobody told of any, of the one that was named.

    Without a day it is not yet known which one is meant.
    """
    if not book.upcoming:
        return Filled(flow, True)
    fits = [
        held for held in book.upcoming if flow.day in (None, held.day) and (flow.time is None or flow.time == held.time)
    ]
    notes = () if fits else (told_of(book.upcoming, said),)
    left = fits or list(book.upcoming)
    if len(left) == 1:
        return Filled(replace(flow, day=left[0].day, time=left[0].time), True, notes)
    days = list(dict.fromkeys(held.day for held in left))
    if len(days) > 1:
        options = tuple(_day_option(day, said) for day in days[:MAX_BUTTONS])
        flow = replace(flow, day=None, time=None)
    else:
        times = [held.time for held in left if held.time][:MAX_BUTTONS]
        options = tuple(Option(say_time(time), "time", time.isoformat("minutes")) for time in times)
        flow = replace(flow, day=days[0], time=None)
    return Filled(flow, True, notes, options, PHRASES[said.language].which_to_cancel)


def told_of(upcoming: Sequence[Held], said: Said) -> str:
    """The appointments that the person has, a line each."""
    phrase = PHRASES[said.language].next_appointment
    return "\n".join(phrase.format(when=say_when(held.day, held.time, said.language)) for held in upcoming)


def _as_before(
    said: Said, day: dt.date | None, time: dt.time | None, book: Book
) -> tuple[dt.date | None, dt.time | None, bool]:
    """The day and hour with what stays as it is in the person's only appointment, and whether that is not known."""
    only = book.upcoming[0] if book.upcoming and len(book.upcoming) == 1 else None
    if only is None:
        return day, time, True
    if said.same_hour and time is None:
        time = only.time
    if said.same_day and day is None:
        day = only.day
    return day, time, False


def check(flow: Flow, rules: Rules, said: Said) -> Filled:
    """The flow without the day or the hour that cannot be had, and why."""
    if flow.day is not None and (problem := rules.day_problem(flow.day, said.now)):
        text = _problem(problem, flow, rules, said)
        options = _other_days(flow.day, rules, said) if problem == "closed_day" else ()
        return Filled(replace(flow, day=None), True, (text,), options)
    if flow.time is not None and (problem := rules.time_problem(flow.time, flow.day, said.now)):
        text = _problem(problem, flow, rules, said)
        near = rules.near(flow.time) if problem == "off_step" else ()
        options = tuple(Option(say_time(time), "time", time.isoformat("minutes")) for time in near)
        if near:
            text += " " + _which(said, options)
        return Filled(replace(flow, time=None), True, (text,), options)
    return Filled(flow, True)


def named(said: Said, flow: Flow) -> Flow:
    """The flow with the name that was told, or with the answer to the question for a name or a reason."""
    if flow.asked == "reason" and said.text:
        reason = _REASON_LEAD.sub("", " ".join(said.text.split()))[:_MAX_REASON].strip()
        return replace(flow, reason=reason or None)
    names = extract(said.text, said.language, None).names if said.text else ()
    others = [name.value for name in names if name.role == "other"]
    found = (others or [name.value for name in names] or [None])[-1]
    if found is None and flow.asked == "name" and not any(letter.isdigit() for letter in said.text):
        found = " ".join(said.text.split())[:_MAX_REASON].strip() or None
    return replace(flow, name=found or flow.name)


# --- parts ------------------------------------------------------------------------------------------------


def _pressed(said: Said, flow: Flow) -> Flow | None:
    press = said.press("day") or said.press("time")
    if press is None:
        return None
    day, time = day_of(press.value), time_of(press.value)
    return replace(flow, day=day) if press.does == "day" and day else replace(flow, time=time) if time else None


def _problem(problem: Problem, flow: Flow, rules: Rules, said: Said) -> str:
    language, phrases = said.language, PHRASES[said.language]
    text = phrases.problems[problem].format(
        day=say_day(flow.day, language) if flow.day else "",
        time=say_time(flow.time) if flow.time else "",
        at=say_at(flow.time, language) if flow.time else "",
        opens=say_time(rules.opens),
        closes=say_time(rules.closes),
        days=rules.max_days_ahead,
    )
    return text[0].upper() + text[1:]


def _other_days(day: dt.date, rules: Rules, said: Said) -> tuple[Option, ...]:
    before = day - dt.timedelta(days=1)
    days = ((before,) if rules.day_problem(before, said.now) is None else ()) + rules.open_days(day, said.now, 1)
    return tuple(_day_option(one, said) for one in days)


def _day_option(day: dt.date, said: Said) -> Option:
    return Option(say_day_short(day, said.language), "day", day.isoformat())


def _options(said: Said, when: When) -> tuple[Option, ...]:
    """The days or hours between which the person could not decide."""
    offered = when.slots.get("options")
    found: list[Option] = []
    for value in offered if isinstance(offered, list) else ():
        day, time = day_of(value), time_of(value)
        if day is not None:
            found.append(_day_option(day, said))
        elif time is not None and "T" not in value:
            found.append(Option(say_time(time), "time", value))
    return tuple(dict.fromkeys(found))[:MAX_BUTTONS]


def _without_options(flow: Flow, when: When) -> Flow:
    offered = when.slots.get("options")
    first = offered[0] if isinstance(offered, list) and offered else None
    return replace(flow, day=None) if day_of(first) else replace(flow, time=None)


def _which(said: Said, options: tuple[Option, ...]) -> str:
    joint = " o " if said.language == "es" else " or "
    return PHRASES[said.language].which.format(options=joint.join(option.title for option in options))


def _soonest(said: Said, flow: Flow, rules: Rules) -> Filled:
    phrases: Phrases = PHRASES[said.language]
    today = said.now.date()
    left = [
        time for time in rules.times(rules.opens, rules.closes) if rules.time_problem(time, today, said.now) is None
    ]
    days = rules.open_days(today if left else today + dt.timedelta(days=1), said.now, 1)
    if not days:
        return Filled(flow, True)
    question = phrases.soonest.format(day=say_day(days[0], said.language))
    return Filled(replace(flow, day=days[0]), True, question=question)


def _ranged(said: Said, when: When, flow: Flow, rules: Rules) -> tuple[Option, ...]:
    """A few hours of the part of the day, or between the two hours, that was named."""
    slots = when.slots
    first, last = time_of(slots.get("time_from")), time_of(slots.get("time_to"))
    if first is None and last is None:
        part = slots.get("part_of_day")
        if not isinstance(part, str) or part not in _PARTS:
            return ()
        first, last = _PARTS[part]
    free = [
        time
        for time in rules.times(first or rules.opens, last or rules.closes)
        if rules.time_problem(time, flow.day, said.now) is None
    ]
    spread = free[:: max(1, len(free) // MAX_BUTTONS)][:MAX_BUTTONS]
    return tuple(Option(say_time(time), "time", time.isoformat("minutes")) for time in spread)

"""Greetings by the hour of the day where the assistant is."""

from datetime import datetime

from recado.brain.rules.phrases import Phrases
from recado.brain.rules.zones import zone

_MORNING_FROM, _AFTERNOON_FROM, _EVENING_FROM = 5, 12, 19
_MAX_FIRST_NAME = 20


def greeting(phrases: Phrases, now: datetime, timezone: str, contact_name: str | None) -> str:
    """ "Buenos días, Ana": for the hour of `now` in the zone, with the first name if there is one fit to be said."""
    hour = now.astimezone(zone(timezone)).hour
    if _MORNING_FROM <= hour < _AFTERNOON_FROM:
        words = phrases.good_morning
    else:
        words = phrases.good_afternoon if _AFTERNOON_FROM <= hour < _EVENING_FROM else phrases.good_evening
    name = first_name(contact_name)
    return words.capitalize() + (f", {name}" if name else "")


def first_name(contact_name: str | None) -> str | None:
    """The first word of a profile name, if it looks like a name: people also call themselves "." or "💕Reina💕"."""
    first = next(iter((contact_name or "").split()), "")
    return first.capitalize() if first.isalpha() and 2 <= len(first) <= _MAX_FIRST_NAME else None

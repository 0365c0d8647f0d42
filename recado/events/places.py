"""A place before all events: for `after`, in the words of an event's id, where there is no event yet to go on after.

UUID version 8 (RFC 9562, section 5.8) with the time in its first 48 bits, as version 7 has it, and nothing else: what
else could say where it is, the position, counts the events of all projects.
"""

_NOTHING = "8000-8000-000000000000"


def place_at(at_ms: int) -> str:
    """The place behind what had happened at a time (Unix milliseconds)."""
    text = f"{at_ms:012x}"
    return f"{text[:8]}-{text[8:]}-{_NOTHING}"


def time_of(text: str) -> int | None:
    """The time of a place; None for a UUID that is none, such as an event's id."""
    time, _, rest = text.replace("-", "", 1).partition("-")
    return int(time, 16) if rest == _NOTHING else None

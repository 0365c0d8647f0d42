"""A short way to write down what a message means.

Words apart by spaces: a date (without a year: of 2026, or of the one that is told), a time, "?" for clarify,
`name=value` or `name` (true) for a slot, `options=a,b`; "-" for nothing at all.
"""

import re

from recado.brain.rules.when import When

YEAR = 2026


def written(when: When) -> str:
    """What was understood, in the notation."""
    words = [when.date.isoformat()] if when.date else []
    if when.time:
        words.append(when.time.isoformat("minutes"))
    if when.clarify:
        words.append("?")
    for name, value in sorted(when.slots.items()):
        told = ",".join(value) if isinstance(value, list) else value
        words.append(name if value is True else f"{name}={told}")
    return " ".join(words) or "-"


def spelled(expected: str, year: int = YEAR) -> str:
    """An expectation in the same order and with its year."""
    words = [f"{year}-{word}" if re.fullmatch(r"\d\d-\d\d", word) else word for word in expected.split()]
    return " ".join(sorted(words, key=_place))


def _place(word: str) -> tuple[int, str]:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
        return 0, word
    if re.fullmatch(r"\d\d:\d\d", word):
        return 1, word
    return (2, word) if word == "?" else (3, word)

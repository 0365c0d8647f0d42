"""Whether a value is what a field of a form asks for, whichever brain asks to keep it."""

import datetime as dt
import re

from recado.decisions import FieldType, Plain

# ITU-T E.164: at most 15 digits; the shortest numbers with their country's code have 7.
_PHONE = re.compile(r"^\+[1-9][0-9]{6,14}$")
_NUMBER = re.compile(r"^-?[0-9]{1,15}(?:\.[0-9]{1,10})?$")
_WORDS = {"true": True, "yes": True, "si": True, "sí": True, "false": False, "no": False}


def fitting(wanted: FieldType, value: Plain) -> Plain | None:
    """The value as it is kept: a number, ISO date, choice as it is written, E.164; None if it is not of the type."""
    match wanted.kind:
        case "number" | "area" | "amount":
            return _number(wanted, value)
        case "date":
            return _date(value)
        case "choice":
            text = str(value).strip().casefold()
            return next((choice for choice in wanted.choices if choice.casefold() == text), None)
        case "yes_no" | "photo":
            return value if isinstance(value, bool) else _WORDS.get(str(value).strip().lower())
        case "phone":
            return value if isinstance(value, str) and _PHONE.match(value) else None
        case "text":
            return value


def _number(wanted: FieldType, value: Plain) -> Plain | None:
    if isinstance(value, str) and _NUMBER.match(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool | str):
        return None
    low_enough = wanted.most is None or value <= wanted.most
    return value if low_enough and (wanted.least is None or value >= wanted.least) else None


def _date(value: Plain) -> str | None:
    try:
        return dt.date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None

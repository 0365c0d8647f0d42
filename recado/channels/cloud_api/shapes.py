"""Reading JSON whose shape is not to be trusted: every function takes anything and never raises."""

import json
import math
from typing import Any, cast

Json = dict[str, Any]

# Deeper JSON than this is kept as text: serializers and databases refuse deep nesting (pydantic at 255 levels).
MAX_DEPTH = 64
_REPLACEMENT = "\ufffd"
# 2100-01-01T00:00:00Z; whatever claims to be later is no time.
_LATEST_S = 4_102_444_800


def as_object(value: object) -> Json:
    """The value if it is a JSON object, else an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(value: object) -> str | None:
    """The value if it is a string with something in it, fit to be stored; else None."""
    if not isinstance(value, str) or not value:
        return None
    return _storable(value)


def identifier(value: object) -> str | None:
    """The value if it is a string or a whole number (some of Meta's ids were numbers once), as a string."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if -(10**30) < value < 10**30 else None
    return text(value)


def number(value: object) -> float | None:
    """A finite number, also from a string such as "12.5"; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def display_number(value: object) -> str | None:
    """A business's own number as E.164: Meta writes "15550783881" in webhooks and "+1 555-078-3881" elsewhere."""
    digits = "".join(filter(str.isdigit, identifier(value) or ""))
    return f"+{digits}" if digits.isascii() and 7 <= len(digits) <= 15 else None


def whole(value: object) -> int | None:
    """A whole number below 2^53, also from a string such as "12"; else None."""
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < 2**53 else None


def moment_ms(value: object) -> int | None:
    """A time given in seconds since 1970 (Meta sends a string), in milliseconds; None if it is none."""
    found = number(value)
    return round(found * 1000) if found is not None and 0 < found < _LATEST_S else None


def cleaned(value: object, depth: int = 0) -> Any:
    """Any JSON in a form that every database takes: no NUL, no half characters, no NaN, no bottomless nesting."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return hex(value)  # no limit on its length, unlike str()
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth >= MAX_DEPTH:
        return _as_text(value)
    if isinstance(value, dict):
        members = cast(dict[object, object], value)
        return {_storable(str(key)): cleaned(member, depth + 1) for key, member in members.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, depth + 1) for item in cast(list[object], value)]
    return _storable(str(value))


def cleaned_object(value: object) -> Json:
    """`cleaned`, and what is no object is wrapped in one, so that it can be kept too."""
    found = cleaned(value)
    return cast(Json, found) if isinstance(found, dict) else {"item": found}


def _as_text(value: object) -> str:
    try:
        return _storable(json.dumps(value))
    except (RecursionError, ValueError, TypeError):
        return "(nested too deep)"


def _storable(value: str) -> str:
    """Without NUL (PostgreSQL has none in text) and lone surrogates (UTF-8 has none)."""
    if value.isascii():
        return value if "\x00" not in value else value.replace("\x00", _REPLACEMENT)
    try:
        value.encode()
    except UnicodeEncodeError:
        # Two halves that belong together are joined, a lone one is replaced.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value if "\x00" not in value else value.replace("\x00", _REPLACEMENT)

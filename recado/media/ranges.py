"""The part of a file that a request asks for (RFC 9110, section 14)."""

import re
from typing import Literal

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def asked_range(header: str | None, size_bytes: int) -> tuple[int, int] | Literal["unsatisfiable"] | None:
    """First byte and the one behind the last; None for the whole file: no range, several, or one of another unit.

    A server may ignore what it does not understand, and several ranges would need an answer in parts.
    """
    match = _ONE_RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(0, size_bytes - int(last)), size_bytes
    else:
        start, stop = int(first), min(size_bytes, int(last) + 1 if last else size_bytes)
        if last and int(last) < int(first):
            return None
    return (start, stop) if start < stop else "unsatisfiable"

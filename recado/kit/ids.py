"""Ids: UUID version 7 (RFC 9562, section 5.7), as the usual 36 characters."""

import re
import threading

from recado.kit import clock, randomness

_lock = threading.Lock()
_last_ms = 0
_counter = 0
_COUNTER_BITS = 12
UUID_PATTERN = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_ID = re.compile(UUID_PATTERN)


def new_id() -> str:
    """A UUIDv7. Those made by one process grow strictly: a 12-bit counter orders those of one millisecond."""
    global _last_ms, _counter
    with _lock:
        at_ms = clock.now_ms()
        if at_ms > _last_ms:
            _last_ms, _counter = at_ms, randomness.source().getrandbits(_COUNTER_BITS - 1)
        else:
            _counter += 1
            if _counter >> _COUNTER_BITS:
                _last_ms, _counter = _last_ms + 1, 0
        value = (_last_ms << 80) | (0x7 << 76) | (_counter << 64) | (0b10 << 62) | randomness.source().getrandbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """True for an id as `new_id` writes them: what else comes from outside must not reach a uuid column."""
    return _ID.fullmatch(text) is not None

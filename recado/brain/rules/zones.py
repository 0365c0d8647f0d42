"""Time zones by name, for a brain that must answer whatever the name is."""

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """The zone; UTC for a name that this machine does not know, because an answer is worth more than the hour."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return UTC

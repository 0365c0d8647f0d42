"""What a check says, and how urgent it is."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """FAIL must be mended, WARN should be looked at."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says, and how to mend it (empty if nothing is wrong)."""

    check: str
    level: Level
    says: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "level": self.level.value, "says": self.says, "mend": self.mend}


def ok(check_name: str, says: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check_name, Level.OK, says)


def warn(check_name: str, says: str, mend: str) -> Finding:
    """It should be looked at."""
    return Finding(check_name, Level.WARN, says, mend)


def fail(check_name: str, says: str, mend: str) -> Finding:
    """It must be mended."""
    return Finding(check_name, Level.FAIL, says, mend)


def short(error: Exception) -> str:
    """The first line of what the driver said, below SQLAlchemy's own words."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]

"""Migrations of the database, run by Alembic through `recado.migrate`. docs/decisions/0019 says what they may do."""

import re
from pathlib import Path

# Oldest first; the last is what this program needs. A test holds it to the files in versions/. It is written down
# here so that processes which only check need not load Alembic.
REVISIONS = (
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0011", "0012", "0013", "0014"),
    *("0015", "0016", "0017", "0018"),
)
FOLDERS = (Path(__file__).parent / "versions",)

_REVISION = re.compile(r"(?P<number>\d{4})(?:_since_(?P<since>\d{4}))?")


def number_of(revision: str) -> int | None:
    """The number of a revision, or None if this is no name of one."""
    found = _REVISION.fullmatch(revision)
    return int(found["number"]) if found else None


def runs_on(head: str, current: str) -> bool:
    """True if a program that needs `head` runs on a database at `current`, which is newer than it knows.

    A revision NNNN has only added to what was there. NNNN_since_MMMM has taken away, too, now or before: what programs
    older than MMMM use.
    """
    found, needed = _REVISION.fullmatch(current), number_of(head)
    return found is not None and needed is not None and int(found["since"] or 0) <= needed < int(found["number"])

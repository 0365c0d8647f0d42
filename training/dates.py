"""The examination of dates: `when/*.jsonl`, by the rules of `when/README.md`. Counts only, never the messages."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from recado.brain.rules.when import resolve

EXAMINATION = Path(__file__).parent / "when"
LOOKED_AT = EXAMINATION / "looked_at"
"""Earlier examinations: what was missed in them has been mended."""


@dataclass(frozen=True)
class Marks:
    """How many messages of each (language, rule) there are, and how many were resolved to the letter."""

    asked: Counter[tuple[str, str]]
    right: Counter[tuple[str, str]]

    @property
    def share(self) -> float:
        """The share that is right, of 1."""
        return self.right.total() / max(self.asked.total(), 1)


def examine(folder: Path = EXAMINATION) -> Marks:
    """Resolve every message of the examination. Date, time and whether to ask back must all be as written there."""
    marks = Marks(Counter(), Counter())
    for path in sorted(folder.glob("*.jsonl")):
        for row in path.read_text(encoding="utf-8").splitlines():
            case: dict[str, Any] = json.loads(row)
            rule = (str(case["language"]), str(case["rule"]))
            marks.asked[rule] += 1
            marks.right[rule] += _is_right(case)
    return marks


def _is_right(case: dict[str, Any]) -> bool:
    now = datetime.fromisoformat(case["now"]).replace(tzinfo=ZoneInfo(case["timezone"]))
    found = resolve(case["text"], now=now, language=case["language"])
    date = found.date.isoformat() if found.date else None
    time = found.time.strftime("%H:%M") if found.time else None
    return (date, time, found.clarify) == (case["date"], case["time"], case["clarify"])


def as_markdown(marks: Marks) -> str:
    """The share of all, then the rules that are not all right."""
    parts = [f"{marks.right.total()} of {marks.asked.total()} messages with dates are right ({marks.share:.1%})."]
    missed = [rule for rule in sorted(marks.asked) if marks.right[rule] < marks.asked[rule]]
    if missed:
        parts.extend(["", "| language | rule | right | of |", "|---|---|---:|---:|"])
        parts.extend(f"| {' | '.join(rule)} | {marks.right[rule]} | {marks.asked[rule]} |" for rule in missed)
    return "\n".join(parts) + "\n"

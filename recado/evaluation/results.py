"""How a run went, as values that are kept as JSON, and what changed since another run."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from recado.errors import BadInput

FORMAT = 1


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StepResult(_Kept):
    """One step as it went. `brain_ms` is the brain alone, `turn_ms` until the last reply was sent."""

    said: str
    replies: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    intent: str = ""
    confidence: float = 0.0
    actions: tuple[str, ...] = ()
    handed_over: bool = False
    problems: tuple[str, ...] = ()
    brain_ms: float = 0.0
    turn_ms: float = 0.0


class ConversationResult(_Kept):
    """One conversation; it ends at its first step that fails."""

    file: str
    name: str
    topic: str
    steps: tuple[StepResult, ...]

    @property
    def key(self) -> str:
        return f"{self.file}: {self.name}"

    @property
    def passed(self) -> bool:
        return not any(step.problems for step in self.steps)


class Run(_Kept):
    """A run of conversations with one brain. `spent_usd` is 0 for a brain that costs nothing or does not say."""

    format: int = FORMAT
    brain: str
    at: datetime
    conversations: tuple[ConversationResult, ...]
    spent_usd: float = 0.0
    spent_tokens: int = 0

    @property
    def passed(self) -> int:
        return sum(one.passed for one in self.conversations)

    def topics(self) -> dict[str, tuple[int, int]]:
        """Topic -> (passed, all), in alphabetical order."""
        names = sorted({one.topic for one in self.conversations})
        of = {name: [one for one in self.conversations if one.topic == name] for name in names}
        return {name: (sum(one.passed for one in ones), len(ones)) for name, ones in of.items()}

    def brain_ms(self, share: float) -> float:
        """How long the brain took at most in this share of the turns."""
        return percentile([step.brain_ms for one in self.conversations for step in one.steps], share)

    def turn_ms(self, share: float) -> float:
        """How long a person waited at most in this share of the turns."""
        return percentile([step.turn_ms for one in self.conversations for step in one.steps], share)


class Difference(_Kept):
    """Conversations by their keys."""

    broken: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def difference(before: Run, after: Run) -> Difference:
    """What an earlier run had otherwise."""
    old = {one.key: one.passed for one in before.conversations}
    new = {one.key: one.passed for one in after.conversations}
    return Difference(
        broken=tuple(key for key, passed in new.items() if not passed and old.get(key)),
        mended=tuple(key for key, passed in new.items() if passed and old.get(key) is False),
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0..1) of the values does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def load(path: Path) -> Run:
    """A run that was kept. Raises `BadInput` (`bad_results`)."""
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})", code="bad_results") from None
    except ValidationError:
        raise BadInput(f"{path}: holds no results of `recado eval`", code="bad_results") from None


def keep(path: Path, run: Run) -> None:
    """Write a run for later, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
    part.replace(path)

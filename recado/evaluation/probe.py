"""A brain that lets another one decide, and keeps what it was asked, what it answered and how long it took."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from recado.decisions import Brain, Context, Decision


@runtime_checkable
class Metered(Protocol):
    """A brain that costs money says what it has spent since it was made, in US dollars and tokens."""

    @property
    def spent_usd(self) -> float: ...

    @property
    def spent_tokens(self) -> int: ...


@dataclass(slots=True)
class Probe:
    """`facts` and `allowed` are the script's: the skills that would give them have no data here.

    `decisions` are those since the last `take`; a brain that raises has none, and the turn deals with it.
    """

    brain: Brain
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    allowed: frozenset[str] = frozenset()
    decisions: list[Decision] = field(default_factory=list[Decision])
    took_ms: list[float] = field(default_factory=list[float])

    @property
    def name(self) -> str:
        return self.brain.name

    @property
    def wants_history(self) -> int:
        """As much as the brain wants."""
        wanted: int = getattr(self.brain, "wants_history", 0)
        return wanted

    async def decide(self, context: Context) -> Decision:
        """What the brain decides, unchanged."""
        scripted = replace(context, facts={**context.facts, **self.facts}, allowed=self.allowed)
        started = time.perf_counter()
        try:
            decision = await self.brain.decide(scripted)
        finally:
            self.took_ms.append((time.perf_counter() - started) * 1000)
        self.decisions.append(decision)
        return decision

    def take(self) -> Decision | None:
        """The last decision since the last time."""
        last = self.decisions[-1] if self.decisions else None
        self.decisions.clear()
        return last

    def spent(self) -> tuple[float, int]:
        """US dollars and tokens so far; nothing for a brain that does not say."""
        if isinstance(self.brain, Metered):
            return self.brain.spent_usd, self.brain.spent_tokens
        return 0.0, 0

"""Where spans are noted: a bounded list in memory, emptied in the background. Noting never waits and never fails."""

from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from recado.mailbox.claims import Claim
from recado.tracing.spans import Span, Unplaced

# Some seconds of 1,000 messages a second; what finds it full is dropped and counted.
MAX_NOTED = 16_384
# Turns and sends in work, with room for those of which nobody heard the end.
MAX_IN_WORK = 4_096

T = TypeVar("T")


class Notes:
    """What is still to be exported."""

    def __init__(self) -> None:
        self._noted: deque[Span | Unplaced] = deque()
        self.dropped = 0

    def add(self, span: Span | Unplaced) -> None:
        if len(self._noted) >= MAX_NOTED:
            self.dropped += 1
        else:
            self._noted.append(span)

    def take(self, most: int) -> list[Span | Unplaced]:
        """Up to `most` of them, the oldest first."""
        return [self._noted.popleft() for _ in range(min(most, len(self._noted)))]

    def __len__(self) -> int:
        return len(self._noted)


class InWork(Generic[T]):
    """What was begun and not heard of since, by its id; of too many the oldest are forgotten."""

    def __init__(self) -> None:
        self._begun: dict[str, T] = {}

    def begin(self, key: str, value: T) -> None:
        self._begun.pop(key, None)
        self._begun[key] = value
        if len(self._begun) > MAX_IN_WORK:
            del self._begun[next(iter(self._begun))]

    def get(self, key: str) -> T | None:
        return self._begun.get(key)

    def end(self, key: str) -> T | None:
        return self._begun.pop(key, None)


@dataclass(slots=True)
class Thought:
    """A part of a turn: what its brain did, or a model that the brain asked."""

    name: str
    key: str
    parent: str | None
    start_ns: int
    end_ns: int
    error: str | None = None
    attributes: dict[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])


@dataclass(slots=True)
class TurnInWork:
    """A claimed conversation, and what was done in its turn so far."""

    claim: Claim
    start_ns: int
    thoughts: list[Thought] = field(default_factory=list[Thought])


# The turn whose brain thinks in this task, for the models that it asks.
THINKING: ContextVar[TurnInWork | None] = ContextVar("recado_turn", default=None)
# When the request began that is being answered in this task, for what it stores.
REQUEST_NS: ContextVar[int | None] = ContextVar("recado_request_ns", default=None)

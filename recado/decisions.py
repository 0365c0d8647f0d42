"""What a brain gets and what it answers: `decide(context) -> Decision`, one protocol for every kind of brain.

A brain is pure with respect to the database: it gets values and gives a value.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import Field

from recado.messages import InboundMessage, OutContent, Value

Language = Literal["es", "en"]
Intent = Literal["greeting", "thanks", "information", "human", "other"]

MAX_REPLIES = 20
"""Messages that one decision may send. A turn takes no more pending ones, so each can have its own reply."""
MAX_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of what an assistant knows. `topic` is hours, address, prices or any other word of the project."""

    id: str
    topic: str
    language: Language
    question: str
    answer: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssistantFacts:
    """Who answers. `entries` is what it may answer from; `brain` names the brain that decides.

    `settle_ms` is how long to wait for more messages before a turn.
    """

    id: str
    name: str
    language: Language
    timezone: str
    brain: str
    entries: tuple[Entry, ...] = ()
    settle_ms: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """All that a brain may know of one turn.

    `messages` are the pending ones, in order, at least one. `state` is what the brain itself kept from earlier
    turns of this conversation (any JSON object). `handed_over`: a person has taken the conversation.
    """

    now: datetime
    assistant: AssistantFacts
    messages: tuple[InboundMessage, ...]
    contact_name: str | None = None
    language: Language | None = None
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    handed_over: bool = False


class Decision(Value):
    """The one answer that every brain gives, for every turn.

    `replies` go out in order, each as a message of its own; none means silence. `language` and `state` replace
    what the conversation remembers (None keeps it). `hand_over` gives the conversation to a person.
    """

    intent: Intent = "other"
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    replies: tuple[OutContent, ...] = Field(default=(), max_length=MAX_REPLIES)
    language: Language | None = None
    state: dict[str, Any] | None = None
    hand_over: bool = False
    sources: tuple[str, ...] = Field(default=(), max_length=MAX_SOURCES)


class Brain(Protocol):
    """Decides one turn. Must not block the loop; an exception counts as a failed turn and is tried again."""

    @property
    def name(self) -> str: ...

    async def decide(self, context: Context) -> Decision: ...

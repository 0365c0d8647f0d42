"""What a brain gets and what it answers: `decide(context) -> Decision`, one protocol for every kind of brain.

A brain is pure with respect to the database: it gets values and gives a value.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, get_args

from pydantic import Field, StringConstraints, TypeAdapter

from recado.messages import InboundMessage, Reply, Value

Language = Literal["es", "en"]
Intent = Literal[
    "schedule", "reschedule", "cancel", "lookup", "urgent", "information",
    "greeting", "thanks", "human", "yes", "no", "other",
]  # fmt: skip
BrainMode = Literal["rules", "hybrid", "model"]

MAX_REPLIES = 20
"""Messages that one decision may send. A turn takes no more pending ones, so each can have its own reply."""
MAX_SOURCES = 20
MAX_ACTIONS = 10
MAX_VALUES = 40
"""Fields of a form, measures of a log, slots of a decision: no more in one decision."""
MAX_WORD = 64
MAX_LINE = 500
MAX_NOTE = 2_000

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORD)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_LINE)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NOTE)]
Plain = Line | bool | int | Annotated[float, Field(allow_inf_nan=False)]
"""What a field of a form may hold. Nothing nested."""
Values = Annotated[dict[Word, Plain], Field(max_length=MAX_VALUES)]


# --- actions: what a brain may ask for ------------------------------------------------------------------


class UpdateForm(Value):
    """Only what was newly learned; what was known before stays."""

    type: Literal["update_form"] = "update_form"
    values: Annotated[Values, Field(min_length=1)]


class RaiseAlert(Value):
    type: Literal["raise_alert"] = "raise_alert"
    level: Literal["low", "medium", "high", "critical"] = "medium"
    reason: Line
    recommended: Line | None = None


class AddNote(Value):
    type: Literal["add_note"] = "add_note"
    text: Note


class AddDailyLog(Value):
    type: Literal["add_daily_log"] = "add_daily_log"
    day: dt.date
    notes: Note | None = None
    metrics: Values = Field(default_factory=dict)
    log_type_id: Word | None = None


class UpdateTask(Value):
    """`progress` is a percentage."""

    type: Literal["update_task"] = "update_task"
    task_id: Word
    status: Literal["pending", "in_progress", "blocked", "done"]
    progress: int | None = Field(default=None, ge=0, le=100)
    reason: Line | None = None


class RequestAppointment(Value):
    """What a person confirmed: `day` and `time` are local to the assistant; of a cancellation they may be missing."""

    type: Literal["request_appointment"] = "request_appointment"
    wish: Literal["schedule", "reschedule", "cancel"]
    day: dt.date | None = None
    time: dt.time | None = None
    name: Line | None = None
    reason: Line | None = None


Action = Annotated[
    UpdateForm | RaiseAlert | AddNote | AddDailyLog | UpdateTask | RequestAppointment, Field(discriminator="type")
]
ACTION: TypeAdapter[Action] = TypeAdapter(Action)
ActionType = Literal[
    "update_form", "raise_alert", "add_note", "add_daily_log", "update_task", "request_appointment"
]  # fmt: skip
ACTION_TYPES: frozenset[str] = frozenset(get_args(ActionType))


# --- what a brain gets ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of what an assistant knows. `topic` is hours, address, prices or any other word of the project."""

    id: str
    topic: str
    language: Language
    question: str
    answer: str
    keywords: tuple[str, ...] = ()


FieldKind = Literal["text", "number", "area", "amount", "date", "choice", "yes_no", "phone", "photo"]
"""What a field of a form asks for."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """What the value of a field of a form must be.

    `unit` is what a number is kept in ("kg"), an area ("ha", "m2", "acre") or an amount (ISO 4217); `least` and `most`
    bound all three. `choices` are the values of a choice, as they are kept and shown.
    """

    kind: FieldKind
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssistantFacts:
    """Who answers. `entries` is what it may answer from; `brain` names the brain that decides.

    `recalls`: there are too many entries to hold; each turn gets those that its messages ask for beside the first
    ones. `settle_ms` is how long to wait for more messages before a turn. `mode` says how far a model may take part,
    if one is configured. `role` names one of the assistant's roles; `prompt` is what the owner wrote about it.
    `allowed` are the types of actions that this assistant may take in this role, `form` the fields of its form
    (name -> question), `field_types` what those of them must be that are not any text, `opens`/`closes` the hours of
    its days, local, and `closed_weekdays` those on which nobody can come (Monday is 0).
    """

    id: str
    name: str
    language: Language
    timezone: str
    brain: str
    entries: tuple[Entry, ...] = ()
    recalls: bool = False
    settle_ms: int = 0
    project_id: str = ""
    mode: BrainMode = "hybrid"
    role: str = "consulta"
    prompt: str = ""
    allowed: frozenset[str] = frozenset()
    form: Mapping[str, str] = field(default_factory=dict[str, str])
    field_types: Mapping[str, FieldType] = field(default_factory=dict[str, FieldType])
    opens: dt.time = dt.time(7, 0)
    closes: dt.time = dt.time(19, 0)
    closed_weekdays: frozenset[int] = frozenset({6})


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the history. `by` is who wrote it: the person, the assistant, or someone of the team."""

    by: Literal["contact", "assistant", "agent"]
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """All that a brain may know of one turn.

    `messages` are the pending ones, in order, at least one. `state` is what the brain itself kept from earlier
    turns of this conversation (any JSON object). `handed_over`: a person has taken the conversation. `history` is
    what was said before, oldest first. `allowed` are the types of actions that may be asked for in this turn, after
    the assistant's, the role's and the contact's limits. `facts` is what the skills contribute, by skill: any JSON.
    """

    now: datetime
    assistant: AssistantFacts
    messages: tuple[InboundMessage, ...]
    contact_name: str | None = None
    language: Language | None = None
    state: dict[str, Any] = field(default_factory=dict[str, Any])
    handed_over: bool = False
    conversation_id: str = ""
    history: tuple[Said, ...] = ()
    allowed: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


# --- what it answers ----------------------------------------------------------------------------------------


class Decision(Value):
    """The one answer that every brain gives, for every turn.

    `replies` go out in order, each as a message of its own; none means silence. `language` and `state` replace
    what the conversation remembers (None keeps it). `hand_over` gives the conversation to a person. `slots` is what
    was understood (day, time, name ...). `actions` are applied in the commit that queues the replies, in order; one
    that is not allowed, or that its skill refuses, is left out and recorded.
    """

    intent: Intent = "other"
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    slots: Values = Field(default_factory=dict)
    actions: tuple[Action, ...] = Field(default=(), max_length=MAX_ACTIONS)
    replies: tuple[Reply, ...] = Field(default=(), max_length=MAX_REPLIES)
    language: Language | None = None
    state: dict[str, Any] | None = None
    hand_over: bool = False
    sources: tuple[str, ...] = Field(default=(), max_length=MAX_SOURCES)


class Brain(Protocol):
    """Decides one turn. Must not block the loop; an exception counts as a failed turn and is tried again.

    One that wants to know what was said before has an attribute `wants_history`, how many messages of the conversation
    at most; others get an empty history, and nothing is read for them. One that keeps questions of its own in its state
    has a method `is_asking(state, now)`, whether one stands: a word that could answer it is then left to it (wishes).
    """

    @property
    def name(self) -> str: ...

    async def decide(self, context: Context) -> Decision: ...

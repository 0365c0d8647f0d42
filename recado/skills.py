"""How a skill joins in: the actions that it carries out, and what it tells a brain before the turn.

A skill is pure. It gets what the turn knows and what it kept of this conversation itself; it gives events and what it
keeps from now on, and the turn commits both together with the replies. `main.py` names the skills that there are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from recado.decisions import AssistantFacts
from recado.messages import Value

A = TypeVar("A", bound=Value)


class ActionRefused(Exception):
    """An action that must not be carried out. `code` is recorded; `message` is for whoever reads a test or a trace."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What a skill knows of a turn. `state` is what it kept of this conversation: any JSON, None at first."""

    now: datetime
    assistant: AssistantFacts
    state: Any = None

    @property
    def local_now(self) -> datetime:
        """Now, on the clock of the assistant's wall."""
        return self.now.astimezone(ZoneInfo(self.assistant.timezone))


@dataclass(frozen=True, slots=True)
class Effects:
    """What an action leaves behind: the skill's new state, and events as (name, data).

    The data of an event has no words of a person, no numbers of theirs and no secrets: those belong into the state.
    `learned` is what holds of the person in their other conversations too: small JSON by name.
    """

    state: Any
    events: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    learned: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Handler(Generic[A]):
    """Carries out one type of action. `apply` changes none of its arguments, and raises `ActionRefused`."""

    action: type[A]
    apply: Callable[[TurnFacts, A], Effects]


def tells_nothing(_: TurnFacts) -> None:
    """The context of a skill that has none."""


def begins_empty(_: TurnFacts, learned: Mapping[str, Any]) -> None:
    """The first state of a skill that takes over nothing from other conversations."""


@dataclass(frozen=True, slots=True)
class Skill:
    """`context` gives what a brain should know, small and JSON, or None for nothing.

    `begin` gives what the skill keeps of a conversation in which it keeps nothing yet, from what it has learned of the
    person in others; None for nothing.
    """

    name: str
    handlers: tuple[Handler[Any], ...] = ()
    context: Callable[[TurnFacts], Any] = tells_nothing
    begin: Callable[[TurnFacts, Mapping[str, Any]], Any] = begins_empty


class Skills:
    """The skills of an installation. Raises `ValueError` if two have one name or carry out one type of action."""

    def __init__(self, skills: Iterable[Skill] = ()) -> None:
        self.all = tuple(skills)
        self._handlers: dict[str, tuple[Skill, Handler[Any]]] = {}
        if len({skill.name for skill in self.all}) != len(self.all):
            raise ValueError("Two skills have the same name")
        for skill in self.all:
            for handler in skill.handlers:
                kind = handler.action.model_fields["type"].default
                if kind in self._handlers:
                    raise ValueError(f"Two skills carry out {kind}")
                self._handlers[kind] = (skill, handler)
        self.types = frozenset(self._handlers)

    def handler(self, kind: str) -> tuple[Skill, Handler[Any]] | None:
        """Who carries out this type of action."""
        return self._handlers.get(kind)

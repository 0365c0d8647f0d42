"""What a dialogue decides of a turn, before it becomes a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recado.brain.rules.dialogue.buttons import button_id
from recado.brain.rules.menu import PERSON_ID, clip
from recado.decisions import Action, Entry, Intent
from recado.messages import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_INTERACTIVE_BODY,
    MAX_OUT_TEXT,
    MAX_ROW_TITLE,
    MAX_ROWS,
    Button,
    OutButtons,
    OutList,
    OutText,
    Reply,
    Row,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`memory` is what changes of the conversation's state: None forgets a key."""

    intent: Intent
    reply: Reply
    confidence: float = 1.0
    actions: tuple[Action, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict[str, str])
    memory: Mapping[str, Any] = field(default_factory=dict[str, Any])
    hand_over: bool = False
    sources: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A button of a dialogue."""

    title: str
    does: str
    value: str = ""

    def as_button(self) -> Button:
        chosen = PERSON_ID if self.does == PERSON_ID else button_id(self.does, self.value)
        return Button(id=chosen, title=clip(self.title, MAX_BUTTON_TITLE))

    def as_row(self) -> Row:
        return Row(id=button_id(self.does, self.value), title=clip(self.title, MAX_ROW_TITLE))


def reply(parts: Sequence[str], options: Sequence[Option] = ()) -> Reply:
    """The parts in one message. With options the last part is what they answer, so it is the one that is kept whole."""
    said = [part.strip() for part in parts if part.strip()]
    if not options:
        return OutText(text=clip("\n\n".join(said), MAX_OUT_TEXT))
    return OutButtons(text=_body(said), buttons=tuple(option.as_button() for option in options[:MAX_BUTTONS]))


def choices(parts: Sequence[str], options: Sequence[Option], button: str) -> Reply:
    """The same with as many options as a list holds (`button` opens it), as buttons where they fit as such."""
    if len(options) <= MAX_BUTTONS and all(len(option.title) <= MAX_BUTTON_TITLE for option in options):
        return reply(parts, options)
    said = [part.strip() for part in parts if part.strip()]
    return OutList(text=_body(said), button=button, rows=tuple(option.as_row() for option in options[:MAX_ROWS]))


def _body(said: Sequence[str]) -> str:
    room = MAX_INTERACTIVE_BODY - len(said[-1]) - 2
    before = clip("\n\n".join(said[:-1]), room) if said[:-1] and room > 0 else ""
    return f"{before}\n\n{said[-1]}" if before else clip(said[-1], MAX_INTERACTIVE_BODY)

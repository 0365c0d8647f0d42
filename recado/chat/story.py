"""What was said, as the simulator tells it: pure values, no input and no output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal, cast

Json = Mapping[str, Any]


class Tick(IntEnum):
    """How far a message came. It never moves back; a failure outranks "sent" only."""

    WAITING = 0
    SENT = 1
    FAILED = 2
    DELIVERED = 3
    READ = 4


_TICKS = {"sent": Tick.SENT, "failed": Tick.FAILED, "delivered": Tick.DELIVERED, "read": Tick.READ}


@dataclass(frozen=True, slots=True)
class Choice:
    """One button or row of a list. `reply` is the short form in which the simulator takes its choice."""

    reply: Literal["button_reply", "list_reply"]
    id: str
    title: str
    description: str | None = None


@dataclass(slots=True)
class Message:
    """One message. `mine` is from the person at this phone; `kind` names what `text` does not show."""

    id: str
    mine: bool
    kind: str
    text: str
    at_ms: int
    tick: Tick
    choices: tuple[Choice, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an event did: a `new` message, a better `tick` of one, or `typing` of the assistant."""

    kind: Literal["new", "tick", "typing"]
    message: Message | None = None


def unread(change: Change) -> bool:
    """Whether it is about a message of the assistant that this phone has not read yet; only a delivered one can be."""
    message = change.message
    return message is not None and not message.mine and message.tick is not Tick.READ


class Story:
    """One conversation, in order. Events may be told again: what is known changes nothing."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._by_id: dict[str, Message] = {}

    def begin(self, entries: Sequence[Json]) -> None:
        """Start from a transcript."""
        for entry in entries:
            self._learn(message_of(entry))
            self._answered(self.messages[-1])

    def write(self, message: Message) -> None:
        """A message of this phone that is on its way to the simulator."""
        self._learn(message)

    def taken(self, message_id: str) -> list[Change]:
        """The simulator has a message of this phone."""
        return self._tick(message_id, Tick.SENT)

    def refused(self, message_id: str, reason: str) -> list[Change]:
        """The simulator does not take a message of this phone."""
        return self._tick(message_id, Tick.FAILED, reason)

    def apply(self, event: Json) -> list[Change]:
        """An event of the simulator."""
        match event["kind"]:
            case "message":
                message = message_of(event["message"])
                if message.id in self._by_id:
                    return self._tick(message.id, message.tick, message.error)
                self._learn(message)
                return [*self._answered(message), Change("new", message)]
            case "status":
                return self._tick(event["id"], _TICKS.get(event["status"], Tick.SENT), _reason(event.get("error")))
            case "read":
                return [change for message_id in event["ids"] for change in self._tick(message_id, Tick.READ)]
            case "typing":
                return [Change("typing")]
            case _:
                return []

    @property
    def offer(self) -> tuple[Choice, ...]:
        """What can be chosen by its number: offered since this phone wrote last."""
        for message in reversed(self.messages):
            if message.mine:
                return ()
            if message.choices:
                return message.choices
        return ()

    def choice(self, text: str) -> Choice | None:
        """The choice that a number stands for."""
        number = text.strip().strip("[]")
        if number.isascii() and number.isdigit() and 1 <= int(number) <= len(self.offer):
            return self.offer[int(number) - 1]
        return None

    def _answered(self, answer: Message) -> list[Change]:
        """Whoever answers has got what was written before."""
        changes: list[Change] = []
        for message in reversed(self.messages[:-1] if not answer.mine else ()):
            if message.mine and message.tick >= Tick.DELIVERED:
                break
            if message.mine and message.tick is Tick.SENT:
                changes += self._tick(message.id, Tick.DELIVERED)
        return changes

    def _learn(self, message: Message) -> None:
        self.messages.append(message)
        self._by_id[message.id] = message

    def _tick(self, message_id: str, tick: Tick, error: str | None = None) -> list[Change]:
        message = self._by_id.get(message_id)
        if message is None or tick <= message.tick:
            return []
        message.tick, message.error = tick, error
        return [Change("tick", message)]


def message_of(entry: Json) -> Message:
    """A message from an entry of the transcript."""
    mine = entry["direction"] == "in"
    content = _object(entry["content"])
    kind = str(entry["type"])
    statuses = _objects(entry.get("statuses"))
    ticks = [Tick.SENT if mine else Tick.WAITING, *(_TICKS.get(s["status"], Tick.SENT) for s in statuses)]
    if mine and entry.get("read_by_business"):
        ticks.append(Tick.READ)
    tick = max(ticks)
    errors = [reason for s in statuses if (reason := _reason(s.get("error")))]
    return Message(
        id=str(entry["id"]),
        mine=mine,
        kind=kind,
        text=_text(kind, content),
        at_ms=int(entry["at_ms"]),
        tick=tick,
        choices=() if mine else _choices(content),
        error=errors[-1] if errors and tick is Tick.FAILED else None,
    )


def _text(kind: str, content: Json) -> str:
    body = _object(content.get(kind))
    if kind == "interactive":
        reply = _object(body.get("button_reply") or body.get("list_reply"))
        parts = [_object(body.get(part)).get("text") for part in ("header", "body", "footer")]
        return str(reply.get("title") or "\n".join(str(part) for part in parts if part))
    for name in ("body", "text", "caption", "filename", "name", "emoji"):
        if body.get(name):
            return str(body[name])
    return ""


def _choices(content: Json) -> tuple[Choice, ...]:
    action = _object(_object(content.get("interactive")).get("action"))
    buttons = [_object(button.get("reply")) for button in _objects(action.get("buttons"))]
    rows = [row for section in _objects(action.get("sections")) for row in _objects(section.get("rows"))]
    found = [Choice("button_reply", str(b.get("id", "")), str(b.get("title", ""))) for b in buttons]
    found += [Choice("list_reply", str(r.get("id")), str(r.get("title")), r.get("description")) for r in rows]
    return tuple(found)


def _reason(error: object) -> str | None:
    told = _object(error)
    return " ".join(str(told[part]) for part in ("code", "title") if told.get(part)) or None


def _object(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [_object(item) for item in cast("list[object]", value)] if isinstance(value, list) else []

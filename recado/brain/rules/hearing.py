"""What a turn's messages say, whatever kinds they are of: texts to understand, choices made, kinds it cannot read."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from recado.brain.rules.dialogue.buttons import Pressed, pressed_of
from recado.brain.rules.menu import PERSON_ID, TOPIC_PREFIX
from recado.messages import (
    Choice,
    Contacts,
    Deleted,
    Edited,
    FormReply,
    InboundContent,
    InboundMessage,
    Location,
    Media,
    Order,
    Text,
    Unsupported,
)

MAX_HEARD = 50
"""How many messages of a turn are listened to, the latest ones."""


@dataclass(frozen=True, slots=True)
class Heard:
    """`pressed` are buttons of dialogues, `unread` the latest kind without words (a key of `Phrases.only_text`).

    `correction`: the only text is the new one of a message of an earlier turn.
    """

    texts: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    wants_person: bool = False
    unread: str | None = None
    correction: bool = False
    pressed: tuple[Pressed, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.texts or self.topics or self.wants_person or self.unread or self.pressed)


def listen(messages: Sequence[InboundMessage], topics: Container[str]) -> Heard:
    """Reactions, deletions and what the network says ask for nothing. An edit or a deletion of a message that is
    still pending here takes effect on it; an edit of an earlier one counts only if nothing else was said."""
    contents, corrections = _as_they_stand(messages[-MAX_HEARD:])
    texts: list[str] = []
    chosen: list[str] = []
    pressed: list[Pressed] = []
    wants_person = False
    unread: str | None = None
    for content in contents:
        if isinstance(content, Choice) and content.id == PERSON_ID:
            wants_person = True
        elif isinstance(content, Choice) and content.id.removeprefix(TOPIC_PREFIX) in topics:
            chosen.append(content.id.removeprefix(TOPIC_PREFIX))
        elif isinstance(content, Choice) and (press := pressed_of(content.id)) is not None:
            pressed.append(press)
        else:
            said, kind = _words_or_kind(content)
            texts.extend(() if said is None else (said,))
            unread = kind or unread
    heard = Heard(tuple(texts), tuple(dict.fromkeys(chosen)), wants_person, unread, pressed=tuple(pressed))
    if heard.nothing and corrections:
        return Heard(texts=corrections, correction=True)
    return heard


def _as_they_stand(messages: Sequence[InboundMessage]) -> tuple[tuple[InboundContent, ...], tuple[str, ...]]:
    """The contents after their own edits and deletions, and the new texts of messages that are not among them."""
    standing: dict[str, InboundContent] = {}
    corrections: list[str] = []
    for message in messages:
        content = message.content
        if isinstance(content, Deleted):
            standing.pop(content.message_id, None)
        elif not isinstance(content, Edited):
            standing[message.provider_message_id] = content
        elif content.text and content.message_id in standing:
            standing[content.message_id] = Text(text=content.text)
        elif content.text:
            corrections.append(content.text)
    return tuple(standing.values()), tuple(corrections)


def _words_or_kind(content: InboundContent) -> tuple[str | None, str | None]:
    """The words of a content, and the kind of what in it cannot be read; both None for what asks for nothing."""
    match content:
        case Text():
            return content.text, None
        case Choice():
            return content.title, None
        case Media():
            return content.caption or None, "voice" if content.media == "audio" else content.media
        case Order():
            return content.text or None, content.type
        case Location() | Contacts() | FormReply() | Unsupported():
            return None, content.type
        case _:
            return None, None

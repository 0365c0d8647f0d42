"""Audio in a turn: what was written down is handled as text, in its place among the other messages.

A voice note is an audio that was recorded in the app; one that was forwarded or sent as a file says as much.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from recado.decisions import Decision, Language
from recado.mailbox.claims import Pending
from recado.messages import InboundMessage, Media, OutText, Text

ASK_FOR_TEXT: Mapping[Language, str] = {
    "es": "Disculpa, no pude escuchar tu audio. 🙏 ¿Me lo escribes, por favor?",
    "en": "Sorry, I could not listen to your audio. 🙏 Could you write it, please?",
}


class Note(Protocol):
    @property
    def text(self) -> str | None: ...

    @property
    def waiting(self) -> bool: ...


class Voice(Protocol):
    """Where a turn finds what audio says."""

    async def notes(self, project_id: str, message_ids: Collection[str]) -> Mapping[str, Note]: ...


def is_audio(message: InboundMessage) -> bool:
    """True for what is to be heard."""
    return isinstance(message.content, Media) and message.content.media == "audio"


def as_text(
    messages: Sequence[InboundMessage], pending: Sequence[Pending], notes: Mapping[str, Note]
) -> tuple[InboundMessage, ...]:
    """The messages in their order, those that were written down as texts."""
    heard = [(message, notes.get(one.id)) for message, one in zip(messages, pending, strict=True)]
    return tuple(
        message.model_copy(update={"content": Text(text=note.text)})
        if is_audio(message) and note is not None and note.text
        else message
        for message, note in heard
    )


def asking(language: Language) -> Decision:
    """The polite answer to audio that nobody could hear."""
    return Decision(replies=(OutText(text=ASK_FOR_TEXT[language]),))

"""Shapes of conversations in the API."""

from typing import Any, Literal

from pydantic import Field

from recado.conversations.service import Seen
from recado.kit.schemas import Input, Moment, Output, Uuid, shown
from recado.mailbox.schemas import MessageOut
from recado.messages import OutContent

Mode = Literal["assistant", "person"]


class WhoOut(Output):
    """The contact of a conversation."""

    id: str
    name: str | None


class ConversationOut(Output):
    """A contact on a line. `mode` says who answers."""

    id: str
    line_id: str
    contact: WhoOut
    mode: Mode
    language: str | None
    pending: bool = Field(description="True while a message waits for its answer to be decided.")
    last_seq: int = Field(description="The place of its newest message.")
    last_in_at: Moment | None = Field(description="When the person last wrote; WhatsApp's 24 hours count from it.")
    created_at: Moment


class NewConversation(Input):
    model_config = shown(
        {"line_id": "01900000-0000-7000-8000-000000000000", "contact_id": "01900000-0000-7000-8000-000000000000"}
    )

    line_id: Uuid
    contact_id: Uuid


class KeptOut(Output):
    """What the skills keep of a conversation, as they keep it: the values of its form, alerts, plans, appointments."""

    kept: dict[str, Any] = Field(description="By the name of the skill: forms, alerts, plans, appointments.")


class HistoryOut(Output):
    """Messages of both directions, the newest first."""

    items: list[MessageOut]
    next_cursor: str | None = None


class NewMessage(Input):
    """What to write. A reaction's `message_id` and `reply_to` are ids of messages of this conversation."""

    model_config = shown({"content": {"type": "text", "text": "Su cita es mañana a las 10:00."}})

    content: OutContent
    reply_to: Uuid | None = Field(default=None, description="The message that this one answers, shown above it.")


class MarkRead(Input):
    typing: bool = Field(default=False, description="Also show that an answer is being written, for up to 25 s.")


class AcceptedOut(Output):
    """The message will be sent. A long text becomes several messages, so there may be several ids."""

    conversation_id: str
    message_ids: list[str]


def conversation_out(seen: Seen) -> ConversationOut:
    """A conversation as the API shows it."""
    row, contact = seen.row, seen.contact
    return ConversationOut.model_validate(
        {
            "id": row.id,
            "line_id": row.line_id,
            "contact": {"id": row.contact_id, "name": contact.name if contact else None},
            "mode": row.mode,
            "language": row.language,
            "pending": row.last_in_seq > row.settled_seq,
            "last_seq": row.last_seq,
            "last_in_at": row.last_in_ms,
            "created_at": row.created_ms,
        }
    )

"""Shapes of messages in the API, of both directions."""

import json
from typing import Annotated, Any, Literal

import structlog
from pydantic import Field, ValidationError

from recado.kit.schemas import Moment, Output
from recado.mailbox.models import InboxMessage, OutboxMessage
from recado.media.models import Media
from recado.media.schemas import MediaOut, media_out
from recado.messages import (
    DELIVERY_RANK,
    OUT_CONTENT,
    DeliveryStatus,
    InboundContent,
    InboundMessage,
    OutContent,
    Referral,
    ReplyTo,
    Unsupported,
)

OutState = Literal["queued", "sending", "unknown", "sent", "dead", "dropped"]
_DELIVERY: dict[int, DeliveryStatus] = {rank: status for status, rank in DELIVERY_RANK.items()}

log = structlog.get_logger(__name__)


class InMessageOut(Output):
    """A message that came in. `dead`: answering it was given up."""

    direction: Literal["in"] = "in"
    id: str
    conversation_id: str
    line_id: str
    seq: int = Field(description="Its place in the conversation, both directions counted together.")
    provider_message_id: str
    content: InboundContent
    reply_to: ReplyTo | None = None
    referral: Referral | None = None
    media: MediaOut | None = Field(default=None, description="The file of the message, as Recado keeps it.")
    dead: bool
    sent_at: Moment | None = Field(default=None, description="The provider's time.")
    created_at: Moment


class SendProblem(Output):
    """Why a message was not sent, or not yet."""

    code: str
    text: str | None = None


class OutMessageOut(Output):
    """A message that goes out.

    `state` unknown: it may or may not have arrived. `delivery` is the best status that the provider told.
    `repeated`: it was sent again because the outcome of an earlier try never became known.
    """

    direction: Literal["out"] = "out"
    id: str
    conversation_id: str
    line_id: str
    seq: int = Field(description="Its place in the conversation, both directions counted together.")
    provider_message_id: str | None
    content: OutContent
    reply_to: str | None
    origin: str = Field(description="Who wrote it: turn, fallback, api.")
    state: OutState
    delivery: DeliveryStatus | None
    attempts: int
    repeated: bool
    error: SendProblem | None
    created_at: Moment
    sent_at: Moment | None


MessageOut = Annotated[InMessageOut | OutMessageOut, Field(discriminator="direction")]


def message_out(row: InboxMessage | OutboxMessage, media: Media | None = None) -> InMessageOut | OutMessageOut:
    """A stored message as the API shows it; `media` is the file that came with it."""
    return in_message(row, media) if isinstance(row, InboxMessage) else out_message(row)


def in_message(row: InboxMessage, media: Media | None = None) -> InMessageOut:
    """A stored message that came in. One that cannot be read is shown as unsupported."""
    common: dict[str, Any] = {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "line_id": row.line_id,
        "seq": row.seq,
        "provider_message_id": row.provider_message_id,
        "media": media_out(media) if media is not None else None,
        "dead": row.dead,
        "created_at": row.created_ms,
    }
    try:
        message = InboundMessage.model_validate_json(row.body)
    except ValidationError:
        log.warning("stored_message_unreadable", message_id=row.id)
        content = Unsupported(provider_type="unreadable", raw={"body": json.loads(row.body)})
        return InMessageOut.model_validate(common | {"content": content})
    return InMessageOut.model_validate(
        common
        | {
            "content": message.content,
            "reply_to": message.reply_to,
            "referral": message.referral,
            "sent_at": message.sent_ms,
        }
    )


def out_message(row: OutboxMessage) -> OutMessageOut:
    """A stored message that goes out."""
    return OutMessageOut.model_validate(
        {
            "id": row.id,
            "conversation_id": row.conversation_id,
            "line_id": row.line_id,
            "seq": row.seq,
            "provider_message_id": row.provider_message_id,
            "content": OUT_CONTENT.validate_json(row.body),
            "reply_to": row.reply_to,
            "origin": row.origin,
            "state": row.state,
            "delivery": _DELIVERY.get(row.delivery),
            "attempts": row.attempts,
            "repeated": row.repeated,
            "error": {"code": row.error_code, "text": row.error_text} if row.error_code else None,
            "created_at": row.created_ms,
            "sent_at": row.sent_ms,
        }
    )

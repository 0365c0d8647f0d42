"""The JSON of what is sent: pure functions.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages and the pages on text,
interactive-reply-buttons and interactive-list messages below it.
"""

from collections.abc import Sequence
from typing import assert_never

from recado.channels.cloud_api.ids import is_known_to_meta
from recado.channels.cloud_api.media_bodies import media_part
from recado.channels.cloud_api.shapes import Json
from recado.channels.contract import Outgoing
from recado.errors import SendRefused
from recado.messages import ADDRESS_RANK, Address, OutButtons, OutContent, OutList, OutMedia, OutText

# https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
MAX_CALLBACK_DATA = 512


def message(outgoing: Outgoing, provider_media_id: str | None = None) -> Json:
    """The body of a send; a file of ours goes by `provider_media_id`. Raises SendRefused for what Meta would surely
    refuse.
    """
    if len(outgoing.client_id) > MAX_CALLBACK_DATA:
        raise SendRefused(f"The client id is longer than {MAX_CALLBACK_DATA} characters", code="invalid_message")
    body: Json = {"messaging_product": "whatsapp", "recipient_type": "individual", **recipient(outgoing.to)}
    if outgoing.reply_to is not None and is_known_to_meta(outgoing.reply_to):
        body["context"] = {"message_id": outgoing.reply_to}
    body.update(_content(outgoing.content, provider_media_id))
    body["biz_opaque_callback_data"] = outgoing.client_id
    return body


def recipient(to: Sequence[Address]) -> Json:
    """`to` for a number if one is known, else `recipient` for a user id.

    Of both, Meta follows `to` (https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids),
    so only one is sent. The number comes first because every kind of message may go to one, while some are refused for
    user ids (131062), and because a message to a number names the number in its statuses.
    """
    if not to:
        raise SendRefused("The contact has no address on WhatsApp", code="no_address")
    for address in to:
        if address.kind == "phone":
            return {"to": address.value}
    return {"recipient": min(to, key=lambda address: ADDRESS_RANK[address.kind]).value}


def _content(content: OutContent, provider_media_id: str | None) -> Json:
    match content:
        case OutText():
            text: Json = {"body": content.text}
            if content.preview_links:
                text["preview_url"] = True
            return {"type": "text", "text": text}
        case OutButtons():
            buttons = [{"type": "reply", "reply": {"id": b.id, "title": b.title}} for b in content.buttons]
            return _interactive("button", content, {"buttons": buttons})
        case OutList():
            rows = [
                {"id": row.id, "title": row.title}
                | ({"description": row.description} if row.description is not None else {})
                for row in content.rows
            ]
            return _interactive("list", content, {"button": content.button, "sections": [{"rows": rows}]})
        case OutMedia():
            return media_part(content, provider_media_id)
        case _:
            assert_never(content)


def _interactive(kind: str, content: OutButtons | OutList, action: Json) -> Json:
    interactive: Json = {"type": kind, "body": {"text": content.text}, "action": action}
    if content.footer is not None:
        interactive["footer"] = {"text": content.footer}
    return {"type": "interactive", "interactive": interactive}


def read_mark(provider_message_id: str, typing: bool) -> Json:
    """Two blue ticks, and "typing..." for up to 25 s or until the answer.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
    """
    body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_message_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body

"""The content of one inbound message, by its type.

Every reader gets the whole message, and answers None if the part that it needs is missing or odd: the message is then
kept as `Unsupported`. Shapes: the pages (one a type) below
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from pydantic_core import from_json

from recado.channels.cloud_api import ids
from recado.channels.cloud_api.errors import first_error
from recado.channels.cloud_api.shapes import (
    Json,
    as_list,
    as_object,
    cleaned_object,
    identifier,
    number,
    text,
    whole,
)
from recado.messages import (
    Choice,
    Contacts,
    Deleted,
    Edited,
    FormReply,
    InboundContent,
    Location,
    Media,
    Order,
    OrderItem,
    Reaction,
    SharedContact,
    System,
    Text,
    Unsupported,
)

Reader = Callable[[Json], InboundContent | None]


def content_of(message: Json) -> InboundContent:
    """The content of a message, `Unsupported` if Recado does not know its type or cannot read it. Never raises."""
    kind = message.get("type")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    content = reader(message) if reader is not None else None
    return content if content is not None else unsupported(message)


def unsupported(message: Json, reason: str | None = None) -> Unsupported:
    """The message as it came, with the reason that Meta gives, such as `unsupported_message`."""
    kind = text(message.get("type")) or "unknown"
    # Of an "unsupported" message, Meta may say what it was: a poll, an edit, a group invitation.
    inner = text(as_object(message.get(kind)).get("type"))
    error = first_error(message.get("errors"))
    return Unsupported(
        provider_type=(f"{kind}.{inner}" if inner else kind)[:_MAX_PROVIDER_TYPE],
        reason=reason or (error[0] if error else None),
        raw=cleaned_object(message),
    )


_MAX_PROVIDER_TYPE = 128


def _text(message: Json) -> InboundContent | None:
    body = text(as_object(message.get("text")).get("body"))
    return Text(text=body) if body is not None else None


def _media(media: Literal["image", "audio", "video", "document", "sticker"], message: Json) -> InboundContent | None:
    kind = message["type"]
    part = as_object(message.get(kind)) or as_object(message.get(media))
    media_id = identifier(part.get("id"))
    if media_id is None:
        return None
    return Media(
        media=media,
        media_id=media_id,
        mime_type=text(part.get("mime_type")),
        sha256=text(part.get("sha256")),
        url=text(part.get("url")),
        caption=text(part.get("caption")),
        filename=text(part.get("filename")),
        voice=kind == "voice" or part.get("voice") is True,
        animated=part.get("animated") is True,
    )


def _location(message: Json) -> InboundContent | None:
    part = as_object(message.get("location"))
    latitude, longitude = number(part.get("latitude")), number(part.get("longitude"))
    if latitude is None or longitude is None:
        return None
    return Location(
        latitude=latitude,
        longitude=longitude,
        name=text(part.get("name")),
        address=text(part.get("address")),
        url=text(part.get("url")),
    )


def _contacts(message: Json) -> InboundContent | None:
    cards = [card for item in as_list(message.get("contacts")) if (card := as_object(item))]
    if not cards:
        return None
    # "contact_request" is the answer to a request_contact_info message, "other" a card shared by hand.
    requested = all(card.get("origin") == "contact_request" for card in cards)
    return Contacts(contacts=tuple(map(_shared_contact, cards)), requested=requested)


def _shared_contact(card: Json) -> SharedContact:
    name = as_object(card.get("name"))
    parts = [text(name.get(part)) for part in ("first_name", "middle_name", "last_name")]
    phones = [_shared_phone(as_object(item)) for item in as_list(card.get("phones"))]
    emails = [text(as_object(item).get("email")) for item in as_list(card.get("emails"))]
    return SharedContact(
        name=text(name.get("formatted_name")) or " ".join(part for part in parts if part),
        phones=tuple(phone for phone in phones if phone),
        emails=tuple(email for email in emails if email),
        organization=text(as_object(card.get("org")).get("company")),
    )


def _shared_phone(item: Json) -> str | None:
    """The number by which WhatsApp knows the person, else the number as it was written down."""
    return ids.phone(item.get("wa_id")) or ids.phone(item.get("phone")) or text(item.get("phone"))


def _button(message: Json) -> InboundContent | None:
    """A quick reply button of a template; `payload` is what the template said, or the title again."""
    part = as_object(message.get("button"))
    title = text(part.get("text"))
    chosen = identifier(part.get("payload")) or title
    return Choice(source="template_button", id=chosen, title=title or chosen) if chosen is not None else None


def _interactive(message: Json) -> InboundContent | None:
    part = as_object(message.get("interactive"))
    kind = part.get("type")
    reply = as_object(part.get(kind)) if isinstance(kind, str) else {}
    if kind == "button_reply":
        return _choice("button", reply)
    if kind == "list_reply":
        return _choice("list", reply)
    if kind == "nfm_reply":
        return _form_reply(reply)
    return None


def _choice(source: Literal["button", "list"], reply: Json) -> InboundContent | None:
    chosen = identifier(reply.get("id"))
    if chosen is None:
        return None
    title, description = text(reply.get("title")), text(reply.get("description"))
    return Choice(source=source, id=chosen, title=title or chosen, description=description)


def _form_reply(reply: Json) -> InboundContent | None:
    """The answers of a form; `response_json` is JSON inside a string.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/receiveflowresponse
    """
    response: Any = reply.get("response_json")
    if isinstance(response, str):
        try:
            response = from_json(response)
        except ValueError:
            return None
    fields = as_object(response)
    if not fields and response != {}:
        return None
    return FormReply(name=text(reply.get("name")), body=text(reply.get("body")), fields=cleaned_object(fields))


def _reaction(message: Json) -> InboundContent | None:
    part = as_object(message.get("reaction"))
    message_id = identifier(part.get("message_id"))
    return Reaction(message_id=message_id, emoji=text(part.get("emoji"))) if message_id is not None else None


def _order(message: Json) -> InboundContent | None:
    part = as_object(message.get("order"))
    items = [_order_item(as_object(item)) for item in as_list(part.get("product_items"))]
    known = [item for item in items if item is not None]
    if not known or len(known) < len(items):
        return None  # half an order would be a wrong order
    return Order(catalog_id=identifier(part.get("catalog_id")), text=text(part.get("text")), items=tuple(known))


def _order_item(item: Json) -> OrderItem | None:
    product_id, quantity = identifier(item.get("product_retailer_id")), whole(item.get("quantity"))
    if product_id is None or quantity is None:
        return None
    return OrderItem(
        product_id=product_id,
        quantity=quantity,
        price=number(item.get("item_price")),
        currency=text(item.get("currency")),
    )


def _edit(message: Json) -> InboundContent | None:
    """New text of an earlier message; of media, their caption."""
    part = as_object(message.get("edit"))
    message_id = identifier(part.get("original_message_id"))
    if message_id is None:
        return None
    edited = as_object(part.get("message"))
    kind = edited.get("type")
    body = as_object(edited.get(kind)) if isinstance(kind, str) else as_object(edited.get("text"))
    return Edited(message_id=message_id, text=text(body.get("body")) or text(body.get("caption")))


def _revoke(message: Json) -> InboundContent | None:
    message_id = identifier(as_object(message.get("revoke")).get("original_message_id"))
    return Deleted(message_id=message_id) if message_id is not None else None


def _welcome(_message: Json) -> InboundContent | None:
    """A person opened the chat for the first time and has not written yet.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/conversational-components
    """
    return System(event="chat_opened")


READERS: Mapping[str, Reader] = {
    "text": _text,
    "image": partial(_media, "image"),
    "audio": partial(_media, "audio"),
    "voice": partial(_media, "audio"),
    "video": partial(_media, "video"),
    "document": partial(_media, "document"),
    "sticker": partial(_media, "sticker"),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "reaction": _reaction,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": _welcome,
}
"""Readers by type. "system" is not here: it is about who the person is, see `people.py`."""

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
from recado.messages import (
    ADDRESS_RANK,
    Address,
    OutButtons,
    OutByWindow,
    OutContact,
    OutContacts,
    OutContent,
    OutFlow,
    OutLink,
    OutList,
    OutLocation,
    OutLocationRequest,
    OutMedia,
    OutReaction,
    OutTemplate,
    OutText,
    TemplateButton,
    TemplateValues,
)

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
        case OutLocation():
            return {"type": "location", "location": _location(content)}
        case OutContacts():
            return {"type": "contacts", "contacts": [_card(contact) for contact in content.contacts]}
        case OutReaction():
            # An empty emoji takes a reaction back.
            return {"type": "reaction", "reaction": {"message_id": content.message_id, "emoji": content.emoji or ""}}
        case OutTemplate():
            return {"type": "template", "template": _template(content, provider_media_id)}
        case OutByWindow():
            raise SendRefused("It was not decided which of the two contents to send", code="invalid_message")
        case OutLink() | OutLocationRequest() | OutFlow():
            return _one_button(content)
        case OutMedia():
            return media_part(content, provider_media_id)
        case _:
            assert_never(content)


def _one_button(content: OutLink | OutLocationRequest | OutFlow) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-cta-url-messages
    and the pages on location requests and flows beside it.
    """
    match content:
        case OutLink():
            parameters = {"display_text": content.button, "url": content.url}
            return _interactive("cta_url", content, {"name": "cta_url", "parameters": parameters})
        case OutLocationRequest():
            return _interactive("location_request_message", content, {"name": "send_location"})
        case OutFlow():
            return _interactive("flow", content, {"name": "flow", "parameters": _flow(content)})


def _interactive(
    kind: str, content: OutButtons | OutList | OutLink | OutLocationRequest | OutFlow, action: Json
) -> Json:
    interactive: Json = {"type": kind, "body": {"text": content.text}, "action": action}
    if isinstance(content, OutLink | OutFlow) and content.header is not None:
        interactive["header"] = {"type": "text", "text": content.header}
    if not isinstance(content, OutLocationRequest) and content.footer is not None:
        interactive["footer"] = {"text": content.footer}
    return {"type": "interactive", "interactive": interactive}


# The only version that Meta takes.
_FLOW_MESSAGE_VERSION = "3"


def _flow(flow: OutFlow) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/sendingaflow"""
    parameters: Json = {"flow_message_version": _FLOW_MESSAGE_VERSION, "flow_cta": flow.button}
    parameters["flow_action"] = "data_exchange" if flow.exchange else "navigate"
    if flow.flow_id is not None:
        parameters["flow_id"] = flow.flow_id
    if flow.flow_name is not None:
        parameters["flow_name"] = flow.flow_name
    if flow.token is not None:
        parameters["flow_token"] = flow.token
    if flow.draft:
        parameters["mode"] = "draft"
    if flow.screen is not None:
        # Empty data is refused, left out it is not.
        parameters["flow_action_payload"] = {"screen": flow.screen} | ({"data": flow.data} if flow.data else {})
    return parameters


def _location(place: OutLocation) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/location-messages"""
    location: Json = {"latitude": place.latitude, "longitude": place.longitude}
    if place.name is not None:
        location["name"] = place.name
    if place.address is not None:
        location["address"] = place.address
    return location


def _card(contact: OutContact) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/contacts-messages

    Beside the whole name one of its parts is required, so that the whole stands as the first name, too.
    """
    card: Json = {"name": {"formatted_name": contact.name, "first_name": contact.name}}
    if contact.phones:
        # With `wa_id` the card gets a button to write to them.
        card["phones"] = [
            {"phone": p, "type": "CELL", "wa_id": "".join(filter(str.isdigit, p))} for p in contact.phones
        ]
    if contact.emails:
        card["emails"] = [{"email": email, "type": "WORK"} for email in contact.emails]
    if contact.organization is not None:
        card["org"] = {"company": contact.organization}
    return card


def _template(template: OutTemplate, provider_media_id: str | None) -> Json:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components"""
    if template.language is None:
        raise SendRefused("It was not decided in which language to send the template", code="template_language_missing")
    components: list[Json] = []
    if header := _header(template, provider_media_id):
        components.append({"type": "header", "parameters": header})
    if template.body:
        components.append({"type": "body", "parameters": _parameters(template.body)})
    components += [_button(button) for button in template.buttons]
    found: Json = {"name": template.name, "language": {"policy": "deterministic", "code": template.language}}
    return found | ({"components": components} if components else {})


def _header(template: OutTemplate, provider_media_id: str | None) -> list[Json]:
    if template.header_media is not None:
        part = template.header_media
        media: Json = {"link": part.link} if part.link is not None else {"id": provider_media_id or part.media_id}
        if part.filename is not None and part.media == "document":
            media["filename"] = part.filename
        return [{"type": part.media, part.media: media}]
    if template.header_location is not None:
        return [{"type": "location", "location": _location(template.header_location)}]
    return _parameters(template.header)


def _parameters(values: TemplateValues) -> list[Json]:
    if isinstance(values, dict):
        return [{"type": "text", "parameter_name": name, "text": value} for name, value in values.items()]
    return [{"type": "text", "text": value} for value in values]


def _button(button: TemplateButton) -> Json:
    parameter: Json
    match button.kind:
        case "quick_reply":
            parameter = {"type": "payload", "payload": button.value}
        case "url":
            parameter = {"type": "text", "text": button.value}
        case "copy_code":
            parameter = {"type": "coupon_code", "coupon_code": button.value}
        case "flow":
            action: Json = {"flow_token": button.value}
            parameter = {
                "type": "action",
                "action": action | ({"flow_action_data": button.data} if button.data else {}),
            }
    return {"type": "button", "sub_type": button.kind, "index": str(button.index), "parameters": [parameter]}


def read_mark(provider_message_id: str, typing: bool) -> Json:
    """Two blue ticks, and "typing..." for up to 25 s or until the answer.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
    """
    body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_message_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body

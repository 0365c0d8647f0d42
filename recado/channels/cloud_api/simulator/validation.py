"""Checks of `POST /{phone number id}/messages` bodies, in Meta's order and with its texts where they are known.

Shapes and limits: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages and
its pages on text, interactive reply buttons, interactive lists and templates.
"""

import re
from typing import Any, cast

from recado.channels.cloud_api.simulator.errors import GraphError

Json = dict[str, Any]

MAX_TEXT = 4096
MAX_BUTTON_BODY = 1024
MAX_LIST_BODY = 4096
MAX_FOOTER = 60
MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_BUTTON_ID = 256
MAX_SECTIONS = 10
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_ROW_ID = 200
MAX_CALLBACK_DATA = 512
MAX_CONTACTS = 257

MEDIA = ("audio", "document", "image", "sticker", "video")
TYPES = (*MEDIA, "contacts", "interactive", "location", "reaction", "template", "text")
INTERACTIVE_TYPES = (
    "address_message",
    "button",
    "call_permission_request",
    "carousel",
    "catalog_message",
    "cta_url",
    "flow",
    "list",
    "location_request_message",
    "product",
    "product_list",
    "request_contact_info",
    "voice_call",
)
_PHONE = re.compile(r"\+?[\d\s()./-]{5,30}")
# Two letters of a country, a point, and up to 128 letters and digits; ".ENT." marks a parent id.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")


def as_object(value: object) -> Json:
    """The value if it is a JSON object, else an empty one."""
    return cast(Json, value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def check_message(body: Json) -> str:
    """The type of a message to send. Raises GraphError as Meta would answer."""
    check_product(body)
    message_type = body.get("type", "text")
    if not isinstance(message_type, str) or message_type not in TYPES:
        names = ", ".join(name.upper() for name in sorted(TYPES))
        raise _invalid_param(f'Param type must be one of {{{names}}} - got "{message_type}".')
    recipient_type = body.get("recipient_type", "individual")
    if recipient_type not in ("individual", "group"):
        raise _invalid_param("Param recipient_type must be one of {INDIVIDUAL, GROUP}.")
    data = body.get("biz_opaque_callback_data")
    if data is not None and (not isinstance(data, str) or len(data) > MAX_CALLBACK_DATA):
        raise _invalid_param(f"Param biz_opaque_callback_data must be at most {MAX_CALLBACK_DATA} characters long.")
    if "context" in body and not as_object(body["context"]).get("message_id"):
        raise _required("context['message_id']")
    content = body.get(message_type)
    if content is None:
        raise _required(f"{message_type}['body']" if message_type == "text" else message_type)
    _check_content(message_type, content)
    return message_type


def check_product(body: Json) -> None:
    product = body.get("messaging_product")
    if product is None:
        raise _required("messaging_product")
    if product != "whatsapp":
        raise _invalid_param(f'Param messaging_product must be one of {{WHATSAPP}} - got "{product}".')


def recipient(body: Json) -> tuple[str, str]:
    """("phone", digits) or ("user_id", id) of the person to send to; `to` wins over `recipient`, as Meta says."""
    to, user_id = body.get("to"), body.get("recipient")
    if to is None and user_id is None:
        raise _required("to")
    if to is not None:
        text = str(to)
        digits = re.sub(r"\D", "", text)
        if not _PHONE.fullmatch(text) or not 5 <= len(digits) <= 15:
            raise GraphError(131009, "Recipient phone number is not a valid phone number.")
        return "phone", digits
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
        raise GraphError(131009, "Recipient is not a valid business-scoped user ID.")
    return "user_id", user_id


def _check_content(message_type: str, content: object) -> None:
    if message_type == "text":
        _check_text(as_object(content))
    elif message_type == "interactive":
        _check_interactive(as_object(content))
    elif message_type == "template":
        template = as_object(content)
        if not isinstance(template.get("name"), str) or not template["name"]:
            raise _required("template['name']")
        if not as_object(template.get("language")).get("code"):
            raise _required("template['language']['code']")
    elif message_type in MEDIA:
        check_media(message_type, message_type, as_object(content))
    elif message_type == "location":
        _check_numbers(as_object(content))
    elif message_type == "reaction":
        if not as_object(content).get("message_id"):
            raise _required("reaction['message_id']")
    elif message_type == "contacts":
        _check_contacts(as_list(content))


def check_media(kind: str, place: str, media: Json) -> None:
    """The file at a `place` in the body, which is named by its id or a link."""
    link = media.get("link")
    if not media.get("id") and not link:
        raise _required(f"{place}['id'] or {place}['link']")
    if "filename" in media and kind != "document":
        raise _invalid_param(f'Unexpected key "filename" on param "{place}".')
    if link and not str(link).startswith(("http://", "https://")):
        raise _invalid_param(f"Param {place}['link'] is not a valid URI.")


def _check_contacts(contacts: list[Any]) -> None:
    if not contacts:
        raise _required("contacts")
    if len(contacts) > MAX_CONTACTS:
        raise GraphError(131009, f"Number of contacts exceeds the maximum of {MAX_CONTACTS}")
    for contact in map(as_object, contacts):
        name = as_object(contact.get("name"))
        if not name.get("formatted_name"):
            raise _required("contacts['name']['formatted_name']")
        if not any(name.get(part) for part in ("first_name", "last_name", "middle_name", "prefix", "suffix")):
            raise GraphError(131009, "At least one of the optional name parameters must be given with formatted_name.")


def _check_link(action: Json) -> None:
    parameters = as_object(action.get("parameters"))
    if action.get("name") != "cta_url":
        raise GraphError(131009, "Action name must be cta_url.")
    _check_length("Button display text", parameters.get("display_text"), MAX_BUTTON_TITLE)
    url = parameters.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise GraphError(131009, "URL is not valid.")


def _check_flow(action: Json) -> None:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/sendingaflow"""
    parameters = as_object(action.get("parameters"))
    if action.get("name") != "flow":
        raise GraphError(131009, "Action name must be flow.")
    if parameters.get("flow_message_version") != "3":
        raise GraphError(131009, "flow_message_version must be 3.")
    if bool(parameters.get("flow_id")) == bool(parameters.get("flow_name")):
        raise GraphError(131009, "Exactly one of flow_id and flow_name is required.")
    _check_length("Flow CTA", parameters.get("flow_cta"), MAX_BUTTON_TITLE)
    payload = parameters.get("flow_action_payload")
    if parameters.get("flow_action") == "data_exchange" and payload is not None:
        raise GraphError(131009, "flow_action_payload must be omitted for data_exchange.")
    if payload is not None and (not as_object(payload).get("screen") or as_object(payload).get("data") == {}):
        raise GraphError(131009, "flow_action_payload needs a screen, and its data may not be empty.")


def _check_numbers(location: Json) -> None:
    for name in ("latitude", "longitude"):
        if not isinstance(location.get(name), int | float | str):
            raise _required(f"location['{name}']")


def _check_text(text: Json) -> None:
    body = text.get("body")
    if not isinstance(body, str) or not body.strip():
        raise _required("text['body']")
    if len(body) > MAX_TEXT:
        raise _invalid_param(f"Param text['body'] must be at most {MAX_TEXT} characters long.")


def _check_interactive(interactive: Json) -> None:
    kind = interactive.get("type")
    if kind is None:
        raise _required("interactive['type']")
    if kind not in INTERACTIVE_TYPES:
        raise GraphError(131009, "Interactive type is not valid.")
    if not isinstance(interactive.get("action"), dict):
        raise _required("interactive['action']")
    if kind in ("button", "list", "cta_url", "flow", "location_request_message"):
        body = as_object(interactive.get("body")).get("text")
        _check_length("Body text", body, MAX_LIST_BODY if kind == "list" else MAX_BUTTON_BODY)
    if "footer" in interactive:
        _check_length("Footer text", as_object(interactive["footer"]).get("text"), MAX_FOOTER)
    header = as_object(interactive.get("header"))
    if header.get("type") == "text":
        _check_length("Header text", header.get("text"), MAX_FOOTER)
    if kind == "button":
        _check_buttons(as_list(interactive["action"].get("buttons")))
    elif kind == "list":
        _check_list(as_object(interactive["action"]))
    elif kind == "cta_url":
        _check_link(as_object(interactive["action"]))
    elif kind == "flow":
        _check_flow(as_object(interactive["action"]))
    elif kind == "location_request_message" and interactive["action"].get("name") != "send_location":
        raise GraphError(131009, "Action name must be send_location.")


def _check_buttons(buttons: list[Any]) -> None:
    if not 1 <= len(buttons) <= MAX_BUTTONS:
        raise GraphError(131009, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {MAX_BUTTONS}")
    ids: list[Any] = []
    for button in buttons:
        if as_object(button).get("type") != "reply":
            raise GraphError(131009, "Invalid button type. Supported button types: reply")
        reply = as_object(as_object(button).get("reply"))
        _check_length("Button title", reply.get("title"), MAX_BUTTON_TITLE)
        _check_length("Button reply id", reply.get("id"), MAX_BUTTON_ID)
        ids.append(reply["id"])
    if len(set(ids)) != len(ids):
        raise GraphError(131009, "Button reply ids must be unique within a message.")


def _check_list(action: Json) -> None:
    _check_length("Button text", action.get("button"), MAX_BUTTON_TITLE)
    sections = as_list(action.get("sections"))
    if not 1 <= len(sections) <= MAX_SECTIONS:
        raise GraphError(131009, f"Invalid sections count. Min allowed: 1, Max allowed: {MAX_SECTIONS}")
    rows: list[Json] = []
    for section in map(as_object, sections):
        if len(sections) > 1:
            _check_length("Section title", section.get("title"), MAX_ROW_TITLE)
        if not as_list(section.get("rows")):
            raise GraphError(131009, "Section must have at least one row.")
        rows += map(as_object, as_list(section.get("rows")))
    if len(rows) > MAX_ROWS:
        raise GraphError(131009, f"Total row count exceed max allowed count: {MAX_ROWS}")
    for row in rows:
        _check_row(row)
    if len({row["id"] for row in rows}) != len(rows):
        raise GraphError(131009, "Row ids must be unique within a message.")


def _check_row(row: Json) -> None:
    for label, name, limit in (("Row id", "id", MAX_ROW_ID), ("Row title", "title", MAX_ROW_TITLE)):
        value = row.get(name)
        if not isinstance(value, str) or not value:
            raise GraphError(131009, f"{label} is required.")
        if len(value) > limit:
            raise GraphError(131009, f"{label} is too long. Max length is {limit}")
    description = row.get("description")
    if description is not None and (not isinstance(description, str) or len(description) > MAX_ROW_DESCRIPTION):
        raise GraphError(131009, f"Row description is too long. Max length is {MAX_ROW_DESCRIPTION}")


def _check_length(label: str, value: object, limit: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= limit:
        raise GraphError(131009, f"{label} length invalid. Min length: 1, Max length: {limit}")


def _required(name: str) -> GraphError:
    return GraphError(100, message=f"(#100) The parameter {name} is required.")


def _invalid_param(text: str) -> GraphError:
    return GraphError(100, message=f"(#100) {text}")

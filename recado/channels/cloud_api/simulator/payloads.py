"""Webhook bodies as Meta builds them: pure functions.

Shapes: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages (and below
it status, system, edit, revoke), and for user ids
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import hashlib
import hmac
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recado.channels.cloud_api.simulator.config import Number
from recado.channels.cloud_api.simulator.errors import status_error

Json = dict[str, Any]

# Country codes of the people that tests and demos use; everyone else is said to be from the US.
_COUNTRIES = {
    "591": "BO", "593": "EC", "595": "PY", "598": "UY", "502": "GT", "51": "PE", "52": "MX", "54": "AR", "55": "BR",
    "56": "CL", "57": "CO", "58": "VE", "34": "ES", "44": "GB", "49": "DE", "33": "FR",
}  # fmt: skip


FIELD = "field:"
# Fields about an account: their values have no metadata, their entries a time.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference (a page each)
ACCOUNT_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_update",
        "business_capability_update",
        "flows",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "template_category_update",
    }
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A person's phone. `key` never changes; the number, the user id and the username may.

    `hide_number`: the person shows a username, so webhooks do not tell the number. `reachable` False: messages fail
    with 131026. `auto_read` None: what the simulator's setting says.
    """

    key: str
    wa_id: str | None
    user_id: str | None
    name: str
    username: str | None = None
    hide_number: bool = False
    reachable: bool = True
    auto_read: bool | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One thing to tell a business; `lane` keeps its order.

    `kind` is "messages" or "statuses", and `item` one of them; or FIELD and a field's name, and `item` its value.
    `at_s` is the time of its entry, which only accounts' fields have.
    """

    seq: int
    phone_number_id: str
    lane: str
    kind: str
    item: Json
    contact: Json | None = None
    at_s: int | None = None


def user_id_for(wa_id: str) -> str:
    """A business-scoped user id in Meta's form, always the same for a number."""
    country = next((c for code, c in _COUNTRIES.items() if wa_id.startswith(code)), "US")
    digits = int.from_bytes(hashlib.sha256(wa_id.encode()).digest()[:8], "big")
    return f"{country}.{digits % 10**17:017d}"


def new_wamid(person: str, outbound: bool) -> str:
    """A message id like Meta's: base64 of the person's number and a random part."""
    name = person.encode()[:40]
    mark = b"\x15\x02\x00" + (b"\x11" if outbound else b"\x12") + b"\x18"
    token = os.urandom(10).hex().upper().encode()
    raw = b"\x1c\x18" + bytes([len(name)]) + name + mark + bytes([len(token)]) + token + b"\x00"
    return "wamid." + b64encode(raw).decode()


def contact_of(phone: Phone, show_number: bool | None = None, username: bool = True) -> Json:
    """One item of `contacts`: the number only if it is shown, the username if the person has one."""
    profile: Json = {"name": phone.name}
    if username and phone.username:
        profile["username"] = phone.username
    contact: Json = {"profile": profile}
    if phone.wa_id and (not phone.hide_number if show_number is None else show_number):
        contact["wa_id"] = phone.wa_id
    if phone.user_id:
        contact["user_id"] = phone.user_id
    return contact


def inbound_message(phone: Phone, message_id: str, at_s: int, content: Json) -> Json:
    """One item of `messages`; `content` has `type`, the part of that name, and `context` or `referral` if any."""
    message: Json = {}
    if "context" in content:
        message["context"] = content["context"]
    if phone.wa_id and not phone.hide_number:
        message["from"] = phone.wa_id
    if phone.user_id:
        message["from_user_id"] = phone.user_id
    message["id"] = message_id
    message["timestamp"] = str(at_s)
    message.update(content)
    return message


def status_item(
    phone: Phone, message_id: str, status: str, at_s: int, by_number: bool, callback_data: str | None, template: bool,
    error: int | None = None,
) -> tuple[Json, Json | None]:  # fmt: skip
    """One item of `statuses` and the item of `contacts` beside it.

    A message sent to a number tells the number in its statuses, one sent to a user id only if the person shows it. A
    failed status has no contact, and no user id if it was sent to a number. The conversation is left out, as v24 does
    outside free entry points; the price stands in "sent" and "delivered".
    """
    show_number = by_number or not phone.hide_number
    item: Json = {"id": message_id, "status": status, "timestamp": str(at_s)}
    if phone.wa_id and show_number:
        item["recipient_id"] = phone.wa_id
    if phone.user_id and not (status == "failed" and by_number):
        item["recipient_user_id"] = phone.user_id
    if callback_data is not None:
        item["biz_opaque_callback_data"] = callback_data
    if status in ("sent", "delivered"):
        kind = ("utility", "regular") if template else ("service", "free_customer_service")
        item["pricing"] = {"billable": template, "pricing_model": "PMP", "category": kind[0], "type": kind[1]}
    if status == "failed":
        item["errors"] = [status_error(error or 131000)]
        return item, None
    return item, contact_of(phone, show_number, username=status != "sent")


def number_changed(old: Phone, new: Phone, message_id: str, at_s: int) -> Json:
    """The system message about a person's new number; it stands without `contacts`."""
    body = f"User {old.name} changed from {old.wa_id} to {new.wa_id}"
    system: Json = {"body": body, "wa_id": new.wa_id, "type": "user_changed_number"}
    if new.user_id:
        system["user_id"] = new.user_id
    return inbound_message(old, message_id, at_s, {"type": "system", "system": system})


def user_id_changed(old: Phone, new: Phone, message_id: str, at_s: int) -> Json:
    """The system message about a person's new user id."""
    body = f"User {old.name} changed from {old.user_id} to {new.user_id}"
    system: Json = {"body": body, "user_id": new.user_id, "type": "user_changed_user_id"}
    return inbound_message(old, message_id, at_s, {"type": "system", "system": system})


def user_id_update(old: Phone, new: Phone, at_s: int) -> Json:
    """The value's own part of the `user_id_update` field, which links the former user id with the new one."""
    update: Json = {
        "detail": "User changed phone number",
        "user_id": {"previous": old.user_id, "current": new.user_id},
        "timestamp": str(at_s),
    }
    if new.wa_id and not new.hide_number:
        update = {"wa_id": new.wa_id, **update}
    return {"contacts": [contact_of(new)], "user_id_update": [update]}


def change(number: Number, webhooks: Sequence[Webhook]) -> Json:
    """One item of `changes` for webhooks of one number and one kind."""
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.display_phone_number,
            "phone_number_id": number.phone_number_id,
        },
    }
    kind = webhooks[0].kind
    if kind.startswith(FIELD) and kind.removeprefix(FIELD) in ACCOUNT_FIELDS:
        return {"value": webhooks[0].item, "field": kind.removeprefix(FIELD)}
    if kind.startswith(FIELD):
        return {"value": {**value, **webhooks[0].item}, "field": kind.removeprefix(FIELD)}
    contacts: list[Json] = []
    for webhook in webhooks:
        if webhook.contact is not None and webhook.contact not in contacts:
            contacts.append(webhook.contact)
    if contacts:
        value["contacts"] = contacts
    value[kind] = [webhook.item for webhook in webhooks]
    return {"value": value, "field": "messages"}


def envelope(entries: Sequence[tuple[str, Sequence[Json], int | None]]) -> Json:
    """The whole body: (WhatsApp business account id, its changes, time in seconds if it has one) for each entry."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {"id": waba_id, **({"time": at_s} if at_s is not None else {}), "changes": list(changes)}
            for waba_id, changes, at_s in entries
        ],
    }


def signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256: HMAC-SHA256 of the raw body with the app secret.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications
    """
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

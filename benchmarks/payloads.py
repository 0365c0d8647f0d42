"""What goes over the wire in the benchmarks: webhooks as Meta sends them, and the text of each message.

Shapes: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples
"""

import hashlib
import hmac
import json
import re
import time
from typing import Any

WEBHOOK_PATH = "/webhooks/whatsapp"
APP_SECRET = "secret"
ACCESS_TOKEN = "t"
VERIFY_TOKEN = "v"
FIRST_LINE = 123456
STATUSES = ("sent", "delivered", "read")

_TEXT = re.compile(r"persona (\d+), mensaje (\d+):")


def line_ids(count: int) -> list[str]:
    """The phone_number_ids of the first `count` lines."""
    return [str(FIRST_LINE + n) for n in range(count)]


def phone_of(person: int) -> str:
    """A Spanish mobile number: no country quirk (as those of Mexico and Brazil) changes it on its way."""
    return f"346{person:08d}"


def user_id_of(phone: str) -> str:
    """The business-scoped user id; a client may send to it instead of the number."""
    return f"ES.{phone}"


def phone_in(call: dict[str, Any]) -> str:
    """The number that a Graph call sends to, however it names the person; empty when it does not."""
    return str(call.get("to", "")).removeprefix("+") or str(call.get("recipient", "")).removeprefix("ES.")


def text_of(person: int, number: int) -> str:
    return f"persona {person}, mensaje {number}: hola, ¿a qué hora abren los sábados?"


def person_and_number(text: str) -> tuple[int, int] | None:
    """Whose text this is, or None for a text that no load sent (a fallback, a greeting)."""
    found = _TEXT.match(text)
    return (int(found[1]), int(found[2])) if found else None


def _webhook(line: str, value: dict[str, Any]) -> bytes:
    metadata = {"display_phone_number": "34910000000", "phone_number_id": line}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    return json.dumps(body, separators=(",", ":")).encode()


def text_webhook(line: str, person: int, number: int, run: str) -> bytes:
    """One text message; `run` makes its wamid, which begins with the person as Meta's do, differ from other loads'."""
    phone = phone_of(person)
    message = {
        "from": phone,
        "from_user_id": user_id_of(phone),
        "id": f"wamid.{person:08d}{run}{number:06d}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text_of(person, number)},
    }
    contact = {"profile": {"name": f"Persona {person}"}, "wa_id": phone, "user_id": user_id_of(phone)}
    return _webhook(line, {"contacts": [contact], "messages": [message]})


def status_webhook(line: str, phone: str, wamid: str, status: str, opaque: str | None) -> bytes:
    """One status of one message, as Meta sends them; `opaque` is the sender's biz_opaque_callback_data."""
    entry: dict[str, Any] = {
        "id": wamid,
        "status": status,
        "timestamp": str(int(time.time())),
        "recipient_id": phone,
        "recipient_user_id": user_id_of(phone),
    }
    if opaque is not None:
        entry["biz_opaque_callback_data"] = opaque
    entry["conversation"] = {"id": "c" + wamid[-20:], "origin": {"type": "service"}}
    entry["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service"}
    return _webhook(line, {"statuses": [entry]})


def signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signature_header(body: bytes, secret: str) -> bytes:
    return b"X-Hub-Signature-256: %s\r\n" % signature(body, secret).encode()

"""What is posted of an event, and how it is signed."""

import hashlib
import hmac
import json

from recado.events.service import Event
from recado.kit.clock import from_ms, now_ms
from recado.kit.postman import Postman, Result


def body_of(event: Event) -> bytes:
    """What is posted, the same at every attempt: `{id, event, timestamp, data}`."""
    where = {"conversation_id": event.conversation_id, "line_id": event.line_id}
    data = {**{name: value for name, value in where.items() if value is not None}, **json.loads(event.data)}
    body = {
        "id": event.id,
        "event": event.name,
        "timestamp": from_ms(event.created_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of the raw body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def post_signed(postman: Postman, url: str, secret: str, body: bytes) -> Result:
    """Post a body once, signed. Never raises for what the other side does."""
    signed = signature(secret, body)
    headers = {"X-Webhook-Signature": signed, "X-Webhook-Timestamp": str(now_ms() // 1000)}
    return await postman.post(url, body, headers, (secret, signed))

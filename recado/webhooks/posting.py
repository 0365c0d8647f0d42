"""What is posted of an event."""

import json

from recado.events.service import Event
from recado.kit.clock import from_ms


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

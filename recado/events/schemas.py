"""Shapes of events in the API."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recado.kit.schemas import Moment, Output, PageOf


def _object(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class EventOut(Output):
    """Something that happened. `data` never holds message texts, numbers of people or secrets."""

    id: str
    name: str = Field(description="Such as conversation.handed_over or message.failed.")
    conversation_id: str | None
    line_id: str | None
    data: Annotated[dict[str, Any], BeforeValidator(_object)]
    created_at: Moment = Field(validation_alias="created_ms")


class EventPage(PageOf[EventOut]):
    """A page of events, and where to go on listening."""

    listen_after: str = Field(description="For `after` of the stream: where things stood when this was read.")


class Ticket(Output):
    """What stands for the key in an address, for a minute, where a browser cannot send a header."""

    ticket: str
    expires_at: Moment

"""Shapes of webhooks in the API."""

import json
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, StringConstraints

from recado.events.catalogue import PAGE
from recado.kit.etags import Editable
from recado.kit.schemas import Input, Moment, Output, Uuid, shown
from recado.webhooks.service import EVENT_NAME, MAX_NAME, MAX_NAMES

# As long as the column.
MAX_URL = 2_048

EventPattern = Annotated[str, StringConstraints(max_length=MAX_NAME, pattern=EVENT_NAME)]
Url = Annotated[str, StringConstraints(max_length=MAX_URL)]
Names = Annotated[
    list[EventPattern],
    Field(
        min_length=1,
        max_length=MAX_NAMES,
        description=f"Names of events ({PAGE}); message.* is all that begin so, * all.",
    ),
]
Secret = Annotated[
    str, StringConstraints(min_length=16, max_length=200, pattern=r"^[!-~]+$"), Field(description="Visible ASCII.")
]


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class NewEndpoint(Input):
    """Where events shall go. Without a secret, one is made."""

    model_config = shown({"url": "https://example.com/events", "events": ["message.*"]})

    url: Url
    events: Names = Field(default=["*"])
    secret: Secret | None = None


class ChangedEndpoint(Input):
    """What shall be another; the rest stays. `active` true also ends a pause."""

    model_config = shown({"events": ["message.*", "conversation.*"]})

    url: Url | None = None
    events: Names | None = None
    active: bool | None = None
    secret: Secret | None = None


class EndpointOut(Editable):
    """Where events go."""

    # That it fails or works again is nobody's change.
    edited: ClassVar[tuple[str, ...]] = ("url", "events", "active", "paused_at")

    id: str
    url: str
    events: Annotated[list[str], BeforeValidator(_parsed)]
    active: bool
    paused_at: Moment | None = Field(
        validation_alias="paused_ms", description="Since when nothing is sent, because it failed for a whole day."
    )
    failing_since: Moment | None = Field(
        validation_alias="failing_since_ms", description="The first failure after the last success."
    )
    retry_at: Moment | None = Field(
        validation_alias="retry_ms",
        description="While its tries fail: when one delivery is tried again. The others wait until it takes one.",
    )
    created_at: Moment = Field(validation_alias="created_ms")


class CreatedEndpoint(Output):
    """An endpoint and the secret that signs what it gets: kept encrypted, and shown this once."""

    endpoint: EndpointOut
    secret: str


class Attempt(Output):
    """One try: `status` is that of the answer, `error` why there was none."""

    at: Moment = Field(validation_alias="at_ms")
    took_ms: int
    status: int | None = None
    error: str | None = None
    excerpt: str | None = Field(default=None, description="The beginning of the answer's text.")
    retry_after_s: int | None = Field(
        default=None, description="How long the receiver asked to be left alone (`Retry-After`), up to an hour."
    )


class DeliveryOut(Output):
    """An event on its way to an endpoint. `event_id` is the `id` that the receiver sees, at every attempt."""

    id: str
    endpoint_id: str
    event_id: str
    event: str
    state: str = Field(description="queued, delivered or dead.")
    attempts: int
    next_try_at: Moment | None
    log: list[Attempt] = Field(description="The latest attempts, oldest first.")
    created_at: Moment


class Replay(Input):
    """Which events to send again: all that the endpoint takes, after one and up to another (both of this project)."""

    after_event_id: Uuid | None = None
    until_event_id: Uuid | None = None


class Replayed(Output):
    """How many deliveries were queued, and since when there are all events to choose from."""

    queued: int
    kept_since: Moment | None = Field(
        description="Since when events of messages are kept without a gap: before, nobody looked for a week, or yet."
    )

"""Shapes of the audit log in the API."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recado.kit.schemas import Moment, Output


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class ChangedObject(Output):
    """One thing that was changed; no id: all that one statement met."""

    kind: str
    id: str | None
    change: str = Field(description="created, changed or removed.")
    fields: dict[str, list[Any] | None] = Field(
        default_factory=dict, description="[before, after] by field; null where the values are private."
    )


class AuditOut(Output):
    """Who did what to which object. Never holds message texts, names or numbers of people, or secrets."""

    id: str
    actor: str = Field(description="key, command, or system: the program itself.")
    key_id: str | None
    name: str | None = Field(description="The key's, or of whoever ran the command on the server.")
    role: str | None
    action: str = Field(description="The operation of the API, or the command.")
    object_kind: str | None
    object_id: str | None
    outcome: str = Field(
        description="done; asked: it was about to be done at a provider; unchanged: it was so already; refused."
    )
    code: str | None = Field(description="Why it was refused.")
    request_id: str | None
    changed_objects: int = Field(description="How many; `changes` names the first 20.")
    changes: Annotated[list[ChangedObject], BeforeValidator(_parsed)]
    created_at: Moment = Field(validation_alias="created_ms")

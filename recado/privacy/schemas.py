"""Shapes of retention and erasures in the API."""

import json
from typing import Annotated, ClassVar

from pydantic import Field

from recado.kit.etags import Editable
from recado.kit.schemas import SHOWN_ID, Input, Moment, Output, Uuid, WholeNumber, shown
from recado.messages import Address
from recado.privacy.models import Erasure
from recado.privacy.service import MAX_DAYS, MIN_DAYS

_Messages = Annotated[WholeNumber, Field(ge=MIN_DAYS["messages"], le=MAX_DAYS)]
_Media = Annotated[WholeNumber, Field(ge=MIN_DAYS["media"], le=MAX_DAYS)]
_Logs = Annotated[WholeNumber, Field(ge=MIN_DAYS["logs"], le=MAX_DAYS)]


class RetentionDays(Input):
    """How many days the project keeps what; null is for ever. What is left out is null."""

    model_config = shown({"messages": 365, "media": 90, "logs": 30})

    messages: _Messages | None = Field(None, description="Messages of both directions, with their files.")
    media: _Media | None = Field(None, description="Files that people sent.")
    logs: _Logs | None = Field(None, description="Events, deliveries of webhooks, and jobs that ended.")


class RetentionOut(Editable):
    """How many days the project keeps what; null is for ever. `due` counts the rows of each table that go next."""

    # Rows become due by themselves.
    edited: ClassVar[tuple[str, ...]] = ("messages", "media", "logs")

    messages: int | None
    media: int | None
    logs: int | None
    due: dict[str, int]


class EraseContact(Input):
    """Say once more whom: there is no way back."""

    model_config = shown({"contact_id": SHOWN_ID})

    contact_id: Uuid = Field(description="The same id as in the path.")


class WasErased(Input):
    model_config = shown({"address": {"kind": "phone", "value": "51987654321"}})

    address: Address


class ErasureOut(Output):
    """The receipt of an erasure; running until `done_at`.

    `counts` are rows by table. `scrubbed` says how the database's own files were cleaned: `log_cut` or `rewritten`
    (SQLite), `vacuumed` (PostgreSQL). `traces`: how often the person was found in unused parts of the file after it;
    null where nobody looked.
    """

    id: str
    state: str
    asked_by: str
    contact_ids: list[str]
    address_marks: list[str] = Field(description="Keyed digests (HMAC-SHA256) of the person's addresses.")
    counts: dict[str, int]
    scrubbed: str | None
    traces: int | None
    asked_at: Moment
    cut_at: Moment | None = Field(description="From here on nothing was sent to the person.")
    done_at: Moment | None


def erasure_out(row: Erasure) -> ErasureOut:
    """The receipt of a row."""
    return ErasureOut.model_validate(
        {
            "id": row.id,
            "state": row.state,
            "asked_by": row.asked_by,
            "contact_ids": json.loads(row.contact_ids),
            "address_marks": json.loads(row.marks),
            "counts": json.loads(row.counts),
            "scrubbed": row.scrubbed,
            "traces": row.traces,
            "asked_at": row.created_ms,
            "cut_at": row.cut_ms,
            "done_at": row.done_ms,
        }
    )

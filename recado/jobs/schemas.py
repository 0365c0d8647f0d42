"""Shapes of jobs and schedules in the API."""

import json
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints

from recado.jobs.models import Job, JobCallback, Schedule
from recado.jobs.service import State
from recado.kit.cron import MAX_EXPRESSION
from recado.kit.etags import Editable
from recado.kit.schemas import SHOWN_ID, Input, Moment, Name, Output, shown

KindName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z_.]+$", description="Such as bulk_send.")]
CronText = Annotated[
    str, Field(min_length=1, max_length=MAX_EXPRESSION, description="minute hour day month weekday, as in crontab.")
]
Zone = Annotated[str, Field(min_length=1, max_length=64, description="An IANA name, such as America/Lima.")]


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class JobError(Output):
    """Why a job failed."""

    code: str
    text: str | None


class JobOut(Output):
    """Work in the background."""

    id: str
    kind: str
    state: State
    progress: dict[str, Any] = Field(description="How far it is; what it holds depends on the kind.")
    result: Any = Field(default=None, description="What came of it, once it has succeeded.")
    error: JobError | None = Field(description="Why it failed; of a job that waits, why the try before did.")
    cancel_requested: bool = Field(description="It has been asked to stop.")
    attempts: int = Field(description="How often it was begun.")
    schedule_id: str | None = Field(description="The schedule that made it.")
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


def job_out(row: Job) -> JobOut:
    """A job as the API shows it."""
    return JobOut.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "state": row.state,
            "progress": json.loads(row.progress),
            "result": None if row.result is None else json.loads(row.result),
            "error": None if row.error_code is None else {"code": row.error_code, "text": row.error_text},
            "cancel_requested": row.cancel_requested,
            "attempts": row.attempts,
            "schedule_id": row.schedule_id,
            "created_at": row.created_ms,
            "started_at": row.started_ms,
            "finished_at": row.finished_ms,
        }
    )


MAX_URL = 2_048


class NewCallback(Input):
    """Where a job is told once it has ended, and the secret that signs what is posted there."""

    url: Annotated[str, StringConstraints(max_length=MAX_URL)]
    secret: Annotated[
        str,
        StringConstraints(min_length=16, max_length=200, pattern=r"^[!-~]+$"),
        Field(description="Visible ASCII; kept encrypted.", repr=False),
    ]


class CallbackOut(Output):
    """How far a callback is: `waiting` for the job or its next try, `delivered`, or `failed` after a day of tries."""

    id: str
    job_id: str
    url: str = Field(description="To keys without the role `admin` only its scheme and host: the rest may be a secret.")
    state: Literal["waiting", "delivered", "failed"]
    tries: int
    error: str | None = Field(description="Why the last try failed.")
    next_try_at: Moment | None
    done_at: Moment | None


def callback_out(row: JobCallback, *, in_full: bool) -> CallbackOut:
    """A callback as the API shows it, without its secret; `in_full` with all of its address."""
    address = urlsplit(row.url)
    state = "waiting" if row.done_ms is None else "delivered" if row.error is None else "failed"
    return CallbackOut.model_validate(
        {
            "id": row.id,
            "job_id": row.job_id,
            "url": row.url if in_full else f"{address.scheme}://{address.netloc}",
            "state": state,
            "tries": row.tries,
            "error": row.error,
            "next_try_at": row.due_ms,
            "done_at": row.done_ms,
        }
    )


class NewSchedule(Input):
    """Jobs of a kind at certain times."""

    model_config = shown(
        {
            "name": "Aviso",
            "kind": "bulk_send",
            "cron": "0 9 * * mon",
            "timezone": "America/Lima",
            "input": {"line_id": SHOWN_ID, "text": "Mañana abrimos.", "phones": ["34600000000"]},
        }
    )

    name: Name
    kind: KindName
    cron: CronText
    timezone: Zone = "America/Lima"
    input: dict[str, Any] = Field(default_factory=dict, description="What each job is asked; the kind says what.")


class ScheduleChanges(Input):
    """What is given is changed, the rest stays. `paused` stops its ticks, or lets them come again."""

    model_config = shown({"paused": True})

    name: Name | None = None
    cron: CronText | None = None
    timezone: Zone | None = None
    input: dict[str, Any] | None = None
    paused: bool | None = Field(default=None, strict=True)


class ScheduleOut(Editable):
    """When jobs are made. A tick that nobody was there to begin within an hour is left out."""

    # A tick is nobody's change.
    edited: ClassVar[tuple[str, ...]] = ("name", "kind", "cron", "timezone", "input", "paused")

    id: str
    name: str
    kind: str
    cron: str
    timezone: str
    input: Annotated[dict[str, Any], BeforeValidator(_parsed)]
    paused: bool
    next_at: Moment | None = Field(validation_alias="next_ms")
    last_at: Moment | None = Field(validation_alias="last_ms")
    created_at: Moment = Field(validation_alias="created_ms")


def schedule_out(row: Schedule) -> ScheduleOut:
    """A schedule as the API shows it."""
    return ScheduleOut.model_validate(row)

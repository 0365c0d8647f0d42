"""Shapes of contract C. Names that are not known are left aside, as the old systems did."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from recado.channels.contract import Answer
from recado.compat.jobs import Job, Status
from recado.messages import MAX_OUT_TEXT, OutButtons

# Names that clients give; the columns that keep them are longer.
MAX_ID = 255
MAX_NUMBER = 64
MAX_URL = 2_000
# 2100-01-01T00:00:00Z; whatever claims to be later is no time.
_LATEST_MS = 4_102_444_800_000

Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00]*$")]
Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NUMBER, pattern=r"^[^\x00-\x1f]*$")
]
Words = Annotated[str, StringConstraints(min_length=1, max_length=MAX_OUT_TEXT, pattern=r"\S")]
Url = Annotated[str, StringConstraints(max_length=MAX_URL, pattern=r"^https?://[^\x00-\x20]+$")]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TextIn(_In):
    """With a `message_id`, the same text sent again is the same message, and gets the same answer."""

    text: Words
    message_id: Id | None = None


class AsyncTextIn(TextIn):
    callback_url: Url | None = None


class WhatsAppIn(_In):
    from_number: Number
    text: Words


class GatewayIn(_In):
    message_id: Id
    from_number: Number
    text: Words
    timestamp_iso: datetime
    # Empty, as some gateways send it, is none.
    customer_id: Annotated[Id | None, BeforeValidator(lambda value: None if value == "" else value)] = None
    customer_name: Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00]*$")] | None = None

    @property
    def sent_ms(self) -> int | None:
        """None if it says a time that cannot be, as the Cloud API's messages have it."""
        at = self.timestamp_iso if self.timestamp_iso.tzinfo else self.timestamp_iso.replace(tzinfo=UTC)
        sent_ms = round(at.timestamp() * 1000)
        return sent_ms if 0 < sent_ms < _LATEST_MS else None


class AsyncGatewayIn(GatewayIn):
    callback_url: Url | None = None


class AnswerOut(BaseModel):
    conversation_id: str
    response_text: str


class ButtonOut(BaseModel):
    id: str
    title: str


class ItemOut(BaseModel):
    id: str
    title: str
    description: str | None = None


class GatewayOut(BaseModel):
    """`buttons` are at most 3, `list_items` at most 10."""

    conversation_id: str
    message_id: str
    response_text: str
    interactive_type: Literal["buttons", "list"] | None = None
    buttons: list[ButtonOut] | None = None
    list_title: str | None = None
    list_items: list[ItemOut] | None = None


class JobStarted(BaseModel):
    job_id: str


class JobOut(BaseModel):
    job_id: str
    status: Status
    conversation_id: str
    message_id: str | None
    response_text: str | None
    error_text: str | None


class MemoryOut(BaseModel):
    """What assistants have learned of a customer: the fields of forms under `forms`, remarks under `plans`."""

    customer_id: str
    memory: dict[str, Any]


FrameType = Literal["user_message", "assistant_message", "ping", "pong", "error"]


class Frame(BaseModel):
    """What travels over the socket. `timestamp` is ISO 8601, UTC."""

    model_config = ConfigDict(extra="ignore")

    type: FrameType
    text: str | None = None
    conversation_id: str | None = None
    error: str | None = None
    timestamp: str | None = None


class FrameIn(Frame):
    """One that comes in. Those that go out may be longer: an answer is all messages of its turn."""

    text: str | None = Field(default=None, max_length=MAX_OUT_TEXT)
    message_id: Id | None = None


def gateway_out(conversation: str, message_id: str, answer: Answer) -> GatewayOut:
    """An answer with its choices."""
    out = GatewayOut(conversation_id=conversation, message_id=message_id, response_text=answer.bare)
    choices = answer.choices
    if choices is None:
        return out
    if isinstance(choices, OutButtons):
        buttons = [ButtonOut(id=button.id, title=button.title) for button in choices.buttons]
        return out.model_copy(update={"interactive_type": "buttons", "buttons": buttons})
    items = [ItemOut(id=row.id, title=row.title, description=row.description) for row in choices.rows]
    return out.model_copy(update={"interactive_type": "list", "list_title": choices.button, "list_items": items})


def job_out(job: Job) -> JobOut:
    return JobOut(
        job_id=job.id,
        status=job.status,
        conversation_id=job.conversation,
        message_id=job.message,
        response_text=job.answer.text if job.answer is not None else None,
        error_text=job.error_text,
    )

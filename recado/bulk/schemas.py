"""Shapes of bulk sends in the API."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from recado.jobs.schemas import NewCallback
from recado.kit.schemas import AnyText, Input, Output, Uuid, shown
from recado.messages import OutByWindow, OutTemplate, OutText, files_of

# What a campaign needs; a job of this size takes two minutes on a line of 80 messages a second.
MAX_RECIPIENTS = 10_000
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages: more would become several messages.
MAX_TEXT = 4096

RecipientState = Literal["waiting", "queued", "sent", "failed", "refused", "skipped"]


def _without_plus(phone: str) -> str:
    return phone.removeprefix("+")


# https://www.itu.int/rec/T-REC-E.164: at most 15 digits.
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{6,15}$"), AfterValidator(_without_plus)]


class NewBulkSend(Input):
    """A message to many people: to contacts, to phone numbers, or both, at most 10,000 in all."""

    model_config = shown({"text": "Mañana abrimos a las 10:00.", "phones": ["34600000000"]})

    text: Annotated[AnyText, Field(min_length=1, max_length=MAX_TEXT)] | None = Field(
        default=None, description="What is said while the window of the channel is open; without it, the template."
    )
    template: OutTemplate | None = Field(
        default=None,
        description="What goes to those outside the window, also to people who never wrote; without it, they are left "
        "out.",
    )
    contact_ids: list[Uuid] = Field(default_factory=list, max_length=MAX_RECIPIENTS)
    phones: list[Phone] = Field(
        default_factory=list, max_length=MAX_RECIPIENTS, description="With their country, with or without a plus sign."
    )

    service_notice: bool = Field(
        default=False,
        description="It is no marketing: what people must know who asked for none (`opted_out`), too, as that their "
        "appointment is moved. A template of the category marketing is not sent to them even so.",
    )

    @model_validator(mode="after")
    def _some(self) -> "NewBulkSend":
        if not 1 <= len(self.contact_ids) + len(self.phones) <= MAX_RECIPIENTS:
            raise ValueError(f"give 1 to {MAX_RECIPIENTS} recipients, as contact_ids or phones")
        self.content(self.template)  # each part is right by itself; so must be both together
        return self

    def content(self, template: OutTemplate | None) -> OutText | OutTemplate | OutByWindow:
        """What one recipient gets, with their form of the template. Raises `ValueError`."""
        if self.text is None:
            if template is None:
                raise ValueError("give text, template or both")
            return template
        text = OutText(text=self.text)
        return text if template is None else OutByWindow(inside=text, outside=template)


class BulkSendIn(NewBulkSend):
    """A message to many people, and whom to tell when all of it is done."""

    callback: NewCallback | None = None


class Order(NewBulkSend):
    """What the job is asked: the message, its recipients and the line."""

    line_id: Uuid

    def recipients(self) -> list[tuple[str, str]]:
        """(kind, value) of each, contacts first; the place in this list is the recipient's."""
        return [("contact", one) for one in self.contact_ids] + [("phone", one) for one in self.phones]

    def files(self) -> frozenset[str]:
        """The files of ours that go with the message."""
        return files_of(self.content(self.template))

    def as_input(self) -> dict[str, Any]:
        # Without what was not said: the same order is the same job for a process that does not know the word yet.
        return self.model_dump(mode="json", exclude=None if self.service_notice else {"service_notice"})


class RecipientOut(Output):
    """What became of one recipient. `place` counts contact_ids, then phones, from 0."""

    place: int
    state: RecipientState
    code: str | None = Field(description="Why it was skipped, refused or failed.")
    contact_id: str | None
    message_id: str | None

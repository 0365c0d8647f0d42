"""Messages: frozen values, one vocabulary for all channels.

A channel converts its provider's shape to these and back; nothing above a channel sees a provider's shape.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator


class Value(BaseModel):
    """A frozen value; unknown fields are an error, so that a typing mistake cannot hide."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- Who -------------------------------------------------------------------------------------------

# "phone" is an E.164 number without the plus sign. "bsuid" is Meta's business-scoped user id,
# "parent_bsuid" the one shared by linked businesses. They rank in the order given by ADDRESS_RANK.
AddressKind = Literal["bsuid", "parent_bsuid", "phone"]
ADDRESS_RANK: dict[AddressKind, int] = {"bsuid": 0, "parent_bsuid": 1, "phone": 2}


class Address(Value):
    """One name of a contact on a network."""

    kind: AddressKind
    value: str = Field(min_length=1, max_length=160)


class Person(Value):
    """Who wrote, as far as the network tells: at least one address."""

    addresses: tuple[Address, ...] = Field(min_length=1, max_length=4)
    name: str | None = Field(default=None, max_length=256)
    username: str | None = Field(default=None, max_length=64)


# --- Contents of messages that come in ------------------------------------------------------------------


class Text(Value):
    type: Literal["text"] = "text"
    text: str


class Media(Value):
    """A file. `voice` is a voice note; `url` a link of the provider that may expire within minutes."""

    type: Literal["media"] = "media"
    media: Literal["image", "audio", "video", "document", "sticker"]
    media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    url: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool = False
    animated: bool = False


class Location(Value):
    type: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    url: str | None = None


class SharedContact(Value):
    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organization: str | None = None


class Contacts(Value):
    """Contact cards that a person shared. `requested` is true for an answer to a request for their number."""

    type: Literal["contacts"] = "contacts"
    contacts: tuple[SharedContact, ...]
    requested: bool = False


class Choice(Value):
    """A button or a row that a person chose; `id` is the one that was offered."""

    type: Literal["choice"] = "choice"
    source: Literal["button", "list", "template_button"]
    id: str
    title: str
    description: str | None = None


class FormReply(Value):
    """The answers of a form inside the chat (WhatsApp Flows); `fields` is any JSON object."""

    type: Literal["form_reply"] = "form_reply"
    name: str | None = None
    body: str | None = None
    fields: dict[str, Any]


class Reaction(Value):
    """An emoji on an earlier message; None takes the reaction back."""

    type: Literal["reaction"] = "reaction"
    message_id: str
    emoji: str | None = None


class OrderItem(Value):
    product_id: str
    quantity: int
    price: float | None = None
    currency: str | None = None


class Order(Value):
    type: Literal["order"] = "order"
    catalog_id: str | None = None
    text: str | None = None
    items: tuple[OrderItem, ...]


class System(Value):
    """Something the network says about the person, such as a new number.

    The message's sender is who they are now, `previous` who they were. "chat_opened": they opened the chat for the
    first time and have not written yet.
    """

    type: Literal["system"] = "system"
    event: Literal["number_changed", "user_id_changed", "identity_changed", "chat_opened", "other"]
    text: str | None = None
    previous: tuple[Address, ...] = ()


class Edited(Value):
    """An earlier message has new text."""

    type: Literal["edited"] = "edited"
    message_id: str
    text: str | None = None


class Deleted(Value):
    """An earlier message was taken back by its author."""

    type: Literal["deleted"] = "deleted"
    message_id: str


class Unsupported(Value):
    """What Recado does not know (yet): kept as it came in `raw`, never an error."""

    type: Literal["unsupported"] = "unsupported"
    provider_type: str
    reason: str | None = None
    raw: dict[str, Any] = Field(default_factory=dict)


InboundContent = Annotated[
    Text
    | Media
    | Location
    | Contacts
    | Choice
    | FormReply
    | Reaction
    | Order
    | System
    | Edited
    | Deleted
    | Unsupported,
    Field(discriminator="type"),
]


class ReplyTo(Value):
    """The earlier message that this one answers or was forwarded from, by the provider's id.

    `product_id` and `catalog_id`: the product of the business that the message asks about.
    """

    message_id: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    product_id: str | None = None
    catalog_id: str | None = None


class Referral(Value):
    """The advertisement or post that brought the person here."""

    source_type: str | None = None
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    click_id: str | None = None


class InboundMessage(Value):
    """One message that came in on a line. Unique by (line, provider_message_id). `sent_ms` is the provider's time."""

    provider_message_id: str = Field(min_length=1, max_length=512)
    sender: Person
    sent_ms: int
    content: InboundContent
    reply_to: ReplyTo | None = None
    referral: Referral | None = None


# --- Statuses -------------------------------------------------------------------------------------

DeliveryStatus = Literal["sent", "delivered", "read", "failed"]
# A status never moves back. "failed" outranks "sent" only: a message that was delivered has not failed.
DELIVERY_RANK: dict[DeliveryStatus, int] = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}


class StatusUpdate(Value):
    """What became of a message that was sent. `client_id` is the outbox id that went with it, if it came back."""

    provider_message_id: str = Field(min_length=1, max_length=512)
    status: DeliveryStatus
    at_ms: int
    client_id: str | None = Field(default=None, max_length=512)
    error_code: str | None = None
    error_text: str | None = None


# --- Contents of messages that go out -------------------------------------------------------------------

# The limits are those of the narrowest channel (Cloud API), so that every decision fits every channel:
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages and
# .../interactive-list-messages.
MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_INTERACTIVE_BODY = 1024
MAX_CHOICE_ID = 200
# Longer than one WhatsApp text (4,096): a channel splits it at sentence ends.
MAX_OUT_TEXT = 65_536


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _distinct(choices: "tuple[Button, ...] | tuple[Row, ...]") -> None:
    if len({choice.id for choice in choices}) != len(choices):
        raise ValueError("two choices have the same id")


_Said = AfterValidator(_says_something)


class OutText(Value):
    type: Literal["text"] = "text"
    text: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_OUT_TEXT)
    preview_links: bool = False


class Button(Value):
    id: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_CHOICE_ID)
    title: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_BUTTON_TITLE)


class OutButtons(Value):
    """A text with up to three reply buttons."""

    type: Literal["buttons"] = "buttons"
    text: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_INTERACTIVE_BODY)
    buttons: tuple[Button, ...] = Field(min_length=1, max_length=MAX_BUTTONS)
    footer: str | None = Field(default=None, min_length=1, max_length=60)

    @model_validator(mode="after")
    def _choices_differ(self) -> Self:
        _distinct(self.buttons)
        return self


class Row(Value):
    id: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_CHOICE_ID)
    title: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_ROW_TITLE)
    description: str | None = Field(default=None, min_length=1, max_length=MAX_ROW_DESCRIPTION)


class OutList(Value):
    """A text with a button that opens a list of up to ten rows."""

    type: Literal["list"] = "list"
    text: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_INTERACTIVE_BODY)
    button: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_BUTTON_TITLE)
    rows: tuple[Row, ...] = Field(min_length=1, max_length=MAX_ROWS)
    footer: str | None = Field(default=None, min_length=1, max_length=60)

    @model_validator(mode="after")
    def _choices_differ(self) -> Self:
        _distinct(self.rows)
        return self


# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/image-messages
MAX_CAPTION = 1024
MAX_FILENAME = 240
MAX_LINK = 2048
_CAPTIONED = ("image", "video", "document")


class OutMedia(Value):
    """A file: one that Recado keeps (`media_id`), or one that the provider gets from an https link.

    `voice` is a voice note (Ogg with Opus). Images, videos and documents may have a caption, documents a file name.
    """

    type: Literal["media"] = "media"
    media: Literal["image", "audio", "voice", "video", "document", "sticker"]
    media_id: str | None = Field(default=None, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    link: str | None = Field(default=None, max_length=MAX_LINK, pattern=r"^https://[^\s\x00-\x1f]+$")
    caption: Annotated[str, _Said] | None = Field(default=None, max_length=MAX_CAPTION)
    filename: str | None = Field(default=None, min_length=1, max_length=MAX_FILENAME, pattern=r"^[^\x00-\x1f/]+$")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.media_id is None) == (self.link is None):
            raise ValueError("give either media_id or link")
        if self.caption is not None and self.media not in _CAPTIONED:
            raise ValueError(f"only {', '.join(_CAPTIONED)} may have a caption")
        if self.filename is not None and self.media != "document":
            raise ValueError("only a document has a filename")
        return self


OutContent = Annotated[OutText | OutButtons | OutList | OutMedia, Field(discriminator="type")]

OUT_CONTENT: TypeAdapter[OutText | OutButtons | OutList | OutMedia] = TypeAdapter(OutContent)
"""Reads and writes the content of a message that goes out, as the JSON kept in the outbox."""


def words_of(content: OutContent) -> str:
    """The words of a content that goes out; a file without any is its kind in brackets, such as `[image]`."""
    if isinstance(content, OutMedia):
        return content.caption or content.filename or f"[{content.media}]"
    return content.text

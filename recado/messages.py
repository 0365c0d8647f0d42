"""Messages: frozen values, one vocabulary for all channels.

A channel converts its provider's shape to these and back; nothing above a channel sees a provider's shape.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from recado.kit.ids import UUID_PATTERN, is_id


class Value(BaseModel):
    """A frozen value; unknown fields are an error, so that a typing mistake cannot hide."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- Who -------------------------------------------------------------------------------------------

# "phone" is an E.164 number without the plus sign. "bsuid" is Meta's business-scoped user id,
# "parent_bsuid" the one shared by linked businesses; "web" is a client program's own name of a chat or a customer.
# They rank in the order given by ADDRESS_RANK.
AddressKind = Literal["bsuid", "parent_bsuid", "phone", "web"]
ADDRESS_RANK: dict[AddressKind, int] = {"bsuid": 0, "parent_bsuid": 1, "phone": 2, "web": 3}


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


# Shown with a header or footer: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-cta-url-messages
MAX_FOOTER = 60
MAX_HEADER = 60
# "up to 257": https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/contacts-messages
MAX_SHARED_CONTACTS = 257
# The button that opens a form has no emoji: https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/sendingaflow
MAX_FLOW_BUTTON = 20
# https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
MAX_TEMPLATE_NAME = 512
MAX_TEMPLATE_BUTTONS = 10
# Meta names no limit for these; ours keeps a message within what one page of its documents shows.
MAX_PLACE = 1_000
MAX_URL = 2_000
MAX_PARAMETERS = 100
MAX_FLOW_DATA = 100

_Line = Annotated[str, _Said, Field(min_length=1, max_length=MAX_PLACE)]
_Footer = Annotated[str, _Said, Field(min_length=1, max_length=MAX_FOOTER)]
_Body = Annotated[str, _Said, Field(min_length=1, max_length=MAX_INTERACTIVE_BODY)]
_WebAddress = Annotated[str, Field(min_length=9, max_length=MAX_URL, pattern=r"^https?://[^\s\x00-\x1f]+$")]


class OutLocation(Value):
    """A place on the map."""

    type: Literal["location"] = "location"
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    name: _Line | None = None
    address: _Line | None = None


class OutContact(Value):
    """A card: a name and ways to reach somebody. A phone number as people write it, such as "+591 70000001"."""

    name: Annotated[str, _Said] = Field(min_length=1, max_length=256)
    phones: tuple[Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ().-]{4,30}$")], ...] = Field(default=(), max_length=20)
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)], ...] = Field(
        default=(), max_length=20
    )
    organization: _Line | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.phones and not self.emails:
            raise ValueError("a card needs a phone or an e-mail address")
        return self


class OutContacts(Value):
    """Contact cards."""

    type: Literal["contacts"] = "contacts"
    contacts: tuple[OutContact, ...] = Field(min_length=1, max_length=MAX_SHARED_CONTACTS)


class OutReaction(Value):
    """An emoji on an earlier message of the conversation; None takes it back."""

    type: Literal["reaction"] = "reaction"
    message_id: str = Field(min_length=1, max_length=512)
    emoji: str | None = Field(default=None, min_length=1, max_length=32, pattern=r"^[^\sA-Za-z]+$")


class OutLink(Value):
    """A text with one button that opens a web page."""

    type: Literal["link"] = "link"
    text: _Body
    button: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_BUTTON_TITLE)
    url: _WebAddress
    header: Annotated[str, _Said] | None = Field(default=None, min_length=1, max_length=MAX_HEADER)
    footer: _Footer | None = None


class OutLocationRequest(Value):
    """A text with a button by which the person sends where they are."""

    type: Literal["location_request"] = "location_request"
    text: _Body


class OutFlow(Value):
    """A form inside the chat (WhatsApp Flows), by its id or its name.

    `token` comes back with the answers. `screen` is where it opens (its first one unless given) with `data`;
    `exchange`: the form's own server is asked for the first screen instead.
    """

    type: Literal["flow"] = "flow"
    text: _Body
    button: Annotated[str, _Said] = Field(min_length=1, max_length=MAX_FLOW_BUTTON)
    flow_id: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[0-9]+$")
    flow_name: str | None = Field(default=None, min_length=1, max_length=200)
    token: str | None = Field(default=None, min_length=1, max_length=200)
    screen: str | None = Field(default=None, min_length=1, max_length=80)
    data: dict[str, Any] = Field(default_factory=dict, max_length=MAX_FLOW_DATA)
    exchange: bool = False
    draft: bool = False
    header: Annotated[str, _Said] | None = Field(default=None, min_length=1, max_length=MAX_HEADER)
    footer: _Footer | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.flow_id is None) == (self.flow_name is None):
            raise ValueError("give flow_id or flow_name, one of them")
        if self.exchange and (self.screen or self.data):
            raise ValueError("with exchange, the form's server chooses screen and data")
        if self.data and not self.screen:
            raise ValueError("data belongs to a screen: give screen too")
        return self


# The values of a template's placeholders, in order ({{1}}, {{2}}) or by name ({{order_id}}), as it was made.
TemplateValue = Annotated[str, _Said, Field(min_length=1, max_length=MAX_INTERACTIVE_BODY)]
TemplateValues = (
    Annotated[tuple[TemplateValue, ...], Field(max_length=MAX_PARAMETERS)]
    | Annotated[dict[str, TemplateValue], Field(max_length=MAX_PARAMETERS)]
)


class TemplateMedia(Value):
    """The picture, film or file of a template's header: a link that Meta can read, or the id of an upload."""

    media: Literal["image", "video", "document"]
    link: _WebAddress | None = None
    media_id: str | None = Field(default=None, min_length=1, max_length=64)
    filename: str | None = Field(default=None, min_length=1, max_length=240)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.link is None) == (self.media_id is None):
            raise ValueError("give link or media_id, one of them")
        return self


class TemplateButton(Value):
    """What a template's button needs, by its place (0 is the first).

    `value`: the id that comes back (quick_reply), the end of the address (url), the code to copy (copy_code) or the
    token of the form (flow; `data` goes to its first screen).
    """

    index: int = Field(ge=0, lt=MAX_TEMPLATE_BUTTONS)
    kind: Literal["quick_reply", "url", "copy_code", "flow"]
    value: str = Field(min_length=1, max_length=MAX_URL)
    data: dict[str, Any] = Field(default_factory=dict, max_length=MAX_FLOW_DATA)


class OutTemplate(Value):
    """A template that Meta has approved. Without `language` the contact's is taken, else Spanish, else English."""

    type: Literal["template"] = "template"
    name: str = Field(min_length=1, max_length=MAX_TEMPLATE_NAME, pattern=r"^[a-z0-9_]+$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    header: TemplateValues = ()
    header_media: TemplateMedia | None = None
    header_location: OutLocation | None = None
    body: TemplateValues = ()
    buttons: tuple[TemplateButton, ...] = Field(default=(), max_length=MAX_TEMPLATE_BUTTONS)

    @model_validator(mode="after")
    def _one_header(self) -> Self:
        if sum(map(bool, (self.header, self.header_media, self.header_location))) > 1:
            raise ValueError("a template has one header: give header, header_media or header_location")
        if len({button.index for button in self.buttons}) != len(self.buttons):
            raise ValueError("two buttons have the same index")
        return self


# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/image-messages
MAX_CAPTION = 1024
MAX_FILENAME = 240
MAX_LINK = 2048
_CAPTIONED = ("image", "video", "document")

SentAs = Literal["image", "audio", "voice", "video", "document", "sticker"]


class OutMedia(Value):
    """A file: one that Recado keeps (`media_id`), or one that the provider gets from an https link.

    `voice` is a voice note (Ogg with Opus). Images, videos and documents may have a caption, documents a file name.
    """

    type: Literal["media"] = "media"
    media: SentAs
    media_id: str | None = Field(default=None, pattern=UUID_PATTERN)
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


InsideContent = Annotated[
    OutText | OutButtons | OutList | OutMedia | OutLocation | OutContacts | OutLink | OutLocationRequest | OutFlow,
    Field(discriminator="type"),
]
# One WhatsApp text: what is sent instead of a template is one message, too.
MAX_INSIDE_TEXT = 4_096


class OutByWindow(Value):
    """`inside` while the person wrote within the channel's window (24 hours on WhatsApp), the template `outside` it.

    Which one is decided when it is sent. Channels without a window send `inside`.
    """

    type: Literal["by_window"] = "by_window"
    inside: InsideContent
    outside: OutTemplate

    @model_validator(mode="after")
    def _one_message(self) -> Self:
        # In UTF-16 units, as a channel counts.
        if isinstance(self.inside, OutText) and len(self.inside.text.encode("utf-16-le")) > 2 * MAX_INSIDE_TEXT:
            raise ValueError(f"inside.text has more than {MAX_INSIDE_TEXT} characters: send it as several messages")
        return self


AnyOut = (
    OutText
    | OutButtons
    | OutList
    | OutMedia
    | OutLocation
    | OutContacts
    | OutReaction
    | OutLink
    | OutLocationRequest
    | OutFlow
    | OutTemplate
    | OutByWindow
)
OutContent = Annotated[AnyOut, Field(discriminator="type")]
# What a brain may answer with; everything else is sent by people and programs.
Reply = Annotated[OutText | OutButtons | OutList, Field(discriminator="type")]

OUT_CONTENT: TypeAdapter[AnyOut] = TypeAdapter(OutContent)
"""Reads and writes the content of a message that goes out, as the JSON kept in the outbox."""


def files_of(content: AnyOut) -> frozenset[str]:
    """The ids of the files of ours that go with a message. An id in a template's header that is none of ours is one
    that Meta gave to an upload.
    """
    return frozenset(media_id for media_id, _ in files_as(content))


def files_as(content: AnyOut) -> frozenset[tuple[str, SentAs]]:
    """The files of ours that go with a message, and as what each is sent."""
    match content:
        case OutMedia(media_id=str(media_id)):
            return frozenset({(media_id, content.media)})
        case OutTemplate(header_media=TemplateMedia(media_id=str(media_id)) as header) if is_id(media_id):
            return frozenset({(media_id, header.media)})
        case OutByWindow():
            return files_as(content.inside) | files_as(content.outside)
        case _:
            return frozenset()


def words_of(content: AnyOut, *, choices: bool = True) -> str:
    """What a person reads of a message, as plain lines; choices as "- title", unless they are left out."""
    match content:
        case OutText():
            return content.text
        case OutButtons():
            return "\n".join((content.text, *(f"- {button.title}" for button in content.buttons if choices)))
        case OutList():
            return "\n".join((content.text, *(f"- {row.title}" for row in content.rows if choices)))
        case OutLink():
            return f"{content.text}\n{content.url}"
        case OutLocationRequest() | OutFlow():
            return content.text
        case OutLocation():
            return "\n".join(part for part in (content.name, content.address) if part)
        case OutContacts():
            return "\n".join(contact.name for contact in content.contacts)
        case OutReaction():
            return content.emoji or ""
        case OutTemplate():
            values = content.body.values() if isinstance(content.body, dict) else content.body
            return "\n".join(values)
        case OutByWindow():
            return words_of(content.inside, choices=choices)
        case OutMedia():
            return content.caption or content.filename or f"[{content.media}]"

"""What a channel must do, and what it may do besides.

A channel is a small required contract (`Channel`) plus optional capabilities, each a protocol of its own
(`MarksRead`, `HandsOut`, `ReceivesWebhooks`). One contract suite (tests/contracts) holds every channel to this page.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from recado.channels.templates.values import Template
from recado.media.source import IncomingFile
from recado.messages import Address, InboundMessage, OutButtons, OutContent, OutList, OutTemplate, StatusUpdate


@dataclass(frozen=True, slots=True)
class Line:
    """One connected address on a channel, as a channel needs to know it.

    `address` is what the provider calls the line (Cloud API: the phone number id), unique per channel.
    `secrets` are decrypted (Cloud API: access_token, app_secret, verify_token); repr leaves them out.
    `max_per_second` paces the whole line. `display_number` is what people call, as E.164, once the provider said it.
    """

    id: str
    project_id: str
    channel: str
    address: str
    max_per_second: float
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict[str, str])
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    display_number: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one person. `client_id` was made before the first try and stays the same at every try.

    `language` is the person's, where it is known. The content is never `OutByWindow`: that was decided before.
    """

    client_id: str
    to: tuple[Address, ...]
    content: OutContent
    reply_to: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took the message and calls it `provider_message_id`."""

    provider_message_id: str


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What a notice says of a template; None is not said."""

    name: str
    language: str
    status: str | None = None
    category: str | None = None
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class MarketingChoice:
    """A person wants no marketing any more (`stopped`), or wants it again."""

    addresses: tuple[Address, ...]
    stopped: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """What a provider says of an account, a line or a person apart from messages. Becomes an event called `name`.

    `account` is the provider's id of the business account, `key` the same for every delivery of the same thing.
    `data` holds no texts, numbers of people or secrets; `raw` is kept where no line of ours has that account.
    `line_address` or `display_number` (E.164) says which line it is about, where it is about one.
    """

    name: str
    account: str
    key: str
    at_ms: int
    data: Mapping[str, Any]
    raw: Mapping[str, Any]
    template: TemplateChange | None = None
    marketing: MarketingChoice | None = None
    line_address: str | None = None
    display_number: str | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """What became of a request to block or unblock: those done, and why the others were not ((user, code, text))."""

    done: tuple[str, ...]
    failed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BlockList:
    """Some of the blocked, by what the provider calls them; ask again with `next_cursor` for more."""

    users: tuple[str, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LineFinding:
    """What one check of a line found. `level` is OK, WARN or FAIL; `code` names the finding in every language.

    `says` and `mend` (what to do, empty for OK) by language, "es" and "en".
    """

    check: str
    level: str
    code: str
    says: Mapping[str, str]
    mend: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of the checks of a line. `display_number` (E.164) is the number that people know it by, where the
    provider said it.
    """

    findings: Sequence[LineFinding] = ()
    display_number: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What one delivery of the provider held for one line, in the order in which it stood there.

    `line_address` is empty for what names no line. `unroutable` are raw items that name no person to answer to (also
    messages of groups), `notices` raw items about the account or the line; both are kept as they came. `happenings`
    are the items of that kind that Recado knows. `display_number` is the line's own number as E.164, if it was said.
    """

    line_address: str
    messages: tuple[InboundMessage, ...] = ()
    statuses: tuple[StatusUpdate, ...] = ()
    unroutable: tuple[dict[str, Any], ...] = ()
    notices: tuple[dict[str, Any], ...] = ()
    happenings: tuple[Happening, ...] = ()
    display_number: str | None = None


class Channel(Protocol):
    """A transport. One instance serves all lines of a process; it is closed once."""

    @property
    def name(self) -> str: ...

    # How long after a person's last message free messages may be sent, in seconds; None means always.
    @property
    def window_s(self) -> int | None: ...

    # A burst and a steady rate per contact: (burst, seconds per message); None means unlimited.
    @property
    def contact_pace(self) -> tuple[int, float] | None: ...

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        """The content as messages that the provider takes, in order. Pure."""
        ...

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:
        """Send one message. `fence` is the epoch of the lease under which this process sends on the line.

        Raises `SendError` (surely not taken; its verdict says whether to try again) or `OutcomeUnknown`.
        """
        ...

    async def close(self) -> None: ...


@runtime_checkable
class MarksRead(Protocol):
    """Shows the person that their message was read and that an answer is being written."""

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        """Best effort: raises `SendError` or `OutcomeUnknown`, and nothing depends on it."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What is handed back to whoever wrote: one text, in which choices are words.

    Whoever shows the `choices` that were offered last by themselves takes `bare` instead, in which these are no words.
    """

    text: str
    bare: str
    choices: OutButtons | OutList | None = None


@runtime_checkable
class HandsOut(Protocol):
    """Sends nothing by itself: its messages wait in the outbox until whoever wrote asks, and are settled by that.

    The sender leaves its lines alone.
    """

    def hand_out(self, contents: Sequence[OutContent]) -> Answer:
        """Messages, in order, as one answer; none is silence. Pure."""
        ...


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """Gets its messages by signed HTTP calls of the provider. All pure: nothing here waits or stores."""

    def line_addresses(self, payload: Mapping[str, Any]) -> Sequence[str]:
        """The lines that the payload names, so that their secrets can be tried. Never raises on odd shapes."""
        ...

    def signature_is_valid(self, secret: str, body: bytes, signature: str | None) -> bool:
        """True if `signature` (the provider's header) was made with `secret` over the raw body. Constant time."""
        ...

    def convert(self, payload: Mapping[str, Any]) -> tuple[Received, ...]:
        """Everything in the payload, per line. What is unknown becomes `Unsupported`, never an exception."""
        ...


@runtime_checkable
class FetchesMedia(Protocol):
    """Gets the files of messages that came in."""

    def fetch_media(self, line: Line, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        """A file on its way. Raises `RecadoError`: its verdict says whether to ask again (then with a new link)."""
        ...


class Templates(Protocol):
    """Where a channel finds the templates that are kept of a line's account."""

    async def find(self, line: Line, name: str) -> Sequence[Template]: ...


@runtime_checkable
class HasTemplates(Protocol):
    """Sends messages that the provider approved beforehand."""

    async def fetch_templates(self, line: Line) -> list[Template]:
        """All templates of the line's account, as the provider has them now. Raises `BadInput`, `SendError`."""
        ...

    async def fitting(self, line: Line, message: OutTemplate, language: str | None) -> tuple[OutTemplate, str | None]:
        """The message with its language chosen, and the template's category, if it fits a kept one that may be sent.

        Raises `SendRefused`.
        """
        ...


@runtime_checkable
class PreparesSends(Protocol):
    """Does what a send needs before it, such as an upload: whatever becomes of it, no message has left."""

    async def prepare(self, line: Line, outgoing: Outgoing) -> None:
        """Raises `SendError`. May take minutes; doing it again does no harm."""
        ...


@runtime_checkable
class Blocks(Protocol):
    """Keeps people out. A user is a number (digits) or another name by which the provider knows a person."""

    async def block(self, line: Line, users: Sequence[str]) -> Blocked:
        """Raises `BadInput`, `SendError` or `OutcomeUnknown`; doing it again changes nothing."""
        ...

    async def unblock(self, line: Line, users: Sequence[str]) -> Blocked: ...

    async def blocked(self, line: Line, cursor: str | None, limit: int) -> BlockList: ...


@runtime_checkable
class Examines(Protocol):
    """Can say whether a line is set up as it should be at its provider."""

    async def examine(self, line: Line) -> Examined:
        """Everything worth knowing, what must be mended too. Never raises for what the provider answers."""
        ...

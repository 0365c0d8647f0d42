"""Conversations as people use them: list, history, writing in one, taking one over and giving it back.

Reads take the caller's session. What changes a conversation goes through the mailbox, which commits it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Channel, HasTemplates, Line, MarksRead
from recado.channels.registry import ChannelRegistry
from recado.channels.service import get_line, usable_line, without_secrets
from recado.channels.templates.values import MARKETING
from recado.contacts import service as contacts
from recado.conversations import queries
from recado.conversations.acting import recall
from recado.conversations.turn import new_out
from recado.db import Database, add_unique, database_now_ms, json_text
from recado.errors import BadInput, Conflict, NotFound, OutcomeUnknown, SendRefused, Unavailable, retry_after
from recado.kit.acting import ASKING
from recado.kit.crypto import SecretBox
from recado.kit.ids import is_id
from recado.kit.pages import FIRST, Cut, Page
from recado.kit.spans import ALWAYS, Span
from recado.mailbox import queries as messages
from recado.mailbox.claims import NewEvent
from recado.mailbox.models import Conversation
from recado.mailbox.queries import Direction, History
from recado.mailbox.service import Mailbox
from recado.media.service import check_sendable
from recado.messages import OutByWindow, OutContent, OutReaction, OutTemplate, files_as

Mode = Literal["assistant", "person"]
_EVENT: dict[Mode, str] = {"person": "conversation.handed_over", "assistant": "conversation.taken_back"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation and who it is with."""

    row: Conversation
    contact: contacts.Contact | None


async def get(session: AsyncSession, conversation_id: str) -> Seen:
    """One conversation. Raises `NotFound` (`conversation_not_found`)."""
    row = await queries.get_conversation(session, conversation_id)
    return (await _with_contacts(session, [row]))[0]


async def list_page(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    line_id: str | None = None,
    contact_id: str | None = None,
    mode: Mode | None = None,
    pending: bool | None = None,
    span: Span = ALWAYS,
) -> Page[Seen]:
    """Conversations, those that began last first. `contact_id` finds those of all contacts that are this person."""
    contact_ids = None
    if contact_id is not None:
        try:
            contact_ids = await contacts.same_person(session, contact_id)
        except NotFound:
            return Page(())
    page = await queries.list_conversations(
        session, cut, line_id=line_id, contact_ids=contact_ids, mode=mode, pending=pending, span=span
    )
    return Page(tuple(await _with_contacts(session, page.items)), page.next_cursor)


async def history(
    session: AsyncSession,
    conversation_id: str,
    limit: int,
    before_seq: int | None,
    *,
    direction: Direction | None = None,
    span: Span = ALWAYS,
) -> History:
    """Messages of both directions, or of one, newest first. Raises `NotFound` (`conversation_not_found`)."""
    await queries.get_conversation(session, conversation_id)
    return await messages.read_history(session, conversation_id, limit, before_seq, direction=direction, span=span)


async def kept_by_skills(session: AsyncSession, conversation_id: str) -> Mapping[str, Any]:
    """What each skill keeps of a conversation, by the skill's name. Raises `NotFound` (`conversation_not_found`)."""
    return recall((await queries.get_conversation(session, conversation_id)).state).skills


async def start(session: AsyncSession, line_id: str, contact_id: str) -> tuple[Seen, bool]:
    """The conversation with a person on a line, and whether it was made now.

    It is the one they have already, under whichever contact, if there is one. Raises `NotFound` (`line_not_found`,
    `contact_not_found`) or `Conflict` (`contact_has_no_address`).
    """
    line = await get_line(session, line_id)
    known = await contacts.same_person(session, contact_id)
    for one in (contact_id, *known):
        if (found := await queries.find_conversation(session, line.id, one)) is not None:
            return (await _with_contacts(session, [found]))[0], False
    addresses = await _addresses(session, (contact_id, *known))
    row = Conversation(
        line_id=line.id,
        contact_id=contact_id,
        send_to=json_text([[address.kind, address.value] for address in addresses]),
        created_ms=await database_now_ms(session),
    )
    await add_unique(session, row, Conflict("Another request is starting this conversation", code="try_again"))
    await session.refresh(row)  # what the database fills in
    return (await _with_contacts(session, [row]))[0], True


async def _addresses(session: AsyncSession, contact_ids: Sequence[str]) -> list[contacts.Address]:
    """The names by which to write to a person, the best first: of the first contact that has any."""
    of_each = await contacts.addresses_of(session, list(dict.fromkeys(contact_ids)))
    for contact_id in contact_ids:
        if of_each[contact_id]:
            # "bsuid" < "parent_bsuid" < "phone": the best first, as where the network names them.
            return sorted(of_each[contact_id], key=lambda address: (address.kind, address.value))
    raise Conflict("This contact has no address to write to", code="contact_has_no_address")


async def refuse_if_known(session: AsyncSession, contact_id: str) -> None:
    """Raise `Conflict` (`contact_has_conversations`) if there is a conversation with a contact."""
    if await queries.has_conversation(session, contact_id):
        raise Conflict(
            "There are conversations with this contact, and they would be nobody's", code="contact_has_conversations"
        )


async def _with_contacts(session: AsyncSession, rows: Sequence[Conversation]) -> list[Seen]:
    ids = {row.contact_id for row in rows}
    found = await contacts.contacts_by_id(session, ids)
    return [Seen(row, found.get(row.contact_id)) for row in rows]


# --- Writing ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """Messages that will be sent: their ids, in order; `repeated` if this idempotency key was used before."""

    ids: tuple[str, ...]
    repeated: bool


async def send(
    database: Database,
    mailbox: Mailbox,
    channels: ChannelRegistry,
    project_id: str,
    conversation_id: str,
    content: OutContent,
    key: str | None,
    reply_to: str | None = None,
) -> Accepted:
    """Queue a message, split as its channel wants it. The same key and content again give the same answer.

    `reply_to` and the message of a reaction are ids of messages of this conversation. A template must fit the one that
    is kept. Raises `NotFound` (also for media that is not there), `Conflict` (`idempotency_conflict`: the key was used
    for something else; `not_at_provider`: the message that is referred to is not out yet), `SendRefused` (a template,
    or a file that is not there, or cannot be sent as what is asked) or `Unavailable`.
    """
    async with database.project(project_id, read_only=True) as session:
        conversation = await queries.get_conversation(session, conversation_id)
        row = await get_line(session, conversation.line_id)
        wishes = (await contacts.wishes_of(session, [conversation.contact_id]))[conversation.contact_id]
        await check_sendable(session, files_as(content))
        answered = await _at_provider(session, conversation_id, reply_to) if reply_to else None
        if isinstance(content, OutReaction):
            content = content.model_copy(
                update={"message_id": await _at_provider(session, conversation_id, content.message_id)}
            )
    channel = channels.get(row.channel)
    content = await _fitting(channel, without_secrets(row), content, conversation.language, wishes)
    out = new_out(channel, (content,), "api", answered)
    queued = await mailbox.enqueue(project_id, conversation_id, out, _stored_key(key))
    return Accepted(queued.ids, queued.repeated)


async def _at_provider(session: AsyncSession, conversation_id: str, message_id: str) -> str:
    """What the provider calls a message of this conversation."""
    found = await queries.find_message(session, conversation_id, message_id) if is_id(message_id) else None
    if found is None:
        raise NotFound(f"There is no message {message_id!r} in this conversation", code="message_not_found")
    if found.provider_message_id is None:
        raise Conflict("That message is not out yet, so that nothing can refer to it", code="not_at_provider")
    return found.provider_message_id


async def _fitting(
    channel: Channel, line: Line, content: OutContent, language: str | None, wishes: contacts.Wishes
) -> OutContent:
    """The content with its template checked and its language chosen."""
    template = content.outside if isinstance(content, OutByWindow) else content
    if not isinstance(template, OutTemplate):
        return content
    if not isinstance(channel, HasTemplates):
        raise SendRefused(f"Lines of {channel.name} have no templates", code="no_templates")
    fitting, category = await channel.fitting(line, template, language)
    if category == MARKETING and wishes.opted_out:
        raise SendRefused("This person asked for no marketing", code="recipient_opted_out")
    return content.model_copy(update={"outside": fitting}) if isinstance(content, OutByWindow) else fitting


def _stored_key(key: str | None) -> str | None:
    # Hashed: people put numbers and names into their keys.
    return None if key is None else hashlib.sha256(key.encode()).hexdigest()


# --- Who answers --------------------------------------------------------------------------------------


async def set_mode(
    database: Database, mailbox: Mailbox, project_id: str, conversation_id: str, mode: Mode, key_id: str
) -> None:
    """Give a conversation to a person (an answer being thought up is discarded) or back to its assistant.

    Doing so again changes nothing. Raises `NotFound`.
    """
    async with database.project(project_id, read_only=True) as session:
        conversation = await queries.get_conversation(session, conversation_id)
    if conversation.mode != mode:
        event = NewEvent(_EVENT[mode], json_text({"by_key_id": key_id}))
        await mailbox.set_mode(project_id, conversation_id, mode, event)


async def mark_read(
    database: Database, channels: ChannelRegistry, box: SecretBox, project_id: str, conversation_id: str, typing: bool
) -> None:
    """Show the person that what they wrote last was read and, with `typing`, that an answer is being written.

    Raises `NotFound`, `Conflict` (`nothing_to_read`, `line_unusable`), `BadInput` (`no_read_marks`) or what the
    channel raises; asking again does no harm.
    """
    async with database.project(project_id) as session:
        conversation = await queries.get_conversation(session, conversation_id)
        newest = await queries.newest_inbound(session, conversation_id)
        line = await usable_line(session, box, conversation.line_id)
        if newest is None:
            raise Conflict("The person has not written anything yet", code="nothing_to_read")
        channel = channels.get(line.channel)
        if not isinstance(channel, MarksRead):
            raise BadInput(f"Lines of {channel.name} cannot mark messages as read", code="no_read_marks")
        session.info[ASKING] = ("conversation", conversation_id)
    try:
        await channel.mark_read(line, newest.provider_message_id, typing)
    except OutcomeUnknown as error:
        raise Unavailable(error.message, verdict=retry_after(5)) from None

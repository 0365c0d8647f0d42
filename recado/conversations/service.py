"""Conversations as people use them: list, history, writing in one, taking one over and giving it back.

Reads take the caller's session. What changes a conversation goes through the mailbox, which commits it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.registry import ChannelRegistry
from recado.channels.service import get_line
from recado.contacts import service as contacts
from recado.conversations import queries
from recado.conversations.turn import new_out
from recado.db import Database, json_text
from recado.errors import NotFound
from recado.kit.pages import FIRST, Cut, Page
from recado.mailbox import queries as messages
from recado.mailbox.claims import NewEvent
from recado.mailbox.models import Conversation
from recado.mailbox.queries import History
from recado.mailbox.service import Mailbox
from recado.media.service import get_media
from recado.messages import OutContent, OutMedia

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
) -> Page[Seen]:
    """Conversations, those that began last first. `contact_id` finds those of all contacts that are this person."""
    contact_ids = None
    if contact_id is not None:
        try:
            contact_ids = await contacts.same_person(session, contact_id)
        except NotFound:
            return Page(())
    page = await queries.list_conversations(session, cut, line_id=line_id, contact_ids=contact_ids, mode=mode)
    return Page(tuple(await _with_contacts(session, page.items)), page.next_cursor)


async def history(session: AsyncSession, conversation_id: str, limit: int, before_seq: int | None) -> History:
    """Messages of both directions, newest first. Raises `NotFound` (`conversation_not_found`)."""
    await queries.get_conversation(session, conversation_id)
    return await messages.read_history(session, conversation_id, limit, before_seq)


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
) -> Accepted:
    """Queue a message, split as its channel wants it. The same key and content again give the same answer.

    Raises `NotFound` (also for media that is not there), `Conflict` (`idempotency_conflict`: the key was used for
    something else) or `Unavailable`.
    """
    async with database.project(project_id, read_only=True) as session:
        conversation = await queries.get_conversation(session, conversation_id)
        line = await get_line(session, conversation.line_id)
        if isinstance(content, OutMedia) and content.media_id is not None:
            await get_media(session, content.media_id)
    out = new_out(channels.get(line.channel), (content,), "api")
    queued = await mailbox.enqueue(project_id, conversation_id, out, _stored_key(key))
    return Accepted(queued.ids, queued.repeated)


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

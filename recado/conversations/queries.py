"""Reads of conversations. Sessions are a project's."""

from sqlalchemy import not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.errors import NotFound
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage


async def get_conversation(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation. Raises `NotFound` (`conversation_not_found`)."""
    row = await session.get(Conversation, conversation_id)
    if row is None:
        raise NotFound("There is no such conversation", code="conversation_not_found")
    return row


async def list_conversations(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    line_id: str | None = None,
    contact_ids: list[str] | None = None,
    mode: str | None = None,
    pending: bool | None = None,
    span: Span = ALWAYS,
) -> Page[Conversation]:
    """The project's conversations, those that began last first."""
    statement = select(Conversation).where(*span.of(Conversation.created_ms))
    if pending is not None:
        waits = Conversation.last_in_seq > Conversation.settled_seq
        statement = statement.where(waits if pending else not_(waits))
    if line_id is not None:
        statement = statement.where(Conversation.line_id == line_id)
    if contact_ids is not None:
        statement = statement.where(Conversation.contact_id.in_(contact_ids))
    if mode is not None:
        statement = statement.where(Conversation.mode == mode)
    return await read_page(session, statement, Conversation, cut, newest_first=True)


async def find_message(
    session: AsyncSession, conversation_id: str, message_id: str
) -> InboxMessage | OutboxMessage | None:
    """A message of the conversation, of either direction."""
    for table in (InboxMessage, OutboxMessage):
        found = await session.get(table, message_id)
        if found is not None and found.conversation_id == conversation_id:
            return found
    return None


async def newest_inbound(session: AsyncSession, conversation_id: str) -> InboxMessage | None:
    """What the person wrote last."""
    return await session.scalar(
        select(InboxMessage)
        .where(InboxMessage.conversation_id == conversation_id)
        .order_by(InboxMessage.seq.desc())
        .limit(1)
    )


async def find_conversation(session: AsyncSession, line_id: str, contact_id: str) -> Conversation | None:
    """The conversation of a contact on a line, if there is one."""
    found = select(Conversation).where(Conversation.line_id == line_id, Conversation.contact_id == contact_id)
    return await session.scalar(found)


async def has_conversation(session: AsyncSession, contact_id: str) -> bool:
    """Whether there is any conversation with a contact."""
    found = select(Conversation.id).where(Conversation.contact_id == contact_id).limit(1)
    return await session.scalar(found) is not None

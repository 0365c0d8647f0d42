"""The outbox and what was given up: seen, tried again or dropped by a person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from recado.caller import Agent, Caller, Reader
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan, Uuid
from recado.mailbox import queries
from recado.mailbox.schemas import InMessageOut, OutMessageOut, in_message, out_message
from recado.mailbox.service import Mailbox

router = APIRouter()

TheMailbox = Annotated[Mailbox, Depends(part(Mailbox))]
State = Annotated[queries.ListedState, Query(description="Those that are sent stand in their conversations.")]

OfLine = Annotated[Uuid | None, Query(description="Only those on this line.")]
OfConversation = Annotated[Uuid | None, Query(description="Only those of this conversation.")]


@router.get("/outbox", tags=["outbox"])
async def list_outbox(
    caller: Reader,
    cut: PageCut,
    span: QuerySpan,
    state: State = "dead",
    line_id: OfLine = None,
    conversation_id: OfConversation = None,
) -> PageOf[OutMessageOut]:
    """Messages that are not out yet, or could not be sent: in one state, oldest first."""
    async with caller.reading() as session:
        page = await queries.list_outbox(
            session, state, cut, line_id=line_id, conversation_id=conversation_id, span=span
        )
    return PageOf(items=[out_message(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/outbox/{message_id}", tags=["outbox"])
async def get_outbox_message(message_id: PathId, caller: Reader) -> OutMessageOut:
    """One message that goes out, in any state."""
    return await _out(caller, message_id)


@router.post("/outbox/{message_id}/retry", tags=["outbox"])
async def retry_outbox_message(message_id: PathId, caller: Agent, mailbox: TheMailbox) -> OutMessageOut:
    """Queue a dead message again, last in its conversation."""
    await mailbox.retry(caller.project_id, message_id)
    return await _out(caller, message_id)


@router.post("/outbox/{message_id}/drop", tags=["outbox"])
async def drop_outbox_message(message_id: PathId, caller: Agent, mailbox: TheMailbox) -> OutMessageOut:
    """Give up a dead or queued message for good."""
    await mailbox.drop(caller.project_id, message_id)
    return await _out(caller, message_id)


@router.get("/inbox/dead", tags=["inbox"])
async def list_dead_inbox(
    caller: Reader, cut: PageCut, span: QuerySpan, line_id: OfLine = None, conversation_id: OfConversation = None
) -> PageOf[InMessageOut]:
    """Messages that came in and whose answer was given up, oldest first."""
    async with caller.reading() as session:
        page = await queries.list_dead_inbox(session, cut, line_id=line_id, conversation_id=conversation_id, span=span)
    return PageOf(items=[in_message(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/inbox/{inbox_id}/retry", tags=["inbox"])
async def retry_inbox_message(inbox_id: PathId, caller: Agent, mailbox: TheMailbox) -> InMessageOut:
    """Let a message that was given up be answered, as the newest of its conversation."""
    await mailbox.retry_inbox(caller.project_id, inbox_id)
    return await _in(caller, inbox_id)


@router.post("/inbox/{inbox_id}/drop", tags=["inbox"])
async def drop_inbox_message(inbox_id: PathId, caller: Agent, mailbox: TheMailbox) -> InMessageOut:
    """Leave a message that was given up without an answer, for good. It stays in the history."""
    await mailbox.drop_inbox(caller.project_id, inbox_id)
    return await _in(caller, inbox_id)


async def _in(caller: Caller, inbox_id: str) -> InMessageOut:
    async with caller.reading() as session:
        return in_message(await queries.get_inbox(session, inbox_id))


async def _out(caller: Caller, message_id: str) -> OutMessageOut:
    async with caller.reading() as session:
        return out_message(await queries.get_outbox(session, message_id))

"""Conversations: list, history, writing in one, hand-over."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from recado.caller import Agent, Caller, Reader
from recado.channels.registry import ChannelRegistry
from recado.conversations import service
from recado.conversations.schemas import (
    AcceptedOut,
    ConversationOut,
    HistoryOut,
    KeptOut,
    MarkRead,
    Mode,
    NewConversation,
    NewMessage,
    conversation_out,
)
from recado.kit.crypto import SecretBox
from recado.kit.openapi import problems
from recado.kit.pages import DEFAULT_LIMIT, MAX_LIMIT
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan, Uuid
from recado.mailbox.queries import Direction
from recado.mailbox.schemas import message_out
from recado.mailbox.service import Mailbox
from recado.media.service import media_of_messages

router = APIRouter(prefix="/conversations", tags=["conversations"])

TheMailbox = Annotated[Mailbox, Depends(part(Mailbox))]
Box = Annotated[SecretBox, Depends(part(SecretBox))]
Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Any text of yours: the same request with the same key is sent once, and answered the same.",
    ),
]
HistoryCursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,18}$", description="The `next_cursor` of an earlier page.")
]
HistoryLimit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many messages at most.")]
OfLine = Annotated[Uuid | None, Query(description="Only those on this line.")]
OfContact = Annotated[Uuid | None, Query(description="Only those with this person, under whichever contact.")]
IsPending = Annotated[bool | None, Query(description="Only those that wait for an answer, or that do not.")]
InDirection = Annotated[Direction | None, Query(description="Only what came in, or what goes out.")]
InMode = Annotated[Mode | None, Query(description="Only those that the assistant, or a person, answers.")]


@router.get("")
async def list_conversations(
    caller: Reader,
    cut: PageCut,
    span: QuerySpan,
    line_id: OfLine = None,
    contact_id: OfContact = None,
    mode: InMode = None,
    pending: IsPending = None,
) -> PageOf[ConversationOut]:
    """The project's conversations, those that began last first."""
    async with caller.reading() as session:
        page = await service.list_page(
            session, cut, line_id=line_id, contact_id=contact_id, mode=mode, pending=pending, span=span
        )
    return PageOf(items=[conversation_out(seen) for seen in page.items], next_cursor=page.next_cursor)


@router.post(
    "",
    status_code=201,
    responses={200: {"model": ConversationOut, "description": "It was there already"}, **problems(404)},
)
async def start_conversation(new: NewConversation, caller: Agent, response: Response) -> ConversationOut:
    """Begin a conversation with a contact on a line: 201, or 200 with the one that this person has there already.

    On WhatsApp, only a template may be sent to a person who has not written within 24 hours.
    """
    async with caller.writing() as session:
        seen, made = await service.start(session, new.line_id, new.contact_id)
    response.status_code = 201 if made else 200
    return conversation_out(seen)


@router.get("/{conversation_id}")
async def get_conversation(conversation_id: PathId, caller: Reader) -> ConversationOut:
    """One conversation."""
    return await _out(caller, conversation_id)


@router.get("/{conversation_id}/messages")
async def list_messages(
    conversation_id: PathId,
    caller: Reader,
    span: QuerySpan,
    cursor: HistoryCursor = None,
    limit: HistoryLimit = DEFAULT_LIMIT,
    direction: InDirection = None,
) -> HistoryOut:
    """What was written, both directions, the newest first."""
    before_seq = int(cursor) if cursor else None
    async with caller.reading() as session:
        found = await service.history(session, conversation_id, limit, before_seq, direction=direction, span=span)
        media = await media_of_messages(session, [row.id for row in found.rows])
    next_cursor = None if found.before_seq is None else str(found.before_seq)
    return HistoryOut(items=[message_out(row, media.get(row.id)) for row in found.rows], next_cursor=next_cursor)


@router.get("/{conversation_id}/kept")
async def get_kept(conversation_id: PathId, caller: Reader) -> KeptOut:
    """What the assistant's skills keep of a conversation: its form, alerts, plan and appointments."""
    async with caller.reading() as session:
        return KeptOut(kept=dict(await service.kept_by_skills(session, conversation_id)))


@router.post("/{conversation_id}/messages", status_code=202)
async def send_message(
    conversation_id: PathId,
    new: NewMessage,
    caller: Agent,
    mailbox: TheMailbox,
    channels: Channels,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> AcceptedOut:
    """Write to the person: a text, buttons, a list, a file, a link, a place, cards, a form, a reaction or a template.

    It is sent after what waits already. On a `web` line, the person's open WebSocket says it, or the next answer
    to them brings it.

    Outside WhatsApp's 24 hours only templates are sent; `by_window` holds both, and is decided when it is sent.

    The answer comes when the message is safely queued. `Idempotent-Replayed: true` marks the answer to a repetition.
    """
    accepted = await service.send(
        caller.database,
        mailbox,
        channels,
        caller.project_id,
        conversation_id,
        new.content,
        idempotency_key,
        new.reply_to,
    )
    if accepted.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return AcceptedOut(conversation_id=conversation_id, message_ids=list(accepted.ids))


@router.post("/{conversation_id}/read", status_code=204)
async def mark_read(conversation_id: PathId, mark: MarkRead, caller: Agent, channels: Channels, box: Box) -> None:
    """Show the person that what they wrote was read."""
    await service.mark_read(caller.database, channels, box, caller.project_id, conversation_id, mark.typing)


@router.post("/{conversation_id}/hand-over")
async def hand_over(conversation_id: PathId, caller: Agent, mailbox: TheMailbox) -> ConversationOut:
    """Give the conversation to a person: the assistant is quiet, and an answer that it was thinking up is discarded."""
    return await _set_mode(caller, mailbox, conversation_id, "person")


@router.post("/{conversation_id}/take-back")
async def take_back(conversation_id: PathId, caller: Agent, mailbox: TheMailbox) -> ConversationOut:
    """Give the conversation back to its assistant."""
    return await _set_mode(caller, mailbox, conversation_id, "assistant")


async def _set_mode(caller: Caller, mailbox: Mailbox, conversation_id: str, mode: Mode) -> ConversationOut:
    await service.set_mode(caller.database, mailbox, caller.project_id, conversation_id, mode, caller.key_id)
    return await _out(caller, conversation_id)


async def _out(caller: Caller, conversation_id: str) -> ConversationOut:
    async with caller.reading() as session:
        return conversation_out(await service.get(session, conversation_id))

"""What this room holds of a person: their conversations and all that was written in them; and how a person falls silent
before they are erased.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.converters import Converters
from recado.channels.models import LineRow
from recado.db import database_now_ms
from recado.jobs.service import is_named
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Sender, Unrouted
from recado.mailbox.queries import HOUR_MS, is_to_be_fetched
from recado.media.models import Media
from recado.media.personal import file_record
from recado.media.service import delete_media
from recado.personal import BATCH, Aging, Holding, Person, Reading, Record, first_id, read_rows, remove_rows, rows_of

ERASED_CODE = "erased"
_WAITING = ("queued", "unknown")
# As it stands in a stored message, whatever the rest of that looks like by now.
_FILE = re.compile(r'"media_id":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


async def conversations_of(session: AsyncSession, contact_ids: Sequence[str]) -> list[str]:
    """The ids of all conversations of some contacts."""
    found = select(Conversation.id).where(Conversation.contact_id.in_(contact_ids)).order_by(Conversation.id)
    return list(await session.scalars(found))


async def silence(session: AsyncSession, person: Person) -> None:
    """Settle what waits to be answered and drop what waits to be sent to a person; an answer in work is discarded.

    What is being sent at this moment is left to whoever sends it: see `being_sent`.
    """
    mine = Conversation.id.in_(person.conversation_ids)
    await session.scalars(select(Conversation.id).where(mine).order_by(Conversation.id).with_for_update())
    await session.execute(
        update(Conversation)
        .where(mine)
        .values(
            epoch=Conversation.epoch + 1, owner=None, wake_ms=None, settled_seq=Conversation.last_in_seq,
            first_pending_ms=None, pending_due_ms=None, failures=0, crashes=0,
            send_to="[]", state="{}", language=None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    await session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.conversation_id.in_(person.conversation_ids), OutboxMessage.state.in_(_WAITING))
        .values(state="dropped", unknown_ms=None, error_code=ERASED_CODE, error_text=None)
        .execution_options(synchronize_session=False)
    )


async def being_sent(session: AsyncSession, person: Person) -> int:
    """How many messages to a person some living process may be sending right now.

    Whoever lost the lease of its line sends nothing more, so its rows do not count.
    """
    now_ms = await database_now_ms(session)
    count = (
        select(func.count())
        .select_from(OutboxMessage)
        .join(Sender, and_(Sender.line_id == OutboxMessage.line_id, Sender.epoch == OutboxMessage.fence))
        .where(
            OutboxMessage.conversation_id.in_(person.conversation_ids),
            OutboxMessage.state == "sending",
            Sender.owner.is_not(None),
            Sender.lease_until_ms > now_ms,
        )
    )
    return await session.scalar(count) or 0


async def provider_ids(session: AsyncSession, person: Person, since_ms: int) -> list[tuple[str, str]]:
    """(line, provider's message id) of what a person wrote since then: what the provider may deliver once more."""
    found = select(InboxMessage.line_id, InboxMessage.provider_message_id).where(
        InboxMessage.conversation_id.in_(person.conversation_ids), InboxMessage.created_ms >= since_ms
    )
    return [(row[0], row[1]) for row in await session.execute(found)]


# --- files that were sent to the person alone --------------------------------------------------------------


async def _files_sent(session: AsyncSession, person: Person, limit: int | None) -> Sequence[str]:
    """Files that were sent to this person, and that neither a message to anybody else names nor what is to make one."""
    named = await _named_by(session, OutboxMessage.conversation_id.in_(person.conversation_ids))
    kept = await session.scalars(
        select(Media.id).where(Media.id.in_(named), Media.state != "deleting", Media.contact_id.is_(None))
    )
    mine: list[str] = []
    for media_id in kept.all():
        other = select(OutboxMessage.id).where(OutboxMessage.body.contains(media_id), _to_others(person))
        if not await is_named(session, media_id) and await session.scalar(other.limit(1)) is None:
            mine.append(media_id)
        if len(mine) == limit:
            break
    return mine


async def _remove_files(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
    """What was sent to somebody else since it was found stays; who sends one now waits, and finds it gone."""
    held = await session.scalars(select(Media.id).where(Media.id.in_(ids)).order_by(Media.id).with_for_update())
    since = OutboxMessage.id >= first_id(await database_now_ms(session) - HOUR_MS)
    others = await _named_by(session, _to_others(person) & since)
    return await delete_media(
        session, [one for one in held.all() if one not in others and not await is_named(session, one)]
    )


def _to_others(person: Person) -> ColumnElement[bool]:
    return OutboxMessage.conversation_id.not_in(person.conversation_ids)


async def _named_by(session: AsyncSession, where: ColumnElement[bool]) -> set[str]:
    """The files that messages name, their templates' headers included."""
    bodies = await session.stream_scalars(
        select(OutboxMessage.body).where(where, OutboxMessage.body.contains('"media_id":"'))
    )
    return {media_id async for body in bodies for media_id in files_in(body)}


def files_in(body: str) -> list[str]:
    """The ids of the files that a stored message names."""
    return _FILE.findall(body)


async def files_sent(read: Reading, person: Person) -> AsyncIterator[Media]:
    """The files that were sent to this person alone: those that an erasure takes."""
    async with read() as session:
        ids = await _files_sent(session, person, None)
    for start in range(0, len(ids), BATCH):
        async for row in read_rows(read, Media, Media.id.in_(ids[start : start + BATCH])):
            yield row


async def _files_sent_records(read: Reading, person: Person) -> AsyncIterator[Record]:
    async for row in files_sent(read, person):
        yield file_record(row)


# --- exports ----------------------------------------------------------------------------------------------


def _conversation(row: Conversation) -> Record:
    return {
        "id": row.id,
        "contact_id": row.contact_id,
        "line_id": row.line_id,
        "mode": row.mode,
        "language": row.language,
        "state": json.loads(row.state),
        "created_ms": row.created_ms,
    }


def _came(row: InboxMessage) -> Record:
    body = json.loads(row.body)
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "place": row.seq,
        "direction": "in",
        "at_ms": row.created_ms,
        "state": "given_up" if row.dead else "received",
        "content": body.get("content"),
        "message": body,
    }


def _went(row: OutboxMessage) -> Record:
    return {
        "id": row.id,
        "conversation_id": row.conversation_id,
        "place": row.seq,
        "direction": "out",
        "at_ms": row.sent_ms or row.created_ms,
        "state": row.state,
        "content": json.loads(row.body),
        "message": None,
    }


async def _messages(read: Reading, person: Person) -> AsyncIterator[Record]:
    """Both directions of each conversation, in the order in which they were written."""
    for conversation_id in person.conversation_ids:
        after = -1
        while True:
            async with read() as session:
                found: list[InboxMessage | OutboxMessage] = []
                for model in (InboxMessage, OutboxMessage):
                    wanted = select(model).where(model.conversation_id == conversation_id, model.seq > after)
                    found += await session.scalars(wanted.order_by(model.seq).limit(BATCH))
            found.sort(key=lambda row: row.seq)
            for row in found[:BATCH]:
                yield _came(row) if isinstance(row, InboxMessage) else _went(row)
            if len(found) < BATCH:
                break
            after = found[BATCH - 1].seq


async def _of_conversations(session: AsyncSession, person: Person, limit: int) -> Sequence[str]:
    mine = InboxMessage.conversation_id.in_(person.conversation_ids)
    return (await session.scalars(select(InboxMessage.id).where(mine).limit(limit))).all()


async def _remove_inbox(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
    mine = InboxMessage.id.in_(ids) & InboxMessage.conversation_id.in_(person.conversation_ids)
    return await remove_rows(session, InboxMessage, mine)


FILES_SENT = Holding("media", _files_sent, _remove_files, "files_sent", _files_sent_records)
INBOX = Holding("inbox", _of_conversations, _remove_inbox, "messages", _messages)
OUTBOX = rows_of(OutboxMessage, lambda person: OutboxMessage.conversation_id.in_(person.conversation_ids))
CONVERSATIONS = rows_of(
    Conversation,
    lambda person: Conversation.contact_id.in_(person.contact_ids),
    name="conversations",
    record=_conversation,
)


# --- deliveries that nobody could be given ----------------------------------------------------------------

# Of these kinds are the addresses that deliveries name; others are whatever words a project likes.
_OF_NETWORKS = ("phone", "bsuid", "parent_bsuid")


def strays_of(converters: Converters) -> Holding:
    """Deliveries to lines of the project, since they are its, in which there is nothing but what this person wrote.

    A delivery that cannot be read, or that names anything else, may be other projects' too: it stays until its age ends
    it, for strays have no project.
    """

    async def find(session: AsyncSession, person: Person, limit: int) -> Sequence[str]:
        names = frozenset(one for one in person.addresses if one[0] in _OF_NETWORKS)
        lines = {
            (row.channel, row.address): row.created_ms
            for row in await session.scalars(select(LineRow).where(LineRow.channel.in_(converters)))
        }
        if not names or not lines:
            return []
        named = or_(*(Unrouted.body.contains(f'"{value}"', autoescape=True) for _, value in names))
        mine = Unrouted.channel.in_(converters) & Unrouted.line_address.in_([address for _, address in lines])
        ids: list[str] = []
        async for row in await session.stream_scalars(select(Unrouted).where(mine, named).order_by(Unrouted.id)):
            here = {at for (channel, at), since in lines.items() if channel == row.channel and since <= row.created_ms}
            if _is_theirs_alone(row, converters, here, names):
                ids.append(row.id)
            if len(ids) == limit:
                break
        return ids

    async def remove(session: AsyncSession, _person: Person, ids: Sequence[str]) -> int:
        return await remove_rows(session, Unrouted, Unrouted.id.in_(ids))

    return Holding("unrouted", find, remove)


def _is_theirs_alone(
    row: Unrouted, converters: Converters, lines: Collection[str], names: Collection[tuple[str, str]]
) -> bool:
    try:
        received = converters[row.channel](json.loads(row.body))
    except ValueError:  # it could not be kept to the letter
        return False
    return bool(received) and all(
        part.line_address in lines
        and bool(part.messages)
        and not (part.statuses or part.unroutable or part.notices or part.happenings)
        and all(any((one.kind, one.value) in names for one in said.sender.addresses) for said in part.messages)
        for part in received
    )


# --- by age -----------------------------------------------------------------------------------------------


def is_open(message_id: ColumnElement[str | None]) -> ColumnElement[bool]:
    """True for a message that came in and is still to be answered, or was given up and waits for people."""
    behind = select(Conversation.id).where(
        Conversation.id == InboxMessage.conversation_id, Conversation.settled_seq < InboxMessage.seq
    )
    found = select(InboxMessage.id).where(InboxMessage.id == message_id, or_(InboxMessage.dead, behind.exists()))
    return found.exists()


Owed = Callable[[ColumnElement[str]], ColumnElement[bool]]


def agings(answer_is_owed: Owed, is_counted: Owed) -> tuple[Aging, ...]:
    """Messages that may go by age: those that were answered, and those that arrived, were dropped or never fetched.

    `answer_is_owed` is true for the id of a message whose answer somebody is still to get, `is_counted` for that of a
    message on whose end a job waits.
    """

    def settled_in() -> ColumnElement[bool]:
        answered = select(Conversation.id).where(
            Conversation.id == InboxMessage.conversation_id, Conversation.settled_seq >= InboxMessage.seq
        )
        return answered.exists() & ~InboxMessage.dead & ~answer_is_owed(InboxMessage.id.expression)

    def owed_out() -> ColumnElement[bool]:
        asked = select(InboxMessage.id).where(
            InboxMessage.conversation_id == OutboxMessage.conversation_id,
            InboxMessage.seq > OutboxMessage.answers_after,
            InboxMessage.seq <= OutboxMessage.answers_to,
            answer_is_owed(InboxMessage.id.expression),
        )
        return asked.exists()

    def settled_out() -> ColumnElement[bool]:
        gone = OutboxMessage.state.in_(("sent", "dropped"))
        return or_(gone, is_to_be_fetched() & ~owed_out()) & ~is_counted(OutboxMessage.id.expression)

    return Aging("messages", InboxMessage, settled_in), Aging("messages", OutboxMessage, settled_out)

"""Reads of the mailbox for people: the API and the CLI. Sessions are a project's; the hot path has its own SQL."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, case, delete, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.converters import Converters
from recado.channels.service import fetching_lines
from recado.errors import Conflict, NotFound
from recado.kit.clock import WRONG_CLOCK_MS
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Process, Sender, Unrouted
from recado.media.models import Media
from recado.personal import first_id

# The states that have an index of their own. Messages that are sent or dropped are found in their conversation.
ListedState = Literal["queued", "sending", "unknown", "dead"]
Direction = Literal["in", "out"]
LISTED_STATES: tuple[ListedState, ...] = get_args(ListedState)
_OPEN = ("sending", "unknown")
HOUR_MS = 3_600_000


def in_state(state: ListedState) -> ColumnElement[bool]:
    """True for the messages in a state, in words that SQLite finds again in the definition of a partial index."""
    # The values are written into the statement: a partial index does not serve a parameter.
    same = OutboxMessage.state == literal(state, literal_execute=True)
    if state not in _OPEN:
        return same
    return and_(same, OutboxMessage.state.in_([literal(one, literal_execute=True) for one in _OPEN]))


def is_to_be_sent() -> ColumnElement[bool]:
    """True for what waits until somebody sends it."""
    return and_(in_state("queued"), OutboxMessage.line_id.not_in(fetching_lines()))


def is_to_be_fetched() -> ColumnElement[bool]:
    """True for what waits until somebody asks for it, and be it for ever."""
    return and_(in_state("queued"), OutboxMessage.line_id.in_(fetching_lines()))


def given_up() -> ColumnElement[bool]:
    """True for messages that came in and whose turn was given up; in the words of their partial index, too."""
    return literal_column("inbox.dead")


def needs_a_look() -> ColumnElement[bool]:
    """True for what goes out and may need a person: dead, unknown, or refused at least once and waiting."""
    refused = and_(in_state("queued"), OutboxMessage.error_code.is_not(None))
    return or_(in_state("dead"), in_state("unknown"), refused)


async def refuse_if_sent(session: AsyncSession, media: Media) -> None:
    """Raise `Conflict` (`media_in_use`) if a message that goes out, or went, names an uploaded file."""
    # A file is there before the messages that name it; the clocks of two machines differ by less than an hour.
    named = OutboxMessage.body.contains(media.id) & (OutboxMessage.id >= first_id(media.created_ms - HOUR_MS))
    if await session.scalar(select(OutboxMessage.id).where(named).limit(1)) is not None:
        raise Conflict("There are messages with this file: it can go once they are gone", code="media_in_use")


async def lines_by_sender(session: AsyncSession, now_ms: int) -> dict[str, int]:
    """How many lines are `held` by a process that sends for them, and how many are `free`; of all projects."""
    held = case((and_(Sender.owner.is_not(None), Sender.lease_until_ms > now_ms), "held"), else_="free")
    rows = await session.execute(select(held, func.count()).select_from(Sender).group_by(held))
    return {"held": 0, "free": 0} | {row[0]: row[1] for row in rows}


async def list_outbox(
    session: AsyncSession,
    state: ListedState,
    cut: Cut = FIRST,
    *,
    line_id: str | None = None,
    conversation_id: str | None = None,
    span: Span = ALWAYS,
) -> Page[OutboxMessage]:
    """The project's messages in one state, oldest first."""
    # By way of their ids: asked for the rows in the order of their ids, SQLite would walk through all that are stored.
    found = select(OutboxMessage.id).where(in_state(state), *span.of(OutboxMessage.created_ms))
    if line_id is not None:
        found = found.where(OutboxMessage.line_id == line_id)
    if conversation_id is not None:
        found = found.where(OutboxMessage.conversation_id == conversation_id)
    return await read_page(session, select(OutboxMessage).where(OutboxMessage.id.in_(found)), OutboxMessage, cut)


async def get_outbox(session: AsyncSession, message_id: str) -> OutboxMessage:
    """One message that goes out. Raises `NotFound` (`message_not_found`)."""
    row = await session.get(OutboxMessage, message_id)
    if row is None:
        raise NotFound("There is no such message", code="message_not_found")
    return row


async def list_dead_inbox(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    line_id: str | None = None,
    conversation_id: str | None = None,
    span: Span = ALWAYS,
) -> Page[InboxMessage]:
    """The project's messages whose turn was given up, oldest first."""
    statement = select(InboxMessage).where(given_up(), *span.of(InboxMessage.created_ms))
    if line_id is not None:
        statement = statement.where(InboxMessage.line_id == line_id)
    if conversation_id is not None:
        statement = statement.where(InboxMessage.conversation_id == conversation_id)
    return await read_page(session, statement, InboxMessage, cut)


async def get_inbox(session: AsyncSession, message_id: str) -> InboxMessage:
    """One message that came in. Raises `NotFound` (`message_not_found`)."""
    row = await session.get(InboxMessage, message_id)
    if row is None:
        raise NotFound("There is no such message", code="message_not_found")
    return row


async def newest_outbox(
    session: AsyncSession, project_ids: Collection[str], states: Collection[str], limit: int
) -> list[tuple[OutboxMessage, str]]:
    """What goes out in these states, or what may need a person if there are none, the newest first, each with the
    addresses it goes to (JSON). Needs a system session.
    """
    rows = await session.execute(
        select(OutboxMessage, Conversation.send_to)
        .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
        .where(OutboxMessage.state.in_(states) if states else needs_a_look())
        .where(OutboxMessage.project_id.in_(project_ids))
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return [(row, send_to) for row, send_to in rows]


async def newest_dead_inbox(session: AsyncSession, project_ids: Collection[str], limit: int) -> Sequence[InboxMessage]:
    """Messages whose turn was given up, the newest first. Needs a system session."""
    mine = InboxMessage.project_id.in_(project_ids)
    return (
        await session.scalars(
            select(InboxMessage).where(given_up(), mine).order_by(InboxMessage.id.desc()).limit(limit)
        )
    ).all()


async def owners_of(
    session: AsyncSession, table: Literal["outbox", "inbox"], ids: Collection[str], project_ids: Collection[str]
) -> dict[str, str]:
    """Message id -> project id, of those messages that are there, or of all that were given up if no id is given.
    Needs a system session.
    """
    model = OutboxMessage if table == "outbox" else InboxMessage
    dead = in_state("dead") if table == "outbox" else given_up()
    rows = await session.execute(
        select(model.id, model.project_id).where(model.id.in_(ids) if ids else dead, model.project_id.in_(project_ids))
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class History:
    """Messages of both directions, the newest first; `before_seq` asks for the next older ones."""

    rows: tuple[InboxMessage | OutboxMessage, ...]
    before_seq: int | None


async def conversations_on(session: AsyncSession, line_id: str, contact_ids: Collection[str]) -> list[Conversation]:
    """The conversations of some contacts on one line."""
    found = select(Conversation).where(Conversation.line_id == line_id, Conversation.contact_id.in_(contact_ids))
    return list(await session.scalars(found))


async def read_history(
    session: AsyncSession,
    conversation_id: str,
    limit: int,
    before_seq: int | None,
    *,
    direction: Direction | None = None,
    span: Span = ALWAYS,
) -> History:
    """What was written in a conversation, in the order of the commits."""
    coming = select(InboxMessage).where(
        InboxMessage.conversation_id == conversation_id, *span.of(InboxMessage.created_ms)
    )
    going = select(OutboxMessage).where(
        OutboxMessage.conversation_id == conversation_id, *span.of(OutboxMessage.created_ms)
    )
    if before_seq is not None:
        coming, going = coming.where(InboxMessage.seq < before_seq), going.where(OutboxMessage.seq < before_seq)
    found: list[InboxMessage | OutboxMessage] = []
    if direction != "out":
        found += await session.scalars(coming.order_by(InboxMessage.seq.desc()).limit(limit + 1))
    if direction != "in":
        found += await session.scalars(going.order_by(OutboxMessage.seq.desc()).limit(limit + 1))
    found.sort(key=lambda row: row.seq, reverse=True)
    rows = tuple(found[:limit])
    return History(rows, rows[-1].seq if len(found) > limit else None)


# Why a delivery is in the table `unrouted`: it names a line that is not there (or whose secret did not sign it), it
# holds something of no person, or nothing but notices of the provider, about the account or the line.
StrayKind = Literal["line", "person", "notice"]


@dataclass(frozen=True, slots=True)
class StrayRow:
    """A delivery that fits no line or no person. `about` is the line it names, or the kinds of its notices."""

    row: Unrouted
    kind: StrayKind
    about: str


async def list_strays(
    session: AsyncSession, converters: Converters, *where: ColumnElement[bool], limit: int
) -> list[StrayRow]:
    """Deliveries that fit no line or no person, the newest first. Needs a system session: they are of no project."""
    rows = await session.scalars(select(Unrouted).where(*where).order_by(Unrouted.id.desc()).limit(limit))
    return [_stray(row, converters) for row in rows]


async def drop_strays(session: AsyncSession, ids: Sequence[str]) -> None:
    """Remove deliveries that were looked at. Needs a system session."""
    await session.execute(
        delete(Unrouted).where(Unrouted.id.in_(ids)), execution_options={"synchronize_session": False}
    )


def _stray(row: Unrouted, converters: Converters) -> StrayRow:
    if row.line_address is not None:
        return StrayRow(row, "line", row.line_address)
    try:
        received = converters[row.channel](json.loads(row.body))
    except (KeyError, ValueError):  # a channel that is gone, or a body that could not be kept to the letter
        return StrayRow(row, "person", "")
    told = [item for part in received for item in (*part.notices, *(one.raw for one in part.happenings))]
    fields = sorted({str(item.get("field", "")) for item in told} - {""})
    lost = any(part.unroutable for part in received)
    return StrayRow(row, "person" if lost else "notice", ", ".join(fields))


def gave_sign_since(since_ms: int, now_ms: int) -> ColumnElement[bool]:
    """True for a process whose last sign of life came after that; not for one that is dated far ahead, which died while
    the clock was wrong.
    """
    return and_(Process.beat_ms > since_ms, Process.beat_ms < now_ms + WRONG_CLOCK_MS)

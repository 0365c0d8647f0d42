"""Which trace a message that goes out, or a file, belongs to: read from the database in the background, in batches."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database
from recado.mailbox.models import InboxMessage, OutboxMessage
from recado.media.models import Media
from recado.tracing.spans import ByOurId, ByProviderId, OfFile, Place

Which = ByOurId | ByProviderId | OfFile

_OUT = select(
    OutboxMessage.id,
    OutboxMessage.answers_to,
    OutboxMessage.created_ms,
    OutboxMessage.attempts,
    InboxMessage.id,
    OutboxMessage.provider_message_id,
).outerjoin(
    InboxMessage,
    and_(
        InboxMessage.conversation_id == OutboxMessage.conversation_id,
        InboxMessage.seq == OutboxMessage.answers_to,
        InboxMessage.seq < OutboxMessage.seq,  # else it was written before, and only brought with the answer
    ),
)


async def find_places(database: Database, asked: Collection[Which]) -> dict[Which, Place]:
    """The places of messages and files; those that are not there are left out."""
    ours = {one.id for one in asked if isinstance(one, ByOurId)}
    files = {one.id for one in asked if isinstance(one, OfFile)}
    by_line: dict[str, set[str]] = {}
    for one in asked:
        if isinstance(one, ByProviderId):
            by_line.setdefault(one.line_id, set()).add(one.id)
    found: dict[Which, Place] = {}
    async with database.system(read_only=True) as session:
        if ours:
            found.update(await _of_ids(session, ours))
        for line_id, ids in by_line.items():
            found.update(await _of_provider(session, line_id, ids))
        if files:
            found.update(await _of_files(session, files))
    return found


async def _of_ids(session: AsyncSession, ids: Iterable[str]) -> Mapping[Which, Place]:
    rows = await session.execute(_OUT.where(OutboxMessage.id.in_(ids)))
    return {ByOurId(row[0]): _place(*row[:5]) for row in rows}


async def _of_provider(session: AsyncSession, line_id: str, ids: Iterable[str]) -> Mapping[Which, Place]:
    which = OutboxMessage.provider_message_id.in_(ids)
    rows = await session.execute(_OUT.where(OutboxMessage.line_id == line_id, which))
    return {ByProviderId(line_id, row[5] or ""): _place(*row[:5]) for row in rows}


async def _of_files(session: AsyncSession, ids: Iterable[str]) -> Mapping[Which, Place]:
    rows = await session.execute(select(Media.id, Media.message_id, Media.created_ms).where(Media.id.in_(ids)))
    return {OfFile(file): Place(file, message, None, at, 0) for file, message, at in rows if message is not None}


def _place(out_id: str, answers_to: int | None, created_ms: int, attempts: int, message_id: str | None) -> Place:
    if message_id is None:  # nobody asked for it, or who did was erased
        return Place(out_id, out_id, None, created_ms, attempts)
    return Place(out_id, message_id, answers_to, created_ms, attempts)

"""Files of messages that are not kept: still to be fetched, or given up. For people who look after an installation."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms
from recado.media.models import Media
from recado.personal import first_id

# So long the provider keeps what was sent: until then a file that was given up can still be had. "If the media ID came
# from a webhook, the asset is retained for 7 days":
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
KEPT_BY_PROVIDER_MS = 7 * 24 * 3_600_000
# Nobody can fetch on a line that is no more: its files are no trouble that could be mended.
LINE_DELETED = "line_deleted"
# What people sent; what is uploaded here has no message.
_INCOMING = Media.message_id.is_not(None)
STATES = ("pending", "failed", "refused")


@dataclass(frozen=True, slots=True)
class StuckFiles:
    """How many files are still to be fetched, since when the oldest waits (None: none does), and how many were given up
    while the provider has them. `errors`: how often each code came, of both.
    """

    pending: int
    oldest_ms: int | None
    failed: int
    errors: dict[str, int]


def _pending() -> ColumnElement[bool]:
    # `due_ms` has the index.
    return and_(Media.due_ms.is_not(None), Media.state == "pending", _INCOMING)


def _failed(now_ms: int) -> ColumnElement[bool]:
    # Ids grow with time: the primary key finds the recent ones.
    recent = Media.id >= first_id(now_ms - KEPT_BY_PROVIDER_MS)
    return and_(recent, Media.state == "failed", Media.error_code.is_distinct_from(LINE_DELETED), _INCOMING)


async def stuck_files(session: AsyncSession) -> StuckFiles:
    """Of all projects: needs a system session."""
    now_ms = await database_now_ms(session)
    errors: dict[str, int] = {}
    totals = {"pending": 0, "failed": 0}
    for name, where in (("pending", _pending()), ("failed", _failed(now_ms))):
        counts = select(Media.error_code, func.count()).where(where).group_by(Media.error_code)
        for code, count in await session.execute(counts):
            totals[name] += count
            if code is not None:
                errors[code] = errors.get(code, 0) + count
    oldest_ms = await session.scalar(select(func.min(Media.created_ms)).where(_pending()))
    return StuckFiles(totals["pending"], oldest_ms, totals["failed"], errors)


def listed(state: str | None, limit: int) -> Select[Media]:
    """Files of messages that are not kept, newest first; without a state all such."""
    states = STATES if state is None else (state,)
    return select(Media).where(Media.state.in_(states), _INCOMING).order_by(Media.id.desc()).limit(limit)


async def failed_ids(session: AsyncSession) -> list[str]:
    """The files that were given up while the provider has them, oldest first."""
    where = _failed(await database_now_ms(session))
    return list(await session.scalars(select(Media.id).where(where).order_by(Media.id)))


async def fetch_again(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Have files fetched again that were given up or refused; the ids of those that there are."""
    now_ms = await database_now_ms(session)
    again = await session.scalars(
        update(Media)
        .where(Media.id.in_(ids), Media.state.in_(("failed", "refused")), _INCOMING)
        .values(state="pending", due_ms=now_ms, attempts=0, error_code=None, owner=None, epoch=Media.epoch + 1)
        .returning(Media.id)
        .execution_options(synchronize_session=False)
    )
    return set(again)

"""What a bulk send asks of the database. Sessions are a project's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk.models import BulkRecipient
from recado.bulk.schemas import Order
from recado.contacts import service as contacts
from recado.contacts.models import Contact
from recado.jobs.models import Job
from recado.mailbox.models import Conversation, OutboxMessage

STATES = ("waiting", "queued", "sent", "failed", "refused", "skipped")
# How what was queued ends, by the states of its message.
_ENDS = {"sent": ("sent",), "failed": ("dead", "dropped")}


@dataclass(frozen=True, slots=True)
class Due:
    """A recipient whose turn it is."""

    id: str
    contact_id: str
    conversation_id: str | None
    message_id: str
    language: str | None
    last_in_ms: int | None
    is_there: bool
    wishes: contacts.Wishes


async def lock_order(session: AsyncSession, job_id: str) -> Order:
    """What a job is asked, as it is now. Whoever takes a person off the list waits until those on it are noted: so they
    are found by who they are, not by a number that is nobody's by then."""
    stored = await session.scalars(select(Job.input).where(Job.id == job_id).with_for_update())
    return Order.model_validate_json(stored.one())


async def due(session: AsyncSession, job_id: str, size: int) -> list[Due]:
    """The recipients that come next, at most `size`."""
    if size <= 0:
        return []
    rows = await session.execute(
        select(
            BulkRecipient.id,
            BulkRecipient.contact_id,
            BulkRecipient.conversation_id,
            BulkRecipient.message_id,
            Conversation.language,
            Conversation.last_in_ms,
            Contact.id.is_not(None),
        )
        # Whoever was removed meanwhile has their turn, too: else they would wait for ever, and hide those after them.
        .join(Contact, Contact.id == BulkRecipient.contact_id, isouter=True)
        .join(Conversation, Conversation.id == BulkRecipient.conversation_id, isouter=True)
        .where(BulkRecipient.job_id == job_id, BulkRecipient.state == "waiting")
        .order_by(BulkRecipient.place)
        .limit(size)
    )
    found = rows.all()
    wishes = await contacts.wishes_of(session, {row.contact_id for row in found})
    return [Due(*row, wishes=wishes[row.contact_id]) for row in found]


async def by_state(session: AsyncSession, job_id: str) -> dict[str, int]:
    """How many recipients are in each state."""
    counted = select(BulkRecipient.state, func.count()).where(BulkRecipient.job_id == job_id)
    return {row[0]: row[1] for row in await session.execute(counted.group_by(BulkRecipient.state))}


async def counts(session: AsyncSession, job_id: str) -> dict[str, Any]:
    """How many recipients there are in all, in each state, and with each code."""
    states = await by_state(session, job_id)
    codes = await session.execute(
        select(BulkRecipient.code, func.count())
        .where(BulkRecipient.job_id == job_id, BulkRecipient.code.is_not(None))
        .group_by(BulkRecipient.code)
    )
    return {
        "total": sum(states.values()),
        **{state: states.get(state, 0) for state in STATES},
        "codes": {row[0]: row[1] for row in codes},
    }


async def mark(session: AsyncSession, ids: Collection[str], state: str, code: str | None) -> None:
    """Say what was done with recipients that waited."""
    waiting = update(BulkRecipient).where(BulkRecipient.id.in_(ids), BulkRecipient.state == "waiting")
    await _run(session, waiting.values(state=state, code=code))


async def any_over(session: AsyncSession, job_id: str) -> bool:
    """True if `settle` would find something; takes no lock."""
    ended = [state for states in _ENDS.values() for state in states]
    over = (
        select(BulkRecipient.id)
        .join(OutboxMessage, OutboxMessage.id == BulkRecipient.message_id)
        .where(BulkRecipient.job_id == job_id, BulkRecipient.state == "queued", OutboxMessage.state.in_(ended))
    )
    return await session.scalar(over.limit(1)) is not None


async def settle(session: AsyncSession, job_id: str) -> None:
    """Note what became of the messages that were queued."""
    for state, ended in _ENDS.items():
        code = select(OutboxMessage.error_code).where(OutboxMessage.id == BulkRecipient.message_id).scalar_subquery()
        over = exists().where(OutboxMessage.id == BulkRecipient.message_id, OutboxMessage.state.in_(ended))
        queued = update(BulkRecipient).where(BulkRecipient.job_id == job_id, BulkRecipient.state == "queued", over)
        await _run(session, queued.values(state=state, code=code if state == "failed" else None))


async def _run(session: AsyncSession, statement: Any) -> None:
    await session.execute(statement.execution_options(synchronize_session=False))

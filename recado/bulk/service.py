"""Bulk sends as people use them. Nothing here commits. Sessions are a project's."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk.models import BulkRecipient
from recado.bulk.schemas import NewBulkSend, Order, RecipientState
from recado.channels.contract import Channel, HandsOut
from recado.channels.registry import ChannelRegistry
from recado.channels.service import STAYS, get_line
from recado.errors import BadInput, Conflict, SendRefused
from recado.jobs.models import Job
from recado.jobs.service import ENDED, is_named, submit
from recado.jobs.service import get as get_job
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.media.models import Media
from recado.media.service import check_sendable, hold_files
from recado.messages import files_as

KIND = "bulk_send"


def refuse_handed_out(channel: Channel) -> None:
    """Raises `SendRefused` (`handed_out`) for a channel that sends nothing by itself: the send would never end."""
    if isinstance(channel, HandsOut):
        raise SendRefused(
            f"Lines of {channel.name} send nothing by themselves: whoever wrote asks for the answer", code="handed_out"
        )


async def start(
    session: AsyncSession, channels: ChannelRegistry, line_id: str, new: NewBulkSend, key: str | None = None
) -> Job:
    """Have a message sent to many people. The same key again gives the same job.

    Raises `NotFound` (`line_not_found`, `media_not_found`), `SendRefused` (`handed_out`, or a file of another kind) or
    `Conflict` (`idempotency_conflict`).
    """
    line = await get_line(session, line_id, STAYS)
    refuse_handed_out(channels.get(line.channel))
    order = Order(line_id=line.id, **new.model_dump())
    job = await submit(session, KIND, order.as_input(), key=None if key is None else f"bulk {key}")
    if job.state not in ENDED:
        await _hold(session, order)
    return job


async def refuse_if_ordered(session: AsyncSession, media: Media) -> None:
    """Raise `Conflict` (`media_in_use`) if a schedule, or a bulk send that has not ended, names an uploaded file."""
    if await is_named(session, media.id):
        raise Conflict("A schedule or a bulk send names this file: change or cancel it first", code="media_in_use")


async def refuse_if_line_is_ordered(session: AsyncSession, line_id: str) -> None:
    """Raise `Conflict` (`line_in_use`) if a schedule that is not paused, or a bulk send that has not ended, names a
    line. A paused schedule looks for its line when it goes on.
    """
    if await is_named(session, line_id, paused=False):
        message = "A schedule or a bulk send sends on this line: change, pause or cancel it first"
        raise Conflict(message, code="line_in_use")


def check(given: Any) -> dict[str, Any]:
    """What a schedule may ask of a bulk send. Raises `BadInput` (`bad_bulk_send`)."""
    try:
        return Order.model_validate(given).as_input()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "input"
        raise BadInput(
            f"A bulk send has line_id, text or template, and contact_ids or phones; {where}: {first['msg']}",
            code="bad_bulk_send",
        ) from None


async def examine(channels: ChannelRegistry, session: AsyncSession, given: Any) -> None:
    """Refuse what `check` let through if its line is not there or sends nothing by itself, or if a file is not there or
    of another kind; its files stay from now on. Raises as `start` does.
    """
    order = Order.model_validate(given)
    line = await get_line(session, order.line_id, STAYS)
    refuse_handed_out(channels.get(line.channel))
    await _hold(session, order)


async def _hold(session: AsyncSession, order: Order) -> None:
    await hold_files(session, order.files())
    await check_sendable(session, files_as(order.content(order.template)))


async def recipients(
    session: AsyncSession, job_id: str, cut: Cut = FIRST, *, state: RecipientState | None = None, span: Span = ALWAYS
) -> Page[BulkRecipient]:
    """What became of the recipients of a bulk send. Raises `NotFound` (`job_not_found`)."""
    await get_job(session, job_id)
    statement = select(BulkRecipient).where(BulkRecipient.job_id == job_id, *span.of(BulkRecipient.created_ms))
    if state is not None:
        statement = statement.where(BulkRecipient.state == state)
    return await read_page(session, statement, BulkRecipient, cut)


async def forget_contact(session: AsyncSession, contact_id: str) -> None:
    """Name a contact that goes in no list any more; the lists keep their places, and nothing more is sent for it."""
    waiting = BulkRecipient.state == "waiting"
    await session.execute(
        update(BulkRecipient)
        .where(BulkRecipient.contact_id == contact_id)
        .values(
            contact_id=None,
            code=case((waiting, "contact_not_found"), else_=BulkRecipient.code),
            state=case((waiting, "refused"), else_=BulkRecipient.state),
        )
        .execution_options(synchronize_session=False)
    )

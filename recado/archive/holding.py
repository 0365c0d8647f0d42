"""What a restored installation would do by itself, though it may have been done since its backup was made: it is given
up, where people see it and can ask for it again.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk import queries
from recado.bulk.models import BulkRecipient
from recado.bulk.service import KIND as BULK_SEND
from recado.compat.models import AnswerJob
from recado.db import Database, json_text
from recado.events.models import Event
from recado.events.service import last_position
from recado.jobs.models import Job, JobCallback, Schedule
from recado.jobs.service import OPEN
from recado.jobs.ticks import next_ms
from recado.kit import now_ms
from recado.kit.clock import from_ms
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint

_CODE = "restored"
_SENT_TEXT = "Restored from a backup: it may have been sent already"
_DONE_TEXT = "Restored from a backup: it may have been done already"


@dataclass(frozen=True, slots=True)
class Held:
    """What was given up: messages to send, messages to answer, jobs, and posts to other systems."""

    unsent: int = 0
    unanswered: int = 0
    jobs: int = 0
    posts: int = 0


async def hold(database: Database) -> Held:
    """Give up what may have happened already. Schedules go on with their first tick from now on."""
    async with database.system() as session:
        unsent, unanswered = await _hold_messages(session)
        jobs = await _end_jobs(session)
        await _move_schedules(session)
        posts = await _hold_posts(session)
    return Held(unsent, unanswered, jobs, posts)


async def _run(session: AsyncSession, statement: Update) -> int:
    done = await session.execute(statement.execution_options(synchronize_session=False))
    return done.rowcount if isinstance(done, CursorResult) else 0


async def _hold_messages(session: AsyncSession) -> tuple[int, int]:
    on_its_way = update(OutboxMessage).where(OutboxMessage.state.in_(("queued", "sending", "unknown")))
    unsent = await _run(
        session, on_its_way.values(state="dead", error_code=_CODE, error_text=_SENT_TEXT, unknown_ms=None)
    )
    settled = select(Conversation.settled_seq).where(Conversation.id == InboxMessage.conversation_id).scalar_subquery()
    unanswered = await _run(session, update(InboxMessage).where(InboxMessage.seq > settled).values(dead=True))
    waits = update(Conversation).where(Conversation.settled_seq < Conversation.last_in_seq)
    await _run(
        session,
        waits.values(
            settled_seq=Conversation.last_in_seq, first_pending_ms=None, pending_due_ms=None, wake_ms=None, owner=None,
            epoch=Conversation.epoch + 1, failures=0, crashes=0,
        ),
    )  # fmt: skip
    return unsent, unanswered


async def _hold_posts(session: AsyncSession) -> int:
    queued = update(WebhookDelivery).where(WebhookDelivery.state == "queued")
    posts = await _run(session, queued.values(state="dead", done_ms=now_ms(), owner=None, lease_until_ms=0))
    # What had happened until the backup is not posted now; it can be replayed.
    unnumbered = await session.scalar(select(func.count()).select_from(Event).where(Event.position.is_(None))) or 0
    await _run(session, update(WebhookEndpoint).values(after_position=await last_position(session) + unnumbered))
    untold = update(JobCallback).where(JobCallback.done_ms.is_(None))
    posts += await _run(session, untold.values(due_ms=None, done_ms=now_ms(), error=_CODE))
    owed = update(AnswerJob).where(AnswerJob.callback_due_ms.is_not(None))
    return posts + await _run(session, owed.values(callback_due_ms=None, callback_error=_CODE))


async def _end_jobs(session: AsyncSession) -> int:
    # A process may die after it has put a message into the outbox, and before it has noted it here.
    put = BulkRecipient.message_id.in_(select(OutboxMessage.id))
    await _run(session, update(BulkRecipient).where(BulkRecipient.state == "waiting", put).values(state="queued"))
    open_jobs = (await session.scalars(select(Job).where(Job.state.in_(OPEN)))).all()
    for job in open_jobs:
        if job.kind == BULK_SEND:
            job.progress = json_text(await _counts(session, job))
        job.state, job.error_code, job.error_text = "failed", _CODE, _DONE_TEXT
        job.owner, job.epoch, job.finished_ms = None, job.epoch + 1, now_ms()
    return len(open_jobs)


async def _counts(session: AsyncSession, job: Job) -> dict[str, Any]:
    """How far a bulk send came. Whom nobody wrote to is waiting, also those who were not looked up yet."""
    await queries.settle(session, job.id)
    counts, asked = await queries.counts(session, job.id), json.loads(job.input)
    total = max(counts["total"], len(asked["contact_ids"]) + len(asked["phones"]))
    return {**counts, "total": total, "waiting": counts["waiting"] + total - counts["total"]}


async def _move_schedules(session: AsyncSession) -> None:
    now = from_ms(now_ms())
    for one in (await session.scalars(select(Schedule).where(Schedule.next_ms.is_not(None)))).all():
        one.next_ms = next_ms(one.cron, one.timezone, now)

"""What was put off by a database's clock that was ahead, and has been set right since, is due again.

A moment that such a clock reckoned is as far away as the clock was: a year, and what failed in that minute would be
tried in a year. No rule of a row gives a wait longer than its `longest_ms`, so what lies beyond it was reckoned so.
Moments that people choose are not among these: they may lie as far ahead as they like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, literal_column, select, update
from sqlalchemy.orm import InstrumentedAttribute

from recado.compat.models import AnswerJob
from recado.db import Database, database_now_ms
from recado.jobs import relay
from recado.jobs.models import Job, JobCallback
from recado.kit import due_posts
from recado.kit.clock import WRONG_CLOCK_MS
from recado.kit.postman import MAX_RETRY_AFTER_S
from recado.mailbox.outbox import LONGEST_WAIT_MS
from recado.media import fetching, work
from recado.media.models import Media
from recado.media.service import UPLOAD_LIMIT_S
from recado.privacy import erasing
from recado.privacy.models import Erasure, Retention
from recado.privacy.work import ROUND_MS
from recado.webhooks import delivering
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from recado.webhooks.service import TRY_FOR_MS

# Rows of one commit: others write meanwhile.
BATCH = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wait:
    """Rows that wait until a moment, on the database's clock: by their own rules at most `longest_ms` from now.

    What is set right waits `then_ms` from now: the length of a lease where a process may be at work on it.
    """

    until: InstrumentedAttribute[Any]
    which: ColumnElement[bool]
    longest_ms: int
    then_ms: int = 0


def _longest_ms(*waits_s: float) -> int:
    return round(max(waits_s) * 1000)


# Said to the letter, not with a parameter: SQLite uses an index with a condition only then.
_QUEUED: ColumnElement[bool] = WebhookDelivery.state == literal_column("'queued'")
_RUNNING: ColumnElement[bool] = Erasure.state == literal_column("'running'")
_DELETING = Media.state == "deleting"
# A receiver that fails is left alone as long as it asks to be.
_POSTS_MS = _longest_ms(due_posts.BACKOFF_CAP_S, MAX_RETRY_AFTER_S)
# What Meta asks for, an error of a job or of a file may, too.
_FETCHES_MS = max(_longest_ms(fetching.BACKOFF_CAP_S), LONGEST_WAIT_MS)
_UPLOADS_MS = _longest_ms(UPLOAD_LIMIT_S)

WAITS = (
    Wait(Job.due_ms, Job.state == "pending", max(_longest_ms(relay.BACKOFF_CAP_S), LONGEST_WAIT_MS)),
    Wait(JobCallback.due_ms, JobCallback.due_ms.is_not(None), _POSTS_MS, due_posts.LEASE_MS),
    Wait(AnswerJob.callback_due_ms, AnswerJob.callback_due_ms.is_not(None), _POSTS_MS, due_posts.LEASE_MS),
    Wait(WebhookEndpoint.retry_ms, WebhookEndpoint.retry_ms.is_not(None), _POSTS_MS),
    # Or one that fails would not be paused.
    Wait(WebhookEndpoint.failing_since_ms, WebhookEndpoint.failing_since_ms.is_not(None), 0),
    Wait(WebhookDelivery.due_ms, _QUEUED, _longest_ms(delivering.LONGEST_S, MAX_RETRY_AFTER_S)),
    # A try that is under way must not find another end of its day than it began with: that says it was replayed.
    Wait(WebhookDelivery.until_ms, _QUEUED & WebhookDelivery.owner.is_(None), TRY_FOR_MS, TRY_FOR_MS),
    Wait(
        WebhookDelivery.lease_until_ms,
        _QUEUED & WebhookDelivery.owner.is_not(None),
        delivering.LEASE_MS,
        delivering.LEASE_MS,
    ),
    Wait(Media.due_ms, Media.due_ms.is_not(None) & ~_DELETING, _FETCHES_MS, work.LEASE_MS),
    # Among these is what somebody is uploading.
    Wait(Media.due_ms, Media.due_ms.is_not(None) & _DELETING, max(_FETCHES_MS, _UPLOADS_MS), _UPLOADS_MS),
    # When the next look at a project comes; how long it keeps what is reckoned anew at each.
    Wait(Retention.due_ms, Retention.due_ms.is_not(None), ROUND_MS),
    Wait(Erasure.lease_until_ms, _RUNNING, erasing.LEASE_MS, erasing.LEASE_MS),
)


async def set_right(database: Database, waits: Sequence[Wait] = WAITS) -> None:
    """Shorten the waits that are longer than their rules allow. Two processes may do so at a time."""
    for wait in waits:
        if moved := await _set_right(database, wait):
            log.warning("waits_set_right", table=wait.until.class_.__tablename__, column=wait.until.key, rows=moved)


async def _set_right(database: Database, wait: Wait) -> int:
    model, moved = wait.until.class_, 0
    while True:
        async with database.system(read_only=True) as session:  # looking takes no write lock
            too_late = _too_late(wait, await database_now_ms(session))
            if await session.scalar(select(model.id).where(too_late).limit(1)) is None:
                return moved
        async with database.system() as session:
            now_ms = await database_now_ms(session)
            # What somebody else has is being written by the right clock.
            found = select(model.id).where(_too_late(wait, now_ms)).limit(BATCH).with_for_update(skip_locked=True)
            ids = (await session.scalars(found)).all()
            earlier = update(model).where(model.id.in_(ids)).values({wait.until.key: now_ms + wait.then_ms})
            await session.execute(earlier.execution_options(synchronize_session=False))
        moved += len(ids)
        if len(ids) < BATCH:
            return moved


def _too_late(wait: Wait, now_ms: int) -> ColumnElement[bool]:
    return wait.which & (wait.until > now_ms + wait.longest_ms + WRONG_CLOCK_MS)

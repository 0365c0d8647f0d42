"""Callbacks of jobs: whoever starts one may name an address that is told once it has ended.

Body and signature are those of webhooks (contract D), its event `job.finished`; `data` is the job as the API shows it.
A callback has an id of its own, the same at every attempt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms, json_text
from recado.errors import NotFound, RecadoError
from recado.jobs.models import Job, JobCallback
from recado.jobs.schemas import job_out
from recado.jobs.service import ENDED
from recado.kit.clock import from_ms
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Destinations
from recado.kit.due_posts import LEASE_MS, DuePosts, delay_ms
from recado.kit.postman import Postman
from recado.kit.signed import post_signed
from recado.kit.wakeup import Bell

# How late a job that has ended is told.
LOOK_S = 0.5
EVENT = "job.finished"
_MAX_ERROR = 100

log = structlog.get_logger(__name__)


async def call_back(
    session: AsyncSession, box: SecretBox, destinations: Destinations, job: Job, url: str, secret: str
) -> None:
    """Have a job told to an address once it has ended. A job that has a callback keeps that one.

    Raises `BadInput` (`bad_url`, `address_not_allowed`).
    """
    destinations.check(url)
    if await session.scalar(select(JobCallback.id).where(JobCallback.job_id == job.id)) is not None:
        return
    made_ms = await database_now_ms(session)
    due_ms = made_ms if job.state in ENDED else None
    callback = JobCallback(job_id=job.id, url=url, secret="", due_ms=due_ms, created_ms=made_ms)
    session.add(callback)
    await session.flush()
    callback.secret = box.encrypt(secret, callback.id)
    await session.flush()


async def get_callback(session: AsyncSession, job_id: str) -> JobCallback:
    """The callback of a job. Raises `NotFound` (`callback_not_found`)."""
    found = await session.scalar(select(JobCallback).where(JobCallback.job_id == job_id))
    if found is None:
        raise NotFound("This job has no callback", code="callback_not_found")
    return found


async def renew_secrets(session: AsyncSession, box: SecretBox, *, lost: bool = False) -> int:
    """Encrypt the secrets of callbacks that are not done with the box's first key; how many that changed.

    Raises `RecadoError` (`secret_unreadable`) if one fits no key; with `lost` it is given up (`SecretBox.renew`).
    """
    changed = 0
    due = select(JobCallback).where(JobCallback.done_ms.is_(None)).order_by(JobCallback.id).with_for_update()
    for callback in await session.scalars(due):
        renewed = box.renew(callback.secret, callback.id, lost=lost)
        if renewed != callback.secret:
            callback.secret = renewed
            changed += 1
    await session.flush()
    return changed


def waiting(now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a callback is due."""
    return exists().where(JobCallback.due_ms <= now)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: str
    project_id: str
    tries: int
    url: str


@dataclass(slots=True)
class JobCallbacks:
    """Posts them for one process until `run` is cancelled. Who rings `bell` may let it look by itself less often."""

    database: Database
    box: SecretBox
    destinations: Destinations
    bell: Bell = field(default_factory=Bell)
    look_s: float = LOOK_S

    async def run(self) -> None:
        await DuePosts(self.destinations.networks, self._claim, self._post, self.bell, self.look_s).run()

    async def _claim(self, size: int, but: Sequence[str] = ()) -> Sequence[_Claimed]:
        async with self.database.system(read_only=True) as session:  # looking takes no write lock
            due = select(JobCallback.id).where(_due(await database_now_ms(session), but)).limit(1)
            if await session.scalar(due) is None:
                return []
        async with self.database.system() as session:
            now_ms = await database_now_ms(session)
            due = select(JobCallback.id).where(_due(now_ms, but)).order_by(JobCallback.due_ms).limit(size)
            ids = (await session.scalars(due.with_for_update(skip_locked=True))).all()
            claimed = await session.execute(
                update(JobCallback)
                .where(JobCallback.id.in_(ids))
                .values(due_ms=now_ms + LEASE_MS, tries=JobCallback.tries + 1)
                .returning(JobCallback.id, JobCallback.project_id, JobCallback.tries, JobCallback.url)
                .execution_options(synchronize_session=False)
            )
            return [_Claimed(row[0], row[1], row[2], row[3]) for row in claimed]

    async def _post(self, postman: Postman, one: _Claimed) -> None:
        async with self.database.project(one.project_id, read_only=True) as session:
            row = await session.get(JobCallback, one.id)
            job = await session.get(Job, row.job_id) if row is not None else None
        if row is None or job is None:
            return
        try:
            error, asked_s = await self._try(postman, row, job)
        except asyncio.CancelledError:
            await self._mark(one, 0, "stopped")  # another process posts it again
            raise
        if error is not None:
            log.warning("callback_failed", job_id=job.id, tries=one.tries, error=error)
        await self._mark(one, None if error is None else delay_ms(one.tries, asked_s), error)

    async def _try(self, postman: Postman, row: JobCallback, job: Job) -> tuple[str | None, int | None]:
        """One try; what went wrong, or None, and how long the receiver asks to be left alone."""
        try:
            secret = self.box.decrypt(row.secret, row.id)
        except RecadoError as error:
            return error.code, None
        result = await post_signed(postman, row.url, secret, body_of(row, job))
        why = None if result.taken else (result.error or f"HTTP {result.status}")[:_MAX_ERROR]
        return why, result.retry_after_s

    async def _mark(self, one: _Claimed, wait_ms: int | None, error: str | None) -> None:
        async with self.database.project(one.project_id) as session:
            now_ms = await database_now_ms(session)
            due_ms = None if wait_ms is None else now_ms + wait_ms
            ours = JobCallback.id == one.id, JobCallback.tries == one.tries
            values = {"due_ms": due_ms, "done_ms": now_ms if due_ms is None else None, "error": error}
            marked = update(JobCallback).where(*ours).values(values)
            await session.execute(marked.execution_options(synchronize_session=False))


def _due(now_ms: int, but: Sequence[str]) -> ColumnElement[bool]:
    """Due, and not for these receivers."""
    others = [func.substr(JobCallback.url + "/", 1, len(receiver)) != receiver for receiver in but]
    return and_(JobCallback.due_ms <= now_ms, *others)


def body_of(row: JobCallback, job: Job) -> bytes:
    """What is posted, the same at every attempt: `{id, event, timestamp, data}`."""
    at = from_ms(job.finished_ms or job.created_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"id": row.id, "event": EVENT, "timestamp": at, "data": job_out(job).model_dump(mode="json")}
    return json_text(body).encode()

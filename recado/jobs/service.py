"""Jobs as rooms and people use them. Nothing here commits: a job becomes true with the caller's block.

Sessions are a project's, but where it says system.
"""

import hashlib
from typing import Any, Literal, get_args

from sqlalchemy import and_, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import add_unique, database_now_ms, json_text
from recado.errors import Conflict, NotFound
from recado.events.service import record
from recado.jobs.models import Job, JobCallback, Schedule
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span

State = Literal["pending", "running", "succeeded", "failed", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("succeeded", "failed", "cancelled")
OPEN: tuple[State, ...] = ("pending", "running")


async def submit(
    session: AsyncSession, kind: str, given: Any, *, key: str | None = None, schedule_id: str | None = None
) -> Job:
    """Have work done in the background, soon after the commit. `given` is what its kind reads, as JSON.

    The same key again gives the job that there is. Raises `Conflict` (`idempotency_conflict`) if that is another one.
    """
    now_ms, stored_key = (
        await database_now_ms(session),
        None if key is None else hashlib.sha256(key.encode()).hexdigest(),
    )
    if stored_key is not None and (found := await _by_key(session, stored_key, kind, given)):
        return found
    job = Job(
        kind=kind, input=json_text(given), key=stored_key, schedule_id=schedule_id, due_ms=now_ms, created_ms=now_ms
    )  # fmt: skip
    try:
        await add_unique(session, job, Conflict("This key was used a moment ago", code="idempotency_conflict"))
    except Conflict:
        found = None if stored_key is None else await _by_key(session, stored_key, kind, given)
        if found is None:
            raise
        return found
    return job


async def _by_key(session: AsyncSession, stored_key: str, kind: str, given: Any) -> Job | None:
    found = await session.scalar(select(Job).where(Job.key == stored_key))
    if found is not None and (found.kind, found.input) != (kind, json_text(given)):
        raise Conflict("This Idempotency-Key was used for another job", code="idempotency_conflict")
    return found


async def get(session: AsyncSession, job_id: str) -> Job:
    """One job. Raises `NotFound` (`job_not_found`)."""
    job = await session.get(Job, job_id)
    if job is None:
        raise NotFound("There is no such job", code="job_not_found")
    return job


async def list_page(
    session: AsyncSession, cut: Cut = FIRST, *, state: State | None = None, kind: str | None = None, span: Span = ALWAYS
) -> Page[Job]:
    """The project's jobs, newest first."""
    statement = select(Job).where(*span.of(Job.created_ms))
    if state is not None:
        statement = statement.where(Job.state == state)
    if kind is not None:
        statement = statement.where(Job.kind == kind)
    return await read_page(session, statement, Job, cut, newest_first=True)


async def cancel(session: AsyncSession, job_id: str) -> Job:
    """Stop a job: at once if it waits for its first or next try, else as soon as it looks (`cancel_requested` until
    then); one that was put off in its middle is begun once more, to tidy up. Again changes nothing.

    Raises `NotFound` (`job_not_found`) or `Conflict` (`job_ended`).
    """
    await get(session, job_id)
    now_ms = await database_now_ms(session)
    put_off = and_(Job.state == "pending", Job.started_ms.is_not(None), Job.error_code.is_(None))
    stopped = (
        update(Job)
        .where(Job.id == job_id, Job.state == "pending", not_(put_off))
        .values(state="cancelled", finished_ms=now_ms, cancel_requested=True)
    )
    asked = update(Job).where(Job.id == job_id, or_(Job.state == "running", put_off))
    asked = asked.values(cancel_requested=True, due_ms=now_ms)
    if await _changed(session, stopped):
        job = await _again(session, job_id)
        await record_end(session, job)
        return job
    asked_now = await _changed(session, asked)
    job = await _again(session, job_id)
    if not asked_now and job.state != "cancelled":
        raise Conflict(f"This job has {job.state} already", code="job_ended")
    return job


async def record_end(session: AsyncSession, job: Job) -> None:
    """Tell people, webhooks and whoever asked for it that a job is over."""
    due_ms = await database_now_ms(session)
    await session.execute(
        update(JobCallback)
        .where(JobCallback.job_id == job.id)
        .values(due_ms=due_ms)
        .execution_options(synchronize_session=False)
    )
    about = {"job_id": job.id, "kind": job.kind, "state": job.state, "code": job.error_code}
    await record(session, "job.finished", about)


async def is_named(session: AsyncSession, object_id: str, *, paused: bool = True) -> bool:
    """Whether a schedule, `paused` or not, or a job that has not ended, names something in its input."""
    # Schedules first: the job that one makes meanwhile is found after it.
    running = () if paused else (Schedule.paused.is_(False),)
    for named in (
        select(Schedule.id).where(Schedule.input.contains(object_id), *running),
        select(Job.id).where(Job.state.in_(OPEN), Job.input.contains(object_id)),
    ):
        if await session.scalar(named.limit(1)) is not None:
            return True
    return False


async def count_by_state(session: AsyncSession) -> dict[str, int]:
    """How many jobs are in each state. Needs a system session for those of all projects."""
    rows = await session.execute(select(Job.state, func.count()).group_by(Job.state))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


async def _changed(session: AsyncSession, statement: Any) -> bool:
    found = await session.scalars(statement.returning(Job.id).execution_options(synchronize_session=False))
    return found.first() is not None


async def _again(session: AsyncSession, job_id: str) -> Job:
    return await session.get_one(Job, job_id, populate_existing=True)

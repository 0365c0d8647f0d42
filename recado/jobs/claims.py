"""Whose a job is: claims, and all that the process which has it writes, guarded by the epoch. Each is a commit.

Claims and what becomes due are on the database's clock. Which processes live is told by the caller, from their signs of
life; a job without an owner, or with a dead one, is anybody's.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms, json_text
from recado.jobs.models import Job, Schedule
from recado.jobs.service import State, record_end

# One round of a process looks after so many jobs that lost theirs.
MAX_ORPHANS = 50
# Places of a process that only a project without any there gets: what stalls leaves room for so many others.
KEPT_FREE = 4
# Due jobs among which a process chooses: some for each of its places.
MAX_LOOKED_AT = 100
NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Held:
    """A job that this process has under `epoch`."""

    id: str
    project_id: str
    kind: str
    epoch: int
    attempts: int
    crashes: int
    workflow_id: str
    input: str


@dataclass(frozen=True, slots=True)
class End:
    """How a job ended."""

    state: State
    result: Any = None
    code: str | None = None
    text: str | None = None


def waiting(now: ColumnElement[int], kinds: Collection[str]) -> ColumnElement[bool]:
    """Whether there is anything to look after: a job that is due or runs somewhere, or a schedule that is due."""
    due = and_(Job.state == "pending", Job.due_ms <= now, Job.kind.in_(kinds))
    return or_(exists().where(due), exists().where(Job.state == "running"), exists().where(Schedule.next_ms <= now))


async def claim_due(
    database: Database, owner: str, kinds: Collection[str], free: int, busy: Mapping[str, int] = NOBODY
) -> list[Held]:
    """Take jobs of these kinds that are due, for the `free` places of a process; each begins a new record of its steps.
    `busy` says how many places its projects have: who has the fewest comes first, then what is due the longest.
    """
    chosen = await _choose(database, kinds, free, busy)  # looking takes no lock
    if not chosen:
        return []
    async with database.system() as session:
        now_ms = await database_now_ms(session)
        due = select(Job).where(Job.id.in_(chosen), Job.state == "pending").order_by(Job.due_ms)
        jobs = list(await session.scalars(due.with_for_update(skip_locked=True)))
        for job in jobs:
            job.state, job.owner, job.epoch = "running", owner, job.epoch + 1
            job.attempts += 1
            job.workflow_id = f"{job.id}:{job.epoch}"
            job.started_ms = job.started_ms or now_ms
        await session.flush()
        return [_held(job) for job in jobs]


async def _choose(database: Database, kinds: Collection[str], free: int, busy: Mapping[str, int]) -> list[str]:
    if free <= KEPT_FREE:
        rounds = [frozenset(busy)]
    else:  # whoever has half of the places waits for the others, and goes on where nobody else waits
        half = (free + sum(busy.values())) // 2
        rounds = [frozenset(project for project, places in busy.items() if places >= half), frozenset[str]()]
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
        due = select(Job.id, Job.project_id).where(Job.state == "pending", Job.due_ms <= now_ms, Job.kind.in_(kinds))
        for but in rounds:
            wanted = due.where(Job.project_id.not_in(but)).order_by(Job.due_ms).limit(MAX_LOOKED_AT)
            if found := [(row[0], row[1]) for row in await session.execute(wanted)]:
                return _fairly(found, free, busy)
    return []


def _fairly(found: Sequence[tuple[str, str]], free: int, busy: Mapping[str, int]) -> list[str]:
    """The jobs to take, of those that are due (id and project), oldest first."""
    left, places, chosen = list(found), Counter(busy), list[str]()
    while left and len(chosen) < free:
        job = min(left, key=lambda one: places[one[1]])
        if places[job[1]] and free - len(chosen) <= KEPT_FREE:
            break
        left.remove(job)
        chosen.append(job[0])
        places[job[1]] += 1
    return chosen


async def clock_ms(database: Database) -> int:
    """The time on the clock of claims."""
    async with database.system(read_only=True) as session:
        return await database_now_ms(session)


async def any_of_others(database: Database, kinds: Collection[str], but: Collection[str]) -> bool:
    """True if a job is due of a project that is none of these."""
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
        due = select(Job.id).where(Job.state == "pending", Job.due_ms <= now_ms, Job.kind.in_(kinds))
        return await session.scalar(due.where(Job.project_id.not_in(but)).limit(1)) is not None


async def any_running(database: Database) -> bool:
    """True if some process has a job."""
    async with database.system(read_only=True) as session:
        return await session.scalar(select(Job.id).where(Job.state == "running").limit(1)) is not None


async def find_orphans(database: Database, owner: str, held: Collection[str], living: Collection[str]) -> list[Held]:
    """Running jobs whose process is dead or has let them go; ours too, if we do not know of them."""
    async with database.system(read_only=True) as session:
        lost = or_(_unowned(living), and_(Job.owner == owner, Job.id.not_in(held)))
        found = select(Job).where(Job.state == "running", lost).order_by(Job.id).limit(MAX_ORPHANS)
        return [_held(job) for job in await session.scalars(found)]


async def take(database: Database, workflow_id: str, owner: str, living: Collection[str]) -> Held | None:
    """Go on with a job, ours or nobody's, under a new epoch; None if it is somebody's or over."""
    async with database.system() as session:
        mine_or_nobodys = or_(Job.owner == owner, _unowned(living))
        wanted = select(Job).where(Job.workflow_id == workflow_id, Job.state == "running", mine_or_nobodys)
        job = await session.scalar(wanted.with_for_update())
        if job is None:
            return None
        job.crashes += job.owner not in (None, owner)
        job.owner, job.epoch = owner, job.epoch + 1
        await session.flush()
        return _held(job)


async def give_back(database: Database, held: Held, delay_ms: int, *, code: str | None = None, crashed: bool) -> None:
    """Let a job wait to be claimed anew, after `delay_ms`; with a `code`, the try that failed counts."""
    async with database.system() as session:
        await _update(
            session,
            held,
            state="pending",
            owner=None,
            due_ms=await database_now_ms(session) + delay_ms,
            attempts=held.attempts - (code is None),
            crashes=Job.crashes + int(crashed),  # it is 0 again since the last step that was done
            error_code=code,
        )


async def let_go(database: Database, owner: str) -> None:
    """This process stops: whoever lives may go on with its jobs, and it is nobody's crash."""
    async with database.system() as session:
        await session.execute(
            update(Job)
            .where(Job.owner == owner, Job.state == "running")
            .values(owner=None)
            .execution_options(synchronize_session=False)
        )


async def save_progress(database: Database, held: Held, shown: Any) -> bool | None:
    """Write how far it is: True if it has been asked to stop, None if it is not ours any more."""
    async with database.system() as session:
        return await _update(session, held, progress=json_text(shown))


async def save_step(database: Database, held: Held) -> bool | None:
    """A step is done, so deaths are counted anew; answers as `save_progress` does."""
    async with database.system() as session:
        return await _update(session, held, crashes=0)


async def end(database: Database, held: Held, how: End) -> bool:
    """Write how a job ended, with its event; False if it is not ours any more."""
    async with database.project(held.project_id) as session:
        ended = await _update(
            session,
            held,
            state=how.state,
            owner=None,
            result=None if how.result is None else json_text(how.result),
            error_code=how.code,
            error_text=how.text,
            finished_ms=await database_now_ms(session),
        )
        if ended is None:
            return False
        await record_end(session, await session.get_one(Job, held.id, populate_existing=True))
        return True


def _unowned(living: Collection[str]) -> ColumnElement[bool]:
    return or_(Job.owner.is_(None), Job.owner.not_in(living))


async def _update(session: AsyncSession, held: Held, **values: Any) -> bool | None:
    statement = update(Job).where(Job.id == held.id, Job.state == "running", Job.epoch == held.epoch).values(**values)
    asked = await session.scalars(
        statement.returning(Job.cancel_requested).execution_options(synchronize_session=False)
    )
    return asked.first()


def _held(job: Job) -> Held:
    return Held(
        job.id, job.project_id, job.kind, job.epoch, job.attempts, job.crashes, job.workflow_id or "", job.input
    )  # fmt: skip

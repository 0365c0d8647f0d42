"""What this room holds of a person: their number or contact among what a job or a schedule was given.

The place in a list is kept, for what a job has noted of the others goes by it.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.jobs.models import Job, JobCallback, Schedule
from recado.jobs.service import ENDED
from recado.personal import Aging, Holding, Record, remove_rows, rewritten


def _job(row: Job) -> Record:
    return {"id": row.id, "kind": row.kind, "state": row.state, "created_ms": row.created_ms}


def _schedule(row: Schedule) -> Record:
    return {"id": row.id, "name": row.name, "kind": row.kind, "next_ms": row.next_ms, "created_ms": row.created_ms}


def holdings(wordless: Callable[[str], str]) -> tuple[Holding, ...]:
    """`wordless` takes what was said out of what was asked for nobody but people who were erased."""
    return (
        rewritten(Job, "input", "progress", "result", name="jobs", record=_job, then=wordless),
        rewritten(Schedule, "input", name="schedules", record=_schedule, then=wordless),
    )


def _owed() -> Select[str]:
    """The jobs whose end is still to be told to somebody."""
    return select(JobCallback.job_id).where(JobCallback.done_ms.is_(None))


async def _remove(session: AsyncSession, model: type[Job], where: ColumnElement[bool]) -> int:
    """Jobs with their callbacks."""
    jobs = (await session.scalars(select(model.id).where(where))).all()
    gone = delete(JobCallback).where(JobCallback.job_id.in_(jobs))
    await session.execute(gone.execution_options(synchronize_session=False))
    return await remove_rows(session, model, model.id.in_(jobs))


AGINGS = (Aging("logs", Job, lambda: Job.state.in_(ENDED) & Job.id.not_in(_owed()), _remove),)

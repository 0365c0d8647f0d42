"""What this room holds of a person: their number or contact among what a job or a schedule was given.

The place in a list is kept, for what a job has noted of the others goes by it.
"""

from sqlalchemy import Select, select

from recado.jobs.models import Job, JobCallback, Schedule
from recado.jobs.service import ENDED
from recado.personal import Aging, rewritten

HOLDINGS = (
    rewritten(Job, "input", "progress", "result"),
    rewritten(Schedule, "input"),
)
AGINGS = (
    Aging("logs", JobCallback, lambda: JobCallback.done_ms.is_not(None)),
    # A job whose callback is still owed stays to be told.
    Aging("logs", Job, lambda: Job.state.in_(ENDED) & Job.id.not_in(_owed())),
)


def _owed() -> Select[str]:
    return select(JobCallback.job_id).where(JobCallback.done_ms.is_(None))

"""What this room holds of a person: their number or contact among what a job or a schedule was given.

The place in a list is kept, for what a job has noted of the others goes by it.
"""

from recado.jobs.models import Job, Schedule
from recado.jobs.service import ENDED
from recado.personal import Aging, rewritten

HOLDINGS = (
    rewritten(Job, "input", "progress", "result"),
    rewritten(Schedule, "input"),
)
AGINGS = (Aging("logs", Job, lambda: Job.state.in_(ENDED)),)

"""Whether somebody works, and does the jobs that there are."""

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms
from recado.doctor.findings import Finding, ok, warn
from recado.doctor.rows import how_many
from recado.jobs.models import Job
from recado.mailbox.models import Process
from recado.mailbox.queries import gave_sign_since
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS

# A worker takes a job within a second, and a dead one's within ten.
JOB_LATE_MS = 60_000


async def workers(session: AsyncSession) -> Finding:
    """Whether somebody answers."""
    now_ms = await database_now_ms(session)
    alive = gave_sign_since(now_ms - PROCESS_DEAD_AFTER_MS, now_ms)
    working = await how_many(session, Process, alive, Process.kind.in_(("up", "worker")))
    if working:
        return ok("worker", f"{working} with signs of life")
    return warn("worker", "none gives a sign of life, so nobody answers", "Start one: recado up (or recado worker)")


async def jobs(session: AsyncSession) -> Finding:
    """Jobs that nobody begins, or whose process is gone and that nobody goes on with."""
    now_ms = await database_now_ms(session)
    late = and_(Job.state == "pending", Job.due_ms < now_ms - JOB_LATE_MS)
    living = select(Process.id).where(gave_sign_since(now_ms - JOB_LATE_MS, now_ms))
    orphaned = and_(Job.state == "running", or_(Job.owner.is_(None), Job.owner.not_in(living)))
    stuck = await session.execute(
        select(Job.kind, func.count()).where(or_(late, orphaned)).group_by(Job.kind).order_by(Job.kind)
    )
    kinds = {row[0]: row[1] for row in stuck}
    if not kinds:
        return ok("jobs", "none waits longer than it should")
    says = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return warn("jobs", f"stuck: {says}", "Start a worker of this version: recado up (or recado worker)")

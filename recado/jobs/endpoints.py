"""Jobs and schedules."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Admin, Agent, Reader
from recado.jobs import schedules, service
from recado.jobs.callbacks import get_callback
from recado.jobs.kinds import Kinds
from recado.jobs.schedules import Change
from recado.jobs.schemas import (
    CallbackOut,
    JobOut,
    KindName,
    NewSchedule,
    ScheduleChanges,
    ScheduleOut,
    callback_out,
    job_out,
    schedule_out,
)
from recado.jobs.service import State
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.openapi import problems
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan

router = APIRouter(route_class=TaggedRoute)

TheKinds = Annotated[Kinds, Depends(part(Kinds))]
InState = Annotated[State | None, Query(description="Only jobs in this state.")]
OfKind = Annotated[KindName | None, Query(description="Only jobs of this kind.")]

IsPaused = Annotated[bool | None, Query(description="Only those that are paused, or are not.")]
MakesKind = Annotated[KindName | None, Query(description="Only those that make jobs of this kind.")]


@router.get("/jobs", tags=["jobs"])
async def list_jobs(
    caller: Reader, cut: PageCut, span: QuerySpan, state: InState = None, kind: OfKind = None
) -> PageOf[JobOut]:
    """Work in the background, newest first."""
    async with caller.reading() as session:
        page = await service.list_page(session, cut, state=state, kind=kind, span=span)
    return PageOf(items=[job_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/jobs/{job_id}", tags=["jobs"])
async def get_job(job_id: PathId, caller: Reader) -> JobOut:
    """One job, with its progress, its result or why it failed."""
    async with caller.reading() as session:
        return job_out(await service.get(session, job_id))


@router.get("/jobs/{job_id}/callback", tags=["jobs"])
async def get_job_callback(job_id: PathId, caller: Reader) -> CallbackOut:
    """Whether the address that was named for a job was told of its end, and why not."""
    async with caller.reading() as session:
        return callback_out(await get_callback(session, job_id), in_full=caller.role == "admin")


@router.post("/jobs/{job_id}/cancel", tags=["jobs"])
async def cancel_job(job_id: PathId, caller: Agent) -> JobOut:
    """Stop a job: at once if it waits, else within moments. What it has done stays done."""
    async with caller.writing() as session:
        return job_out(await service.cancel(session, job_id))


@router.get("/schedules", tags=["schedules"])
async def list_schedules(
    caller: Reader, cut: PageCut, span: QuerySpan, paused: IsPaused = None, kind: MakesKind = None
) -> PageOf[ScheduleOut]:
    """When jobs are made, oldest schedule first."""
    async with caller.reading() as session:
        page = await schedules.list_page(session, cut, span, paused=paused, kind=kind)
    return PageOf(items=[schedule_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/schedules", tags=["schedules"], status_code=201, responses=problems(404))
async def create_schedule(new: NewSchedule, caller: Admin, kinds: TheKinds) -> ScheduleOut:
    """Have a job made at each tick of a cron expression, on the clocks of a time zone; once, however many processes.

    What falls into the hour that is missing in spring comes as much later; in autumn, a time that comes twice counts
    once (a schedule for every hour goes on by the hour). What no job could do is refused, as a bulk send on a line that
    sends nothing by itself: `handed_out`.
    """
    async with caller.writing() as session:
        row = await schedules.create(
            session,
            kinds,
            name=new.name,
            kind=new.kind,
            cron=new.cron,
            timezone=new.timezone,
            given=new.input,
        )
        return schedule_out(row)


@router.get("/schedules/{schedule_id}", tags=["schedules"])
async def get_schedule(schedule_id: PathId, caller: Reader) -> ScheduleOut:
    """One schedule."""
    async with caller.reading() as session:
        return schedule_out(await schedules.get(session, schedule_id))


@router.patch("/schedules/{schedule_id}", tags=["schedules"])
async def change_schedule(
    schedule_id: PathId, changes: ScheduleChanges, caller: Admin, kinds: TheKinds, match: IfMatch
) -> ScheduleOut:
    """Change, pause or resume a schedule. Its next tick is the first one from now."""
    async with caller.writing() as session:
        await _check(session, match, schedule_id)
        change = Change(changes.name, changes.cron, changes.timezone, changes.input, changes.paused)
        return schedule_out(await schedules.change(session, kinds, schedule_id, change))


@router.delete("/schedules/{schedule_id}", tags=["schedules"], status_code=204)
async def delete_schedule(schedule_id: PathId, caller: Admin, match: IfMatch) -> None:
    """Remove a schedule. Jobs that it made stay."""
    async with caller.writing() as session:
        await _check(session, match, schedule_id)
        await schedules.delete(session, schedule_id)


async def _check(session: AsyncSession, match: IfMatch, schedule_id: str) -> None:
    row = await schedules.get(session, schedule_id)
    await match.check(session, row, lambda: schedule_out(row))

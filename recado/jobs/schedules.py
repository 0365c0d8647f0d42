"""Schedules as people use them. Nothing here commits. Sessions are a project's."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms, json_text
from recado.errors import Conflict, NotFound
from recado.jobs.kinds import Kinds
from recado.jobs.models import Schedule
from recado.jobs.ticks import next_ms
from recado.kit.clock import from_ms
from recado.kit.names import check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span

# More of one project would be somebody's mistake.
MAX_SCHEDULES = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What is given is changed."""

    name: str | None = None
    cron: str | None = None
    timezone: str | None = None
    input: Any = None
    paused: bool | None = None


async def create(
    session: AsyncSession, kinds: Kinds, *, name: str, kind: str, cron: str, timezone: str, given: Any
) -> Schedule:
    """Have a job made at each tick from now on.

    Raises `BadInput` (`bad_kind`, `bad_cron`, `bad_timezone`, `bad_text`), `Conflict` (`too_many_schedules`) and what
    the kind says of its input.
    """
    if len(list(await session.scalars(select(Schedule.id).limit(MAX_SCHEDULES)))) >= MAX_SCHEDULES:
        raise Conflict(f"A project has at most {MAX_SCHEDULES} schedules", code="too_many_schedules")
    now_ms = await database_now_ms(session)
    schedule = Schedule(
        name=check_text(name, "name"),
        kind=kind,
        input=json_text(await kinds.examined(session, kind, given)),
        cron=" ".join(cron.split()),
        timezone=timezone,
        next_ms=next_ms(cron, timezone, from_ms(now_ms)),
        created_ms=now_ms,
    )
    session.add(schedule)
    await session.flush()
    return schedule


async def get(session: AsyncSession, schedule_id: str) -> Schedule:
    """One schedule. Raises `NotFound` (`schedule_not_found`)."""
    schedule = await session.get(Schedule, schedule_id)
    if schedule is None:
        raise NotFound("There is no such schedule", code="schedule_not_found")
    return schedule


async def list_page(
    session: AsyncSession, cut: Cut = FIRST, span: Span = ALWAYS, *, paused: bool | None = None, kind: str | None = None
) -> Page[Schedule]:
    """The project's schedules, oldest first."""
    statement = select(Schedule).where(*span.of(Schedule.created_ms))
    if paused is not None:
        statement = statement.where(Schedule.paused.is_(paused))
    if kind is not None:
        statement = statement.where(Schedule.kind == kind)
    return await read_page(session, statement, Schedule, cut)


async def change(session: AsyncSession, kinds: Kinds, schedule_id: str, changes: Change) -> Schedule:
    """Change a schedule; its next tick is the first one from now. Raises as `create` does, and `NotFound`."""
    schedule = await get(session, schedule_id)
    if changes.name is not None:
        schedule.name = check_text(changes.name, "name")
    if changes.input is not None:
        schedule.input = json_text(await kinds.examined(session, schedule.kind, changes.input))
    elif changes.paused is False:  # what it names may have changed meanwhile
        await kinds.examined(session, schedule.kind, json.loads(schedule.input))
    if changes.timezone is not None:
        schedule.timezone = changes.timezone
    if changes.cron is not None:
        schedule.cron = " ".join(changes.cron.split())
    if changes.paused is not None:
        schedule.paused = changes.paused
    if (changes.cron, changes.timezone, changes.paused) != (None, None, None):
        following = next_ms(schedule.cron, schedule.timezone, from_ms(await database_now_ms(session)))
        schedule.next_ms = None if schedule.paused else following
    await session.flush()
    return schedule


async def delete(session: AsyncSession, schedule_id: str) -> None:
    """Remove a schedule; jobs that it made stay. Raises `NotFound` (`schedule_not_found`)."""
    await session.delete(await get(session, schedule_id))
    await session.flush()

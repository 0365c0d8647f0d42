"""Erasures and retention as people and programs ask for them. Nothing here commits. Sessions are a project's."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms, json_text
from recado.errors import BadInput, NotFound
from recado.kit.crypto import SecretBox
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.personal import Age
from recado.privacy.declared import AGINGS
from recado.privacy.models import Erasure, Retention
from recado.privacy.people import as_text, marks_of, person_of, possible_addresses, purpose_of

DAY_MS = 24 * 3_600_000
# A provider delivers again for seven days, and a row that is gone would not know a repetition; that also holds for the
# keys by which programs repeat themselves.
MIN_DAYS: dict[Age, int] = {"messages": 8, "media": 1, "logs": 8}
MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Days:
    """How long a project keeps what; None: for ever."""

    messages: int | None = None
    media: int | None = None
    logs: int | None = None

    def of(self, age: Age) -> int | None:
        """The days of one kind. Files go with their messages."""
        return getattr(self, age)


# --- retention ------------------------------------------------------------------------------------------


async def get_retention(session: AsyncSession, project_id: str) -> Days:
    """What the project has said; everything is kept for ever unless it has."""
    row = await session.get(Retention, project_id)
    return Days() if row is None else days_of(row)


def days_of(row: Retention) -> Days:
    """The days of a row."""
    return Days(row.messages_days, row.media_days, row.logs_days)


async def set_retention(session: AsyncSession, project_id: str, days: Days) -> Days:
    """Say how long a project keeps what, from the next round on. Raises `BadInput` (`bad_days`)."""
    for age, least in MIN_DAYS.items():
        given = days.of(age)
        if given is not None and not least <= given <= MAX_DAYS:
            raise BadInput(f"{age} are kept for {least} to {MAX_DAYS} days, or for ever", code="bad_days")
    row = await retention_of(session, project_id)
    row.messages_days, row.media_days, row.logs_days = days.messages, days.media, days.logs
    row.due_ms = await database_now_ms(session)
    await session.flush()
    return days


async def retention_of(session: AsyncSession, project_id: str) -> Retention:
    """The project's row, made if it is not there; nobody else changes it until the commit."""
    row = await session.get(Retention, project_id, with_for_update=True)
    if row is None:
        now_ms = await database_now_ms(session)
        with contextlib.suppress(IntegrityError):  # somebody else was faster
            async with session.begin_nested():
                session.add(Retention(id=project_id, created_ms=now_ms, due_ms=now_ms))
                await session.flush()
        row = await session.get_one(Retention, project_id, with_for_update=True)
    return row


async def count_due(session: AsyncSession, days: Days) -> dict[str, int]:
    """How many rows of each table would go now."""
    now_ms = await database_now_ms(session)
    due: dict[type[Any], list[ColumnElement[bool]]] = {}
    for aging in AGINGS:
        if (kept := days.of(aging.age)) is not None:
            due.setdefault(aging.model, []).append(aging.due(now_ms - kept * DAY_MS))
    counts: dict[str, int] = {}
    for model, conditions in due.items():
        found = select(func.count()).select_from(model).where(or_(*conditions))
        counts[model.__tablename__] = await session.scalar(found) or 0
    return counts


# --- erasures -------------------------------------------------------------------------------------------


async def ask_erasure(session: AsyncSession, box: SecretBox, contact_id: str, asked_by: str) -> Erasure:
    """Have a person erased, by any of their contacts. One that is already asked for is given again.

    Raises `NotFound` (`contact_not_found`).
    """
    person = await person_of(session, contact_id)
    await session.flush()
    for row in await session.scalars(select(Erasure).where(Erasure.state == "running").with_for_update()):
        if set(json.loads(row.contact_ids)) & set(person.contact_ids):
            return row
    row = Erasure(
        asked_by=asked_by,
        contact_ids=json_text(person.contact_ids),
        marks=json_text(marks_of(box, _project(session), person)),
        person=as_text(person),
        created_ms=await database_now_ms(session),
    )
    session.add(row)
    await session.flush()
    return row


def _project(session: AsyncSession) -> str:
    return str(session.info["project_id"])


async def running_of(session: AsyncSession, box: SecretBox, given: str) -> Erasure | None:
    """The erasure that is at work on whoever is given by a contact's id, a number or another address."""
    marks = {
        mark
        for kind, value in possible_addresses(given)
        for mark in box.marks(f"{kind}:{value}", purpose_of(_project(session)))
    }
    for row in await session.scalars(select(Erasure).where(Erasure.state == "running")):
        if given in json.loads(row.contact_ids) or marks & set(json.loads(row.marks)):
            return row
    return None


async def get_erasure(session: AsyncSession, erasure_id: str) -> Erasure:
    """One erasure. Raises `NotFound` (`erasure_not_found`)."""
    row = await session.get(Erasure, erasure_id)
    if row is None:
        raise NotFound("There is no such erasure", code="erasure_not_found")
    return row


async def list_erasures(session: AsyncSession, cut: Cut = FIRST, span: Span = ALWAYS) -> Page[Erasure]:
    """The project's erasures, newest first."""
    statement = select(Erasure).where(*span.of(Erasure.created_ms))
    return await read_page(session, statement, Erasure, cut, newest_first=True)


async def erasures_of(session: AsyncSession, box: SecretBox, kind: str, value: str) -> Sequence[Erasure]:
    """The erasures of whoever had this address, oldest first: whether a number was erased, and when."""
    marks = box.marks(f"{kind}:{value}", purpose_of(_project(session)))
    named = or_(*(Erasure.marks.contains(mark, autoescape=True) for mark in marks))
    return (await session.scalars(select(Erasure).where(named).order_by(Erasure.id))).all()

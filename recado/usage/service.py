"""What models took, and the budgets of a day. The day is UTC's: one moment at which all counts begin anew, whatever the
zones of a project's assistants.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.brain.llm.budget import MICROS, Reservation, Spent
from recado.db import Database, add_unique
from recado.errors import Conflict
from recado.kit import now
from recado.settings import Settings
from recado.usage.models import ModelUsage

# A month, and some days to look back.
MAX_DAYS = 92

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one project and day; 0 is no limit."""

    tokens: int = 0
    cost_micros: int = 0

    @property
    def any(self) -> bool:
        return self.tokens > 0 or self.cost_micros > 0


def limits_of(settings: Settings) -> Limits:
    """The budgets that the settings give to each project."""
    return Limits(settings.model_tokens_per_day, round(settings.model_cost_per_day * MICROS))


class DailyBudget:
    """Implements `recado.brain.llm.budget.Budget` in the database: all processes together keep to it, also after a
    restart. What a process reserved that died stays reserved until the day ends: it may have been spent.
    """

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    async def reserve(self, project_id: str, model: str, most: Spent) -> Reservation | None:
        day = today()
        if not self._limits.any:
            return _Reserved(self._database, project_id, day, Spent())
        async with self._database.project(project_id) as session:
            await _ensure(session, day)
            if not await _set_aside(session, day, most, self._limits):
                await _add(session, day, refused=1)
                return None
        return _Reserved(self._database, project_id, day, most)


@dataclass(frozen=True, slots=True)
class _Reserved:
    database: Database
    project_id: str
    day: str
    most: Spent

    async def settle(self, spent: Spent) -> None:
        try:
            async with self.database.project(self.project_id) as session:
                await _ensure(session, self.day)
                await _add(
                    session,
                    self.day,
                    calls=1,
                    tokens_in=spent.tokens_in,
                    tokens_out=spent.tokens_out,
                    cost_micros=spent.cost_micros,
                    reserved_tokens=-self.most.tokens_in - self.most.tokens_out,
                    reserved_micros=-self.most.cost_micros,
                )
        except Exception as error:  # the person has the answer: what is not counted stays reserved
            log.warning("usage_not_counted", project_id=self.project_id, error=type(error).__name__)


async def days(session: AsyncSession, last: int = MAX_DAYS) -> Sequence[ModelUsage]:
    """The project's days on which a model was asked, newest first, at most `last`."""
    found = await session.scalars(select(ModelUsage).order_by(ModelUsage.day.desc()).limit(min(last, MAX_DAYS)))
    return found.all()


def today() -> str:
    """The day that counts now."""
    return now().date().isoformat()


async def _ensure(session: AsyncSession, day: str) -> None:
    if await session.scalar(select(ModelUsage.id).where(ModelUsage.day == day)) is None:
        try:
            await add_unique(session, ModelUsage(day=day), Conflict("This day is counted already"))
        except Conflict:
            return  # another process was faster


async def _set_aside(session: AsyncSession, day: str, most: Spent, limits: Limits) -> bool:
    """True if it fits what is left. One guarded update: no two processes take the same rest."""
    size = most.tokens_in + most.tokens_out
    statement = update(ModelUsage).where(ModelUsage.day == day)
    if limits.tokens:
        used = ModelUsage.tokens_in + ModelUsage.tokens_out + ModelUsage.reserved_tokens
        statement = statement.where(used + size <= limits.tokens)
    if limits.cost_micros:
        paid = ModelUsage.cost_micros + ModelUsage.reserved_micros
        statement = statement.where(paid + most.cost_micros <= limits.cost_micros)
    taken = {
        "reserved_tokens": ModelUsage.reserved_tokens + size,
        "reserved_micros": ModelUsage.reserved_micros + most.cost_micros,
    }
    changed = await session.scalars(
        statement.values(taken).returning(ModelUsage.id).execution_options(synchronize_session=False)
    )
    return changed.first() is not None


async def _add(session: AsyncSession, day: str, **counts: int) -> None:
    values = {name: getattr(ModelUsage, name) + count for name, count in counts.items()}
    await session.execute(
        update(ModelUsage).where(ModelUsage.day == day).values(values).execution_options(synchronize_session=False)
    )

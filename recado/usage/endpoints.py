"""Usage of models."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from recado.brain.llm.budget import MICROS
from recado.caller import Reader
from recado.kit.parts import part
from recado.usage import service
from recado.usage.models import ModelUsage
from recado.usage.schemas import Usage, UsageDay
from recado.usage.service import Limits

router = APIRouter(prefix="/usage", tags=["usage"])

Days = Annotated[int, Query(ge=1, le=service.MAX_DAYS, description="The latest days on which a model was asked.")]


@router.get("")
async def get_usage(caller: Reader, limits: Annotated[Limits, Depends(part(Limits))], days: Days = 31) -> Usage:
    """Tokens and money that models took, by day, and the budgets of a day."""
    async with caller.reading() as session:
        rows = await service.days(session, days)
    return Usage(
        tokens_per_day=limits.tokens or None,
        cost_per_day=limits.cost_micros / MICROS or None,
        days=[_day(row) for row in rows],
    )


def _day(row: ModelUsage) -> UsageDay:
    return UsageDay(
        day=row.day,
        calls=row.calls,
        refused=row.refused,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost=row.cost_micros / MICROS,
        reserved_tokens=row.reserved_tokens,
    )

"""Budgets of a day, on both databases."""

import asyncio

from recado.brain.llm.budget import Spent
from recado.db import Database
from recado.kit.clock import use_clock
from recado.usage.models import ModelUsage
from recado.usage.service import DailyBudget, Limits, days

MOST = Spent(80, 20, 500)


async def counted(database: Database, project_id: str) -> list[ModelUsage]:
    async with database.project(project_id, read_only=True) as session:
        return list(await days(session))


async def test_calls_are_counted_without_any_limit(database: Database, project_id: str) -> None:
    budget = DailyBudget(database, Limits())
    reserved = await budget.reserve(project_id, "m", MOST)
    assert reserved is not None
    await reserved.settle(Spent(10, 5, 30))
    (day,) = await counted(database, project_id)
    assert (day.calls, day.tokens_in, day.tokens_out, day.cost_micros, day.reserved_tokens) == (1, 10, 5, 30, 0)


async def test_what_is_on_its_way_counts_until_it_is_settled(database: Database, project_id: str) -> None:
    budget = DailyBudget(database, Limits(tokens=150))
    first = await budget.reserve(project_id, "m", MOST)
    assert first is not None
    assert await budget.reserve(project_id, "m", MOST) is None
    await first.settle(Spent(10, 5))
    assert await budget.reserve(project_id, "m", MOST) is not None
    (day,) = await counted(database, project_id)
    assert (day.calls, day.refused, day.reserved_tokens) == (1, 1, 100)


async def test_money_has_a_limit_of_its_own(database: Database, project_id: str) -> None:
    budget = DailyBudget(database, Limits(cost_micros=700))
    assert await budget.reserve(project_id, "m", MOST) is not None
    assert await budget.reserve(project_id, "m", MOST) is None


async def test_processes_share_a_budget_and_a_restart_keeps_it(database: Database, project_id: str) -> None:
    other = Database(database.url)
    try:
        budgets = [DailyBudget(one, Limits(tokens=350)) for one in (database, other)]
        taken = await asyncio.gather(*(budgets[n % 2].reserve(project_id, "m", MOST) for n in range(10)))
    finally:
        await other.close()
    assert sum(one is not None for one in taken) == 3
    assert await DailyBudget(database, Limits(tokens=350)).reserve(project_id, "m", MOST) is None


async def test_each_project_and_each_day_has_its_own(
    database: Database, project_id: str, other_project_id: str
) -> None:
    budget = DailyBudget(database, Limits(tokens=100))
    assert await budget.reserve(project_id, "m", MOST) is not None
    assert await budget.reserve(other_project_id, "m", MOST) is not None
    with use_clock(lambda: 1_900_000_000_000):
        assert await budget.reserve(project_id, "m", MOST) is not None
    assert len(await counted(database, project_id)) == 2

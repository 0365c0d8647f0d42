"""What models took, over HTTP."""

from recado.brain.llm.budget import Spent
from recado.db import Database
from recado.projects.service import Role
from recado.usage.service import DailyBudget, Limits
from tests.api.conftest import Api, Tenant


async def test_a_project_sees_what_its_own_models_took(
    api: Api, ours: Tenant, theirs: Tenant, database: Database
) -> None:
    budget = DailyBudget(database, Limits())
    reserved = await budget.reserve(ours.project_id, "openai:small", Spent(80, 20, 500))
    assert reserved is not None
    await reserved.settle(Spent(30, 5, 250_000))
    answer = await api.get("/usage", ours.keys[Role.READ])
    (day,) = answer.json["days"]
    assert (day["calls"], day["tokens_in"], day["tokens_out"], day["cost"]) == (1, 30, 5, 0.25)
    assert answer.json["tokens_per_day"] is None
    assert (await api.get("/usage", theirs.keys[Role.READ])).json["days"] == []

"""`recado usage`: what models took, for whoever pays."""

import asyncio

from recado.brain.llm.budget import Spent
from recado.db import Database
from recado.projects.service import create_project
from recado.settings import Settings
from recado.usage.service import DailyBudget, Limits
from tests.cli.terminal import Installation


async def ask(url: str) -> None:
    database = Database(url)
    async with database.system() as session:
        project_id = (await create_project(session, "clinica", "Clínica")).id
    reserved = await DailyBudget(database, Limits()).reserve(project_id, "openai:small", Spent(80, 20, 500))
    assert reserved is not None
    await reserved.settle(Spent(30, 5, 250_000))
    await database.close()


def test_an_operator_sees_what_models_took(installation: Installation) -> None:
    installation.ok("db", "migrate")
    assert "no project" in installation.refused("usage", "clinica").lower()
    asyncio.run(ask(Settings(data_dir=installation.folder / "data").resolved_database_url))
    (day,) = installation.json("usage", "clinica")
    assert (day["calls"], day["tokens_in"], day["tokens_out"], day["cost"]) == (1, 30, 5, 0.25)
    assert "0.25" in installation.ok("usage", "clinica")

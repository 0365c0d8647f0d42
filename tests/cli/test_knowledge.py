"""`recado knowledge`: what an assistant would answer from."""

import asyncio

from recado.assistants.service import create_assistant
from recado.db import Database
from recado.knowledge.service import NewEntry, add_entries
from recado.projects.service import create_project
from recado.settings import Settings
from tests.cli.terminal import Installation

ENTRIES = (
    NewEntry("hours", "es", "¿Atienden los sábados?", "De 8 a 13", ("fin de semana",)),
    NewEntry("parking", "es", "¿Hay estacionamiento?", "Sí, seis espacios", ("cochera",)),
)


async def store(url: str) -> None:
    database = Database(url)
    async with database.system() as session:
        project_id = (await create_project(session, "clinica", "Clínica")).id
    async with database.project(project_id) as session:
        who = await create_assistant(session, slug="recepcion", name="R", brain="rules", brains={"rules"})
        await add_entries(session, who.id, ENTRIES)
    await database.close()


def test_an_operator_sees_what_a_question_finds(installation: Installation) -> None:
    installation.ok("db", "migrate")
    asyncio.run(store(Settings(data_dir=installation.folder / "data").resolved_database_url))
    search = ("knowledge", "search", "--project", "clinica")
    (found,) = installation.json(*search, "recepcion", "atienden los savados?")
    assert (found["topic"], found["score"], found["answer"]) == ("hours", 1.0, "De 8 a 13")
    assert "¿Hay estacionamiento?" in installation.ok(*search, "recepcion", "tienen cochera")
    assert "No entry" in installation.ok(*search, "recepcion", "pizza")
    assert "no assistant" in installation.refused(*search, "nadie", "hola")
    assert "no project" in installation.refused("knowledge", "search", "--project", "otra", "recepcion", "hola")

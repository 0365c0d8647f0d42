"""`recado job` and `recado schedule`: seen and stopped from a terminal."""

import asyncio

from recado.bulk.service import KIND, check
from recado.db import Database
from recado.jobs import schedules, service
from recado.jobs.kinds import Kind, Kinds, Run
from recado.kit import new_id
from recado.projects.service import create_project
from recado.settings import Settings
from tests.cli.terminal import Installation


async def _never(_: Run) -> None: ...


async def make(url: str) -> str:
    """A project with a job and a schedule; the job's id."""
    database = Database(url)
    async with database.system() as session:
        project_id = (await create_project(session, "clinica", "Clínica")).id
    order = {"line_id": new_id(), "text": "hola", "phones": ["59170000001"]}
    async with database.project(project_id) as session:
        job = await service.submit(session, KIND, order)
        kinds = Kinds.of([Kind(KIND, _never, check)])
        await schedules.create(
            session, kinds, name="Avisos", kind=KIND, cron="0 9 * * mon", timezone="America/Lima", given=order
        )
    await database.close()
    return job.id


def test_an_operator_sees_and_stops_jobs(installation: Installation) -> None:
    installation.ok("db", "migrate")
    job_id = asyncio.run(make(Settings(data_dir=installation.folder / "data").resolved_database_url))
    (listed,) = installation.json("job", "list", "--project", "clinica", "--state", "pending")
    assert (listed["id"], listed["kind"]) == (job_id, KIND)
    assert job_id in installation.ok("job", "list", "--project", "clinica")
    assert '"state": "pending"' in installation.ok("job", "show", "--project", "clinica", job_id)
    assert "Cancelled" in installation.ok("job", "cancel", "--project", "clinica", job_id)
    assert installation.json("job", "list", "--project", "clinica", "--state", "pending") == []
    assert "There is no such job" in installation.refused("job", "show", "--project", "clinica", new_id())
    (schedule,) = installation.json("schedule", "list", "--project", "clinica")
    assert (schedule["name"], schedule["cron"], schedule["state"]) == ("Avisos", "0 9 * * mon", "active")

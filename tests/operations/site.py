"""An installation as operators run it: real processes, a simulator of the Cloud API in the test's own loop."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from recado.assistants.service import create_assistant
from recado.channels.cloud_api.simulator import App, Number, Simulator, SimulatorConfig
from recado.channels.service import create_line
from recado.db import Database
from recado.kit.crypto import SecretBox
from recado.projects.service import create_project
from tests.cli.terminal import Installation, Program, free_port

SECRET_KEY = "a-key-for-these-tests-only"
SECRETS = {"access_token": "a-token-of-meta", "app_secret": "an-app-secret", "verify_token": "a-verify-token"}
NUMBER = "100200300"
PERSON = "51987654321"
WORDS = "una frase que nadie debe leer"
LIMIT_S = 90.0


@dataclass
class Site:
    """What runs. `metrics` are the addresses of the processes' /metrics."""

    simulator: str
    port: int
    installation: Installation
    http: aiohttp.ClientSession
    line_id: str
    programs: list[Program] = field(default_factory=list[Program])
    metrics: list[str] = field(default_factory=list[str])

    async def write(self, text: str = WORDS, person: str = PERSON) -> None:
        """Somebody writes."""
        body = {"phone_number_id": NUMBER, "from": person, "text": text, "name": "Zoraida Quispe"}
        async with self.http.post(f"{self.simulator}/simulator/inject", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def answered(self, times: int = 1) -> None:
        """Wait until so many answers have reached phones and the provider has told all that it has to tell."""
        async with asyncio.timeout(LIMIT_S):
            while await self._answers() < times:  # noqa: ASYNC110 # other processes make them
                await asyncio.sleep(0.05)
        async with self.http.get(f"{self.simulator}/simulator/idle?wait_s=60") as answer:
            assert (await answer.json())["idle"]

    async def _answers(self) -> int:
        async with self.http.get(f"{self.simulator}/simulator/transcript") as answer:
            return sum(entry["direction"] == "out" for entry in (await answer.json())["entries"])

    async def exposed(self) -> list[str]:
        """What all processes tell Prometheus."""
        texts: list[str] = []
        for url in self.metrics:
            async with self.http.get(url) as answer:
                assert answer.status == 200
                texts.append(await answer.text())
        return texts

    def stop(self) -> None:
        """Ask all processes to end, and wait for it."""
        for program in reversed(self.programs):
            assert program.stop() == 0, program.output


@asynccontextmanager
async def site(database_url: str, folder: Path, **variables: str) -> AsyncGenerator[Site]:
    """`recado up` on SQLite; `recado api` and `recado worker` beside each other on PostgreSQL.

    `database_url` is that of a migrated, empty database.
    """
    port = free_port()
    app = App((f"http://127.0.0.1:{port}/webhooks/whatsapp",), SECRETS["app_secret"], SECRETS["verify_token"])
    config = SimulatorConfig(
        port=free_port(), data=None, app=app, numbers=(Number(NUMBER, "15550001", "91"),), retry_initial_s=0.05
    )
    simulator, url = Simulator(config), f"http://127.0.0.1:{config.port}"
    settings = {
        "RECADO_DATABASE_URL": database_url,
        "RECADO_SECRET_KEY": SECRET_KEY,
        "RECADO_CLOUD_API_BASE_URL": url,
        **variables,
    }
    installation = Installation(folder, **settings)
    line_id = await _populate(database_url)
    await simulator.start()
    try:
        async with aiohttp.ClientSession() as http:
            made = Site(url, port, installation, http, line_id)
            with contextlib.ExitStack() as running:
                await asyncio.to_thread(_start, made, running, database_url.startswith("sqlite:"))
                yield made
    finally:
        await simulator.stop()


def _start(made: Site, running: contextlib.ExitStack, alone: bool) -> None:
    api = f"http://127.0.0.1:{made.port}/metrics"
    start = made.installation.running
    if alone:
        up = start("up", "--port", str(made.port), "--no-demo", until="Stop ")
        made.programs, made.metrics = [running.enter_context(up)], [api]
        return
    own = free_port()
    halves = (
        start("api", "--port", str(made.port), until="API runs on"),
        start("worker", "--port", str(own), until="worker runs"),
    )
    made.programs = [running.enter_context(half) for half in halves]
    made.metrics = [api, f"http://127.0.0.1:{own}/metrics"]


async def _populate(database_url: str) -> str:
    database = Database(database_url)
    try:
        async with database.system() as session:
            project = await create_project(session, "clinica", "Clínica")
        async with database.project(project.id) as session:
            assistant = await create_assistant(session, slug="echo", name="Echo", brain="echo", brains={"echo"})
            line = await create_line(
                session,
                SecretBox([SECRET_KEY]),
                assistant_id=assistant.id,
                channel="cloud-api",
                address=NUMBER,
                secrets=SECRETS,
            )
            return line.id
    finally:
        await database.close()

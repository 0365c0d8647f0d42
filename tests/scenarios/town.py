"""A town of processes: people's phones (the Cloud API simulator), `recado up`, and models that come and go."""

import asyncio
import re
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from recado.assistants.config import Config
from recado.assistants.service import create_assistant
from recado.brain.llm.budget import Spent
from recado.channels.cloud_api.simulator import App, Number, Simulator, SimulatorConfig
from recado.channels.service import create_line
from recado.db import Database
from recado.decisions import BrainMode
from recado.kit import now_ms
from recado.kit.clock import use_clock
from recado.kit.crypto import SecretBox
from recado.projects.service import create_project
from recado.usage.service import DailyBudget, Limits
from tests.cli.terminal import Installation, Program, free_port

SECRET_KEY = "a-key-for-these-tests-only"
SECRETS = {"access_token": "t", "app_secret": "secret", "verify_token": "v"}
TOKENS_PER_DAY = 1_000_000
LIMIT_S = 90.0
# A line for each way of answering. The project of "poor" has used up what models may cost it today.
LINES: Mapping[str, BrainMode] = {"rules": "rules", "hybrid": "hybrid", "model": "model", "poor": "model"}
NUMBERS = {name: str(100 + at) for at, name in enumerate(LINES)}


@dataclass(slots=True)
class Town:
    """People write to lines by their names; what they are answered comes from the simulator's own records."""

    simulator: str
    installation: Installation
    port: int
    _http: aiohttp.ClientSession
    _written: int = 0

    @contextmanager
    def recado(self, model_url: str, **variables: str) -> Generator[Program]:
        """`recado up`, which asks the model at this address."""
        self.installation.environment |= {
            "RECADO_MODEL_BASE_URL": f"{model_url}/v1",
            "RECADO_MODEL_TIMEOUT_S": "55",  # as long as may be: machines may be slow
            **variables,
        }
        with self.installation.running("up", "--port", str(self.port), "--no-demo", until="Stop ") as program:
            yield program

    async def write(self, line: str, text: str) -> str:
        """Somebody new writes; who it is."""
        self._written += 1
        person = f"51900000{self._written:03d}"
        body = {"phone_number_id": NUMBERS[line], "from": person, "text": text}
        async with self._http.post(f"{self.simulator}/simulator/inject", json=body) as answer:
            assert answer.status == 200, await answer.text()
        return person

    async def answer(self, line: str, person: str) -> str:
        """The text that this person is answered with, waiting for it."""
        async with asyncio.timeout(LIMIT_S):
            while not (answers := await self.answers(line, person)):  # noqa: ASYNC110 # other processes make it
                await asyncio.sleep(0.05)
        return answers[0]

    async def answers(self, line: str, person: str) -> list[str]:
        """Everything that reached this person's phone."""
        where = {"phone_number_id": NUMBERS[line], "wa_id": person}
        async with self._http.get(f"{self.simulator}/simulator/transcript", params=where) as answer:
            entries = (await answer.json())["entries"]
        return [_text(entry["content"]) for entry in entries if entry["direction"] == "out"]

    async def ask(self, line: str, text: str) -> str:
        """Somebody new writes, and this is the answer."""
        return await self.answer(line, await self.write(line, text))

    async def metric(self, name: str) -> float:
        """Of `recado up`; 0 if there is none yet. They are counted once a second."""
        async with self._http.get(f"http://127.0.0.1:{self.port}/metrics") as answer:
            found = re.search(rf"^{re.escape(name)} (\S+)$", await answer.text(), re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def until(self, at_least: float, *names: str) -> None:
        """Wait until a metric, or several together, have this value."""
        async with asyncio.timeout(LIMIT_S):
            while sum([await self.metric(name) for name in names]) < at_least:  # noqa: ASYNC110 # another process counts
                await asyncio.sleep(0.1)


def _text(content: Mapping[str, Any]) -> str:
    inner = content.get("text") or content.get("interactive", {}).get("body", {})
    return inner.get("body") or inner.get("text") or ""


@asynccontextmanager
async def town(database_url: str, folder: Path) -> AsyncGenerator[Town]:
    """Everything but `recado up` and its model, on a database that is migrated and empty."""
    port = free_port()
    app = App((f"http://127.0.0.1:{port}/webhooks/whatsapp",), SECRETS["app_secret"], SECRETS["verify_token"])
    numbers = tuple(Number(number, f"1555000{number}", f"9{number}") for number in NUMBERS.values())
    config = SimulatorConfig(port=free_port(), data=None, app=app, numbers=numbers, retry_initial_s=0.05)
    simulator = Simulator(config)
    url = f"http://127.0.0.1:{config.port}"
    installation = Installation(
        folder,
        RECADO_DATABASE_URL=database_url,
        RECADO_SECRET_KEY=SECRET_KEY,
        RECADO_CLOUD_API_BASE_URL=url,
        RECADO_MODEL="local",
        RECADO_MODEL_TOKENS_PER_DAY=str(TOKENS_PER_DAY),
    )
    await _populate(database_url)
    await simulator.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Town(url, installation, port, http)
    finally:
        await simulator.stop()


async def _populate(database_url: str) -> None:
    database = Database(database_url)
    try:
        projects = {name: await _add_line(database, name, mode) for name, mode in LINES.items()}
        budget = DailyBudget(database, Limits(TOKENS_PER_DAY))
        for ahead_ms in (0, 24 * 3_600_000):  # a test may begin just before midnight
            at_ms = now_ms() + ahead_ms
            with use_clock(lambda at_ms=at_ms: at_ms):
                reserved = await budget.reserve(projects["poor"], "local", Spent(TOKENS_PER_DAY))
                assert reserved is not None
                await reserved.settle(Spent(TOKENS_PER_DAY))
    finally:
        await database.close()


async def _add_line(database: Database, name: str, mode: BrainMode) -> str:
    """A project with one assistant, which takes no actions, and its line."""
    async with database.system() as session:
        project = await create_project(session, name, name.title())
    async with database.project(project.id) as session:
        assistant = await create_assistant(
            session,
            slug="clinic",
            name="Clinic",
            brain="rules",
            brains={"rules"},
            config=Config(mode=mode, actions=[]),
        )
        await create_line(
            session,
            SecretBox([SECRET_KEY]),
            assistant_id=assistant.id,
            channel="cloud-api",
            address=NUMBERS[name],
            secrets=SECRETS,
        )
    return project.id

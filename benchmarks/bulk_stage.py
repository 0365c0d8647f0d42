"""Where a bulk send is measured: an installation whose people may all be written to, beside the simulator."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import delete, select

from benchmarks.processes import REPOSITORY, BenchmarkError, Child, running, wait_until_ready
from benchmarks.wire import HOST
from recado.brain.registry import builtin_brains
from recado.contacts.models import AddressRow, Contact
from recado.db import Database, json_text
from recado.installation import Answering, NewLine, ensure_line
from recado.jobs.models import Job
from recado.kit import new_id, now_ms
from recado.kit.crypto import secret_box
from recado.kit.ports import free_port
from recado.mailbox.models import Conversation, Process
from recado.migrate import migrate
from recado.projects.service import Role, create_key
from recado.settings import Settings

SECRETS = {"access_token": "token", "app_secret": "secret", "verify_token": "verify"}
NUMBER = "700001"
# A try whose process was killed waits so long for a status before it is sent again.
RECONCILE_AFTER_S = 5.0
_READY_WITHIN_S = 90.0
_POLL_S = 0.02
_SEED_BATCH = 1_000
_PAGE = 1_000


@dataclass(slots=True)
class Stage:
    """An installation. `owners` are the living processes by their ids in the database."""

    folder: Path
    url: str
    simulator: str
    key: str
    line_id: str
    contact_ids: list[str]
    database: Database
    http: aiohttp.ClientSession
    stack: ExitStack
    port: int = field(default_factory=free_port)
    owners: dict[str, Child] = field(default_factory=dict[str, Child])
    _lives: int = 0

    def start(self, command: str) -> Child:
        """A process of Recado. It is ready when `joined` says so."""
        self._lives += 1
        listening = ["--port", str(self.port)] if command in ("up", "api") else []
        argv = [str(REPOSITORY / ".venv/bin/recado"), command, *listening, *(["--no-demo"] if command == "up" else [])]
        env = {
            "RECADO_DATABASE_URL": self.url,
            "RECADO_DATA_DIR": str(self.folder),
            "RECADO_CLOUD_API_BASE_URL": self.simulator,
            "RECADO_RECONCILE_AFTER_S": str(RECONCILE_AFTER_S),
        }
        child = self.stack.enter_context(running(f"{command}-{self._lives}", argv, self.folder, env))
        if listening:
            wait_until_ready(child, self.port, "/health")
        return child

    async def join(self, command: str) -> str:
        """Start a working process; its id, once it gives signs of life."""
        known = set(await self.processes())
        child = self.start(command)
        until = time.monotonic() + _READY_WITHIN_S
        while not (new := set(await self.processes()) - known):
            if time.monotonic() > until or child.process.poll() is not None:
                raise BenchmarkError(f"{child.name} gave no sign of life\n{child.tail()}")
            await asyncio.sleep(_POLL_S)
        (owner,) = new
        self.owners[owner] = child
        return owner

    async def kill(self, owner: str, *, forget: bool) -> None:
        """`kill -9`. With `forget`, its signs of life are removed, as if the time had passed in which they count."""
        child = self.owners.pop(owner)
        child.process.kill()
        child.process.wait()
        if forget:
            async with self.database.system() as session:
                await session.execute(delete(Process).where(Process.id == owner))

    async def processes(self) -> list[str]:
        async with self.database.system(read_only=True) as session:
            return list(await session.scalars(select(Process.id).where(Process.kind.in_(("up", "worker")))))

    async def job(self, job_id: str) -> Job:
        async with self.database.system(read_only=True) as session:
            return await session.get_one(Job, job_id)

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The native API's answer. Raises `BenchmarkError` for any but a 2xx."""
        headers = {"X-API-Key": self.key}
        url = f"http://{HOST}:{self.port}/api/v1{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            if answer.status >= 300:
                raise BenchmarkError(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json()

    async def arrived(self) -> Counter[str]:
        """How often each person's phone got a message."""
        got: Counter[str] = Counter()
        cursor, more = "", True
        while more:
            async with self.http.get(f"{self.simulator}/simulator/transcript?after={cursor}&limit={_PAGE}") as answer:
                page = await answer.json()
            got.update(entry["wa_id"] for entry in page["entries"] if entry["direction"] == "out")
            cursor, more = page["cursor"], page["more"]
        return got


@asynccontextmanager
async def staged(folder: Path, url: str, people: int, rate: float) -> AsyncGenerator[Stage]:
    """A project with a line of this rate and people who wrote to it just now; no process runs yet."""
    database = Database(url)
    try:
        with ExitStack() as stack:
            simulator = stack.enter_context(_simulator(folder))
            await migrate(Settings(database_url=url, data_dir=folder))
            line = await ensure_line(
                database, secret_box("", folder),
                NewLine("cloud-api", NUMBER, SECRETS, max_per_second=rate),
                project="bulk", answering=Answering(brain="echo"), brains=builtin_brains(),
            )  # fmt: skip
            async with database.project(line.project_id) as session:
                _, key = await create_key(session, line.project_id, "bulk", Role.ADMIN)
            contacts = [await _seed(database, line.project_id, line.line_id, size, first)
                        for first, size in _batches(people)]  # fmt: skip
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
                ids = [one for batch in contacts for one in batch]
                stage = Stage(folder, url, simulator, key, line.line_id, ids, database, http, stack)
                callback = [f"http://{HOST}:{stage.port}/webhooks/whatsapp"]
                app = {"callback_url": callback, "app_secret": SECRETS["app_secret"]}
                async with http.put(f"{simulator}/simulator/app", json=app) as answer:
                    if answer.status != 200:
                        raise BenchmarkError(f"The simulator answered {answer.status}: {await answer.text()}")
                yield stage
    finally:
        await database.close()


@contextmanager
def _simulator(folder: Path) -> Generator[str]:
    port = free_port()
    argv = [str(REPOSITORY / ".venv/bin/recado"), "simulate", "cloud-api", "--port", str(port), "--no-window"]
    argv += ["--number", NUMBER, "--access-token", SECRETS["access_token"]]
    with running("simulator", argv, folder) as child:
        wait_until_ready(child, port, "/simulator/stats")
        yield f"http://{HOST}:{port}"


def _batches(people: int) -> list[tuple[int, int]]:
    return [(first, min(_SEED_BATCH, people - first)) for first in range(0, people, _SEED_BATCH)]


async def _seed(database: Database, project_id: str, line_id: str, size: int, first: int) -> list[str]:
    at_ms = now_ms()
    ids = [new_id() for _ in range(size)]
    async with database.project(project_id) as session:
        for place, contact_id in enumerate(ids, first):
            phone = f"5190000{place:05d}"
            session.add(Contact(id=contact_id, name=f"Person {place}"))
            session.add(AddressRow(kind="phone", value=phone, contact_id=contact_id))
            session.add(
                Conversation(
                    line_id=line_id,
                    contact_id=contact_id,
                    send_to=json_text([["phone", phone]]),
                    last_in_ms=at_ms,
                    created_ms=at_ms,
                )
            )
    return ids

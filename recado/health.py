"""Is it alive, and can it do its work? `/health` says the one, `/ready` the other, check by check, with a cure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Response
from sqlalchemy import literal, select

from recado.db import Database
from recado.kit.disk import DiskLook
from recado.kit.gate import InFlight
from recado.kit.parts import part
from recado.kit.schemas import Output
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.mailbox.service import Mailbox
from recado.migrate import check as check_migrations

# One check may take so long before it counts as failed: load balancers ask every few seconds.
CHECK_LIMIT_S = 2.0
# Below this SQLite, its journal and the logs may soon be unable to grow.
MIN_FREE_BYTES = 100_000_000

log = structlog.get_logger(__name__)
router = APIRouter(tags=["installation"])


CheckName = Literal["process", "database", "migrations", "worker", "disk"]


class CheckOut(Output):
    """One condition. When it is not met, `cure` says what to do."""

    name: CheckName
    ok: bool
    cure: str | None = None


class HealthOut(Output):
    status: Literal["alive"] = "alive"


class ReadyOut(Output):
    ready: bool
    checks: list[CheckOut]


class NotMet(Exception):
    """A condition is not met; the message is the cure."""


@dataclass(slots=True)
class Stopping:
    """Whether this process has been told to stop: it serves on for a moment, and wants no new callers."""

    asked: bool = False
    in_flight: InFlight = field(default_factory=InFlight)
    farewells: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])

    async def say_farewell(self) -> None:
        """Let the parts that hold requests or sockets answer the last of them, before the server ends."""
        for done in await asyncio.gather(*(farewell() for farewell in self.farewells), return_exceptions=True):
            if isinstance(done, BaseException):  # the others have said theirs
                log.error("farewell_failed", error=type(done).__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Looks at what this installation needs to do its work."""

    database: Database
    mailbox: Mailbox
    data_disk: DiskLook
    stopping: Stopping = field(default_factory=Stopping)

    async def look(self) -> ReadyOut:
        """All checks, at the same time."""
        checks = await asyncio.gather(
            _check("process", self._process, "This process cannot be looked at: restart it"),
            _check(
                "database", self._database, "The database does not answer: see that it runs, and RECADO_DATABASE_URL"
            ),
            _check("migrations", self._migrations, "The state of the database cannot be read: recado doctor"),
            _check("worker", self._worker, "The heartbeats of the workers cannot be read: recado doctor"),
            _check("disk", self._disk, f"{self.data_disk.folder} cannot be looked at: see RECADO_DATA_DIR"),
        )
        return ReadyOut(ready=all(one.ok for one in checks), checks=list(checks))

    async def _process(self) -> None:
        if self.stopping.asked:
            raise NotMet("This process stops: ask another one")

    async def _database(self) -> None:
        async with self.database.engine.connect() as connection:
            await connection.execution_options(read_only=True)
            await connection.execute(select(literal(1)))

    async def _migrations(self) -> None:
        state = await check_migrations(self.database)
        if state.filling:
            raise NotMet("This database is being filled, or was left half filled: repeat the restore or the copy")
        if state.newer and not state.usable:
            raise NotMet("A newer Recado has used this database: start that version")
        if not state.usable:
            raise NotMet("The database is older than this program: recado db migrate")

    async def _worker(self) -> None:
        if not await self.mailbox.living_workers():
            raise NotMet(f"No worker gave a sign of life for {PROCESS_DEAD_AFTER_MS // 1000} s: recado worker")

    async def _disk(self) -> None:
        free = (await self.data_disk.take(CHECK_LIMIT_S)).free_bytes
        if free < MIN_FREE_BYTES:
            raise NotMet(f"Only {free // 1_000_000} MB are free for {self.data_disk.folder}: make room")


async def _check(name: CheckName, look: Callable[[], Awaitable[None]], cure: str) -> CheckOut:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            await look()
    except NotMet as unmet:
        return CheckOut(name=name, ok=False, cure=str(unmet))
    except Exception as error:  # whatever hinders a check is what it is there to find
        log.warning("check_failed", check=name, error=type(error).__name__)
        return CheckOut(name=name, ok=False, cure=cure)
    return CheckOut(name=name, ok=True)


@router.get("/health", name="get_health")
async def get_health() -> HealthOut:
    """This process answers. Restart it when it does not."""
    return HealthOut()


@router.get("/ready", name="get_ready", responses={503: {"model": ReadyOut, "description": "Not ready"}})
async def get_ready(readiness: Annotated[Readiness, Depends(part(Readiness))], response: Response) -> ReadyOut:
    """This installation can do its work: 200, or 503 with what to do. Send it no traffic meanwhile."""
    found = await readiness.look()
    if not found.ready:
        response.status_code = 503
    return found

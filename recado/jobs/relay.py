"""The relay of a worker: claims jobs and starts them, makes those of schedules, goes on with those of dead
processes.

Nothing of the library is loaded before the first job.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import structlog

from recado.db import Database
from recado.durable import MAX_RUNNING, Engine, Steps
from recado.errors import RecadoError
from recado.jobs import claims, ticks
from recado.jobs.claims import End, Held
from recado.jobs.kinds import JobCancelled, JobLost, Kind, Kinds
from recado.kit import randomness
from recado.kit.logs import about, place_of
from recado.kit.wakeup import Bell

# How late a job or a schedule may begin.
POLL_S = 0.5
# How often dead processes are looked for. With the time after which one counts as dead, and the library's own look once
# a second, its jobs go on within 10 s.
RECOVER_S = 1.0
FORGET_S = 60.0
# Waits after a try that failed, unless the error says more.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 300.0
# How long a job waits that could not be started here, or whose kind this version does not know.
START_RETRY_MS = 2_000
# Processes that died during one step of a job before it is given up: it may be the cause.
MAX_CRASHES = 10
# A job's last words are written however long it takes.
WRITE_RETRY_S = 1.0
MAX_TEXT = 500

log = structlog.get_logger(__name__)
T = TypeVar("T")
# The ids of the processes that live; a process that stalls is not among them long before it is another's turn.
Living = Callable[[], Awaitable[frozenset[str]]]


@dataclass(frozen=True, slots=True)
class JobRun:
    """Implements `recado.jobs.kinds.Run` for a job that this process has."""

    database: Database
    held: Held
    steps: Steps

    @property
    def id(self) -> str:
        return self.held.id

    @property
    def project_id(self) -> str:
        return self.held.project_id

    @property
    def input(self) -> Any:
        return json.loads(self.held.input)

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        result = await self.steps.take(name, cast("Callable[[], Coroutine[Any, Any, T]]", work))
        if await claims.save_step(self.database, self.held) is None:
            raise JobLost
        return result

    async def progress(self, shown: Mapping[str, Any]) -> None:
        asked = await claims.save_progress(self.database, self.held, dict(shown))
        if asked is None:
            raise JobLost
        if asked:
            raise JobCancelled


@dataclass(slots=True)
class Relay:
    """The jobs of one process, until `run` is cancelled. Who rings `bell` may let it look by itself less often."""

    database: Database
    database_url: str
    owner: str
    kinds: Kinds
    living: Living
    bell: Bell = field(default_factory=Bell)
    look_s: float = POLL_S
    _engine: Engine = field(init=False)
    _held: dict[str, int] = field(default_factory=dict[str, int])
    _ended: list[str] = field(default_factory=list[str])
    _recovered_s: float = float("-inf")
    _forgot_s: float = 0.0

    def __post_init__(self) -> None:
        self._engine = Engine(self.database_url, self.owner, self._carry_out)

    async def run(self) -> None:
        """Look for work again and again. On cancellation: stop what runs, for others to go on with."""
        try:
            while True:
                await self._round()
                await self.bell.wait(self.look_s)
        finally:
            await self._engine.close()
            with contextlib.suppress(Exception):  # then the others find out by its missing signs of life
                await claims.let_go(self.database, self.owner)

    async def _round(self) -> None:
        try:
            await ticks.fire(self.database)
            await self._start_due()
            now_s = asyncio.get_running_loop().time()
            if now_s - self._recovered_s >= RECOVER_S:
                self._recovered_s = now_s
                await self._recover()
            if now_s - self._forgot_s >= FORGET_S:
                self._forgot_s = now_s
                ended, self._ended = self._ended, []
                await self._engine.forget(ended)
        except Exception as error:  # whatever it is, the next round comes
            log.warning("jobs_wait", **place_of(error))
            await asyncio.sleep(POLL_S)

    async def _start_due(self) -> None:
        room, names = MAX_RUNNING - len(self._held), tuple(self.kinds.all)
        if room <= 0 or not names or not await claims.any_due(self.database, names):
            return
        for job in await claims.claim_due(self.database, self.owner, names, room):
            self._held[job.id] = job.epoch
            try:
                await self._engine.start(job.workflow_id)
            except Exception as error:  # the library's tables cannot be reached, or it refuses
                log.warning("job_not_started", job_id=job.id, **place_of(error))
                self._held.pop(job.id, None)
                await claims.give_back(self.database, job, START_RETRY_MS, crashed=False)

    async def _recover(self) -> None:
        living = await self.living() | {self.owner}
        if not self._engine.launched and await claims.any_running(self.database):
            await self._engine.launch()  # to be ready, should its process die: that takes a second or two
        for job in await claims.find_orphans(self.database, self.owner, tuple(self._held), living):
            if job.id in self._held:
                continue  # begun a moment ago
            trace = await self._engine.trace(job.workflow_id, living)
            if trace == "gone":
                await claims.give_back(self.database, job, 0, crashed=True)
            log.info("job_resumed", job_id=job.id, kind=job.kind, steps=trace)

    # --- one job ----------------------------------------------------------------------------------------

    async def _carry_out(self, workflow_id: str, steps: Steps) -> None:
        living = await self.living() | {self.owner}
        held = await claims.take(self.database, workflow_id, self.owner, living)
        if held is None:
            return
        self._held[held.id] = held.epoch
        about(("job_id", held.id))
        try:
            await self._run(held, steps)
        except Exception as error:
            log.error("job_defect", job_id=held.id, **place_of(error))
            raise
        finally:
            if self._held.get(held.id) == held.epoch:
                del self._held[held.id]
            self._ended.append(workflow_id)

    async def _run(self, held: Held, steps: Steps) -> None:
        kind = self.kinds.all.get(held.kind)
        if kind is None:  # a newer version made it, and runs beside
            await self._write(lambda: claims.give_back(self.database, held, START_RETRY_MS, crashed=False))
            return
        if held.crashes > MAX_CRASHES:
            how = End("failed", code="process_died", text="Process after process died while it ran")
            await self._write(lambda: claims.end(self.database, held, how))
            return
        try:
            result = await kind.run(JobRun(self.database, held, steps))
        except JobLost:
            log.warning("job_lost", job_id=held.id)
        except JobCancelled:
            await self._write(lambda: claims.end(self.database, held, End("cancelled")))
        except Exception as error:
            await self._after_failure(held, kind, error)
        else:
            await self._write(lambda: claims.end(self.database, held, End("succeeded", result)))

    async def _after_failure(self, held: Held, kind: Kind, error: Exception) -> None:
        known = isinstance(error, RecadoError)
        code = error.code if known else "internal_error"
        log.warning("job_failed", job_id=held.id, kind=held.kind, attempts=held.attempts, **place_of(error))
        wait_s = error.verdict.retry_after_s if known else 0.0
        if wait_s is None or held.attempts >= kind.max_attempts:
            text = error.message[:MAX_TEXT] if known else f"A defect: {type(error).__name__}. The logs say where"
            await self._write(lambda: claims.end(self.database, held, End("failed", code=code, text=text)))
            return
        wait_s = max(wait_s, randomness.full_jitter(held.attempts, BACKOFF_BASE_S, BACKOFF_CAP_S))
        delay_ms = round(wait_s * 1000)
        await self._write(lambda: claims.give_back(self.database, held, delay_ms, code=code, crashed=False))

    async def _write(self, work: Callable[[], Awaitable[Any]]) -> None:
        """The last words of a job; if they cannot be written for ever, the process's own end releases it."""
        while True:
            try:
                await work()
                return
            except Exception as error:
                log.warning("job_end_waits", **place_of(error))
            await asyncio.sleep(WRITE_RETRY_S)

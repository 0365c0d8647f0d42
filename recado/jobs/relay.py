"""The relay of a worker: claims jobs and starts them, makes those of schedules, goes on with those of dead
processes.

Nothing of the library is loaded before the first job.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import structlog

from recado.db import Database
from recado.durable import MAX_RUNNING, Engine, Steps
from recado.errors import RecadoError
from recado.jobs import claims, ticks
from recado.jobs.claims import End, Held
from recado.jobs.kinds import JobCancelled, JobLost, JobPutOff, Kind, Kinds
from recado.kit import randomness
from recado.kit.logs import about, place_of
from recado.kit.wakeup import Bell

# How late a job or a schedule may begin.
POLL_S = 0.5
# How often dead processes are looked for. With the time after which one counts as dead, and the library's own look once
# a second, its jobs go on within 10 s.
RECOVER_S = 1.0
# How often, and how long after its end, the library's records of a job are removed.
FORGET_S = 60.0
# Waits after a try that failed, unless the error says more.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 300.0
# How long a job waits that could not be started here, or whose kind this version does not know.
START_RETRY_MS = 2_000
# How long a job that only waits is put off where its place is needed: to begin it anew costs some dozen statements.
PUT_OFF_S = 5.0
# Processes that died during one step of a job before it is given up: it may be the cause.
MAX_CRASHES = 10
# How often a job is taken, or its end written, again while the database is away. The end as long as it takes; what
# cannot be taken keeps no place for longer than that, and counts as crashed: another process may.
DATABASE_RETRY_S = 1.0
TAKE_TRIES = 60
# How often a process that stops says that it lets go of its jobs: a stop has a few seconds.
LET_GO_TRIES = 2
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
    is_needed: Callable[[str], bool]

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

    async def wait(self, wait_s: float) -> None:
        if self.is_needed(self.project_id):
            raise JobPutOff(max(wait_s, PUT_OFF_S))
        await asyncio.sleep(wait_s)


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
    _held: dict[str, Held] = field(default_factory=dict[str, Held])
    # Held while jobs are claimed or looked after, so that those just claimed do not look as if we had lost them.
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    # Claims that are being written: a stop waits for them, or it would give back what is ours only after it.
    _claims: set["asyncio.Task[Any]"] = field(default_factory=set["asyncio.Task[Any]"])
    # Whether a project without any place here had a job left at the last look.
    _others_wait: bool = False
    # Schedules that could not be fired here, and until when they are left.
    _put_off: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self._engine = Engine(self.database_url, self.owner, self._carry_out)

    async def run(self) -> None:
        """Look for work again and again. On cancellation: stop what runs, for others to go on with."""
        try:
            async with asyncio.TaskGroup() as group:
                # Beside each other: where many are due at once, schedules or starts take seconds.
                looks = [
                    self._keep(group, self._fire_due),
                    self._keep(group, self._start_due),
                    self._keep(group, self._recover, RECOVER_S),
                    self._keep(group, self._forget, FORGET_S),
                ]
                while True:
                    if await self.bell.wait(self.look_s):
                        for look in looks:
                            look.ring()
        finally:
            try:
                await self._engine.close()
            except Exception as error:  # whatever it is, others go on with what was here
                log.error("jobs_not_closed", **place_of(error))
            await asyncio.gather(*self._claims, return_exceptions=True)
            with contextlib.suppress(Exception):  # then the others find out by its missing signs of life
                await self._insist(lambda: claims.let_go(self.database, self.owner), tries=LET_GO_TRIES)

    def _keep(self, group: asyncio.TaskGroup, work: Callable[[], Awaitable[None]], every_s: float = 0.0) -> Bell:
        """Do `work` now, whenever the bell rings, and after `look_s` at the latest; no sooner than `every_s` after the
        last time.
        """
        bell = Bell()

        async def keep() -> None:
            while True:
                try:
                    await work()
                except Exception as error:  # whatever it is, there is a next time
                    log.warning("jobs_wait", **place_of(error))
                    await asyncio.sleep(POLL_S)
                await asyncio.sleep(every_s)
                await bell.wait(self.look_s)

        group.create_task(keep())
        return bell

    async def _fire_due(self) -> None:
        if await ticks.fire(self.database, self._put_off):
            self.bell.ring()  # there are jobs now

    async def _forget(self) -> None:
        if not self._engine.launched:
            return
        # By the library's own times, not by what ended here: so nothing stays of those that ended just before a stop,
        # or whose end the library had not written yet, or that could not be removed at the first try.
        await self._engine.forget(await claims.clock_ms(self.database) - round(FORGET_S * 1000))

    async def _start_due(self) -> None:
        names = tuple(self.kinds.all)
        if not names:
            return
        if (room := MAX_RUNNING - len(self._held)) > 0:
            await self._claim(names, room)
        is_full = len(self._held) >= MAX_RUNNING
        self._others_wait = is_full and await claims.any_of_others(
            self.database, names, {job.project_id for job in self._held.values()}
        )

    async def _claim(self, names: tuple[str, ...], room: int) -> None:
        async with self._claiming:
            busy = Counter(job.project_id for job in self._held.values())
            due = await self._surely(claims.claim_due(self.database, self.owner, names, room, busy))
            self._held.update({job.id: job for job in due})
        for job in due:
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
        async with self._claiming:
            orphans = await claims.find_orphans(self.database, self.owner, tuple(self._held), living)
        orphans = [job for job in orphans if job.id not in self._held]  # those were begun a moment ago
        if not orphans:
            return
        traces = await self._engine.trace([job.workflow_id for job in orphans], living)
        for job in orphans:
            trace = traces[job.workflow_id]
            if trace == "gone":
                await claims.give_back(self.database, job, 0, crashed=True)
            if trace != "waits":
                log.info("job_resumed", job_id=job.id, kind=job.kind, steps=trace)

    # --- one job ----------------------------------------------------------------------------------------

    async def _carry_out(self, workflow_id: str, steps: Steps) -> None:
        held = await self._insist(lambda: self._take(workflow_id), tries=TAKE_TRIES)
        if held is None:
            return
        self._held[held.id] = held
        about(("job_id", held.id))
        try:
            await self._run(held, steps)
        except Exception as error:
            log.error("job_defect", job_id=held.id, **place_of(error))
            raise
        finally:
            if self._held.get(held.id) == held:
                del self._held[held.id]

    async def _take(self, workflow_id: str) -> Held | None:
        living = await self.living() | {self.owner}
        return await self._surely(claims.take(self.database, workflow_id, self.owner, living))

    async def _run(self, held: Held, steps: Steps) -> None:
        kind = self.kinds.all.get(held.kind)
        if kind is None:  # a newer version made it, and runs beside
            await self._insist(lambda: claims.give_back(self.database, held, START_RETRY_MS, crashed=False))
            return
        if held.crashes > MAX_CRASHES:
            how = End("failed", code="process_died", text="Process after process died while it ran")
            await self._insist(lambda: claims.end(self.database, held, how))
            return
        try:
            result = await kind.run(JobRun(self.database, held, steps, self._is_place_needed))
        except JobLost:
            log.warning("job_lost", job_id=held.id)
        except JobCancelled:
            await self._insist(lambda: claims.end(self.database, held, End("cancelled")))
        except JobPutOff as put_off:
            delay_ms = round(put_off.wait_s * 1000)
            await self._insist(lambda: claims.give_back(self.database, held, delay_ms, crashed=False))
        except Exception as error:
            await self._after_failure(held, kind, error)
        else:
            await self._insist(lambda: claims.end(self.database, held, End("succeeded", result)))

    def _is_place_needed(self, project_id: str) -> bool:
        """Whether a job of this project that only waits makes room, where projects without any place wait for one: of
        whoever has the most, until those are free again that are kept for such projects. So no number of projects
        whose jobs wait fills all, and where nobody waits, nothing is begun anew for it.
        """
        if not self._others_wait or MAX_RUNNING - len(self._held) >= claims.KEPT_FREE:
            return False
        places = Counter(job.project_id for job in self._held.values())
        return places[project_id] >= max(places.values())

    async def _after_failure(self, held: Held, kind: Kind, error: Exception) -> None:
        known = isinstance(error, RecadoError)
        code = error.code if known else "internal_error"
        log.warning("job_failed", job_id=held.id, kind=held.kind, attempts=held.attempts, **place_of(error))
        wait_s = error.verdict.retry_after_s if known else 0.0
        if wait_s is None or held.attempts >= kind.max_attempts:
            text = error.message[:MAX_TEXT] if known else f"A defect: {type(error).__name__}. The logs say where"
            await self._insist(lambda: claims.end(self.database, held, End("failed", code=code, text=text)))
            return
        wait_s = max(wait_s, randomness.full_jitter(held.attempts, BACKOFF_BASE_S, BACKOFF_CAP_S))
        delay_ms = round(wait_s * 1000)
        await self._insist(lambda: claims.give_back(self.database, held, delay_ms, code=code, crashed=False))

    async def _surely(self, claim: Coroutine[Any, Any, T]) -> T:
        """A claim that is written to its end, also where whoever waits for it is stopped meanwhile."""
        task = asyncio.create_task(claim)
        self._claims.add(task)
        task.add_done_callback(self._claimed)
        return await asyncio.shield(task)

    def _claimed(self, task: "asyncio.Task[Any]") -> None:
        self._claims.discard(task)
        if not task.cancelled():
            task.exception()  # told to whoever still waits for it

    async def _insist(self, work: Callable[[], Awaitable[T]], tries: int | None = None) -> T:
        """The first and last words of a job, or of all, again and again. Raises what the last of `tries` did; without
        it the process's own end releases a job of which they can never be said.
        """
        failed = 0
        while True:
            try:
                return await work()
            except Exception as error:
                failed += 1
                if failed == tries:
                    raise
                log.warning("job_waits", **place_of(error))
            await asyncio.sleep(DATABASE_RETRY_S)

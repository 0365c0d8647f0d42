"""Work in several steps that outlives its process, on DBOS. This is the only place that knows the library.

What a job is, and who may run it, is decided by our own rows (`recado.jobs`); DBOS keeps which steps of it are done, so
that another process goes on behind the last one. The library is loaded with the first job (it costs some 25 MB), and
its tables are made then, in our database: a schema of its own on PostgreSQL, the same file on SQLite.

A job's coroutine runs in the process's event loop; a thread of DBOS waits for it and records its steps. When the
process stops, the coroutine is cancelled and nothing is recorded: the workflow is found as if the process had died.
"""

import asyncio
import concurrent.futures
import contextlib
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event

from recado.db import SQLITE_BUSY_TIMEOUT_S, json_text
from recado.kit.silence import LIBPQ
from recado.kit.sqlite import connection_class, set_up_connection

if TYPE_CHECKING:
    from dbos import DBOSConfig, Serializer

T = TypeVar("T")
# The library wants three characters or more. Fixed, as is the version: work that one version of Recado left is taken
# on by the next one, and the other way round while both run.
APPLICATION = "recado"
APPLICATION_VERSION = "recado"
WORKFLOW = "recado_job"
SCHEMA = "dbos"
# Jobs at the same time in one process; each holds a thread that waits. The rest waits in the database.
MAX_RUNNING = 16
# Each running job writes now and then; the library's own threads look for work once a second.
POOL_SIZE = 4
CONNECT_TIMEOUT_S = 10
# A job's thread, and some for what the library does besides. Who is left takes on at once whatever any number of dead
# processes had: what waits for a thread here would be kept from the others. Threads are made when they are needed.
MAX_THREADS = 16 * MAX_RUNNING
# What the library looks for besides; a stop waits for one such look to end.
IDLE_POLL_S = 0.5
SCHEDULER_POLL_S = 3600.0
# A stop waits so long for calls of the library that are under way: they take some tens of milliseconds.
LAST_CALLS_S = 1.0
LAST_CALLS_LOOK_S = 0.01
# Records that are removed in one commit: some tens of milliseconds.
FORGET_BATCH = 500


class Stopping(BaseException):
    """Ends a thread of the library without an outcome: the library records what is an `Exception`, and only that."""


class _PauseEnded(Exception):
    """Ends a try of the library to reach its tables, not what it tried that for."""


class _Pauses:
    """The library's `time`, whose pauses end with the engine. Where the database is away the library tries again for
    ever, with pauses of up to a minute and a half (`db_retry`), for which a stop would have to wait.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, pause_s: float) -> None:
        """Raises `_PauseEnded`. Pauses between two looks are short, and nothing failed there that could be given up."""
        if pause_s <= IDLE_POLL_S:
            time.sleep(pause_s)
        elif self._ended.wait(pause_s):
            raise _PauseEnded

    def end(self) -> None:
        self._ended.set()


@dataclass(slots=True)
class _Request:
    """A step that the coroutine asks the thread to carry out and to record."""

    name: str
    work: Callable[[], Coroutine[Any, Any, Any]]
    answer: "asyncio.Future[Any]"


class _Running:
    """What the threads of the library have running in the loop, until it is closed: then all of it is cancelled, and
    nothing more is begun, whatever a thread was about to do.
    """

    def __init__(self) -> None:
        self._futures: set[concurrent.futures.Future[Any]] = set()
        self._closed = False
        self._lock = threading.Lock()

    def submit(
        self, coroutine: Coroutine[Any, Any, T], loop: asyncio.AbstractEventLoop
    ) -> "concurrent.futures.Future[T]":
        """In a thread. Raises `Stopping`."""
        with self._lock:
            if self._closed:
                coroutine.close()
                raise Stopping
            future = asyncio.run_coroutine_threadsafe(coroutine, loop)
            self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for future in list(self._futures):
            future.cancel()


class Steps:
    """The steps of one workflow, for its coroutine. They are taken one after the other, in an order that must be the
    same every time the coroutine runs.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, running: _Running) -> None:
        self._loop = loop
        self._running = running
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()

    async def take(self, name: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `work` (JSON), from the record if this step was done before. It may be begun more than once: a
        process can die between the work and its record.
        """
        request = _Request(name, work, self._loop.create_future())
        self._requests.put(request)
        return cast(T, await request.answer)

    # --- in the library's thread ------------------------------------------------------------------------

    def serve(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run the coroutine in the loop and its steps here, until it ends."""
        future = self._running.submit(coroutine, self._loop)
        future.add_done_callback(lambda _: self._requests.put(None))
        while (request := self._requests.get()) is not None:
            self._carry_out(request)
        try:
            future.result()
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            raise Stopping from None
        except Exception as error:  # a defect of ours; the library writes what it gets into its logs, words and all
            raise RuntimeError(f"A defect in a job: {type(error).__name__}") from None

    def _carry_out(self, request: _Request) -> None:
        from dbos import DBOS

        def work() -> Any:
            try:
                return self._running.submit(request.work(), self._loop).result()
            except Exception as error:  # not recorded: the job decides whether it is tried again
                raise _Failed(error) from error

        try:
            result = DBOS.run_step({"name": request.name}, work)
        except _Failed as failed:
            self._refuse(request, failed.error)
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            raise Stopping from None
        except Stopping:
            raise
        except Exception as error:  # no JSON, or the library's tables cannot be reached
            self._refuse(request, error)
        except BaseException as error:  # the library's own: the workflow is another process's now
            self._refuse(request, RuntimeError(f"A step was not recorded: {type(error).__name__}"))
        else:
            self._answer(request, lambda: request.answer.set_result(result))

    def _refuse(self, request: _Request, error: Exception) -> None:
        self._answer(request, lambda: request.answer.set_exception(error))

    def _answer(self, request: _Request, give: Callable[[], None]) -> None:
        def now() -> None:
            if not request.answer.done():
                give()

        self._loop.call_soon_threadsafe(now)


class _Failed(BaseException):
    """Carries an error of a step past the library."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


Run = Callable[[str, Steps], Coroutine[Any, Any, None]]
# What became of a workflow: nothing of it is left to run; it waits for a process or has a living one; it was taken from
# a dead one and waits now.
Trace = Literal["gone", "waits", "recovered"]
State = Literal["new", "launching", "launched", "closed"]


@dataclass(slots=True)
class Engine:
    """DBOS of one process. `run` carries out the workflow of an id; `executor_id` is the process's own."""

    database_url: str
    executor_id: str
    run: Run
    # A launch is its thread's own: where it is stopped meanwhile, that thread closes the library. Two that close it at
    # once would take each other's connections away.
    _state: State = "new"
    _changing: threading.Lock = field(default_factory=threading.Lock)
    _workflow: Callable[[str], None] | None = None
    _connections: sa.Engine | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _running: _Running = field(default_factory=_Running)
    pauses: _Pauses = field(default_factory=_Pauses)
    # The thread that launches the library, until it is closed: by then it may be any thread again.
    launcher: threading.Thread | None = None
    # What is being done with the library in threads.
    _calls: "set[asyncio.Task[Any]]" = field(default_factory=set["asyncio.Task[Any]"])

    @property
    def launched(self) -> bool:
        return self._state == "launched"

    async def launch(self) -> None:
        """Load the library and bring its tables up to date, once. It then takes on what waits for any process. Raises
        `Stopping` when closed.
        """
        async with self._lock:
            if self.launched:
                return
            self._loop = asyncio.get_running_loop()
            await self._call(_launch, self)

    async def _call(self, work: Callable[..., T], *given: Any) -> T:
        """Do something with the library in a thread. Whoever is cancelled does not wait for it, but `close` does: what
        has a connection when the others are closed would leave it open.
        """
        call = asyncio.create_task(asyncio.to_thread(work, *given), name="durable-call")
        self._calls.add(call)
        call.add_done_callback(self._called)
        return await asyncio.shield(call)

    def _called(self, call: "asyncio.Task[Any]") -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # told to whoever still waits for it

    async def start(self, workflow_id: str) -> None:
        """Start the workflow of this id here; one that there is already is left alone."""
        await self.launch()
        await self._call(_start, self, workflow_id)

    async def trace(self, workflow_ids: Collection[str], living: Collection[str]) -> dict[str, Trace]:
        """Look after workflows whose jobs have lost their process: what a dead process held waits for a living one."""
        await self.launch()
        return await self._call(_trace, list(workflow_ids), frozenset(living))

    async def forget(self, ended_before_ms: int) -> None:
        """Remove the records of workflows that had ended by then (database time), whichever process had them."""
        while self.launched and await self._call(_forget, ended_before_ms):
            pass

    async def close(self) -> None:
        """Stop what runs, without an outcome, and leave the database. A launch that is under way, which may take many
        seconds, is not waited for: it ends by itself what it began.
        """
        async with self._lock:
            with self._changing:
                before, self._state = self._state, "closed"
            self._running.close()
            self.pauses.end()
            if self._calls:
                await asyncio.wait(tuple(self._calls), timeout=LAST_CALLS_S)
            if before == "launched":
                await asyncio.to_thread(_close, self)

    def change(self, before: State, after: State) -> None:
        """Raises `Stopping` where the state is another one than `before`, as it is when the engine was closed."""
        with self._changing:
            if self._state != before:
                raise Stopping
            self._state = after

    @property
    def workflow(self) -> Callable[[str], None]:
        """The registered workflow. Only while launched."""
        if self._workflow is None:
            raise RuntimeError("The library is not launched")
        return self._workflow

    def bind(self, workflow: Callable[[str], None], connections: "sa.Engine | None") -> None:
        """In the thread that launches the library: keep what belongs to it. Where it is stopped meanwhile, that thread
        finds out at the next connection it takes.
        """
        self._workflow, self._connections = workflow, connections
        self.launcher = threading.current_thread()

        def go_on(*_: Any) -> None:
            if threading.current_thread() is self.launcher and self._state == "closed":
                raise Stopping

        if connections is not None:
            event.listen(connections, "checkout", go_on)

    def unbind(self) -> None:
        """Close the library's connections. What one of its threads still has when the others are closed would stay
        open, so they get a moment; none gets another one, or one that waits for another process's work would go on
        looking for it, and hold up the end of this process.
        """
        if self._connections is not None:
            event.listen(self._connections, "do_connect", _refuse_connection)
            until_s = time.monotonic() + LAST_CALLS_S
            while cast(sa.QueuePool, self._connections.pool).checkedout() and time.monotonic() < until_s:
                time.sleep(LAST_CALLS_LOOK_S)
            self._connections.dispose()
        self._workflow = self._connections = None

    def carry_out(self, workflow_id: str) -> None:
        """In a thread of the library: run one workflow to its end."""
        if self._state == "closed" or self._loop is None:
            raise Stopping
        steps = Steps(self._loop, self._running)
        steps.serve(self.run(workflow_id, steps))


# --- The library; these block, and run in threads -----------------------------------------------------------


def _launch(engine: Engine) -> None:
    from dbos import (
        DBOS,
        _sys_db,  # pyright: ignore[reportPrivateUsage]
    )

    engine.change("new", "launching")
    _quiet()
    # There is no setting for it. tests/test_durable.py sees that it works, at every upgrade.
    _sys_db.__dict__["time"] = engine.pauses

    def job(workflow_id: str) -> None:
        engine.carry_out(workflow_id)

    try:
        config = _config(engine)
        DBOS(config=config)
        engine.bind(DBOS.workflow(name=WORKFLOW)(job), config.get("system_database_engine"))
        DBOS.launch()
        engine.change("launching", "launched")
    except BaseException:
        _close(engine)
        with contextlib.suppress(Stopping):
            engine.change("launching", "new")  # it may be tried again
        raise


def _quiet() -> None:
    """What the library has to say goes the way of our own logs, and only what is wrong."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:  # else it writes to standard error, in a form of its own
        logger.addHandler(logging.NullHandler())


def _config(engine: Engine) -> "DBOSConfig":
    return {
        "name": APPLICATION,
        "application_version": APPLICATION_VERSION,
        "executor_id": engine.executor_id,
        "system_database_url": engine.database_url,
        # An engine of ours: one SQLite library and one set of pragmas, and no look at other databases of the server.
        "system_database_engine": _engine(engine.database_url),
        "dbos_system_schema": SCHEMA,
        "serializer": _serializer(),
        "enable_otlp": False,
        "log_level": "WARNING",
        "max_executor_threads": MAX_THREADS,
        # Nothing of ours waits for the library's notifications or its schedules.
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": IDLE_POLL_S,
        "scheduler_polling_interval_sec": SCHEDULER_POLL_S,
    }


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # What the address says itself stands: it is libpq's, too.
        patience = {**LIBPQ, "connect_timeout": CONNECT_TIMEOUT_S}
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={name: value for name, value in patience.items() if name not in parsed.query},
        )
    patiently = {"timeout": SQLITE_BUSY_TIMEOUT_S, "factory": connection_class()}
    made = sa.create_engine(url, pool_size=POOL_SIZE, max_overflow=0, connect_args=patiently)

    @event.listens_for(made, "connect")
    def on_connect(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        connection.isolation_level = "IMMEDIATE"  # as the library wants it: its transactions read, then write
        set_up_connection(connection)

    return made


def _serializer() -> "Serializer":
    from dbos import Serializer

    class AsJson(Serializer):
        """JSON: what is read from the database must not be able to run code, as the library's own pickles are."""

        def serialize(self, data: Any) -> str:
            return json_text({"error": type(data).__name__} if isinstance(data, BaseException) else data)

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "recado_json"

    return AsJson()


def _start(engine: Engine, workflow_id: str) -> None:
    from dbos import DBOS, SetWorkflowID

    with SetWorkflowID(workflow_id):
        DBOS.start_workflow(engine.workflow, workflow_id)


def _trace(workflow_ids: list[str], living: frozenset[str]) -> dict[str, Trace]:
    from dbos import DBOS

    left = DBOS.list_workflows(
        workflow_ids=workflow_ids, status=["PENDING", "ENQUEUED"], load_input=False, load_output=False
    )
    traces: dict[str, Trace] = dict.fromkeys(workflow_ids, "gone")
    dead: set[str] = set()
    for one in left:
        if one.status == "ENQUEUED" or one.executor_id is None or one.executor_id in living:
            traces[one.workflow_id] = "waits"
        else:
            traces[one.workflow_id] = "recovered"
            dead.add(one.executor_id)
    recover_work_of(sorted(dead))
    return traces


def recover_work_of(executor_ids: list[str]) -> None:
    """Let the work of dead processes wait for any living one.

    The library does so by itself only for a process that starts again under the same id, and offers no public call for
    another process's. tests/test_durable.py holds this one to what we need of it at every upgrade.
    """
    from dbos import DBOS

    DBOS._recover_pending_workflows(executor_ids)  # pyright: ignore[reportPrivateUsage]


def _forget(ended_before_ms: int) -> bool:
    """Some of them; True if there may be more."""
    from dbos import DBOS

    ended = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"],
        completed_before=datetime.fromtimestamp(ended_before_ms / 1000, UTC).isoformat(),
        limit=FORGET_BATCH,
        load_input=False,
        load_output=False,
    )
    if ended:
        DBOS.delete_workflows([one.workflow_id for one in ended])
    return len(ended) == FORGET_BATCH


def _refuse_connection(*_: Any) -> None:
    raise Stopping


def _close(engine: Engine) -> None:
    from dbos import DBOS

    engine.launcher = None
    DBOS.destroy(destroy_registry=True)
    engine.unbind()

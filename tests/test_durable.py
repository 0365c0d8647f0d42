"""The library of durable work, held to what we need of it at every upgrade: on both databases, with real processes."""

import asyncio
import pkgutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from sqlite3 import ProgrammingError
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import QueuePool, create_engine, event, inspect, text

from recado import durable
from recado.db import Base, Database
from recado.durable import MAX_RUNNING, SCHEMA, Engine, Steps, Trace
from recado.kit import new_id
from recado.kit.clock import now_ms
from recado.kit.sqlite import MINIMUM_SQLITE
from tests.mailbox.support import eventually, on_postgres
from tests.models import all_tables

# A process that takes the first step of a workflow, says so, and is killed in the second one.
DIES = """
import asyncio, sys
from recado.durable import Engine, Steps

async def run(workflow_id: str, steps: Steps) -> None:
    async def first():
        return {"words": ["añ", 1, None]}
    async def second():
        print("in the second step", flush=True)
        await asyncio.sleep(60)
    await steps.take("first", first)
    await steps.take("second", second)

async def main() -> None:
    engine = Engine(sys.argv[1], sys.argv[2], run)
    await engine.start(sys.argv[3])
    await asyncio.sleep(60)

asyncio.run(main())
"""


@dataclass
class Script:
    """A workflow of two steps that says what it did."""

    did: list[str] = field(default_factory=list[str])
    got: list[object] = field(default_factory=list[object])
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, workflow_id: str, steps: Steps) -> None:
        self.got.append(await steps.take("first", self._noting("first")))
        self.got.append(await steps.take("second", self._noting("second")))
        self.did.append("end")

    def _noting(self, name: str) -> Callable[[], Coroutine[Any, Any, object]]:
        async def work() -> object:
            self.did.append(name)
            if name == "second":
                await self.hold.wait()
            return name

        return work


def killed_in_second_step(url: str, executor_id: str, workflow_id: str) -> None:
    command = [sys.executable, "-c", DIES, url, executor_id, workflow_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the second step\n"
        process.kill()


@pytest.fixture(autouse=True)
def no_thread_outlives_its_engine() -> Iterator[None]:
    """Or the process could not end."""
    yield
    until_s = time.monotonic() + 60
    for thread in threading.enumerate():
        if thread.name.startswith("dbos-executor"):
            thread.join(until_s - time.monotonic())
            assert not thread.is_alive()


async def test_work_of_a_dead_process_goes_on_behind_its_last_step(database_url: str) -> None:
    """The one private call of the library: if an upgrade changes it, this fails."""
    await asyncio.to_thread(killed_in_second_step, database_url, "dead", "job:1")
    script = Script()
    script.hold.set()
    engine = Engine(database_url, "living", script.run)
    try:
        assert await _trace(engine, {"living", "dead"}) == "waits"  # it lives: nothing is taken from it
        assert await _trace(engine, {"living"}) == "recovered"
        await eventually(lambda: "end" in script.did)
        assert script.did == ["second", "end"]
        assert script.got == [{"words": ["añ", 1, None]}, "second"]
        await eventually(lambda: _is_gone(engine))
        await engine.forget(now_ms() - 3_600_000)
        assert await _kept(database_url) == 1
        await engine.forget(now_ms() + 3_600_000)
        assert await _kept(database_url) == 0
    finally:
        await engine.close()


async def _kept(url: str) -> int:
    """How many records the library has."""
    database = Database(url)
    table = "workflow_status" if database.is_sqlite else f"{SCHEMA}.workflow_status"
    async with database.engine.connect() as connection:
        count = await connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 # ours
    await database.close()
    return count or 0


async def _is_gone(engine: Engine) -> bool:
    return await _trace(engine, {"living"}) == "gone"


async def _trace(engine: Engine, living: set[str]) -> Trace:
    traces = await engine.trace(["job:1", "job:none"], living)
    assert traces["job:none"] == "gone"
    return traces["job:1"]


async def test_a_stop_leaves_the_work_to_others_and_is_quick(database_url: str) -> None:
    first, second = Script(), Script()
    stopping = Engine(database_url, "one", first.run)
    await stopping.start("job:1")
    await eventually(lambda: first.did == ["first", "second"])
    began_s = asyncio.get_running_loop().time()
    await stopping.close()
    assert asyncio.get_running_loop().time() - began_s < 30  # half of what is being waited for
    second.hold.set()
    engine = Engine(database_url, "two", second.run)
    try:
        assert await _trace(engine, {"two"}) == "recovered"
        await eventually(lambda: "end" in second.did)
        assert second.did == ["second", "end"]
    finally:
        await engine.close()


async def test_what_a_thread_was_about_to_begin_at_a_stop_is_not_begun(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    about_to_begin, stopped = threading.Event(), threading.Event()
    threads: list[threading.Thread] = []

    class Late(Steps):
        def __init__(self, *given: Any) -> None:
            threads.append(threading.current_thread())
            about_to_begin.set()
            stopped.wait(30)
            super().__init__(*given)

    async def run(workflow_id: str, _: Steps) -> None:
        began.append(workflow_id)
        await asyncio.Event().wait()

    monkeypatch.setattr(durable, "Steps", Late)
    began: list[str] = []
    engine = Engine(database_url, "one", run)
    try:
        await engine.start("job:1")
        assert await asyncio.to_thread(about_to_begin.wait, 30)
    finally:
        await engine.close()
        stopped.set()
    await eventually(lambda: not threads[0].is_alive())
    assert began == []


@pytest.mark.parametrize(
    "place",
    [
        "dbos._dbos.SystemDatabase.create",
        "dbos._sys_db.SystemDatabase.create_application_version",
        "dbos._dbos.DBOSRegistry.get_internal_queue",
    ],
)
async def test_a_stop_waits_for_no_launch_and_the_launch_ends_what_it_began(
    database_url: str, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    others, there, goes_on = set(threading.enumerate()), threading.Event(), threading.Event()
    real = pkgutil.resolve_name(place)

    def slow(*given: Any, **named: Any) -> Any:
        there.set()
        goes_on.wait(60)
        return real(*given, **named)

    def last_of_a_launch(*_: Any) -> None:
        ended.append("launch")

    ended = list[str]()
    monkeypatch.setattr("dbos._dbos.dynamic_scheduler_loop", last_of_a_launch)
    monkeypatch.setattr(place, slow)
    monkeypatch.setattr(durable, "LAST_CALLS_S", 0.1)
    engine = Engine(database_url, "one", Script().run)
    starting = asyncio.create_task(engine.start("job:1"))
    try:
        assert await asyncio.to_thread(there.wait, 60)
        starting.cancel()
        await asyncio.wait_for(engine.close(), 30)
    finally:
        goes_on.set()
    await eventually(lambda: not any(task.get_name() == "durable-call" for task in asyncio.all_tasks()))
    await eventually(lambda: not [one for one in threading.enumerate() if one not in others and _is_theirs(one)])
    assert ended == (["launch"] if place.endswith("get_internal_queue") else [])  # it goes no further than it must
    monkeypatch.undo()
    next_one = Engine(database_url, "two", Script().run)  # the one that was stopped has taken nothing of it away
    await next_one.launch()
    assert await _trace(next_one, {"two"}) == "gone"
    await next_one.close()


async def test_what_the_library_asks_of_the_database_at_its_end_is_let_through(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbos import DBOS

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))  # who launched it closes it
    destroy, engine = DBOS.destroy, Engine(database_url, "one", Script().run)

    def last_words(**given: Any) -> None:
        connections = engine._connections  # pyright: ignore[reportPrivateUsage]
        assert connections is not None
        with connections.connect() as connection:
            said.append(connection.scalar(text("SELECT 1")))
        destroy(**given)

    said = list[object]()
    monkeypatch.setattr(DBOS, "destroy", last_words)
    await engine.launch()
    await engine.close()
    assert said == [1]


def _is_theirs(thread: threading.Thread) -> bool:
    """Whether it is one of the library's: ours are those of the loop and of this test."""
    return not thread.name.startswith("asyncio_")


async def test_one_takes_on_at_once_what_many_had(database_url: str) -> None:
    ids = [f"job:{n}" for n in range(MAX_RUNNING + 8)]
    began: set[str] = set()

    async def run(workflow_id: str, _: Steps) -> None:
        began.add(workflow_id)
        await asyncio.Event().wait()

    stopping = Engine(database_url, "one", run)
    for workflow_id in ids:
        await stopping.start(workflow_id)
    await stopping.close()
    began.clear()
    engine = Engine(database_url, "two", run)
    try:
        assert set((await engine.trace(ids, {"two"})).values()) == {"recovered"}
        await eventually(lambda: began == set(ids))
    finally:
        await engine.close()


async def test_a_workflow_is_started_once_and_an_error_of_a_step_is_not_recorded(database_url: str) -> None:
    tries: list[str] = []

    async def run(workflow_id: str, steps: Steps) -> None:
        async def fails() -> None:
            tries.append(workflow_id)
            raise ValueError("no luck")

        with pytest.raises(ValueError, match="no luck"):
            await steps.take("fails", fails)
        tries.append("end")

    engine = Engine(database_url, "living", run)
    try:
        await engine.start("job:1")
        await eventually(lambda: tries == ["job:1", "end"])
        await eventually(lambda: _is_gone(engine))
        await engine.start("job:1")
        await engine.start("job:2")
        await eventually(lambda: tries.count("end") == 2)
        assert tries == ["job:1", "end", "job:2", "end"]
    finally:
        await engine.close()


async def test_a_step_that_cannot_be_recorded_is_an_error(database_url: str) -> None:
    """Its result is no JSON, or the library holds that another process has the workflow now."""
    database, failed = Database(database_url), list[str]()

    async def no_json() -> object:
        return object()

    async def loses_the_workflow() -> None:
        table = "workflow_status" if database.is_sqlite else f"{SCHEMA}.workflow_status"
        async with database.engine.begin() as connection:
            await connection.execute(text(f"UPDATE {table} SET owner_xid = 'another'"))  # noqa: S608 # ours

    async def run(_: str, steps: Steps) -> None:
        for work in (no_json, loses_the_workflow):
            try:
                await steps.take("one", work)
            except Exception as error:
                failed.append(type(error).__name__)

    engine = Engine(database_url, "living", run)
    try:
        await engine.start("job:1")
        await eventually(lambda: failed == ["TypeError", "RuntimeError"])
    finally:
        await engine.close()
        await database.close()


def test_a_stop_leaves_no_connection_open_that_one_of_its_threads_still_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "LAST_CALLS_S", 60.0)
    connections = create_engine("sqlite://", poolclass=QueuePool, connect_args={"check_same_thread": False})
    engine = Engine("sqlite://", "nobody", Script().run)
    engine.bind(lambda _: None, connections)
    held = connections.connect()
    raw = held.connection.driver_connection
    assert raw is not None
    ending = threading.Timer(0.1, held.close)
    ending.start()
    engine.unbind()
    ending.join()
    with pytest.raises(ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


@on_postgres
async def test_a_stop_waits_for_no_pause_between_tries_to_reach_the_database(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbos._sys_db.random", SimpleNamespace(random=lambda: 600.0))  # the pauses' length, in seconds
    script, refused = Script(), set[threading.Thread]()

    def away(*_: Any) -> None:
        refused.add(threading.current_thread())
        raise psycopg.OperationalError("connection failed: Connection refused")

    engine = Engine(database_url, "one", script.run)
    await engine.start("job:1")
    await eventually(lambda: script.did == ["first", "second"])
    connections = engine._connections  # pyright: ignore[reportPrivateUsage]
    assert connections is not None
    event.listen(connections, "checkout", away)
    script.hold.set()  # the step ends, and is to be recorded
    for kind in ("dbos-executor", "queue-worker"):
        await eventually(lambda kind=kind: any(one.name.startswith(kind) for one in tuple(refused)))
    await engine.close()
    for thread in refused:
        await asyncio.to_thread(thread.join, 60.0)
        assert not thread.is_alive(), thread.name


async def test_its_tables_share_our_database_and_no_name_of_ours(database_url: str) -> None:
    ours = set(all_tables().tables)
    engine = Engine(database_url, new_id(), Script().run)
    await engine.launch()
    try:
        from dbos._dbos import _get_dbos_instance  # pyright: ignore[reportPrivateUsage]

        connections = _get_dbos_instance()._sys_db.engine  # pyright: ignore[reportPrivateUsage]
        library = connections.dialect.dbapi
        if database_url.startswith("sqlite:"):
            assert library is not None
            assert library.sqlite_version_info >= MINIMUM_SQLITE
    finally:
        await engine.close()
    database = Database(database_url)
    async with database.engine.connect() as connection:
        in_schema = None if database.is_sqlite else SCHEMA
        there = set(await connection.run_sync(lambda one: inspect(one).get_table_names(in_schema)))
        assert await connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    await database.close()
    theirs = there - ours if database.is_sqlite else there
    assert "workflow_status" in theirs
    assert not {name.removeprefix("dbos.") for name in _tables_of_the_library()} & ours
    assert ours == set(Base.metadata.tables)


def _tables_of_the_library() -> set[str]:
    from dbos._schemas.system_database import SystemSchema  # pyright: ignore[reportPrivateUsage]

    return {table.name for table in SystemSchema.metadata_obj.tables.values()}

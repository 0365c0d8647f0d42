"""How processes stop: told to balancers first, with everything handed over, and surely."""

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import sys
import time
import urllib.error
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from recado import main
from recado.errors import RecadoError
from recado.health import Stopping
from recado.kit.gate import Gate
from recado.kit.sd_notify import ALIVE, READY
from recado.kit.serving import Server
from recado.main import STOP_WITHIN_S
from recado.worker import BEAT_S
from tests.cli.terminal import Installation, Program, answer, free_port
from tests.databases import Databases
from tests.mailbox.support import eventually
from tests.operations.service_manager import ServiceManager

# One that may not take longer than a second to stop.
HURRIED = (
    "import sys, recado.main as m; m.STOP_WITHIN_S = 1.0; from recado.cli import main; sys.argv[0] = 'recado'; main()"
)


# Its first sign of life waits until this test wants it.
HELD = """
import asyncio, pathlib, sys
from recado.mailbox.service import Mailbox

beat = Mailbox.beat

async def held(self, *said):
    print("about to beat")
    while not pathlib.Path("go").exists():
        await asyncio.sleep(0.01)
    await beat(self, *said)

Mailbox.beat = held
from recado.cli import main
sys.argv[0] = "recado"
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("serves", [False, True])
def test_a_worker_says_that_it_runs_once_its_first_sign_of_life_is_there(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, serves: bool
) -> None:
    installation.ok("db", "migrate")
    installation.environment["NOTIFY_SOCKET"] = "manager"
    monkeypatch.chdir(installation.folder)  # for the name of its socket
    port = free_port()
    more = ("--port", str(port)) if serves else ()
    with (
        ServiceManager("manager") as manager,
        installation.running("worker", *more, until="about to beat", program=(sys.executable, "-c", HELD)) as program,
    ):
        if serves:
            wait_until_it_serves(port)
        assert "worker runs" not in program.output
        (installation.folder / "go").touch()
        program.wait_for("worker runs")
        manager.told(READY)
        with contextlib.closing(sqlite3.connect(installation.folder / "data" / "recado.db")) as connection:
            assert connection.execute("SELECT kind FROM processes").fetchall() == [("worker",)]
        assert program.stop() == 0


def wait_until_it_serves(port: int) -> None:
    ends_s = time.monotonic() + 60.0
    while True:
        with contextlib.suppress(urllib.error.URLError):
            assert answer(port, "/health")[0] == 200
            return
        assert time.monotonic() < ends_s


@pytest.mark.slow
def test_ready_says_no_before_the_stop_and_a_second_signal_hurries_it(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.environment |= {"RECADO_STOP_WAIT_S": "60", "NOTIFY_SOCKET": "manager"}
    monkeypatch.chdir(installation.folder)  # for the name of its socket
    port = free_port()
    with (
        ServiceManager("manager") as manager,
        installation.running("up", "--port", str(port), "--no-demo", until="Stop ") as program,
    ):
        ends_s = time.monotonic() + 60.0
        while answer(port, "/ready")[0] != 200:
            assert time.monotonic() < ends_s
        check_signs_of_life(manager, program)
        program.process.send_signal(signal.SIGTERM)
        assert manager.told("STOPPING=1")[1:] == [f"EXTEND_TIMEOUT_USEC={round(60 + STOP_WITHIN_S)}000000"]
        ends_s = time.monotonic() + 60.0
        while (found := answer(port, "/ready"))[0] == 200:
            assert time.monotonic() < ends_s
        assert "This process stops: ask another one" in found[1]
        assert answer(port, "/api/v1/openapi.json")[0] == 200, "it serves on"
        assert program.stop(signal.SIGTERM) == 0


def check_signs_of_life(manager: ServiceManager, program: Program) -> None:
    """The service manager hears of it, and nothing while it hangs."""
    manager.told(READY)
    manager.told(ALIVE)
    process = psutil.Process(program.process.pid)
    process.suspend()
    ends_s = time.monotonic() + 60.0
    while process.status() != psutil.STATUS_STOPPED:
        assert time.monotonic() < ends_s
    assert manager.is_silent(2 * BEAT_S)
    process.resume()
    manager.told(ALIVE)


@contextlib.contextmanager
def hanging(server: int, url: str) -> Generator[None]:
    """A server of which nothing that serves this database goes on, and that lets nobody new in."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    asked = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    held: list[int] = []

    def hold(*pids: int) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        held.extend(pids)

    try:
        with engine.connect() as connection:
            hold(server)
            new: list[int] = []
            while new or len(held) == 1:  # one that was let in just before shows itself late
                hold(*new)
                time.sleep(0.5)
                connection.rollback()  # what is seen once is not looked up again within a transaction
                new = [pid for (pid,) in connection.execute(asked) if pid not in held]
            yield
    finally:
        for pid in held:
            with contextlib.suppress(ProcessLookupError):  # one that served somebody who has gone
                os.kill(pid, signal.SIGCONT)
        engine.dispose()


async def test_the_farewell_is_part_of_what_requests_get() -> None:
    """Or the whole takes longer than a clean stop may."""
    farewell_s = 0.4
    config = SimpleNamespace(timeout_graceful_shutdown=None)
    server = SimpleNamespace(config=config, should_exit=False)
    runtime = SimpleNamespace(feed=SimpleNamespace(close=lambda: None))
    stopping = Stopping(farewells=[lambda: asyncio.sleep(farewell_s)])
    await main._end_serving(*cast(Any, (runtime, server, stopping)))  # pyright: ignore[reportPrivateUsage]
    assert server.should_exit
    assert 1 <= config.timeout_graceful_shutdown <= main.STOP_REQUESTS_S - farewell_s + 0.05


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    """At once, but for /waits."""
    if scope["type"] == "lifespan":
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})
    else:
        if scope["path"] == "/waits":
            await asyncio.sleep(3600.0)
        await Response("here")(scope, receive, send)


@contextlib.asynccontextmanager
async def asked(port: int, path: str) -> AsyncGenerator[asyncio.StreamReader]:
    """What comes on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        yield reader
    finally:
        writer.close()


async def test_a_stop_answers_what_waits_and_closes_what_is_only_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "STOP_REQUESTS_S", 1)
    stopping = Stopping()
    server = Server(Gate(answers, in_flight=stopping.in_flight), stop_s=1)
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listening]))
    await server.listening.wait()
    port = listening.getsockname()[1]
    async with asked(port, "/") as idle, asked(port, "/waits") as waits:
        assert (await idle.readuntil(b"here")).startswith(b"HTTP/1.1 200 OK\r\n")
        await eventually(lambda: stopping.in_flight.count)
        keeps = [cast(Any, one).timeout_keep_alive_task for one in server.server_state.connections]
        (ends,) = filter(None, keeps)
        assert ends.when() - asyncio.get_running_loop().time() > 120, "Caddy closes it first"
        runtime = SimpleNamespace(feed=SimpleNamespace(close=lambda: None))
        await main._end_serving(cast(Any, runtime), server, stopping)  # pyright: ignore[reportPrivateUsage]
        told = await waits.read()
        assert told.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nretry-after: 2\r\n" in told
        assert b'"code":"stopping"' in told
        assert await idle.read() == b""
        await asyncio.wait_for(serving, 60.0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody else may bind it")
async def test_a_port_that_was_taken_since_it_was_chosen_is_told() -> None:
    """Two may choose one as long as none listens on it; who is late must not be told of the database."""
    with main._listen("127.0.0.1", 0) as taken:  # pyright: ignore[reportPrivateUsage]
        port = taken.getsockname()[1]
        with main._listen("127.0.0.1", port) as late:  # pyright: ignore[reportPrivateUsage]
            taken.listen()
            with pytest.raises(RecadoError, match="--port") as told:
                await main._Server(answers, stop_s=1).serve([late])  # pyright: ignore[reportPrivateUsage]
    assert told.value.code == "port_taken"


async def test_what_ends_by_itself_ends_within_the_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a part that cannot be closed keeps a process there that does nothing."""
    limits: list[float] = []
    monkeypatch.setattr(main, "_end_within", limits.append)

    async def fails() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await main._until(asyncio.sleep(3600.0), asyncio.create_task(fails()))  # pyright: ignore[reportPrivateUsage]
    assert limits == [STOP_WITHIN_S]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="stops the server's processes for a while")
def test_a_database_that_hangs_does_not_hold_a_stop_up(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("postgresql")
    installation = Installation(tmp_path, RECADO_DATABASE_URL=url)
    try:
        with (
            installation.running("worker", until="worker runs", program=(sys.executable, "-c", HURRIED)) as program,
            hanging(databases.server().pid, url),
        ):
            assert program.stop(signal.SIGTERM) == 1
            assert "stop_forced" in program.output
    finally:
        databases.drop(url)

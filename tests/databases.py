"""Fresh databases for tests, of both kinds, already migrated and cheap to make.

A SQLite one is a copy of a migrated file. A PostgreSQL one is made from a migrated template, on a server that is
started once a test process, when the first test needs it. Where there is much memory, its files are there: making a
database makes a thousand of them, which is most of what the server does for a test.
"""

import asyncio
import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Literal, TypeVar

import psutil
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from recado.db import Database
from recado.kit import new_id
from recado.kit.local_postgres import LocalPostgres
from recado.migrate import migrate
from recado.settings import Settings

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
TEMPLATE = "migrated"
T = TypeVar("T")
# A server has up to 300 MB, most of it log; half a machine's memory is what Linux lets be here.
MEMORY = Path("/dev/shm")
MEMORY_FREE_BYTES = 4 << 30
# What tests left that were killed. None takes so long.
LEFT_AFTER_S = 3600.0
# On a disk the other way, through the log, is the quicker one; before PostgreSQL 15 there is no choice.
COPIES_FILES = 150_000


class Databases:
    """Makes and drops databases. Every method blocks for some milliseconds, and may be called from anywhere.

    It has an event loop of its own in a thread, so that it can be used before, in and after any test's loop.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="databases", daemon=True)
        self._thread.start()
        self._server: LocalPostgres | None = None
        self._strategy = ""
        self._admin: Database | None = None

    def create(self, kind: Kind, template: str = TEMPLATE) -> str:
        """The URL of a new, migrated database, with what is in `template` (see `add_template`)."""
        name = "test_" + new_id().replace("-", "")
        if kind == "sqlite":
            self._migrated_file()
            path = self._folder / f"{name}.db"
            shutil.copyfile(self._folder / f"{template}.db", path)
            return f"sqlite:///{path}"
        server = self.server()
        self._run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{self._strategy}'))
        return server.url(name)

    def add_template(self, kind: Kind, name: str, fill: Callable[[str], Coroutine[object, object, T]]) -> T:
        """Keep a migrated database under this name, for `create`: what `fill` does with it and its URL is done once."""
        if kind == "sqlite":
            path = self._folder / f"{name}.db"
            shutil.copyfile(self._migrated_file(), path)
            return self._run(fill(f"sqlite:///{path}"))
        server = self.server()
        self._run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}'))
        return self._run(fill(server.url(name)))

    def create_empty(self, kind: Kind) -> str:
        """The URL of a new database without tables."""
        name = "test_" + new_id().replace("-", "")
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        server = self.server()
        self._run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        return server.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = make_url(url).database or ""
        if url.startswith("sqlite:"):
            for path in Path(name).parent.glob(Path(name).name + "*"):
                path.unlink()
        else:
            self._run(self._execute(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def server(self) -> LocalPostgres:
        """The PostgreSQL server of this test process, with the migrated template in it."""
        if self._server is None:
            memory = _roomy_memory()
            self._server = LocalPostgres(fsync=False, options={"max_wal_size": "128MB"}, within=memory)
            if memory is not None and self._run(self._version()) >= COPIES_FILES:
                self._strategy = " STRATEGY FILE_COPY"
            self._run(self._execute(f"CREATE DATABASE {TEMPLATE}"))
            self._run(migrate(Settings(database_url=self._server.url(TEMPLATE))))
        return self._server

    def close(self) -> None:
        if self._admin is not None:
            self._run(self._admin.close())
        if self._server is not None:
            self._server.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _migrated_file(self) -> Path:
        path = self._folder / f"{TEMPLATE}.db"
        if not path.exists():
            self._run(migrate(Settings(database_url=f"sqlite:///{path}")))
        return path

    async def _execute(self, statement: str) -> None:
        async with self._connected() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(statement))

    async def _version(self) -> int:
        async with self._connected() as connection:
            return int(await connection.scalar(text("SHOW server_version_num")))

    def _connected(self) -> AsyncConnection:
        assert self._server is not None
        self._admin = self._admin or Database(self._server.url())
        return self._admin.engine.connect()

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)


def _roomy_memory() -> Path | None:
    """Where files are in memory, if there is room for the servers of several test processes."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    for left in MEMORY.glob("recado-pg-*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_AFTER_S and not _is_used(left):
                shutil.rmtree(left, ignore_errors=True)
    return MEMORY if shutil.disk_usage(MEMORY).free >= MEMORY_FREE_BYTES else None


def _is_used(folder: Path) -> bool:
    """Whether the server whose folder it is runs."""
    try:
        return psutil.pid_exists(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
    except FileNotFoundError:
        return False

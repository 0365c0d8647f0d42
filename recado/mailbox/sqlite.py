"""The mailbox on SQLite: one writer thread, group commit.

All work that waits while a transaction commits goes into the next one, each in a savepoint of its own. The file is
synced once per transaction, however many messages are in it. A second thread copies the log back into the file, so
that the writer finds little left to do when the log is full (`wal_autocheckpoint` of `recado.kit.sqlite`).

SQLite works without the interpreter's lock, but for each row that is fetched the writer must get it back from the loop,
which is busy: what reads a row for each message of a batch gets all of them as one text.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic_core import from_json

from recado.db import SQLITE_BUSY_TIMEOUT_S
from recado.kit.sqlite import connection_class, set_up_connection
from recado.mailbox.driver import MAX_RESTARTS, DatabaseDown, Priority, R, Restart, Work
from recado.mailbox.sql import Query, Rows, Value

# Work in one transaction: enough to share the sync, little enough that marks do not wait long.
MAX_WORK_PER_COMMIT = 64
# After this many commits without a pause, another process (the CLI) is given a moment to write.
COMMITS_BEFORE_PAUSE = 50
PAUSE_S = 0.002
# How often the log is copied back beside the writer, if there were so many commits since: a file that is little written
# to is not synced more often for it. At the highest rate that is a few thousand pages.
CHECKPOINT_EVERY_S = 0.5
CHECKPOINT_COMMITS = 64


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    priority: Priority
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class _SqliteTx:
    concurrent = False

    def __init__(self, connection: sqlite3.Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    async def fetch(self, query: Query, rows: Rows | None = None, **scalars: Value) -> list[Any]:
        if query.row_fields and not rows:
            return []
        arguments = query.sqlite_arguments(rows, {**scalars, "now": self._now_ms})
        answer = self._connection.execute(query.sqlite.sql, arguments).fetchall()
        return from_json(answer[0][0]) if query.at_once else answer

    async def lock(self, query: Query, rows: Rows) -> None:
        """Nothing to lock: this transaction is the only writer."""


@dataclass(slots=True)
class _Queue:
    """Jobs that wait for the writer thread."""

    jobs: list[_Job] = field(default_factory=list[_Job])
    condition: threading.Condition = field(default_factory=threading.Condition)
    closing: bool = False

    def put(self, job: _Job) -> None:
        with self.condition:
            if self.closing:
                raise DatabaseDown("The database is closed")
            self.jobs.append(job)
            self.condition.notify()

    def take(self) -> list[_Job]:
        """The next batch, the most urgent first; empty when closed and drained."""
        with self.condition:
            while not self.jobs and not self.closing:
                self.condition.wait()
            self.jobs.sort(key=lambda job: job.priority)
            batch, self.jobs = self.jobs[:MAX_WORK_PER_COMMIT], self.jobs[MAX_WORK_PER_COMMIT:]
            return batch

    def close(self) -> None:
        with self.condition:
            self.closing = True
            self.condition.notify()


class SqliteDriver:
    """See `recado.mailbox.driver.Driver`. Made inside a running loop."""

    def __init__(self, path: Path) -> None:
        self.offset_ms = 0
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue = _Queue()
        self._commits = 0
        self._closing = threading.Event()
        self._threads = (
            threading.Thread(target=self._write, name="mailbox-writer", daemon=True),
            threading.Thread(target=self._copy_back, name="mailbox-checkpoints", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    async def run(self, work: Work[R], priority: Priority, *, atomic: bool = True) -> R:
        del atomic  # many jobs share a commit, and each is a savepoint of it
        job = _Job(work, priority, self._loop.create_future())
        self._queue.put(job)
        return cast(R, await job.future)

    def notify(self, topic: str) -> None:
        """Other processes on this file find work by polling."""

    def on_notify(self, callback: Callable[[str], None]) -> None:
        """See `notify`."""

    async def close(self) -> None:
        self._queue.close()
        self._closing.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    # --- in the writer thread -------------------------------------------------------------------------

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        while batch := self._queue.take():
            try:
                connection = connection or self._connect()
                self._commit(connection, batch)
            except Exception as error:  # whatever it is, this thread must go on, and nobody may wait for ever
                for job in batch:
                    job.error = DatabaseDown(f"The database did not take the writes: {error}")
                self._abandon(connection)
                connection = None
            self._loop.call_soon_threadsafe(_deliver, batch)
            self._commits += 1
            if self._commits % COMMITS_BEFORE_PAUSE == 0:
                time.sleep(PAUSE_S)  # in a thread of our own: see COMMITS_BEFORE_PAUSE
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=SQLITE_BUSY_TIMEOUT_S, isolation_level=None, factory=connection_class()
        )
        set_up_connection(connection)
        return connection

    def _commit(self, connection: sqlite3.Connection, batch: list[_Job]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        tx = _SqliteTx(connection, time.time_ns() // 1_000_000 + self.offset_ms)
        for job in batch:
            self._run_in_savepoint(connection, tx, job)
        connection.execute("COMMIT")

    def _run_in_savepoint(self, connection: sqlite3.Connection, tx: _SqliteTx, job: _Job) -> None:
        for _ in range(MAX_RESTARTS):
            connection.execute("SAVEPOINT job")
            try:
                job.result, job.error = _run_to_end(job.work, tx), None
            except (sqlite3.OperationalError, sqlite3.InternalError):
                raise  # the disk is full, the file is locked or broken: nobody's fault in particular
            except Exception as error:  # every other error belongs to the one whose work it is
                connection.execute("ROLLBACK TO job")
                job.error = error
            connection.execute("RELEASE job")
            if not isinstance(job.error, (Restart, sqlite3.IntegrityError)):
                return
        if isinstance(job.error, Restart):  # else it is nobody's doing but this work's own
            job.error = DatabaseDown("The transaction was restarted again and again")

    def _abandon(self, connection: sqlite3.Connection | None) -> None:
        """Close a connection that failed; what it had not committed is rolled back by that."""
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    # --- in the other thread --------------------------------------------------------------------------

    def _copy_back(self) -> None:
        """A passive checkpoint now and then: neither it nor the writer waits for the other."""
        connection: sqlite3.Connection | None = None
        seen = 0
        while not self._closing.wait(CHECKPOINT_EVERY_S):
            if self._commits - seen < CHECKPOINT_COMMITS:
                continue
            seen = self._commits
            try:
                connection = connection or self._connect()
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except sqlite3.Error:  # the writer does it as well, and its errors are told
                self._abandon(connection)
                connection = None
        self._abandon(connection)


def _run_to_end(work: Work[Any], tx: _SqliteTx) -> Any:
    """Drive a coroutine that awaits nothing but the transaction, which never suspends."""
    coroutine = cast(Any, work(tx))
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("work in a transaction may only await the transaction")


def _deliver(batch: list[_Job]) -> None:
    for job in batch:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)

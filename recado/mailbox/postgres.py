"""The mailbox on PostgreSQL: a small pool of asyncpg connections, LISTEN/NOTIFY as hints."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, cast

import asyncpg
import structlog

from recado.kit import randomness
from recado.kit.silence import notice_silence
from recado.kit.standstill import CHANNEL as STANDSTILLS
from recado.kit.standstill import Standstill
from recado.kit.within import within
from recado.mailbox.driver import MAX_RESTARTS, DatabaseDown, Priority, R, Restart, Work
from recado.mailbox.sql import Query, Rows, Value

CHANNEL = "recado"
# One for each kind of work that the batchers and loops run at the same time, and a little more.
MAX_CONNECTIONS = 8
# What people and the API ask for may take so many of them: the marks of sends never wait behind it.
MAX_OTHER = 3
CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 30.0
# Each connection keeps the plans of its statements. One that was made while a table was empty reads all of it, which is
# cheap then, and goes on so until PostgreSQL has counted the table anew: for a minute or more at a new database. All
# statements here have an index. (Without `jit`: where one has none all the same, its plan looks dear enough for it. See
# https://www.postgresql.org/docs/current/runtime-config-query.html, and `jit_above_cost` there.)
PLANNER = ("SET enable_seqscan = off", "SET jit = off")
# The first pause after a collision; the next ones are twice as long each.
COLLISION_S = 0.002
# Hints are gathered for so long: every notification is a commit, and all commits wait for it.
HINT_EVERY_S = 0.01
# Of 8,000 bytes that a notification may have (PostgreSQL, NOTIFY); a topic has at most 42.
MAX_TOPICS = 150
# How long to wait before listening again after the connection broke.
LISTEN_RETRY_S = 1.0

log = structlog.get_logger(__name__)
# asyncpg publishes no types.
_asyncpg: Any = asyncpg

# What another transaction may do to ours at any time; running it again is the cure (PostgreSQL, appendix A, class 40),
# as it is for a unique index that a concurrent transaction filled first.
_COLLISIONS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)
# What is wrong with the server or the way to it, not with what it was asked (classes 08, 25006, 28, 53, 57, 58).
_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that dies inside BEGIN
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
)


class _PostgresTx:
    concurrent = True

    def __init__(self, connection: Any, offset_ms: int) -> None:
        self._connection = connection
        self._offset_ms = offset_ms

    async def fetch(self, query: Query, rows: Rows | None = None, **scalars: Value) -> list[Any]:
        if query.row_fields and not rows:
            return []
        arguments = query.postgres_arguments(rows, {**scalars, "offset": self._offset_ms})
        return cast(list[Any], await self._connection.fetch(query.postgres.sql, *arguments))

    async def lock(self, query: Query, rows: Rows) -> None:
        await self.fetch(query, rows)


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        """Nothing to reset between two uses: these connections keep no session state."""
        return ""


async def _set_up(connection: Any) -> None:
    notice_silence(connection)
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=str, decoder=str, format="text")


async def _set_up_planner(connection: Any) -> None:
    await _set_up(connection)
    # Told after the start: a pooler refuses what it does not know of at the start.
    await connection.execute("; ".join(PLANNER))


class PostgresDriver:
    """See `recado.mailbox.driver.Driver`."""

    def __init__(self, url: str, direct_url: str, process_id: str, standstill: Standstill | None = None) -> None:
        self.offset_ms = 0
        self._url = url
        self._direct_url = direct_url
        self._process_id = process_id
        self._standstill = standstill or Standstill()
        self._pool: Any = None
        self._pool_lock = asyncio.Lock()
        self._others = asyncio.Semaphore(MAX_OTHER)
        self._callbacks: list[Callable[[str], None]] = []
        self._listener: asyncio.Task[None] | None = None
        self._hints: set[str] = set()
        self._hint_timer: asyncio.TimerHandle | None = None
        self._hinting: set[asyncio.Task[None]] = set()

    async def run(self, work: Work[R], priority: Priority, *, atomic: bool = True) -> R:
        if priority is not Priority.OTHER:
            return await self._run(work, atomic)
        async with self._others:
            return await self._run(work, atomic)

    async def _run(self, work: Work[R], atomic: bool) -> R:
        collision: Exception | None = None
        for attempt in range(MAX_RESTARTS):
            try:
                return await self._run_once(work, atomic)
            except (Restart, *_COLLISIONS) as error:
                collision = error
                # Spread the ones that collided, so that they do not collide again.
                await asyncio.sleep(randomness.source().uniform(0, COLLISION_S * 2**attempt))
            except _DOWN as error:
                raise DatabaseDown(f"PostgreSQL does not answer ({type(error).__name__})") from error
        if isinstance(collision, asyncpg.UniqueViolationError):
            raise collision  # nobody's doing but this work's own
        raise DatabaseDown("PostgreSQL gave up the transaction again and again") from collision

    async def _run_once(self, work: Work[R], atomic: bool) -> R:
        pool = self._pool or await self._open()
        with within(CONNECT_TIMEOUT_S):  # the pool's own limit makes a task of every wait
            connection = await pool.acquire()
        try:
            if self._standstill.asked_for:
                await self._standstill.over()
            tx = _PostgresTx(connection, self.offset_ms)
            if not atomic:
                return await work(tx)
            async with connection.transaction():
                return await work(tx)
        finally:
            await pool.release(connection, timeout=CONNECT_TIMEOUT_S)

    async def _open(self) -> Any:
        async with self._pool_lock:
            if self._pool is None:
                # A pooler in transaction mode cannot keep prepared statements, nor what a session was set to.
                direct = self._url == self._direct_url
                self._pool = await _asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=MAX_CONNECTIONS,
                    timeout=CONNECT_TIMEOUT_S,
                    command_timeout=COMMAND_TIMEOUT_S,
                    statement_cache_size=100 if direct else 0,
                    init=_set_up_planner if direct else _set_up,
                    connection_class=_Connection,
                )
            return self._pool

    def notify(self, topic: str) -> None:
        self._hints.add(topic)
        if self._hint_timer is None:
            # The hints of many requests go together, so in a context of their own: see `recado.kit.batching`.
            loop = asyncio.get_running_loop()
            self._hint_timer = loop.call_later(HINT_EVERY_S, self._hint, context=Context())

    def _hint(self) -> None:
        self._hint_timer = None
        topics, self._hints = sorted(self._hints), set()
        for start in range(0, len(topics), MAX_TOPICS):
            task = asyncio.create_task(self._notify(topics[start : start + MAX_TOPICS]))
            self._hinting.add(task)
            task.add_done_callback(self._hinting.discard)

    async def _notify(self, topics: list[str]) -> None:
        try:
            pool = self._pool or await self._open()
            await pool.execute("SELECT pg_notify($1, $2)", CHANNEL, " ".join((self._process_id, *topics)))
        except Exception as error:  # a hint only: polling finds the work
            log.warning("notify_failed", topics=len(topics), error=type(error).__name__)

    def on_notify(self, callback: Callable[[str], None]) -> None:
        self._callbacks.append(callback)
        self._listener = self._listener or asyncio.create_task(self._listen(), name="mailbox-listen")

    async def _listen(self) -> None:
        while True:
            try:
                connection = await _asyncpg.connect(self._direct_url, timeout=CONNECT_TIMEOUT_S)
                notice_silence(connection)
                try:
                    lost = asyncio.Event()

                    def on_loss(_connection: Any, lost: asyncio.Event = lost) -> None:
                        lost.set()

                    connection.add_termination_listener(on_loss)
                    await connection.add_listener(STANDSTILLS, self._heard_of_standstill)
                    await connection.add_listener(CHANNEL, self._heard)
                    await lost.wait()
                finally:
                    await connection.close(timeout=1.0)
            except Exception as error:  # whatever it was: polling finds the work meanwhile
                log.warning("listen_failed", error=type(error).__name__)
            await asyncio.sleep(LISTEN_RETRY_S)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        sender, *topics = str(payload).split()
        if sender != self._process_id:
            for topic in topics:
                for callback in self._callbacks:
                    callback(topic)

    def _heard_of_standstill(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._standstill.heard(str(payload))

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._hint_timer is not None:
            self._hint_timer.cancel()
        await asyncio.gather(*self._hinting, return_exceptions=True)
        if self._pool is not None:
            await self._pool.close()

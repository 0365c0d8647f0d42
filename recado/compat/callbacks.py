"""Posts jobs that are done to whoever asked for that: at least once, with back-off, for a day.

A due callback is claimed for the length of a lease, so that a process that dies leaves it to the others. Addresses
are looked at when the connection is made: a name that leads into a private network gets nothing.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from recado.channels.contract import Answer
from recado.compat import jobs
from recado.compat.jobs import Callback
from recado.compat.models import AnswerJob
from recado.compat.schemas import job_out
from recado.compat.signing import signature
from recado.db import Database
from recado.errors import BadInput, RecadoError
from recado.kit import randomness
from recado.kit.crypto import SecretBox
from recado.mailbox.answers import HandedOut
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from recado.projects.service import get_project

POLL_S = 0.5
# At the same time, in one process; each may take as long as the limit.
MAX_POSTS = 16
POST_LIMIT_S = 10.0
LEASE_MS = 30_000
# How long a stop waits for the posts on their way; then they are given back and made again.
DRAIN_S = 1.5
# 2, 4, 8 ... at most 3,600 s with jitter: so many tries take about a day.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 3_600.0
MAX_TRIES = 60
Network = IPv4Network | IPv6Network

_CLAIM = Query(
    """
    WITH due AS MATERIALIZED (
        SELECT j.id FROM answer_jobs j
        JOIN inbox m ON m.id = j.message_id JOIN conversations c ON c.id = m.conversation_id
        WHERE j.callback_due_ms IS NOT NULL AND j.callback_due_ms <= {now} AND m.seq <= c.settled_seq
        ORDER BY j.callback_due_ms LIMIT :size /*postgresql*/ FOR UPDATE OF j SKIP LOCKED /*all*/
    )
    UPDATE answer_jobs SET callback_due_ms = {now} + :lease_ms, callback_tries = callback_tries + 1
    FROM due WHERE answer_jobs.id = due.id
    RETURNING answer_jobs.id, project_id
    """,
    scalars="size bigint, lease_ms bigint",
)
_MARK = Query(
    """
    UPDATE answer_jobs SET callback_due_ms = {now} + i.delay_ms, callback_error = i.error FROM {rows}
    WHERE answer_jobs.id = i.id AND answer_jobs.callback_tries = i.tries
    """,
    rows="id uuid, tries bigint, delay_ms bigint, error text",
)

log = structlog.get_logger(__name__)


class Guard:
    """Which addresses may be called: public ones, and those of `allowed` networks."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def allows(self, text: str) -> bool:
        """True for an IP address that may be called."""
        try:
            address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address.sixtofour or address
        if any(address in network for network in self._allowed):
            return True
        return address.is_global and not address.is_multicast

    def check_callback(self, url: str | None, key: str) -> Callback | None:
        """Where a job is posted. Raises `BadInput` (`bad_callback_url`); names are looked at when they are called."""
        if url is None:
            return None
        refused = BadInput("callback_url must be http or https, and lead to a public address", code="bad_callback_url")
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise refused from None
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise refused
        if _is_ip(host) and not self.allows(host):
            raise refused
        return Callback(url, key)


class GuardedResolver(AbstractResolver):
    """Finds only addresses that may be called; the connection is made to what was looked at."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if self._guard.allows(one["host"])]
        if not allowed:
            raise OSError(None, "the address is not public")
        return allowed

    async def close(self) -> None:
        await self._resolver.close()


@dataclass(slots=True)
class Callbacks:
    """Posts for one process until `run` is cancelled."""

    database: Database
    mailbox: Mailbox
    box: SecretBox
    guard: Guard
    answer_of: Callable[[Sequence[HandedOut]], Answer]
    secret: str = ""
    posted: int = 0
    failed: int = 0
    _posts: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def run(self) -> None:
        connector = aiohttp.TCPConnector(resolver=GuardedResolver(self.guard), limit=MAX_POSTS, force_close=True)
        limit = aiohttp.ClientTimeout(total=POST_LIMIT_S)
        async with aiohttp.ClientSession(connector=connector, timeout=limit, trust_env=False) as http:
            try:
                while True:
                    try:
                        await self._claim(http)
                    except RecadoError as error:
                        log.warning("callbacks_wait", code=error.code)
                    except Exception:  # a defect in one round must not end the callbacks
                        log.exception("callbacks_defect")
                    await asyncio.sleep(POLL_S)
            finally:
                await self._stop()

    async def _stop(self) -> None:
        posts = list(self._posts)
        if posts:
            await asyncio.wait(posts, timeout=DRAIN_S)
        for task in posts:
            task.cancel()
        await asyncio.gather(*posts, return_exceptions=True)

    async def _claim(self, http: aiohttp.ClientSession) -> None:
        room = MAX_POSTS - len(self._posts)
        if room <= 0:
            return

        async def work(tx: Tx) -> list[Any]:
            return await tx.fetch(_CLAIM, size=room, lease_ms=LEASE_MS)

        for job_id, project_id in await self.mailbox.driver.run(work, Priority.OTHER, atomic=False):
            task = asyncio.create_task(self._deliver(http, job_id, project_id))
            self._posts.add(task)
            task.add_done_callback(self._posts.discard)

    async def _deliver(self, http: aiohttp.ClientSession, job_id: str, project_id: str) -> None:
        try:
            await self._post(http, job_id, project_id)
        except Exception as error:  # the lease ends by itself, and then it is posted again
            log.warning("callback_waits", job_id=job_id, error=type(error).__name__)

    async def _post(self, http: aiohttp.ClientSession, job_id: str, project_id: str) -> None:
        async with self.database.project(project_id, read_only=True) as session:
            row, project = await jobs.find(session, job_id), await get_project(session, project_id)
        if row is None or row.callback_url is None:
            return
        found = await self.mailbox.look_for_answers([row.message_id])
        handed = found[0] if found else None
        body = job_out(jobs.job_of(row, handed, self.answer_of)).model_dump_json().encode()
        try:
            error = await self._try(http, row, project.slug, body)
        except asyncio.CancelledError:
            await self._write(row, 0, "stopped")  # another process posts it again
            raise
        if error is None and handed is not None and handed.to_do:
            await self.mailbox.hand_out(handed.to_do)
        await self._mark(row, error)

    async def _try(self, http: aiohttp.ClientSession, row: AnswerJob, project: str, body: bytes) -> str | None:
        """One try; what went wrong, or None."""
        try:
            key = self.box.decrypt(row.callback_key or "", row.id)
            callback = self.guard.check_callback(row.callback_url, key)
            assert callback is not None  # noqa: S101 # it has one
            headers = self._headers(project, key, body)
            async with http.post(callback.url, data=body, headers=headers, allow_redirects=False) as answer:
                return None if 200 <= answer.status < 300 else f"HTTP {answer.status}"
        except RecadoError as error:
            return error.code
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return type(error).__name__

    def _headers(self, project: str, key: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "User-Agent": "recado",
            "X-API-Key": key,
            "X-Project-Id": project,
            "X-Callback-Timestamp": timestamp,
            "X-Callback-Signature": signature(self.secret or key, timestamp, body),
        }

    async def _mark(self, row: AnswerJob, error: str | None) -> None:
        delay_ms: int | None = None
        if error is None:
            self.posted += 1
        else:
            self.failed += 1
            log.warning("callback_failed", job_id=row.id, tries=row.callback_tries, error=error)
            if row.callback_tries < MAX_TRIES:
                wait_s = randomness.full_jitter(row.callback_tries, BACKOFF_BASE_S, BACKOFF_CAP_S)
                delay_ms = round(wait_s * 1000)
        await self._write(row, delay_ms, error)

    async def _write(self, row: AnswerJob, delay_ms: int | None, error: str | None) -> None:
        async def work(tx: Tx) -> None:
            await tx.fetch(_MARK, [(row.id, row.callback_tries, delay_ms, error)])

        await self.mailbox.driver.run(work, Priority.OTHER, atomic=False)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True

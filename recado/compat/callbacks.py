"""Posts answers that are done to whoever asked for that, as contract C has it (`recado.kit.due_posts`)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import ColumnElement, exists

from recado.channels.contract import Answer
from recado.compat import jobs
from recado.compat.jobs import Callback
from recado.compat.models import AnswerJob
from recado.compat.schemas import job_out
from recado.compat.signing import signature
from recado.db import Database
from recado.errors import BadInput, RecadoError
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Networks, is_web_address, leads_inwards
from recado.kit.due_posts import LEASE_MS, DuePosts, delay_ms
from recado.kit.postman import Postman
from recado.kit.wakeup import Bell
from recado.mailbox.answers import HandedOut
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from recado.projects.service import get_project

POLL_S = 0.5

_CLAIM = Query(
    """
    WITH due AS MATERIALIZED (
        SELECT j.id FROM answer_jobs j
        JOIN inbox m ON m.id = j.message_id JOIN conversations c ON c.id = m.conversation_id
        WHERE j.callback_due_ms IS NOT NULL AND j.callback_due_ms <= {now} AND m.seq <= c.settled_seq
        AND NOT EXISTS (
            SELECT 1 FROM {rows} WHERE substr(j.callback_url || '/', 1, length(i.receiver)) = i.receiver
        )
        ORDER BY j.callback_due_ms LIMIT :size /*postgresql*/ FOR UPDATE OF j SKIP LOCKED /*all*/
    )
    UPDATE answer_jobs SET callback_due_ms = {now} + :lease_ms, callback_tries = callback_tries + 1
    FROM due WHERE answer_jobs.id = due.id
    RETURNING answer_jobs.id, project_id, callback_url
    """,
    rows="receiver text",
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


@dataclass(frozen=True, slots=True)
class Guard:
    """Where callbacks may go: public addresses, and those of `networks`."""

    networks: Networks = ()

    def check_callback(self, url: str | None, key: str) -> Callback | None:
        """Where a job is posted. Raises `BadInput` (`bad_callback_url`); names are looked at when they are called."""
        if url is None:
            return None
        if not is_web_address(url) or leads_inwards(url, self.networks):
            says = "callback_url must be http or https, and lead to a public address"
            raise BadInput(says, code="bad_callback_url")
        return Callback(url, key)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: str
    project_id: str
    url: str


def waiting(now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a callback is due (of a job that may not be done yet)."""
    return exists().where(AnswerJob.callback_due_ms <= now)


@dataclass(slots=True)
class Callbacks:
    """Posts for one process until `run` is cancelled. Who rings `bell` may let it look by itself less often."""

    database: Database
    mailbox: Mailbox
    box: SecretBox
    guard: Guard
    answer_of: Callable[[Sequence[HandedOut]], Answer]
    secret: str = ""
    bell: Bell = field(default_factory=Bell)
    look_s: float = POLL_S
    posted: int = 0
    failed: int = 0

    async def run(self) -> None:
        await DuePosts(self.guard.networks, self._claim, self._post, self.bell, self.look_s).run()

    async def _claim(self, size: int, but: Sequence[str]) -> Sequence[_Claimed]:
        async def work(tx: Tx) -> list[Any]:
            full = [(receiver,) for receiver in ("/", *but)]  # no address begins so; for no rows nothing is asked
            return await tx.fetch(_CLAIM, full, size=size, lease_ms=LEASE_MS)

        return [_Claimed(*row) for row in await self.mailbox.driver.run(work, Priority.OTHER, atomic=False)]

    async def _post(self, postman: Postman, claimed: _Claimed) -> None:
        async with self.database.project(claimed.project_id, read_only=True) as session:
            row = await jobs.find(session, claimed.id)
            project = await get_project(session, claimed.project_id)
        if row is None or row.callback_url is None:
            return
        handed = await jobs.look(self.mailbox, row)
        body = job_out(jobs.job_of(row, handed, self.answer_of)).model_dump_json().encode()
        try:
            error, asked_s = await self._try(postman, row, project.slug, body)
        except asyncio.CancelledError:
            await self._write(row, 0, "stopped")  # another process posts it again
            raise
        if error is None and handed is not None and handed.to_do:
            await self.mailbox.hand_out(handed.to_do)
        await self._mark(row, error, asked_s)

    async def _try(self, postman: Postman, row: AnswerJob, project: str, body: bytes) -> tuple[str | None, int | None]:
        """One try; what went wrong, or None, and how long the receiver asks to be left alone."""
        try:
            key = self.box.decrypt(row.callback_key or "", row.id)
            callback = self.guard.check_callback(row.callback_url, key)
        except RecadoError as error:
            return error.code, None
        assert callback is not None  # noqa: S101 # it has one
        headers = self._headers(project, key, body)
        result = await postman.post(callback.url, body, headers, (key, headers["X-Callback-Signature"]))
        return None if result.taken else result.error or f"HTTP {result.status}", result.retry_after_s

    def _headers(self, project: str, key: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        return {
            "X-API-Key": key,
            "X-Project-Id": project,
            "X-Callback-Timestamp": timestamp,
            "X-Callback-Signature": signature(self.secret or key, timestamp, body),
        }

    async def _mark(self, row: AnswerJob, error: str | None, asked_s: int | None) -> None:
        if error is None:
            self.posted += 1
        else:
            self.failed += 1
            log.warning("callback_failed", job_id=row.id, tries=row.callback_tries, error=error)
        await self._write(row, None if error is None else delay_ms(row.callback_tries, asked_s), error)

    async def _write(self, row: AnswerJob, wait_ms: int | None, error: str | None) -> None:
        async def work(tx: Tx) -> None:
            await tx.fetch(_MARK, [(row.id, row.callback_tries, wait_ms, error)])

        await self.mailbox.driver.run(work, Priority.OTHER, atomic=False)

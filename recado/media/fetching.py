"""Fetching: what people send is downloaded and kept, and what is to be deleted is removed from the store.

Rows are claimed, not messages: a process that dies leaves its rows to others when their leases end. A link of a
provider lives for minutes, so every try asks for a new one.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from recado.errors import MediaError, NotFound, RecadoError, Unavailable, retry_after
from recado.kit import now_ms, randomness
from recado.kit.logs import about, place_of
from recado.kit.wakeup import Bell
from recado.media.limits import MAX_BYTES, Measured, check_received
from recado.media.source import EXPIRED, Source
from recado.media.store import Store, key_of
from recado.media.stuck import KEPT_BY_PROVIDER_MS, LINE_DELETED
from recado.media.work import LEASE_MS, Job, MediaWork

# Files at the same time in one process; each takes some hundred kilobytes of memory, or a part of a bucket.
MAX_FETCHES = 4
# How late a file can begin: links live for 5 minutes, so there is no hurry that would be worth a bell.
POLL_S = 0.5
RENEW_S = LEASE_MS / 3000
# 100 MB on a line of 2 Mbit/s.
FETCH_LIMIT_S = 420.0
# Tried for as long as the provider keeps the file, however often: most troubles are those of a line, the network or the
# store. The longer one lasts, the rarer: at most an hour.
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 3600.0
# A line that this process does not know may be known in a moment (the books are read every 3 s).
UNKNOWN_RETRY_S = 5.0
# What the provider does not know is tried for about an hour: else whoever looks after the installation would hear of it
# for a week. If it was the token after all, a person has it fetched again.
MAX_TRIES_EXPIRED = 12
_REFUSED = frozenset({"media_too_large", "media_type_refused"})

log = structlog.get_logger(__name__)


class Lines(Protocol):
    """Where a file's line is found, and who can fetch on it."""

    def source(self, line_id: str) -> Source | None: ...


@dataclass(slots=True)
class FetchStats:
    """Counts since the start, for metrics."""

    stored: int = 0
    retried: int = 0
    failed: int = 0
    refused: int = 0
    deleted: int = 0


@dataclass(slots=True)
class Fetcher:
    """Fetches for one process until `run` is cancelled. `listens`: audio is written down here afterwards.

    Who rings `bell` while a job is due may let it look by itself less often.
    """

    work: MediaWork
    store: Store
    lines: Lines
    largest_bytes: int = max(MAX_BYTES.values())
    listens: bool = False
    bell: Bell = field(default_factory=Bell)
    look_s: float = POLL_S
    stats: FetchStats = field(default_factory=FetchStats)
    _running: dict[str, tuple[Job, "asyncio.Task[None]"]] = field(
        default_factory=dict[str, tuple[Job, "asyncio.Task[None]"]]
    )

    async def run(self) -> None:
        """Claim and fetch. On cancellation what is under way is given back."""
        renewals = asyncio.create_task(self._renew_forever(), name="media-leases")
        try:
            while True:
                await self._round()
        finally:
            renewals.cancel()
            tasks = [task for _, task in self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(renewals, *tasks, return_exceptions=True)

    async def _round(self) -> None:
        try:
            room = MAX_FETCHES - len(self._running)
            jobs = await self.work.claim("keep", room) if room else []
            for job in jobs:
                self._running[job.id] = (job, asyncio.create_task(self._do(job)))
            if jobs and len(jobs) == room:
                return
        except Exception as error:  # a defect or a database that is away must not end the process's fetching
            log.warning("media_waits", **place_of(error))
        if self._running:
            tasks = [task for _, task in self._running.values()]
            await asyncio.wait(tasks, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
        else:
            await self.bell.wait(self.look_s)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            held = dict(self._running)
            if not held:
                continue
            try:
                kept = await self.work.renew([job for job, _ in held.values()])
            except Exception as error:  # the lease may still be ours at the next round; settling is guarded anyway
                log.warning("media_not_renewed", error=type(error).__name__)
                continue
            for media_id, (_, task) in held.items():
                if media_id not in kept:
                    task.cancel()

    # --- one file -------------------------------------------------------------------------------------

    async def _do(self, job: Job) -> None:
        about(("media_id", job.id))
        try:
            if job.state == "deleting":
                await self._delete(job)
            else:
                await self._fetch(job)
        except asyncio.CancelledError:
            with contextlib.suppress(Exception):  # then its lease ends by itself
                await self.work.settle(job, {"attempts": job.attempts - 1}, delay_ms=0)
            raise
        except Exception as error:
            await self._after_failure(job, error)
        finally:
            self._running.pop(job.id, None)

    async def _delete(self, job: Job) -> None:
        await self.store.delete(key_of(job.project_id, job.id))
        await self.work.forget(job)
        self.stats.deleted += 1

    async def _fetch(self, job: Job) -> None:
        source = self.lines.source(job.line_id) if job.line_id else None
        if source is None and (job.line_id is None or await self.work.line_is_gone(job.line_id)):
            raise MediaError("The line was deleted", code=LINE_DELETED)
        if source is None or job.provider_media_id is None:
            # Not read yet, or switched off: no fault of the file.
            raise Unavailable("The line is not known", code="line_unknown", verdict=retry_after(UNKNOWN_RETRY_S))
        key = key_of(job.project_id, job.id)
        async with asyncio.timeout(FETCH_LIMIT_S), source.fetch(job.provider_media_id) as file:
            mime_type = file.mime_type or job.mime_type
            most = check_received(job.kind, mime_type, file.size_bytes, self.largest_bytes)
            measured = Measured(file.chunks, most, file.sha256 or job.sha256)
            await self.store.put(key, measured.chunks())
        heard = self.listens and job.kind == "audio"
        stored = await self.work.settle(
            job,
            {
                "state": "stored",
                "mime_type": mime_type,
                "size_bytes": measured.size_bytes,
                "sha256": measured.sha256,
                "store_key": key,
                "stored_ms": now_ms(),
                "error_code": None,
                "attempts": 0,
                "hearing": "pending" if heard else None,
            },
            event="media.stored",
            data={"size_bytes": measured.size_bytes},
            delay_ms=0 if heard else None,
        )
        self.stats.stored += stored

    async def _after_failure(self, job: Job, error: Exception) -> None:
        known = _as_known(error)
        log.warning("media_not_stored", media_id=job.id, code=known.code, attempts=job.attempts)
        try:
            await self._settle_failure(job, known)
        except Exception as worse:  # its lease ends by itself, and it is claimed again
            log.warning("media_not_settled", media_id=job.id, error=type(worse).__name__)

    async def _settle_failure(self, job: Job, error: RecadoError) -> None:
        about = {"error_code": error.code[:64]}
        after_s = error.verdict.retry_after_s
        if error.code in _REFUSED:
            self.stats.refused += 1
            await self.work.settle(job, {"state": "refused", **about}, event="media.refused", data=about)
        elif job.state == "pending" and (after_s is None or _is_over(job, error)):
            self.stats.failed += 1
            await self.work.settle(job, {"state": "failed", **about}, event="media.failed", data=about)
        else:
            self.stats.retried += 1
            jitter_s = randomness.full_jitter(job.attempts, BACKOFF_BASE_S, BACKOFF_CAP_S)
            delay_ms = round(max(after_s or 0.0, jitter_s) * 1000)
            await self.work.settle(job, about, delay_ms=delay_ms)


def _is_over(job: Job, error: RecadoError) -> bool:
    if error.code == EXPIRED and job.attempts >= MAX_TRIES_EXPIRED:
        return True
    return now_ms() - job.created_ms > KEPT_BY_PROVIDER_MS


def _as_known(error: Exception) -> RecadoError:
    if isinstance(error, MediaError | Unavailable | NotFound):
        return error
    if isinstance(error, TimeoutError):
        return MediaError("The file took too long", code="media_timeout", verdict=retry_after(1))
    if isinstance(error, RecadoError):
        return error
    return MediaError(type(error).__name__, code="internal_error", verdict=retry_after(1))

"""Listening: voice notes and other audio that are stored are claimed one by one and written down."""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from recado.errors import MediaError, RecadoError, retry_after
from recado.kit import randomness
from recado.kit.wakeup import Bell
from recado.media.limits import MAX_BYTES
from recado.media.store import Store
from recado.media.work import LEASE_MS, Job, MediaWork
from recado.voice.engine import Engine

POLL_S = 0.5
RENEW_S = LEASE_MS / 3000
# The longest audio on a slow machine.
HEAR_LIMIT_S = 300.0
MAX_ATTEMPTS = 3
BACKOFF_BASE_S = 2.0
BACKOFF_CAP_S = 60.0
# As much as a text message may have (and less than a brain takes).
MAX_TRANSCRIPT = 4_096

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ListenStats:
    """Counts since the start, for metrics."""

    heard: int = 0
    failed: int = 0


class Listener:
    """Writes down audio for one process until `run` is cancelled; one at a time, for it takes all the cores.

    Who rings `bell` while some is due may let it look by itself less often.
    """

    def __init__(self, work: MediaWork, store: Store, engine: Engine, look_s: float = POLL_S) -> None:
        self.bell = Bell()
        self._look_s = look_s
        self._work = work
        self._store = store
        self._engine = engine
        self.stats = ListenStats()

    async def run(self) -> None:
        try:
            while True:
                await self._round()
        finally:
            await self._engine.close()

    async def _round(self) -> None:
        try:
            jobs = await self._work.claim("hear", 1)
            for job in jobs:
                await self._hear(job)
            if jobs:
                return
        except RecadoError as error:
            log.warning("voice_waits", code=error.code)
        except Exception:  # a defect in one round must not end the process's listening
            log.exception("voice_defect")
        await self.bell.wait(self._look_s)

    async def _hear(self, job: Job) -> None:
        work = asyncio.create_task(self._write_down(job))
        renewal = asyncio.create_task(self._renew(job, work))
        try:
            await work
        except asyncio.CancelledError:
            work.cancel()
            with contextlib.suppress(Exception):  # then its lease ends by itself
                await self._work.settle(job, {"attempts": job.attempts - 1}, delay_ms=0)
            if (current := asyncio.current_task()) is not None and current.cancelling():
                raise
        except Exception as error:
            await self._after_failure(job, error)
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, work, return_exceptions=True)

    async def _renew(self, job: Job, work: "asyncio.Task[None]") -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            with contextlib.suppress(RecadoError):  # the lease may still be ours at the next round
                if not await self._work.renew([job]):
                    work.cancel()

    async def _write_down(self, job: Job) -> None:
        if job.store_key is None:
            raise MediaError("The note has no content", code="media_content_missing")
        if job.attempts > MAX_ATTEMPTS:  # a try that failed is settled; what ends a process leaves its claim alone
            raise MediaError("Every process that heard it ended", code="voice_process_ended")
        audio = await self._content(job.store_key)
        async with asyncio.timeout(HEAR_LIMIT_S):
            heard = await self._engine.hear(audio)
        text = heard.text.replace("\x00", "").strip()[:MAX_TRANSCRIPT]
        if not text:
            raise MediaError("Nothing was said", code="voice_silent")
        values = {"hearing": "done", "transcript": text, "transcript_language": heard.language, "attempts": 0}
        if await self._work.settle(job, values, event="voice.heard"):
            self.stats.heard += 1

    async def _content(self, key: str) -> bytes:
        """A note, in memory: what a killed process has written elsewhere no erasure would find."""
        content = bytearray()
        async for chunk in self._store.read(key):
            content += chunk
            if len(content) > MAX_BYTES["audio"]:  # none that was taken is so large
                raise MediaError("The note is too large", code="voice_too_long")
        return bytes(content)

    async def _after_failure(self, job: Job, error: Exception) -> None:
        known = error if isinstance(error, RecadoError) else _as_known(error)
        log.warning("voice_not_heard", media_id=job.id, code=known.code, attempts=job.attempts)
        about = {"error_code": known.code[:64]}
        after_s = known.verdict.retry_after_s
        if after_s is None or job.attempts >= MAX_ATTEMPTS:
            self.stats.failed += 1
            await self._work.settle(job, {"hearing": "failed", **about}, event="voice.failed", data=about)
        else:
            delay_s = max(after_s, randomness.full_jitter(job.attempts, BACKOFF_BASE_S, BACKOFF_CAP_S))
            await self._work.settle(job, about, delay_ms=round(delay_s * 1000))


def _as_known(error: Exception) -> MediaError:
    if isinstance(error, TimeoutError):
        return MediaError("Hearing took too long", code="voice_timeout")
    return MediaError(type(error).__name__, code="internal_error", verdict=retry_after(1))

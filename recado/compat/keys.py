"""The keys of the sockets that are open in this process: whichever process closes a key, its sockets are ended."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import Context

import structlog

from recado.db import Database
from recado.errors import Unavailable, retry_after
from recado.projects.auth import closed_of

# How soon a socket by which nothing comes in is ended; one by which something comes is so with the first message.
KEYS_EVERY_S = 30.0

log = structlog.get_logger(__name__)


class OpenKeys:
    """Who has a socket open. Nothing runs while nobody has."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open: dict[asyncio.Event, str] = {}
        self._watching: asyncio.Task[None] | None = None

    @contextmanager
    def use(self, key_id: str) -> Generator[asyncio.Event]:
        """A socket of this key is open for as long as the block lasts. What it gives is set once the key is closed."""
        revoked = asyncio.Event()
        self._open[revoked] = key_id
        if self._watching is None:
            # For all sockets, so in a context of its own: see `recado.kit.batching`.
            self._watching = asyncio.create_task(self._watch(), name="socket-keys", context=Context())
        try:
            yield revoked
        finally:
            del self._open[revoked]
            if not self._open:
                self._watching.cancel()
                self._watching = None

    async def is_revoked(self, key_id: str) -> bool:
        """True for a key that is closed. Raises `Unavailable` (`key_not_checked`)."""
        try:
            return key_id in await closed_of(self._database, {key_id})
        except Exception as error:
            log.warning("keys_not_checked", error=type(error).__name__)
            raise Unavailable(
                "The key cannot be checked now: send it again", code="key_not_checked", verdict=retry_after(1)
            ) from error

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(KEYS_EVERY_S)
            try:
                gone = await closed_of(self._database, set(self._open.values()))
            except Exception as error:  # asked again soon
                log.warning("keys_not_checked", error=type(error).__name__)
                continue
            for revoked, key_id in self._open.items():
                if key_id in gone:
                    revoked.set()

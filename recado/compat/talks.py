"""The sockets that are open in this process, and the bells by which they learn that something was written to them.

One look at the database for all of them, after a hint or a moment. Nothing runs while no socket is open.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from contextvars import Context
from dataclasses import dataclass, field

import structlog

from recado.compat.places import CHANNEL
from recado.errors import RecadoError
from recado.kit.wakeup import Bell
from recado.mailbox.answers import Writer
from recado.mailbox.directory import Directory
from recado.mailbox.service import Mailbox
from recado.messages import Address

# The look behind the hints; other processes on SQLite give none.
LOOK_S = 1.0
# A stop waits so long for the last frames.
FAREWELL_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Ear:
    """One open socket. `conversation_id` is known once there is one, which reaches up to `last_seq`; `is_new` if it was
    `looked` for, and there was none, when the socket was opened.
    """

    project_id: str
    who: Address
    bell: Bell = field(default_factory=Bell)
    conversation_id: str | None = None
    last_seq: int = 0
    looked: bool = False
    is_new: bool = False
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def found(self, place: tuple[str, int] | None) -> None:
        """Note where its conversation is, if there is one; ring if that is news."""
        if not self.looked:
            self.looked, self.is_new = True, place is None
        if place is not None and place != (self.conversation_id, self.last_seq):
            self.conversation_id, self.last_seq = place
            self.bell.ring()


class OpenTalks:
    """Who has a socket open."""

    def __init__(self, mailbox: Mailbox, directory: Directory) -> None:
        self._mailbox = mailbox
        self._directory = directory
        self._ears: set[Ear] = set()
        self._bell = Bell()
        self._looking: asyncio.Task[None] | None = None
        self._closing = False
        mailbox.on_words(self._told)

    @contextmanager
    def hear(self, project_id: str, who: Address) -> Generator[Ear]:
        """A socket of this person is open for as long as the block lasts."""
        ear = Ear(project_id, who)
        if self._closing:
            ear.leaving.set()
        self._ears.add(ear)
        self._bell.ring()
        if self._looking is None:
            # For all sockets, so in a context of its own: see `recado.kit.batching`.
            self._looking = asyncio.create_task(self._look(), name="talks", context=Context())
        try:
            yield ear
        finally:
            ear.left.set()
            self._ears.discard(ear)
            if not self._ears:
                self._looking.cancel()
                self._looking = None

    async def close(self) -> None:
        """Ask every socket to say its last and to end, and wait for that, but not for long."""
        self._closing = True
        ears = tuple(self._ears)
        for ear in ears:
            ear.leaving.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                for ear in ears:
                    await ear.left.wait()

    def _told(self, conversation_id: str) -> None:
        for ear in self._ears:
            if ear.conversation_id == conversation_id:
                ear.bell.ring()
            elif ear.conversation_id is None:
                self._bell.ring()

    async def _look(self) -> None:
        while True:
            await self._bell.wait(LOOK_S)
            try:
                await self.find(*self._ears)
            except RecadoError as error:  # looked at again soon
                log.warning("talks_wait", code=error.code)
            except Exception:  # a defect in one round must not leave everybody without news
                log.exception("talks_defect")

    async def find(self, *ears: Ear) -> None:
        """See where the conversations of these sockets are, and ring for those in which something is new."""
        lines = self._directory.lines_of(CHANNEL)
        first = {line.project_id: line.id for line in reversed(lines)}
        writers = {
            ear: Writer(ear.project_id, first[ear.project_id], ear.who.kind, ear.who.value)
            for ear in ears
            if ear.project_id in first
        }
        places = await self._mailbox.places(set(writers.values())) if writers else {}
        for ear, writer in writers.items():
            ear.found(places.get(writer))

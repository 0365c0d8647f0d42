"""The messages that were erased and that their provider may deliver once more, as `recado.mailbox.erased` asks."""

from collections.abc import Iterable, Sequence

import structlog
from sqlalchemy import ColumnElement, delete, exists, func, select

from recado.db import Database, database_now_ms
from recado.kit.crypto import SecretBox
from recado.kit.logs import place_of
from recado.kit.wakeup import Bell
from recado.mailbox.people import Arrival
from recado.privacy.models import ErasedMessage
from recado.privacy.people import purpose_of

# How late a process knows of an erasure by another one; until then it looks whenever it stores a message.
LOOK_S = 1.0
# How long before it was seen an erasure may have been cut off: its transaction takes moments.
SEEN_LATE_MS = 60_000
# Of the latest ones, some 20 MB. More would be the messages of many people, erased within a week.
MAX_KNOWN = 100_000

log = structlog.get_logger(__name__)


def any_erased() -> ColumnElement[bool]:
    """Whether there are erased messages to know of."""
    return exists().where(ErasedMessage.id.is_not(None))


class Erased:
    """The erased messages that may come again, as last seen; false while there are none, as nearly always."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self.bell = Bell()
        self._database = database
        self._box = box
        self._digests: frozenset[tuple[str, str]] = frozenset()
        self._learned: frozenset[tuple[str, str]] = frozenset()
        self._seen = (0, 0)

    def __bool__(self) -> bool:
        return bool(self._digests or self._learned)

    def seen_until_ms(self) -> int:
        """Erasures whose messages may come again for longer than until then may not have been seen."""
        return max(self._seen[1] - SEEN_LATE_MS, 0)

    def marks(self, arrival: Arrival) -> tuple[str, ...]:
        """Under which digests a message may stand among the erased ones of its line."""
        return self._box.marks(arrival.provider_message_id, purpose_of(arrival.line_id))

    def learn(self, found: Iterable[tuple[str, str]]) -> None:
        """These (line, digest) were erased; what is not seen in a look is known by that."""
        self._learned |= frozenset(found)

    def without(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """The messages that were not erased."""
        return [one for one in arrivals if not self._knows(one)]

    def _knows(self, arrival: Arrival) -> bool:
        keys = [(arrival.line_id, mark) for mark in self.marks(arrival)]
        return any(key in self._digests or key in self._learned for key in keys)

    async def refresh(self) -> None:
        """Look now. What cannot come again any more is forgotten."""
        async with self._database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            sums = select(func.count(), func.coalesce(func.max(ErasedMessage.until_ms), 0)).select_from(ErasedMessage)
            count, newest = (await session.execute(sums)).one()
            seen = (int(count), int(newest))
            if seen == self._seen == (0, 0):
                return
            over = await session.scalar(select(ErasedMessage.id).where(ErasedMessage.until_ms <= now_ms).limit(1))
            if not count:
                self._learned = frozenset()
            if seen != self._seen:
                latest = select(ErasedMessage.line_id, ErasedMessage.digest).order_by(ErasedMessage.id.desc())
                rows = await session.execute(latest.limit(MAX_KNOWN))
                self._digests, self._seen = frozenset((row[0], row[1]) for row in rows), seen
        if over is not None:
            async with self._database.system() as session:
                await session.execute(
                    delete(ErasedMessage)
                    .where(ErasedMessage.until_ms <= now_ms)
                    .execution_options(synchronize_session=False)
                )

    async def keep_fresh(self, look_s: float = LOOK_S) -> None:
        """Look again and again, until cancelled; who rings `bell` while there are `any_erased` may let it look less
        often.
        """
        while True:
            try:
                await self.refresh()
            except Exception as error:  # the database is away: what was seen last stands
                log.warning("erased_not_seen", **place_of(error))
            await self.bell.wait(look_s)

"""Messages that were erased and that their provider delivers once more: they are not new, and nobody wrote them now."""

from collections.abc import Sequence

import structlog
from sqlalchemy import ColumnElement, delete, exists, func, select

from recado.db import Database, database_now_ms
from recado.kit.crypto import SecretBox
from recado.kit.logs import place_of
from recado.kit.wakeup import Bell
from recado.mailbox.people import Arrival
from recado.privacy.models import ErasedMessage
from recado.privacy.people import purpose_of

# How late a process knows of an erasure by another one; until then only what was delivered in these moments comes back.
LOOK_S = 1.0
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
        self._seen = (0, 0)

    def __bool__(self) -> bool:
        return bool(self._digests)

    def without(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """The messages that were not erased."""
        return [one for one in arrivals if not self._knows(one)]

    def _knows(self, arrival: Arrival) -> bool:
        marks = self._box.marks(arrival.provider_message_id, purpose_of(arrival.line_id))
        return any((arrival.line_id, mark) in self._digests for mark in marks)

    async def refresh(self) -> None:
        """Look now. What cannot come again any more is forgotten."""
        async with self._database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            sums = select(func.count(), func.coalesce(func.max(ErasedMessage.created_ms), 0)).select_from(ErasedMessage)
            count, newest = (await session.execute(sums)).one()
            seen = (int(count), int(newest))
            if seen == self._seen == (0, 0):
                return
            over = await session.scalar(select(ErasedMessage.id).where(ErasedMessage.until_ms <= now_ms).limit(1))
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

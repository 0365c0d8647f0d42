"""Work on files, claimed in batches with a lease on the database's clock, for all projects.

Every write of an owner is guarded by the epoch of its claim: whoever lost the lease changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, column, delete, exists, or_, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, Id, database_now_ms, json_text
from recado.events.models import Event
from recado.media.limits import Kind
from recado.media.models import Media, MediaUpload

# A file takes seconds, and its lease is renewed at a third.
LEASE_MS = 15_000

# The lines' own room stands above this one.
_LINES = table("lines", column("id", Id))

Task = Literal["keep", "hear"]
"""keep: fetch what came in, remove what is to be deleted. hear: write down what an audio says."""
_DUE: dict[Task, ColumnElement[bool]] = {
    "keep": Media.state.in_(("pending", "deleting")),
    "hear": and_(Media.state == "stored", Media.hearing == "pending"),
}


@dataclass(frozen=True, slots=True)
class Job:
    """A file that this process works on under `epoch`. `attempts` counts this one too."""

    id: str
    project_id: str
    epoch: int
    attempts: int
    state: str
    kind: Kind
    line_id: str | None
    conversation_id: str | None
    provider_media_id: str | None
    mime_type: str | None
    sha256: str | None
    size_bytes: int | None
    store_key: str | None
    created_ms: int


def waiting(now: ColumnElement[int], task: Task) -> ColumnElement[bool]:
    """Whether a job is due."""
    return exists().where(Media.due_ms <= now, _DUE[task])


class MediaWork:
    """The claims of one process, whose id is `owner`."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    async def claim(self, task: Task, size: int) -> list[Job]:
        """Up to `size` jobs that are due, the longest waiting first. Looking takes no write lock."""
        async with self._database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            if await session.scalar(select(Media.id).where(Media.due_ms <= now_ms, _DUE[task]).limit(1)) is None:
                return []
        async with self._database.system() as session:
            now_ms = await database_now_ms(session)
            due = select(Media.id).where(Media.due_ms <= now_ms, _DUE[task]).order_by(Media.due_ms).limit(size)
            ids = (await session.scalars(due.with_for_update(skip_locked=True))).all()
            rows = await session.scalars(
                update(Media)
                .where(Media.id.in_(ids))
                .values(
                    owner=self._owner,
                    epoch=Media.epoch + 1,
                    attempts=Media.attempts + 1,
                    due_ms=now_ms + LEASE_MS,
                )
                .returning(Media)
                .execution_options(synchronize_session=False)
            )
            return [_job(row) for row in rows]

    async def renew(self, jobs: Collection[Job]) -> set[str]:
        """Extend leases; the ids of the jobs that are still held."""
        async with self._database.system() as session:
            due_ms = await database_now_ms(session) + LEASE_MS
            held = or_(*(and_(Media.id == job.id, Media.epoch == job.epoch) for job in jobs))
            renewed = await session.scalars(
                update(Media)
                .where(held, Media.owner == self._owner)
                .values(due_ms=due_ms)
                .returning(Media.id)
                .execution_options(synchronize_session=False)
            )
            return set(renewed.all())

    async def line_is_gone(self, line_id: str) -> bool:
        """True if the line was deleted, not only unknown to this process."""
        async with self._database.system(read_only=True) as session:
            return await session.scalar(select(_LINES.c.id).where(_LINES.c.id == line_id)) is None

    async def settle(
        self,
        job: Job,
        values: dict[str, Any],
        *,
        event: str | None = None,
        data: dict[str, Any] | None = None,
        delay_ms: int | None = None,
    ) -> bool:
        """End a job with new values and an event, in one commit; False if its lease was lost.

        With `delay_ms` it is due again after so long, else there is nothing more to do.
        """
        async with self._database.system() as session:
            now_ms = await database_now_ms(session)
            due_ms = None if delay_ms is None else now_ms + delay_ms
            if not await self._write(session, job, {"owner": None, "due_ms": due_ms, **values}):
                return False
            if event is not None:
                about = json_text({"media_id": job.id, "kind": job.kind, **(data or {})})
                session.add(
                    Event(
                        project_id=job.project_id,
                        name=event,
                        conversation_id=job.conversation_id,
                        data=about,
                        created_ms=now_ms,
                    )
                )
            return True

    async def _write(self, session: AsyncSession, job: Job, values: dict[str, Any]) -> bool:
        changed = await session.scalars(
            update(Media)
            .where(Media.id == job.id, Media.epoch == job.epoch, Media.owner == self._owner)
            .values(values)
            .returning(Media.id)
            .execution_options(synchronize_session=False)
        )
        return changed.first() is not None

    async def forget(self, job: Job) -> None:
        """Remove the row of a file whose content is gone."""
        async with self._database.system() as session:
            await session.execute(delete(MediaUpload).where(MediaUpload.media_id == job.id))
            await session.execute(delete(Media).where(Media.id == job.id, Media.state == "deleting"))


def _job(row: Media) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__slots__})

"""Files on their way out, as a channel gets them, and what the provider called those that it has already."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database
from recado.errors import NotFound
from recado.kit import now_ms
from recado.media.models import Media, MediaUpload
from recado.media.service import get_media
from recado.media.store import Store


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that is kept. `size_bytes` is exact: it goes into the head of the upload."""

    id: str
    project_id: str
    key: str
    kind: str
    mime_type: str
    size_bytes: int
    filename: str | None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the provider calls a file, and since how many milliseconds."""

    provider_media_id: str
    age_ms: int


class OutgoingMedia:
    """Files of all projects for the channels of a process; each call is limited to the project it names."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    async def uploaded(self, project_id: str, line_id: str, media_id: str) -> Uploaded | None:
        """The latest upload on this line that the provider still has."""
        async with self._database.project(project_id, read_only=True) as session:
            row = await self._row(session, line_id, media_id)
            if row is None or row.expires_ms <= now_ms():
                return None
            return Uploaded(row.provider_media_id, now_ms() - row.created_ms)

    async def file(self, project_id: str, media_id: str) -> OutgoingFile:
        """Raises `NotFound` (`media_not_found`), also for a file that is not stored yet."""
        async with self._database.project(project_id, read_only=True) as session:
            row = await get_media(session, media_id)
            if row.state != "stored" or row.store_key is None:
                raise NotFound("This media has no content", code="media_not_found")
            mime_type = row.mime_type or "application/octet-stream"
            return OutgoingFile(
                row.id, project_id, row.store_key, row.kind, mime_type, row.size_bytes or 0, row.filename
            )

    def read(self, file: OutgoingFile) -> AsyncIterator[bytes]:
        """The content in pieces. Raises `NotFound`, `Unavailable`."""
        return self._store.read(file.key)

    async def remember(
        self, project_id: str, line_id: str, media_id: str, provider_media_id: str, lives_ms: int
    ) -> None:
        """The provider calls the file so from now on, for `lives_ms`. Not for a file that was deleted meanwhile."""
        async with self._database.project(project_id) as session:
            media = await session.scalar(select(Media).where(Media.id == media_id, Media.state == "stored"))
            row = await self._row(session, line_id, media_id)
            if media is None:
                return
            if row is None:
                row = MediaUpload(line_id=line_id, media_id=media_id)
                session.add(row)
            row.provider_media_id = provider_media_id
            row.created_ms, row.expires_ms = now_ms(), now_ms() + lives_ms

    async def forget(self, project_id: str, line_id: str, media_id: str) -> None:
        """The provider has the file no longer."""
        async with self._database.project(project_id) as session:
            await session.execute(
                delete(MediaUpload).where(MediaUpload.line_id == line_id, MediaUpload.media_id == media_id)
            )

    async def _row(self, session: AsyncSession, line_id: str, media_id: str) -> MediaUpload | None:
        return await session.scalar(
            select(MediaUpload).where(MediaUpload.line_id == line_id, MediaUpload.media_id == media_id)
        )

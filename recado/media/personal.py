"""What this room holds of a person: the files that they sent, with what was said in them."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.media.models import Media
from recado.media.service import delete_media
from recado.personal import Aging, Holding, Person, Record, rows_of


def _of(person: Person) -> ColumnElement[bool]:
    return Media.contact_id.in_(person.contact_ids) & (Media.state != "deleting")


def file_record(row: Media) -> Record:
    """A file as an export tells of it."""
    return {
        "id": row.id,
        "message_id": row.message_id,
        "conversation_id": row.conversation_id,
        "kind": row.kind,
        "state": row.state,
        "mime_type": row.mime_type,
        "filename": row.filename,
        "size_bytes": row.size_bytes,
        "sha256": row.sha256,
        "transcript": row.transcript,
        "created_ms": row.created_ms,
        "file": file_name(row) if row.state == "stored" else None,
    }


def file_name(row: Media) -> str:
    """What a file is called in an export."""
    suffix = (row.mime_type or "application/octet-stream").partition("/")[2].partition(";")[0]
    return f"media/{row.id}.{''.join(c for c in suffix if c.isalnum()) or 'bin'}"


async def _remove(session: AsyncSession, _person: Person, ids: Sequence[str]) -> int:
    return await delete_media(session, ids)


_ROWS = rows_of(Media, _of, name="files", record=file_record)
HOLDINGS = (Holding("media", _ROWS.find, _remove, "files", _ROWS.export),)


async def _remove_old(session: AsyncSession, _model: type[Media], where: ColumnElement[bool]) -> int:
    ids = (await session.scalars(select(Media.id).where(where))).all()
    return await delete_media(session, ids)


def agings(is_open: Callable[[ColumnElement[str | None]], ColumnElement[bool]]) -> tuple[Aging, ...]:
    """Files of people that may go by age: kept or given up, and heard if they are to be. They go with their messages at
    the latest. `is_open` is true for the id of a message that is still to be answered.

    Files that were uploaded to be sent are the project's own: they stay.
    """

    def settled() -> ColumnElement[bool]:
        done = Media.state.in_(("stored", "failed", "refused")) & (func.coalesce(Media.hearing, "") != "pending")
        return done & Media.message_id.is_not(None) & ~is_open(Media.message_id.expression)

    return Aging("media", Media, settled, _remove_old), Aging("messages", Media, settled, _remove_old)

"""Files as other rooms use them. Sessions are a project's; nothing here commits."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from functools import partial

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms
from recado.errors import BadInput, Conflict, MediaError, NotFound, SendRefused
from recado.kit import new_id, now_ms
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.media.limits import MAX_BYTES, SENT_TYPES, Measured, bare_type, check_content, check_sent, kind_of
from recado.media.models import Media, MediaUpload
from recado.media.signatures import looked_at
from recado.media.store import Store, key_of
from recado.messages import SentAs

MAX_FILENAME = 240
# Longer than whoever fetches a file holds it without a sign of life (`LEASE_MS` of recado.media.work).
WRITING_MS = 20_000
# 100 MB on a line of 0.25 Mbit/s.
UPLOAD_LIMIT_S = 3600
# What another room says before a file goes.
Step = Callable[[AsyncSession, Media], Awaitable[None]]


async def get_media(session: AsyncSession, media_id: str) -> Media:
    """One file. Raises `NotFound` (`media_not_found`)."""
    row = await session.get(Media, media_id)
    if row is None or row.state == "deleting":
        raise NotFound("There is no such media", code="media_not_found")
    return row


async def check_sendable(session: AsyncSession, files: Collection[tuple[str, SentAs]]) -> None:
    """Make sure that files are there, and can be sent as what is asked.

    Raises `NotFound` (`media_not_found`) or `SendRefused` (`media_not_stored`, `media_kind_wrong`, `media_too_large`).
    """
    for media_id, sent_as in sorted(files):
        row = await get_media(session, media_id)
        if row.state != "stored":
            raise SendRefused(
                f"The content of this file is not there (it is {row.state}), so it cannot be sent",
                code="media_not_stored",
            )
        check_sent(sent_as, row.mime_type, row.size_bytes)


async def list_media(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    state: str | None = None,
    uploaded: bool | None = None,
    span: Span = ALWAYS,
) -> Page[Media]:
    """The project's files, newest first."""
    statement = select(Media).where(Media.state != "deleting", *span.of(Media.created_ms))
    if state is not None:
        statement = statement.where(Media.state == state)
    if uploaded is not None:
        statement = statement.where(Media.message_id.is_(None) if uploaded else Media.message_id.is_not(None))
    return await read_page(session, statement, Media, cut, newest_first=True)


async def media_of_messages(session: AsyncSession, message_ids: Collection[str]) -> dict[str, Media]:
    """Message id -> its file, of those messages that have one."""
    if not message_ids:
        return {}
    rows = await session.scalars(
        select(Media).where(Media.message_id.in_(message_ids), Media.message_id.is_not(None), Media.state != "deleting")
    )
    return {row.message_id: row for row in rows if row.message_id is not None}


async def delete_media(session: AsyncSession, media_ids: Collection[str]) -> int:
    """Delete files for good; how many there were. What is known of them goes with the caller's commit.

    The content goes right after it, by the process that fetches (or by `remove_deleted`, for who wants to wait for it):
    a row without any facts is left until then, so that no death of a process leaves content behind.
    """
    if not media_ids:
        return 0
    asked_ms = await database_now_ms(session)
    rows = await session.scalars(_standing(media_ids).with_for_update().execution_options(populate_existing=True))
    count = 0
    for row in rows:
        count += 1
        # A process may be writing the content just now: it is given its lease to end.
        row.due_ms = max(asked_ms, row.due_ms or 0) if row.owner is not None else asked_ms
        row.owner, row.epoch, row.attempts, row.state = None, row.epoch + 1, 0, "deleting"
        row.message_id = row.contact_id = row.conversation_id = row.line_id = None
        row.provider_media_id = row.filename = row.transcript = row.sha256 = row.hearing = None
        row.mime_type = row.size_bytes = row.transcript_language = row.error_code = None
    await session.execute(delete(MediaUpload).where(MediaUpload.media_id.in_(media_ids)))
    return count


def _standing(media_ids: Collection[str]) -> Select[Media]:
    """Files in the one order in which all lock them, so that none waits for another in a circle."""
    return select(Media).where(Media.id.in_(media_ids), Media.state != "deleting").order_by(Media.id)


async def hold_files(session: AsyncSession, media_ids: Collection[str]) -> None:
    """Make sure that files are there, and stay until the caller's commit has named them where `Step`s look.

    Raises `NotFound` (`media_not_found`).
    """
    if not media_ids:
        return
    held = await session.scalars(_standing(media_ids).with_for_update(read=True))
    if len(held.all()) < len(media_ids):
        raise NotFound("There is no such media", code="media_not_found")


async def check_removable(session: AsyncSession, media_id: str, steps: Sequence[Step]) -> int:
    """Whether an upload may go: its epoch, if it may. `steps` raise where something still needs it.

    Raises `NotFound` (`media_not_found`), `Conflict` (`media_of_message`).
    """
    row = await get_media(session, media_id)
    if row.message_id is not None:
        raise Conflict("This file came with a message, and goes with it", code="media_of_message")
    for step in steps:
        await step(session, row)
    return row.epoch


async def remove_upload(session: AsyncSession, media_id: str, epoch: int, steps: Sequence[Step]) -> bool:
    """Delete an upload that `check_removable` let go under `epoch`; False if messages with it were queued since then.

    Its row is locked: who names it meanwhile waits, and finds it gone. `steps` look once more, and must be quick.
    """
    row = await session.scalar(_standing([media_id]).where(Media.epoch == epoch).with_for_update())
    if row is None:
        return False
    for step in steps:
        await step(session, row)
    await delete_media(session, [media_id])
    return True


async def remove_deleted(database: Database, store: Store, project_id: str) -> int:
    """Remove the content of all files of a project that were deleted, now; how many. Raises `Unavailable`."""
    async with database.project(project_id, read_only=True) as session:
        ids = (await session.scalars(select(Media.id).where(Media.state == "deleting"))).all()
    for media_id in ids:
        await store.delete(key_of(project_id, media_id))
        async with database.project(project_id) as session:
            # Where somebody may still be writing, the row stays for another look.
            asked_ms = await database_now_ms(session)
            await session.execute(
                delete(Media).where(Media.id == media_id, Media.state == "deleting", Media.due_ms <= asked_ms)
            )
    return len(ids)


async def deleting_soon(session: AsyncSession) -> int:
    """How many deleted files of the project may still have content that some process is just writing, for moments."""
    now_ms = await database_now_ms(session)
    soon = Media.due_ms <= now_ms + WRITING_MS  # an upload that has only begun is not deleted, and due much later
    return await session.scalar(select(func.count()).where(Media.state == "deleting", soon)) or 0


# --- files to send ----------------------------------------------------------------------------------------


async def upload(
    database: Database,
    store: Store,
    project_id: str,
    mime_type: str,
    filename: str | None,
    chunks: AsyncIterator[bytes],
    largest_bytes: int,
) -> Media:
    """Keep a file that is to be sent.

    Raises `MediaError` (`media_type_refused`, `media_content_wrong`, `media_too_large`), `BadInput` (`media_empty`).
    """
    bare = bare_type(mime_type)
    kind = kind_of(bare)
    if kind is None:
        known = ", ".join(sorted(one for types in SENT_TYPES.values() for one in types))
        raise MediaError(
            f"Files of this type cannot be sent. Content-Type must be one of: {known}",
            code="media_type_refused",
            status=415,
        )
    named = _checked_name(filename)
    media_id = new_id()
    key = key_of(project_id, media_id)
    measured = Measured(looked_at(chunks, partial(check_content, bare)), min(MAX_BYTES[kind], largest_bytes))
    async with database.project(project_id) as session:
        # Should this process die on the way, what it wrote is removed.
        until_ms = await database_now_ms(session) + UPLOAD_LIMIT_S * 1000
        session.add(Media(id=media_id, kind=kind, state="deleting", due_ms=until_ms, created_ms=now_ms()))
    try:
        async with asyncio.timeout(UPLOAD_LIMIT_S):
            await store.put(key, measured.chunks())
        if not measured.size_bytes:
            raise BadInput("The file is empty", code="media_empty")
    except TimeoutError:
        raise MediaError("The file came too slowly", code="media_timeout", status=408) from None
    finally:
        async with database.project(project_id) as session:
            row = await session.get_one(Media, media_id)
            row.due_ms = await database_now_ms(session)
            if sys.exc_info()[0] is None:
                row.state, row.due_ms, row.stored_ms = "stored", None, now_ms()
                row.mime_type, row.filename, row.store_key = bare, named, key
                row.size_bytes, row.sha256 = measured.size_bytes, measured.sha256
    return row


def _checked_name(filename: str | None) -> str | None:
    if filename is None:
        return None
    if not filename.strip() or len(filename) > MAX_FILENAME or not filename.isprintable() or "/" in filename:
        raise BadInput(f"A file's name has 1 to {MAX_FILENAME} printable characters and no slash", code="bad_filename")
    return filename

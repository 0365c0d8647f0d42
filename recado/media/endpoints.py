"""Files of messages: what is known of them, their content, and files to be sent."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from recado.caller import Admin, Agent, Reader
from recado.errors import BadInput, Conflict, NotFound
from recado.kit.openapi import problems
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan
from recado.media import service
from recado.media.limits import SENT_TYPES
from recado.media.models import Media
from recado.media.ranges import asked_range
from recado.media.schemas import MediaOut, State, media_out
from recado.media.service import MAX_FILENAME
from recado.media.store import Store
from recado.media.stuck import fetch_again

router = APIRouter(prefix="/media", tags=["media"])


@dataclass(frozen=True, slots=True)
class MediaShelf:
    """Where the API keeps files, and how large they may be."""

    store: Store
    largest_bytes: int


@dataclass(frozen=True, slots=True)
class BeforeMediaGoes:
    """What other rooms look at before a file is removed.

    `slow` look at what raises the file's epoch; they hold nobody up. `quick` look again in the commit that removes it.
    """

    slow: tuple[service.Step, ...]
    quick: tuple[service.Step, ...]


Goes = Annotated[BeforeMediaGoes, Depends(part(BeforeMediaGoes))]
InState = Annotated[State | None, Query(description="Only files in this state.")]
Uploaded = Annotated[bool | None, Query(description="Only those that were uploaded, or only those that people sent.")]
Shelf = Annotated[MediaShelf, Depends(part(MediaShelf))]
_TYPES = sorted(one for types in SENT_TYPES.values() for one in types)
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
# Looks at what names a file that is to go; what is named again and again while it is looked at, stays.
_LOOKS = 3
# What people sent is never run in the place of the API, whatever a browser makes of it.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "bytes",
}


@router.get("")
async def list_media(
    caller: Reader, cut: PageCut, span: QuerySpan, state: InState = None, uploaded: Uploaded = None
) -> PageOf[MediaOut]:
    """Files that people sent and files that were uploaded, newest first."""
    async with caller.reading() as session:
        page = await service.list_media(session, cut, state=state, uploaded=uploaded, span=span)
    return PageOf(items=[media_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(_TYPES, _BINARY)}},
    responses=problems(408, 415),
)
async def upload_media(
    request: Request,
    caller: Agent,
    shelf: Shelf,
    filename: Annotated[
        str | None, Query(min_length=1, max_length=MAX_FILENAME, description="What a document is called.")
    ] = None,
) -> MediaOut:
    """Keep a file, to be sent in messages by its id. The body is the file, `Content-Type` its type.

    Images have at most 5 MB, audio and video 16 MB, documents 100 MB, stickers 500 KB. A picture, a sticker, audio or a
    video that is surely of another type than `Content-Type` says is refused: 415 `media_content_wrong`.
    """
    mime_type = request.headers.get("content-type", "")
    row = await service.upload(
        caller.database, shelf.store, caller.project_id, mime_type, filename, request.stream(), shelf.largest_bytes
    )
    return media_out(row)


@router.get("/{media_id}")
async def get_media(media_id: PathId, caller: Reader) -> MediaOut:
    """What is known of a file."""
    async with caller.reading() as session:
        return media_out(await service.get_media(session, media_id))


@router.get(
    "/{media_id}/content",
    response_class=Response,
    responses={
        200: {"content": {"*/*": _BINARY}, "description": "The file."},
        206: {"content": {"*/*": _BINARY}, "description": "The part that was asked for."},
        **problems(416),
    },
)
async def get_media_content(
    media_id: PathId,
    caller: Reader,
    shelf: Shelf,
    range_: Annotated[
        str | None, Header(alias="Range", description="One range of bytes, such as `bytes=0-1023` (RFC 9110).")
    ] = None,
) -> Response:
    """The content of a file, as an attachment; whole or one range of it."""
    async with caller.reading() as session:
        row = await service.get_media(session, media_id)
    if row.state != "stored" or row.store_key is None or row.size_bytes is None:
        raise NotFound(f"The content of this media is not there (it is {row.state})", code="media_content_missing")
    size = row.size_bytes
    found = asked_range(range_, size)
    if found == "unsatisfiable":
        raise BadInput(f"The file has {size} bytes", code="bad_range", status=416)
    start, stop = found or (0, size)
    headers = {**_SAFE, "Content-Disposition": _attachment(row), "ETag": f'"{row.sha256}"'}
    headers["Content-Length"] = str(stop - start)
    if found is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    chunks = shelf.store.read(row.store_key, start, stop)
    first = await anext(chunks, b"")  # what is missing is told before the answer begins

    async def content() -> AsyncGenerator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    status = 200 if found is None else 206
    return StreamingResponse(content(), status, headers, row.mime_type or "application/octet-stream")


@router.post("/{media_id}/retry")
async def retry_media(media_id: PathId, caller: Agent) -> MediaOut:
    """Fetch a file again that was given up or refused. Meta keeps what people send for 7 days."""
    async with caller.writing() as session:
        row = await service.get_media(session, media_id)
        if not await fetch_again(session, [media_id]):
            raise Conflict(f"This file was not given up (it is {row.state})", code="media_not_given_up")
        await session.refresh(row)
        return media_out(row)


@router.delete("/{media_id}", status_code=204)
async def delete_media(media_id: PathId, caller: Admin, goes: Goes) -> None:
    """Remove a file that was uploaded, for good.

    One that a message names, sent or not, stays, and so does one that a schedule names, or a job that has not ended:
    409 `media_in_use`. What people sent goes with their messages: 409 `media_of_message`.
    """
    for _ in range(_LOOKS):
        async with caller.reading() as session:  # looking may take its time: nobody who writes waits for it
            # What a schedule or a job makes is looked for after them: nothing slips through in between.
            epoch = await service.check_removable(session, media_id, (*goes.quick, *goes.slow))
        async with caller.writing() as session:
            if await service.remove_upload(session, media_id, epoch, goes.quick):
                return
    raise Conflict("Messages with this file are being queued just now", code="media_in_use")


def _attachment(row: Media) -> str:
    """RFC 6266, with the name in the form that holds any letter."""
    name = row.filename or f"{row.kind}-{row.id}"
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"

"""Retention, the export of one person, and their erasure."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from recado.audit.door import act_of
from recado.caller import Admin, Reader
from recado.errors import BadInput
from recado.kit.acting import acting
from recado.kit.crypto import SecretBox
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan
from recado.media.endpoints import MediaShelf
from recado.privacy import service
from recado.privacy.exporting import export_of
from recado.privacy.schemas import EraseContact, ErasureOut, RetentionDays, RetentionOut, WasErased, erasure_out
from recado.privacy.service import Days

router = APIRouter(tags=["privacy"], route_class=TaggedRoute)

Box = Annotated[SecretBox, Depends(part(SecretBox))]
Shelf = Annotated[MediaShelf, Depends(part(MediaShelf))]
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}, "description": "A zip."}
}


@router.get("/retention")
async def get_retention(caller: Reader) -> RetentionOut:
    """How long the project keeps what, and how many rows would go now."""
    async with caller.reading() as session:
        return await _out(session, await service.get_retention(session, caller.project_id))


@router.put("/retention")
async def set_retention(days: RetentionDays, caller: Admin, match: IfMatch) -> RetentionOut:
    """Say how long the project keeps what; a worker looks every hour.

    Nothing goes that waits, is owed, was given up or may have been sent: people settle that first. What has gone does
    not come back.
    """
    async with caller.writing() as session:
        row = await service.retention_of(session, caller.project_id)
        await match.check(session, row, lambda: _shown(service.days_of(row), {}))
        wanted = Days(days.messages, days.media, days.logs)
        return await _out(session, await service.set_retention(session, caller.project_id, wanted))


@router.get("/contacts/{contact_id}/export", response_class=Response, responses=_ZIP)
async def export_contact(contact_id: PathId, caller: Admin, shelf: Shelf, request: Request) -> Response:
    """Everything that is kept of a person, all merged contacts: JSON, a page to read, and their files."""
    export = await export_of(caller.database, shelf.store, caller.project_id, contact_id)
    with acting(act_of(caller, request.scope)):  # it reads, but takes a person's data out: noted before the first byte
        async with caller.asking():
            pass
    headers = {"Content-Disposition": f'attachment; filename="contact-{contact_id}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(export.chunks(), 200, headers, "application/zip")


@router.post("/contacts/{contact_id}/erase", status_code=202)
async def erase_contact(contact_id: PathId, confirm: EraseContact, caller: Admin, box: Box) -> ErasureOut:
    """Erase a person for good, under all contacts that were merged; a worker begins within moments.

    Nothing is sent to them from then on. Whoever writes from their number later is somebody new. Ask for the receipt
    by its id. What webhooks have told other programs, and what is in backups, is not in Recado's hands.
    """
    if confirm.contact_id != contact_id:
        raise BadInput("The body names another contact than the path", code="not_confirmed")
    async with caller.writing() as session:
        return erasure_out(await service.ask_erasure(session, box, contact_id, f"key:{caller.key_id}"))


@router.get("/erasures")
async def list_erasures(caller: Admin, cut: PageCut, span: QuerySpan) -> PageOf[ErasureOut]:
    """The receipts of erasures, newest first."""
    async with caller.reading() as session:
        page = await service.list_erasures(session, cut, span)
    return PageOf(items=[erasure_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/erasures/{erasure_id}")
async def get_erasure(erasure_id: PathId, caller: Admin) -> ErasureOut:
    """One receipt."""
    async with caller.reading() as session:
        return erasure_out(await service.get_erasure(session, erasure_id))


@router.post("/erasures/find")
async def find_erasures(asked: WasErased, caller: Admin, box: Box) -> list[ErasureOut]:
    """Whether somebody with this address was erased: their receipts, oldest first."""
    async with caller.reading() as session:
        found = await service.erasures_of(session, box, asked.address.kind, asked.address.value)
        return [erasure_out(row) for row in found]


async def _out(session: AsyncSession, days: Days) -> RetentionOut:
    return _shown(days, await service.count_due(session, days))


def _shown(days: Days, due: dict[str, int]) -> RetentionOut:
    return RetentionOut(messages=days.messages, media=days.media, logs=days.logs, due=due)

"""Templates of a line's business account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from recado.caller import Agent, Reader
from recado.channels.registry import ChannelRegistry
from recado.channels.service import WABA_ID, get_line, usable_line
from recado.channels.templates import service
from recado.channels.templates.schemas import SyncedOut, TemplateOut, template_out
from recado.channels.templates.syncing import sync
from recado.kit.crypto import SecretBox
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan

router = APIRouter(prefix="/lines/{line_id}/templates", tags=["templates"])

Box = Annotated[SecretBox, Depends(part(SecretBox))]
Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
InStatus = Annotated[str | None, Query(pattern=r"^[A-Z_]{1,32}$", description="Only those that Meta calls so.")]


@router.get("")
async def list_templates(
    line_id: PathId, caller: Reader, cut: PageCut, span: QuerySpan, status: InStatus = None
) -> PageOf[TemplateOut]:
    """The templates of the line's business account, as they were when they were last synchronised."""
    async with caller.reading() as session:
        line = await get_line(session, line_id)
        waba_id = str(line.config.get(WABA_ID) or "")
        page = await service.list_templates(session, waba_id, cut, status=status, span=span)
    return PageOf(items=[template_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/sync")
async def sync_templates(line_id: PathId, caller: Agent, box: Box, channels: Channels) -> SyncedOut:
    """Fetch all templates from the provider now. Notices of it do the same by themselves within a minute."""
    async with caller.reading() as session:
        line = await usable_line(session, box, line_id)
    return SyncedOut.model_validate(await sync(caller.database, channels.get(line.channel), line))

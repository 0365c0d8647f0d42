"""Lines: the numbers and bots that are connected."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from recado.caller import Admin, Reader
from recado.channels import service
from recado.channels.registry import ChannelRegistry
from recado.channels.schemas import LineChanges, LineOut, NewLine, line_out, plain
from recado.kit.crypto import SecretBox
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId

router = APIRouter(prefix="/lines", tags=["lines"])


@dataclass(frozen=True, slots=True)
class AfterLineChange:
    """What this process does when a line has changed, so that it is used at once."""

    refresh: Callable[[], Awaitable[None]]


Box = Annotated[SecretBox, Depends(part(SecretBox))]
Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
Changed = Annotated[AfterLineChange, Depends(part(AfterLineChange))]


@router.get("")
async def list_lines(caller: Reader, cut: PageCut) -> PageOf[LineOut]:
    """The project's lines, oldest first."""
    async with caller.reading() as session:
        page = await service.list_lines(session, cut)
    return PageOf(items=[line_out(row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201)
async def create_line(new: NewLine, caller: Admin, box: Box, channels: Channels, changed: Changed) -> LineOut:
    """Connect an address of a channel and give it to an assistant. An address is connected once in an installation."""
    channel = channels.get(new.channel)
    async with caller.writing() as session:
        row = await service.create_line(
            session,
            box,
            assistant_id=new.assistant_id,
            channel=channel.name,
            address=new.address,
            name=new.name,
            max_per_second=new.max_per_second,
            secrets=plain(new.secrets),
            config=new.config,
        )
    await changed.refresh()
    return line_out(row)


@router.get("/{line_id}")
async def get_line(line_id: PathId, caller: Reader) -> LineOut:
    """One line."""
    async with caller.reading() as session:
        return line_out(await service.get_line(session, line_id))


@router.patch("/{line_id}")
async def update_line(line_id: PathId, changes: LineChanges, caller: Admin, box: Box, changed: Changed) -> LineOut:
    """Change what is given. New secrets are used within some seconds by every process."""
    async with caller.writing() as session:
        row = await service.update_line(
            session,
            box,
            line_id,
            name=changes.name,
            assistant_id=changes.assistant_id,
            max_per_second=changes.max_per_second,
            secrets=plain(changes.secrets),
            config=changes.config,
        )
    await changed.refresh()
    return line_out(row)

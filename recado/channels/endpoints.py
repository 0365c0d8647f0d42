"""Lines: the numbers and bots that are connected."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Admin, Reader
from recado.channels import service
from recado.channels.models import LineRow
from recado.channels.registry import ChannelRegistry
from recado.channels.schemas import LineChanges, LineOut, NewLine, line_out, plain
from recado.kit.crypto import SecretBox
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan, Uuid

router = APIRouter(prefix="/lines", tags=["lines"], route_class=TaggedRoute)


@dataclass(frozen=True, slots=True)
class AfterLineChange:
    """What this process does when a line has changed, so that it is used at once; or is gone, with what waits on it."""

    refresh: Callable[[], Awaitable[None]]
    close: Callable[[str], Awaitable[None]]


Box = Annotated[SecretBox, Depends(part(SecretBox))]
Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
Changed = Annotated[AfterLineChange, Depends(part(AfterLineChange))]
OfAssistant = Annotated[Uuid | None, Query(description="Only those on which this assistant answers.")]
OfChannel = Annotated[
    str | None, Query(min_length=1, max_length=32, pattern=r"^[a-z0-9_-]+$", description="Only those of this channel.")
]


@router.get("")
async def list_lines(
    caller: Reader, cut: PageCut, span: QuerySpan, assistant_id: OfAssistant = None, channel: OfChannel = None
) -> PageOf[LineOut]:
    """The project's lines, oldest first."""
    async with caller.reading() as session:
        page = await service.list_lines(session, cut, assistant_id=assistant_id, channel=channel, span=span)
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
            secrets={name: secret.get_secret_value() for name, secret in new.secrets.items()},
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
async def update_line(
    line_id: PathId, changes: LineChanges, caller: Admin, box: Box, changed: Changed, match: IfMatch
) -> LineOut:
    """Change what is given. New secrets are used within some seconds by every process."""
    async with caller.writing() as session:
        await _check(session, match, line_id)
        row = await service.update_line(
            session,
            box,
            line_id,
            name=changes.name,
            assistant_id=changes.assistant_id,
            max_per_second=changes.max_per_second,
            secrets=plain(changes.secrets or {}),
            config=changes.config,
        )
    await changed.refresh()
    return line_out(row)


@router.delete("/{line_id}", status_code=204)
async def delete_line(line_id: PathId, caller: Admin, changed: Changed, match: IfMatch) -> None:
    """Disconnect an address, for good: its secrets are deleted, and another line may have the address.

    Its conversations stay to be read. What had not gone out yet is dropped, with the error `line_deleted`; messages
    that were not answered yet stay unanswered; nothing more can be sent in them.
    """
    async with caller.writing() as session:
        await service.delete_line(session, await _check(session, match, line_id))
    await changed.close(line_id)
    await changed.refresh()


async def _check(session: AsyncSession, match: IfMatch, line_id: str) -> LineRow:
    row = await service.get_line(session, line_id)
    await match.check(session, row, lambda: line_out(row))
    return row

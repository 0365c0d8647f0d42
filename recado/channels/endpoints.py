"""Lines: the numbers and bots that are connected."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Admin, Agent, Reader
from recado.channels import service
from recado.channels.contract import Blocks, Examined, Examines, Line
from recado.channels.models import LineRow
from recado.channels.registry import ChannelRegistry
from recado.channels.schemas import (
    BlockedOut,
    BlockListOut,
    LineChanges,
    LineFindingOut,
    LineOut,
    NewLine,
    Users,
    blocked_out,
    finding_out,
    line_out,
    plain,
)
from recado.errors import BadInput, OutcomeUnknown, Unavailable, retry_after
from recado.kit.crypto import SecretBox
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.openapi import problems
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan, Uuid

router = APIRouter(prefix="/lines", tags=["lines"], route_class=TaggedRoute)


@dataclass(frozen=True, slots=True)
class AfterLineChange:
    """What this process does when a line has changed, so that it is used at once; or is gone, with what waits on it."""

    refresh: Callable[[], Awaitable[None]]
    close: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BeforeLineGoes:
    """What other rooms look at before a line is deleted, in the same transaction: they may refuse."""

    steps: tuple[Callable[[AsyncSession, str], Awaitable[None]], ...]


Box = Annotated[SecretBox, Depends(part(SecretBox))]
Channels = Annotated[ChannelRegistry, Depends(part(ChannelRegistry))]
Goes = Annotated[BeforeLineGoes, Depends(part(BeforeLineGoes))]
Changed = Annotated[AfterLineChange, Depends(part(AfterLineChange))]
FindingLanguage = Annotated[Literal["es", "en"], Query(description="Of the texts.")]
BlockedLimit = Annotated[int, Query(ge=1, le=1_000, description="How many at most.")]
BlockedCursor = Annotated[
    str | None, Query(max_length=500, pattern=r"^[\x21-\x7e]+$", description="The `next_cursor` of an earlier page.")
]
T = TypeVar("T")
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


@router.post("", status_code=201, responses=problems(404))
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
            config=service.with_account(new.config, {}, new.waba_id),
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
        before = await _check(session, match, line_id)
        config = changes.config
        if config is not None or changes.waba_id is not None:
            config = service.with_account(config, before.config, changes.waba_id)
        row = await service.update_line(
            session,
            box,
            line_id,
            name=changes.name,
            assistant_id=changes.assistant_id,
            max_per_second=changes.max_per_second,
            secrets=plain(changes.secrets or {}),
            config=config,
        )
    await changed.refresh()
    return line_out(row)


@router.delete("/{line_id}", status_code=204)
async def delete_line(line_id: PathId, caller: Admin, goes: Goes, changed: Changed, match: IfMatch) -> None:
    """Disconnect an address, for good: its secrets are deleted, and another line may have the address. Refused while a
    bulk send that has not ended, or a schedule that is not paused, names the line.

    Its conversations stay to be read. What had not gone out yet is dropped, with the error `line_deleted`; messages
    that were not answered yet stay unanswered; nothing more can be sent in them.
    """
    async with caller.writing() as session:
        await service.get_line(session, line_id, service.GOES)
        row = await _check(session, match, line_id)
        for step in goes.steps:
            await step(session, line_id)
        await service.delete_line(session, row)
    await changed.close(line_id)
    await changed.refresh()


async def _check(session: AsyncSession, match: IfMatch, line_id: str) -> LineRow:
    row = await service.get_line(session, line_id)
    await match.check(session, row, lambda: line_out(row))
    return row


# --- At the provider --------------------------------------------------------------------------------------


@router.post("/{line_id}/check")
async def check_line(
    line_id: PathId, caller: Admin, box: Box, channels: Channels, language: FindingLanguage = "en"
) -> list[LineFindingOut]:
    """Ask the provider whether the line is set up as it should be; what must be mended says how."""
    async with caller.reading() as session:
        line = await service.usable_line(session, box, line_id)
    channel = channels.get(line.channel)
    examined = await channel.examine(line) if isinstance(channel, Examines) else Examined()
    if examined.display_number is not None:
        async with caller.writing() as session:
            await service.note_display_number(session, line.id, examined.display_number)
    return [finding_out(finding, language) for finding in examined.findings]


@router.get("/{line_id}/blocked")
async def list_blocked(
    line_id: PathId,
    caller: Agent,
    box: Box,
    channels: Channels,
    limit: BlockedLimit = 100,
    cursor: BlockedCursor = None,
) -> BlockListOut:
    """Who is blocked on this line, as the provider has it."""
    line, channel = await _blocking(caller.reading(), line_id, box, channels)
    return BlockListOut.model_validate(await _asked(channel.blocked(line, cursor, limit)))


@router.post("/{line_id}/block")
async def block_users(line_id: PathId, new: Users, caller: Agent, box: Box, channels: Channels) -> BlockedOut:
    """Keep people from writing. On the Cloud API only those who wrote within the last 24 hours can be blocked."""
    line, channel = await _blocking(caller.asking(), line_id, box, channels)
    return blocked_out(await _asked(channel.block(line, new.users)))


@router.post("/{line_id}/unblock")
async def unblock_users(line_id: PathId, new: Users, caller: Agent, box: Box, channels: Channels) -> BlockedOut:
    """Let people write again."""
    line, channel = await _blocking(caller.asking(), line_id, box, channels)
    return blocked_out(await _asked(channel.unblock(line, new.users)))


async def _blocking(
    asking: AbstractAsyncContextManager[AsyncSession], line_id: str, box: SecretBox, channels: ChannelRegistry
) -> tuple[Line, Blocks]:
    async with asking as session:
        line = await service.usable_line(session, box, line_id)
        channel = channels.get(line.channel)
        if not isinstance(channel, Blocks):
            raise BadInput(f"Lines of {channel.name} have no block list", code="no_block_list")
    return line, channel


async def _asked(asking: Awaitable[T]) -> T:
    """What the provider answers. Asking again does no harm, so that an unknown outcome is a reason to do so."""
    try:
        return await asking
    except OutcomeUnknown as error:
        raise Unavailable(error.message, verdict=retry_after(5)) from None

"""What a provider says of accounts, lines and people's wishes: taken up once, and told as events.

Each happening is one transaction of its own in each project that it concerns; a repeated delivery changes nothing.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Happening, Line, MarketingChoice
from recado.channels.models import LineRow, SeenNotice
from recado.channels.service import lines_of_number, note_display_number
from recado.channels.templates.service import note_change
from recado.contacts import service as contacts
from recado.contacts.models import Contact
from recado.db import Database, add_unique
from recado.errors import Conflict
from recado.events.service import record
from recado.kit import now_ms


class Happenings:
    """Takes up what webhooks bring. Raises what the database raises; nothing is lost then, the provider repeats it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What was kept of lines, until all who look at them have seen it.
        self._numbers: dict[str, str] = {}

    async def take(self, lines: Sequence[Line], happening: Happening) -> None:
        """Apply a happening in the projects of these lines, and record it as an event.

        What is about one line only is nobody else's: not of other lines, nor of other projects with the same account.
        """
        named = await self._named(lines, happening)
        concerned = lines if named is None else [named]
        for project_id in dict.fromkeys(line.project_id for line in concerned):
            line_ids = [line.id for line in concerned if line.project_id == project_id]
            async with self._database.project(project_id) as session:
                # Made anew each time: an exception keeps the frames of all its raises, and what stands in them.
                seen = Conflict("This notice was taken up before", code="notice_seen")
                try:
                    await add_unique(session, SeenNotice(key=happening.key, created_ms=now_ms()), seen)
                except Conflict as conflict:
                    if conflict is not seen:
                        raise
                    await _stop_again(session, happening, line_ids, named)
                else:
                    await _apply(session, happening, line_ids, named)

    async def _named(self, lines: Sequence[Line], happening: Happening) -> Line | None:
        """The line that a happening is about, if it says so and we know it by that."""
        by_address = [line for line in lines if line.address == happening.line_address]
        if by_address or happening.display_number is None:
            return by_address[0] if by_address else None
        found: set[str] = set()
        for project_id in dict.fromkeys(line.project_id for line in lines):
            line_ids = [line.id for line in lines if line.project_id == project_id]
            async with self._database.project(project_id, read_only=True) as session:
                found.update(await lines_of_number(session, line_ids, happening.display_number))
        named = [line for line in lines if line.id in found]
        return named[0] if len(named) == 1 else None

    async def take_number(self, line: Line, number: str) -> None:
        """Keep by which number people know a line. What is not kept now comes again with the next message."""
        if self._numbers.get(line.id) == number:
            return
        try:
            async with self._database.project(line.project_id) as session:
                await note_display_number(session, line.id, number)
        except Exception as error:  # the messages that it came with are stored
            log.warning("line_number_not_kept", line_id=line.id, error=type(error).__name__)
            return
        self._numbers[line.id] = number


log = structlog.get_logger(__name__)

# What outranks a phone number.
STRONG = ("bsuid", "parent_bsuid")


async def _apply(session: AsyncSession, happening: Happening, line_ids: list[str], named: Line | None) -> None:
    data = {**happening.data, "line_ids": line_ids, "account": happening.account, "at_ms": happening.at_ms}
    if named is not None and (row := await session.get(LineRow, named.id)) is not None:
        data["line_name"] = row.name
    change = happening.template
    if change is not None:
        values = {"status": change.status, "category": change.category, "quality": change.quality}
        await note_change(session, happening.account, change.name, change.language, **values)
    if happening.marketing is not None:
        data["contact_id"] = await _choose(session, happening.marketing, happening.at_ms)
    await record(session, happening.name, data, line_id=None if named is None else named.id)


async def _choose(session: AsyncSession, choice: MarketingChoice, at_ms: int) -> str:
    """Keep a person's wish; somebody whom nobody knows yet is made a contact, so that it is not forgotten."""
    found = await _who_says(session, choice)
    if found is None:
        free = [one for one in choice.addresses if await contacts.find_by_address(session, one) is None]
        found = await contacts.create_contact(session, None, free)
    await contacts.set_opted_out(session, found.id, choice.stopped, at_ms)
    return found.id


async def _who_says(session: AsyncSession, choice: MarketingChoice) -> Contact | None:
    """Whose wish it is, by the rules of identity (docs/decisions/0005): at the number of somebody with an id, another
    id is somebody else.
    """
    ids = [one for one in choice.addresses if one.kind in STRONG]
    for address in choice.addresses:
        found = await contacts.find_by_address(session, address)
        if found is None:
            continue
        if address in ids or not ids or not await contacts.has_id(session, found.id):
            return found
    return None


async def _stop_again(session: AsyncSession, happening: Happening, line_ids: list[str], named: Line | None) -> None:
    """A stop that was taken up before, of the same second as the newest wish: either the provider repeats itself, or
    the person, who wanted marketing again in between. Providers count in seconds, so nobody can tell; no marketing is
    what harms nobody. Of an older one, and of somebody who is not known any more, nothing is done.
    """
    choice = happening.marketing
    found = await _who_says(session, choice) if choice is not None and choice.stopped else None
    if found is None or not await contacts.was_resumed_within(session, found.id, happening.at_ms):
        return
    await _apply(session, happening, line_ids, named)

"""What a provider says of accounts, lines and people's wishes: taken up once, and told as events.

Each happening is one transaction of its own in each project that it concerns; a repeated delivery changes nothing.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Happening, Line, MarketingChoice
from recado.channels.models import SeenNotice
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

    async def take(self, lines: Sequence[Line], happening: Happening) -> None:
        """Apply a happening in the projects of these lines, and record it as an event."""
        for project_id in dict.fromkeys(line.project_id for line in lines):
            line_ids = [line.id for line in lines if line.project_id == project_id]
            async with self._database.project(project_id) as session:
                try:
                    await add_unique(session, SeenNotice(key=happening.key, created_ms=now_ms()), _SEEN)
                except Conflict as conflict:
                    if conflict is not _SEEN:
                        raise
                    await _stop_again(session, happening, line_ids)
                else:
                    await _apply(session, happening, line_ids)


_SEEN = Conflict("This notice was taken up before", code="notice_seen")


# What outranks a phone number.
STRONG = ("bsuid", "parent_bsuid")


async def _apply(session: AsyncSession, happening: Happening, line_ids: list[str]) -> None:
    data = {**happening.data, "line_ids": line_ids, "account": happening.account, "at_ms": happening.at_ms}
    change = happening.template
    if change is not None:
        values = {"status": change.status, "category": change.category, "quality": change.quality}
        await note_change(session, happening.account, change.name, change.language, **values)
    if happening.marketing is not None:
        data["contact_id"] = await _choose(session, happening.marketing, happening.at_ms)
    await record(session, happening.name, data)


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


async def _stop_again(session: AsyncSession, happening: Happening, line_ids: list[str]) -> None:
    """A stop that was taken up before, of the same second as the newest wish: either the provider repeats itself, or
    the person, who wanted marketing again in between. Providers count in seconds, so nobody can tell; no marketing is
    what harms nobody. Of an older one, and of somebody who is not known any more, nothing is done.
    """
    choice = happening.marketing
    found = await _who_says(session, choice) if choice is not None and choice.stopped else None
    if found is None or not await contacts.was_resumed_within(session, found.id, happening.at_ms):
        return
    await _apply(session, happening, line_ids)

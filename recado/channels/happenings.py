"""What a provider says of accounts, lines and people's wishes: taken up once, and told as events.

Each happening is one transaction of its own in each project that it concerns; a repeated delivery changes nothing.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Happening, Line, MarketingChoice
from recado.channels.models import SeenNotice
from recado.channels.templates.service import note_change
from recado.contacts import service as contacts
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
            try:
                async with self._database.project(project_id) as session:
                    await add_unique(session, SeenNotice(key=happening.key, created_ms=now_ms()), _SEEN)
                    await _apply(session, happening, line_ids)
            except Conflict as conflict:
                if conflict is not _SEEN:
                    raise


_SEEN = Conflict("This notice was taken up before", code="notice_seen")


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
    for address in choice.addresses:
        found = await contacts.find_by_address(session, address)
        if found is not None:
            break
    else:
        found = await contacts.create_contact(session, None, choice.addresses)
    await contacts.set_opted_out(session, found.id, choice.stopped, at_ms)
    return found.id

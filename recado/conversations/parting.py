"""When a merge of contacts is undone: each conversation is left with what was said by the person who is in it.

While the contacts were one person, conversations took over what was learned in those of the others (`remembering`).
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.models import Fact
from recado.conversations.acting import recall, without_others
from recado.db import database_now_ms, json_text
from recado.mailbox.models import Conversation


async def part_ways(session: AsyncSession, contact_ids: Sequence[str]) -> None:
    """Take out of the conversations of these contacts what they took over from others. An answer in work is discarded
    and thought up anew: it may know too much.
    """
    mine = select(Conversation).where(Conversation.contact_id.in_(contact_ids)).order_by(Conversation.id)
    rows = await session.scalars(mine.with_for_update(), execution_options={"populate_existing": True})
    now_ms = await database_now_ms(session)
    for row in rows.all():
        if row.owner is not None:
            row.epoch, row.owner = row.epoch + 1, None
            row.wake_ms = (row.pending_due_ms or now_ms) if row.last_in_seq > row.settled_seq else None
        taken = recall(row.state).taken
        if taken:
            row.state = without_others(row.state)
            await _part_facts(session, row.contact_id, taken)
    await session.flush()


async def _part_facts(session: AsyncSession, contact_id: str, taken: dict[str, dict[str, Any]]) -> None:
    """A list that was added to was learned as a whole: what came from others goes out of it."""
    lists = {f"{skill}.{key}": value for skill, part in taken.items() for key, value in part.items() if _is_list(value)}
    facts = select(Fact).where(Fact.contact_id == contact_id, Fact.name.in_(lists)).order_by(Fact.name)
    for fact in (await session.scalars(facts.with_for_update())).all() if lists else ():
        known = json.loads(fact.value)
        if _is_list(known):
            own = [one for one in known if one not in lists[fact.name]]
            if own:
                fact.value = json_text(own)
            else:
                await session.delete(fact)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)

"""When a merge of contacts is undone: each conversation is left with what was said by the person who is in it.

While the contacts were one person, conversations took over what was learned in those of the others (`remembering`).
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts import service as contacts
from recado.conversations.acting import recall, without_others
from recado.conversations.remembering import lists_in
from recado.db import database_now_ms
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
            await contacts.unlearn(session, row.contact_id, lists_in(taken))
    await session.flush()

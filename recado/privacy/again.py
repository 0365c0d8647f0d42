"""After a restore: whoever was erased since the backup was made is erased again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.models import AddressRow, Contact
from recado.db import json_text
from recado.errors import Unavailable
from recado.mailbox.models import Conversation
from recado.personal import Person
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import Entry
from recado.privacy.models import Erasure
from recado.privacy.people import as_text, purpose_of


async def erase_again(eraser: Eraser, entries: Sequence[Entry]) -> int:
    """Apply the erasures that this database does not know, with their own receipts; how many people there were.

    A person is found by the ids of their contacts. By the digests of their addresses, if the secret key is there, only
    such contacts are theirs as nobody has written from: a number may have had another owner when the backup was made.
    Raises what `Eraser.work_on` raises.
    """
    count = 0
    for entry in entries:
        async with eraser.database.project(entry.project_id) as session:
            if await session.get(Erasure, entry.id) is not None:
                continue  # the backup is younger; what was running goes on when Recado does
            found = await _contacts(session, eraser, entry)
            if not found:
                continue
            session.add(_begun(entry, found))
        count += 1
        if not await eraser.work_on(entry.project_id, entry.id):
            raise Unavailable("An erasure could not be applied again", code="erasure_waits")
    return count


def _begun(entry: Entry, contact_ids: Sequence[str]) -> Erasure:
    return Erasure(
        id=entry.id,
        asked_by=entry.asked_by,
        contact_ids=json_text(contact_ids),
        marks=json_text(entry.marks),
        person=as_text(Person(tuple(contact_ids))),
        created_ms=entry.created_ms,
    )


async def _contacts(session: AsyncSession, eraser: Eraser, entry: Entry) -> list[str]:
    known = await session.scalars(select(Contact.id).where(Contact.id.in_(entry.contact_ids)))
    found = dict.fromkeys(known)
    marks, purpose = set(entry.marks), purpose_of(entry.project_id)
    talked = select(Conversation.id).where(Conversation.contact_id == AddressRow.contact_id).exists()
    rows = await session.stream(select(AddressRow.kind, AddressRow.value, AddressRow.contact_id).where(~talked))
    async for kind, value, contact_id in rows:
        if marks & set(eraser.box.marks(f"{kind}:{value}", purpose)):
            found[contact_id] = None
    return list(found)

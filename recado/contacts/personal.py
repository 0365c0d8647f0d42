"""What this room holds of a person: who they are, what networks call them, what assistants have learned of them."""

import json
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.models import AddressRow, Contact, Fact
from recado.personal import Holding, Person, Record, remove_rows, rows_of


def _contact(row: Contact) -> Record:
    return {
        "id": row.id,
        "name": row.name,
        "merged_into": row.alias_of,
        "allowed": row.allowed,
        "opted_out": row.opted_out,
        "opted_out_ms": row.opted_out_ms,
        "created_ms": row.created_ms,
    }


def _address(row: AddressRow) -> Record:
    return {"contact_id": row.contact_id, "kind": row.kind, "value": row.value, "created_ms": row.created_ms}


def _fact(row: Fact) -> Record:
    return {"name": row.name, "value": json.loads(row.value), "learned_ms": row.updated_ms}


async def forget_names(session: AsyncSession, contact_ids: Sequence[str]) -> int:
    """Take a person's name and addresses away; how many addresses. Whoever writes from one of them is somebody new."""
    mine = select(Contact.id).where(Contact.id.in_(contact_ids)).order_by(Contact.id)
    await session.scalars(mine.with_for_update())
    await session.execute(
        update(Contact)
        .where(Contact.id.in_(contact_ids))
        .values(name=None)
        .execution_options(synchronize_session=False)
    )
    return await remove_rows(session, AddressRow, AddressRow.contact_id.in_(contact_ids))


async def _remove(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
    """What somebody has tied to these contacts at the last moment must not be left without them: names go too, and who
    was merged into them stands for themselves again.
    """
    count = await remove_rows(session, Contact, Contact.id.in_(ids) & Contact.id.in_(person.contact_ids))
    for held in (Fact, AddressRow):
        await remove_rows(session, held, held.contact_id.in_(ids))
    await session.execute(
        update(Contact)
        .where(Contact.alias_of.in_(ids))
        .values(alias_of=None)
        .execution_options(synchronize_session=False)
    )
    return count


_CONTACTS = rows_of(Contact, lambda person: Contact.id.in_(person.contact_ids), name="contacts", record=_contact)
HOLDINGS = (
    rows_of(Fact, lambda person: Fact.contact_id.in_(person.contact_ids), name="facts", record=_fact),
    rows_of(
        AddressRow, lambda person: AddressRow.contact_id.in_(person.contact_ids), name="addresses", record=_address
    ),
    Holding("contacts", _CONTACTS.find, _remove, "contacts", _CONTACTS.export),
)

"""Contacts, one person each, and their addresses. Nothing here commits: the caller's block does.

Two contacts that turn out to be one person are merged: one becomes an alias of the other. Addresses, conversations and
history stay with the contact they came to, so a merge can be undone. (Where the network itself says that two are one,
the addresses move: nothing is left to undo.)

What was said of each of them stays with it too, and all of it holds for the person: see `wishes_of`.
"""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.models import AddressRow, Contact, Fact
from recado.db import add_unique, json_text
from recado.errors import BadInput, Conflict, NotFound
from recado.kit import new_id, now_ms
from recado.kit.names import check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.messages import Address

# Longer chains of aliases than this come from a mistake, and are not followed to their end.
MAX_ALIASES = 32
MAX_NAME = 256
# What another room does before a contact goes.
Step = Callable[[AsyncSession, str], Awaitable[None]]
# What another room does when contacts are no longer one person: given all that were.
Parting = Callable[[AsyncSession, Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Whether anything is done for a person, and whether they asked for no marketing."""

    allowed: bool
    opted_out: bool


# Nothing is sent to a contact that is not there.
_NOBODYS = Wishes(allowed=False, opted_out=True)


async def create_contact(session: AsyncSession, name: str | None, addresses: Sequence[Address]) -> Contact:
    """Add a person. Raises `BadInput` (`no_address`, `bad_text`) or `Conflict` (`address_taken`)."""
    if not addresses:
        raise BadInput("A contact needs at least one address", code="no_address")
    contact = Contact(id=new_id(), name=_check_name(name))
    session.add(contact)
    await session.flush()
    for address in addresses:
        await _give(session, contact.id, address)
    return contact


async def add_address(session: AsyncSession, contact_id: str, address: Address) -> AddressRow:
    """Give a contact one more address. Raises `NotFound` (`contact_not_found`) or `Conflict` (`address_taken`)."""
    contact = await session.get(Contact, contact_id, with_for_update=True, populate_existing=True)
    if contact is None:  # or gone a moment ago: an address of nobody could never be anybody's again
        raise _not_found()
    return await _give(session, contact.id, address)


async def _give(session: AsyncSession, contact_id: str, address: Address) -> AddressRow:
    row = AddressRow(kind=address.kind, value=address.value, contact_id=contact_id)
    taken = Conflict(f"Another contact has this {address.kind}: merge the two instead", code="address_taken")
    await add_unique(session, row, taken)
    return row


async def get_contact(session: AsyncSession, contact_id: str) -> Contact:
    """The contact as stored; it may be an alias. Raises `NotFound` (`contact_not_found`)."""
    contact = await session.get(Contact, contact_id)
    if contact is None:
        raise _not_found()
    return contact


def _not_found() -> NotFound:
    return NotFound("There is no such contact", code="contact_not_found")


async def contacts_by_id(session: AsyncSession, contact_ids: Collection[str]) -> dict[str, Contact]:
    """The contacts as stored, by id; without those that are not there."""
    found = select(Contact).where(Contact.id.in_(contact_ids))
    return {contact.id: contact for contact in await session.scalars(found)} if contact_ids else {}


async def find_by_address(session: AsyncSession, address: Address) -> Contact | None:
    """Who has this address; the contact may be an alias."""
    of_address = select(Contact).join(AddressRow, AddressRow.contact_id == Contact.id)
    return await session.scalar(of_address.where(AddressRow.kind == address.kind, AddressRow.value == address.value))


async def addresses_of(session: AsyncSession, contact_ids: Sequence[str]) -> dict[str, tuple[Address, ...]]:
    """The addresses of some contacts, by contact, oldest first."""
    of_contacts = select(AddressRow).where(AddressRow.contact_id.in_(contact_ids)).order_by(AddressRow.id)
    found: dict[str, list[Address]] = {contact_id: [] for contact_id in contact_ids}
    for row in await session.scalars(of_contacts):
        found[row.contact_id].append(Address.model_validate({"kind": row.kind, "value": row.value}))
    return {contact_id: tuple(addresses) for contact_id, addresses in found.items()}


async def list_contacts(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    search: str | None = None,
    allowed: bool | None = None,
    opted_out: bool | None = None,
    merged: bool | None = None,
    span: Span = ALWAYS,
) -> Page[Contact]:
    """The project's contacts, oldest first; `search` is a part of a name (any case) or the beginning of an address."""
    statement = select(Contact).where(*span.of(Contact.created_ms))
    if allowed is not None:
        statement = statement.where(Contact.allowed.is_(allowed))
    if opted_out is not None:
        statement = statement.where(Contact.opted_out.is_(opted_out))
    if merged is not None:
        statement = statement.where(Contact.alias_of.is_not(None) if merged else Contact.alias_of.is_(None))
    if search:
        check_text(search, "search", MAX_NAME)
        has_address = (
            select(AddressRow.id)
            .where(AddressRow.contact_id == Contact.id, AddressRow.value.startswith(search, autoescape=True))
            .exists()
        )
        statement = statement.where(or_(Contact.name.icontains(search, autoescape=True), has_address))
    return await read_page(session, statement, Contact, cut)


async def rename_contact(session: AsyncSession, contact_id: str, name: str | None) -> Contact:
    """Change how a person is called. Raises `NotFound` (`contact_not_found`)."""
    contact = await get_contact(session, contact_id)
    contact.name = _check_name(name)
    await session.flush()
    return contact


async def set_allowed(session: AsyncSession, contact_id: str, allowed: bool) -> Contact:
    """Say whether assistants may do anything for this person, under whichever contact. Raises `NotFound`."""
    person = await contacts_by_id(session, await same_person(session, contact_id))
    for contact in person.values():
        contact.allowed = allowed
    await session.flush()
    return person[contact_id]


async def set_opted_out(session: AsyncSession, contact_id: str, opted_out: bool, at_ms: int | None = None) -> Contact:
    """Say whether this person wants no marketing, under whichever contact; they said so at `at_ms` (None: now).

    A wish that is older than what is known changes nothing: providers deliver again for days. Raises `NotFound`.
    """
    now = now_ms()
    at_ms = now if at_ms is None else min(at_ms, now)  # a clock that is ahead must not make later wishes look older
    ids = await same_person(session, contact_id)
    # Locked in one order, as for a merge: of two wishes at once the second sees what the first has written.
    locked = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    person = {one.id: one for one in await session.scalars(locked, execution_options={"populate_existing": True})}
    for contact in person.values():
        # In seconds, as providers count: what happened in the same one is taken in the order in which it comes.
        if contact.opted_out_ms is None or at_ms // 1000 >= contact.opted_out_ms // 1000:
            contact.opted_out, contact.opted_out_ms = opted_out, at_ms
    await session.flush()
    return person[contact_id]


async def was_resumed_within(session: AsyncSession, contact_id: str, at_ms: int) -> bool:
    """Whether the newest that this person said of marketing is that they want it, in the second of `at_ms`. Their
    contacts are locked, as for a wish. Raises `NotFound`.
    """
    ids = await same_person(session, contact_id)
    locked = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    person = await session.scalars(locked, execution_options={"populate_existing": True})
    said = [(one.opted_out_ms, one.opted_out) for one in person if one.opted_out_ms is not None]
    return bool(said) and max(said)[0] // 1000 == at_ms // 1000 and not max(said)[1]


async def delete_contact(session: AsyncSession, contact: Contact, steps: Sequence[Step]) -> None:
    """Remove a contact, its addresses and what was learned of it. `steps` see to what other rooms hold of it, and raise
    where they still need it.

    Raises `Conflict` (`contact_has_merged`).
    """
    await session.refresh(contact, with_for_update=True)
    if await session.scalar(select(Contact.id).where(Contact.alias_of == contact.id).limit(1)) is not None:
        raise Conflict("Other contacts were merged into this one: undo that first", code="contact_has_merged")
    for step in steps:
        await step(session, contact.id)
    for held in (AddressRow, Fact):
        await session.execute(delete(held).where(held.contact_id == contact.id))
    await session.delete(contact)
    await session.flush()


async def resolve(session: AsyncSession, contact_id: str) -> Contact:
    """The person behind a contact: the end of its aliases. Raises `NotFound` (`contact_not_found`)."""
    contact = await get_contact(session, contact_id)
    for _ in range(MAX_ALIASES):
        if contact.alias_of is None:
            break
        contact = await get_contact(session, contact.alias_of)
    return contact


async def same_person(session: AsyncSession, contact_id: str) -> list[str]:
    """The ids of all contacts that are this person, the one they resolve to first. Raises `NotFound`."""
    person = await resolve(session, contact_id)
    ids, newest = [person.id], [person.id]
    for _ in range(MAX_ALIASES):
        aliases = select(Contact.id).where(Contact.alias_of.in_(newest)).order_by(Contact.id)
        newest = [found for found in await session.scalars(aliases) if found not in ids]
        if not newest:
            break
        ids += newest
    return ids


async def has_id(session: AsyncSession, contact_id: str) -> bool:
    """Whether the network has told an id of this person, whichever of their contacts it came to. Raises `NotFound`."""
    of_person = AddressRow.contact_id.in_(await same_person(session, contact_id))
    found = select(AddressRow.id).where(of_person, AddressRow.kind.in_(("bsuid", "parent_bsuid")))
    return await session.scalar(found.limit(1)) is not None


async def people_behind(session: AsyncSession, contact_ids: Collection[str]) -> dict[str, Contact]:
    """The person behind each contact, as `resolve` finds them; without contacts that are not there."""
    known = await contacts_by_id(session, contact_ids)
    for _ in range(MAX_ALIASES):
        missing = {c.alias_of for c in known.values() if c.alias_of is not None} - known.keys()
        if not missing:
            break
        known |= await contacts_by_id(session, missing)
    return {contact_id: _end_of(known, contact_id) for contact_id in contact_ids if contact_id in known}


def _end_of(known: dict[str, Contact], contact_id: str) -> Contact:
    contact = known[contact_id]
    for _ in range(MAX_ALIASES):
        if contact.alias_of is None or contact.alias_of not in known:
            break
        contact = known[contact.alias_of]
    return contact


async def same_people(session: AsyncSession, person_ids: Collection[str]) -> dict[str, str]:
    """All contacts of some people, each with its person; as `same_person` finds them."""
    found = {person: person for person in person_ids}
    newest = set(found)
    for _ in range(MAX_ALIASES):
        if not newest:
            break
        aliases = await session.scalars(select(Contact).where(Contact.alias_of.in_(newest)))
        fresh = {row.id: found[row.alias_of] for row in aliases if row.alias_of and row.id not in found}
        found |= fresh
        newest = set(fresh)
    return found


async def wishes_of(session: AsyncSession, contact_ids: Collection[str]) -> dict[str, Wishes]:
    """What holds for the person behind each contact, by what was said of all their contacts: nothing is done for them
    if one is not allowed, and of their wishes about marketing the newest holds.

    Never go by one contact alone: a wish stays with the contact that it came to, so that a merge can be undone.
    """
    people = await people_behind(session, contact_ids)
    person_of = await same_people(session, {person.id for person in people.values()})
    said = select(Contact.id, Contact.allowed, Contact.opted_out, Contact.opted_out_ms).where(
        Contact.id.in_(person_of),
        or_(Contact.allowed.is_(False), Contact.opted_out.is_(True), Contact.opted_out_ms.is_not(None)),
    )
    rows = (await session.execute(said)).all()
    forbidden = {person_of[row.id] for row in rows if not row.allowed}
    # One without a time is of an older version; of two at the same time the stricter holds.
    wishes = sorted(
        ((row.opted_out_ms or 0, row.opted_out, person_of[row.id]) for row in rows), key=lambda one: one[:2]
    )
    newest = {person: opted_out for _, opted_out, person in wishes}
    no_marketing = {person for person, opted_out in newest.items() if opted_out}
    found = {one: Wishes(person.id not in forbidden, person.id in no_marketing) for one, person in people.items()}
    return dict.fromkeys(contact_ids, _NOBODYS) | found


async def contacts_by_phone(session: AsyncSession, phones: Collection[str]) -> dict[str, str]:
    """The contact of each phone number (digits only); without numbers that nobody has."""
    rows = await session.execute(
        select(AddressRow.value, AddressRow.contact_id).where(AddressRow.kind == "phone", AddressRow.value.in_(phones))
    )
    return {row[0]: row[1] for row in rows}


async def merge(session: AsyncSession, contact_id: str, into_id: str) -> Contact:
    """Say that two contacts are one person; returns the contact that stands for both.

    Raises `NotFound` (`contact_not_found`) or `Conflict` (`same_contact`, `already_merged`).
    """
    # Locked in one order, so that two merges at once neither wait for each other forever nor make a ring.
    for one in sorted({contact_id, into_id}):
        await session.get(Contact, one, with_for_update=True, populate_existing=True)
    contact, person = await get_contact(session, contact_id), await _lock_person(session, into_id)
    if contact.id == person.id:
        raise Conflict("These two are one person already", code="same_contact")
    if contact.alias_of is not None:
        raise Conflict("This contact is merged already: undo that first", code="already_merged")
    contact.alias_of = person.id
    await session.flush()
    return person


async def undo_merge(session: AsyncSession, contact_id: str, partings: Sequence[Parting] = ()) -> Contact:
    """Let a merged contact stand for itself again. `partings` see to what other rooms have mixed meanwhile.

    Raises `NotFound` or `Conflict`: `not_merged`, or `merged_by_network` when its addresses went to the other one.
    """
    contact = await get_contact(session, contact_id)
    if contact.alias_of is None:
        raise Conflict("This contact is not merged into another", code="not_merged")
    if not (await addresses_of(session, [contact_id]))[contact_id]:
        raise Conflict(
            "The network itself said that the two are one person, and the other one has the addresses now",
            code="merged_by_network",
        )
    were_one = await same_person(session, contact_id)
    contact.alias_of = None
    await session.flush()
    for part in partings:
        await part(session, were_one)
    return contact


async def _lock_person(session: AsyncSession, contact_id: str) -> Contact:
    for _ in range(MAX_ALIASES):
        person = await resolve(session, contact_id)
        await session.refresh(person, with_for_update=True)
        if person.alias_of is None:  # else another merge was faster: follow it
            return person
    raise Conflict("This contact is being merged right now: try again", code="already_merged")


def _check_name(name: str | None) -> str | None:
    return None if name is None else check_text(name, "name", MAX_NAME)


async def facts_of(session: AsyncSession, contact_ids: Collection[str]) -> dict[str, str]:
    """What assistants have learned of a person, given all their contacts: JSON texts by name, the newest ones."""
    found = select(Fact).where(Fact.contact_id.in_(contact_ids)).order_by(Fact.updated_ms, Fact.contact_id)
    return {fact.name: fact.value for fact in await session.scalars(found)}


async def unlearn(session: AsyncSession, contact_id: str, lists: Mapping[str, Sequence[Any]]) -> None:
    """Take these items out of what was learned of a contact, by name: a list that was added to was learned whole."""
    found = select(Fact).where(Fact.contact_id == contact_id, Fact.name.in_(lists)).order_by(Fact.name)
    for fact in (await session.scalars(found.with_for_update())).all() if lists else ():
        known: Any = json.loads(fact.value)
        if isinstance(known, list):
            own = [one for one in cast("list[Any]", known) if one not in lists[fact.name]]
            if own:
                fact.value = json_text(own)
            else:
                await session.delete(fact)
    await session.flush()

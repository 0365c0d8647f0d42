"""Contacts: one person each."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Agent, Reader
from recado.contacts import service
from recado.contacts.models import Contact
from recado.contacts.schemas import ContactChanges, ContactOut, MergeInto, NewContact, contact_out
from recado.kit.schemas import AnyText, PageCut, PageOf, PathId

router = APIRouter(prefix="/contacts", tags=["contacts"])

Search = Annotated[
    AnyText | None,
    Query(min_length=1, max_length=100, description="A part of a name, or the beginning of a number or other address."),
]


@router.get("")
async def list_contacts(caller: Reader, cut: PageCut, search: Search = None) -> PageOf[ContactOut]:
    """The project's contacts, oldest first; merged ones too, with `alias_of`."""
    async with caller.reading() as session:
        page = await service.list_contacts(session, cut, search=search)
        addresses = await service.addresses_of(session, [row.id for row in page.items])
    return PageOf(items=[contact_out(row, addresses[row.id]) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201)
async def create_contact(new: NewContact, caller: Agent) -> ContactOut:
    """Add a person who has not written yet."""
    async with caller.writing() as session:
        return await _out(session, await service.create_contact(session, new.name, new.addresses))


@router.get("/{contact_id}")
async def get_contact(contact_id: PathId, caller: Reader) -> ContactOut:
    """One contact, as stored: it may be merged into another."""
    async with caller.reading() as session:
        return await _out(session, await service.get_contact(session, contact_id))


@router.patch("/{contact_id}")
async def rename_contact(contact_id: PathId, changes: ContactChanges, caller: Agent) -> ContactOut:
    """Change how a person is called, whether anything is done for them, and whether they get marketing."""
    async with caller.writing() as session:
        row = await service.get_contact(session, contact_id)
        if "name" in changes.model_fields_set:
            row = await service.rename_contact(session, contact_id, changes.name)
        if changes.allowed is not None:
            row = await service.set_allowed(session, contact_id, changes.allowed)
        if changes.opted_out is not None:
            row = await service.set_opted_out(session, contact_id, changes.opted_out)
        return await _out(session, row)


@router.post("/{contact_id}/merge")
async def merge_contact(contact_id: PathId, merge: MergeInto, caller: Agent) -> ContactOut:
    """Say that two contacts are one person; answers with the one that stands for both. History stays where it is."""
    async with caller.writing() as session:
        return await _out(session, await service.merge(session, contact_id, merge.into))


@router.post("/{contact_id}/undo-merge")
async def undo_merge(contact_id: PathId, caller: Agent) -> ContactOut:
    """Let a merged contact stand for itself again."""
    async with caller.writing() as session:
        return await _out(session, await service.undo_merge(session, contact_id))


async def _out(session: AsyncSession, row: Contact) -> ContactOut:
    return contact_out(row, (await service.addresses_of(session, [row.id]))[row.id])

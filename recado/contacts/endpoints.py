"""Contacts: one person each."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.caller import Admin, Agent, Reader
from recado.contacts import service
from recado.contacts.models import Contact
from recado.contacts.schemas import ContactChanges, ContactOut, KnownAddress, MergeInto, NewContact, contact_out
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.parts import part
from recado.kit.schemas import AnyText, PageCut, PageOf, PathId, QuerySpan

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=TaggedRoute)


@dataclass(frozen=True, slots=True)
class BeforeContactGoes:
    """What other rooms do in the transaction that removes a contact."""

    steps: tuple[service.Step, ...]


@dataclass(frozen=True, slots=True)
class AfterMergeUndone:
    """What other rooms do in the transaction in which contacts stop to be one person."""

    partings: tuple[service.Parting, ...]


Goes = Annotated[BeforeContactGoes, Depends(part(BeforeContactGoes))]
Parts = Annotated[AfterMergeUndone, Depends(part(AfterMergeUndone))]
OfAllowed = Annotated[bool | None, Query(description="Only those for whom assistants may, or may not, do something.")]
OptedOut = Annotated[bool | None, Query(description="Only those who asked for no marketing, or did not.")]
IsMerged = Annotated[bool | None, Query(description="Only those that were merged into another, or were not.")]

Search = Annotated[
    AnyText | None,
    Query(min_length=1, max_length=100, description="A part of a name, or the beginning of a number or other address."),
]


@router.get("")
async def list_contacts(
    caller: Reader,
    cut: PageCut,
    span: QuerySpan,
    search: Search = None,
    allowed: OfAllowed = None,
    opted_out: OptedOut = None,
    merged: IsMerged = None,
) -> PageOf[ContactOut]:
    """The project's contacts, oldest first; merged ones too, with `alias_of`."""
    async with caller.reading() as session:
        page = await service.list_contacts(
            session, cut, search=search, allowed=allowed, opted_out=opted_out, merged=merged, span=span
        )
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
async def rename_contact(contact_id: PathId, changes: ContactChanges, caller: Agent, match: IfMatch) -> ContactOut:
    """Change how a person is called, whether anything is done for them, and whether they get marketing."""
    async with caller.writing() as session:
        row = await _check(session, match, contact_id)
        if "name" in changes.model_fields_set:
            row = await service.rename_contact(session, contact_id, changes.name)
        if changes.allowed is not None:
            row = await service.set_allowed(session, contact_id, changes.allowed)
        if changes.opted_out is not None:
            row = await service.set_opted_out(session, contact_id, changes.opted_out)
        return await _out(session, row)


@router.delete("/{contact_id}", status_code=204)
async def delete_contact(contact_id: PathId, caller: Admin, goes: Goes, match: IfMatch) -> None:
    """Remove a contact with whom there is no conversation, its addresses and what assistants have learned of it.

    One with conversations is kept, for they would be nobody's: 409 `contact_has_conversations`. So is one into which
    others were merged: 409 `contact_has_merged`.
    """
    async with caller.writing() as session:
        await service.delete_contact(session, await _check(session, match, contact_id), goes.steps)


@router.post("/{contact_id}/addresses", status_code=201)
async def add_address(contact_id: PathId, address: KnownAddress, caller: Agent, match: IfMatch) -> ContactOut:
    """Give a contact one more address. Conversations that have begun keep the addresses that they go to."""
    async with caller.writing() as session:
        row = await _check(session, match, contact_id)
        await service.add_address(session, contact_id, address)
        return await _out(session, row)


@router.post("/{contact_id}/merge")
async def merge_contact(contact_id: PathId, merge: MergeInto, caller: Agent) -> ContactOut:
    """Say that two contacts are one person; answers with the one that stands for both. History stays where it is.

    So does what was said of each, and it holds for both: nothing is done for them if one is not `allowed`, and of what
    they said about marketing (`opted_out`) the newest.
    """
    async with caller.writing() as session:
        return await _out(session, await service.merge(session, contact_id, merge.into))


@router.post("/{contact_id}/undo-merge")
async def undo_merge(contact_id: PathId, caller: Agent, parts: Parts) -> ContactOut:
    """Let a merged contact stand for itself again. Its conversations forget what they took over from the others', as
    the answers to a form.
    """
    async with caller.writing() as session:
        return await _out(session, await service.undo_merge(session, contact_id, parts.partings))


async def _check(session: AsyncSession, match: IfMatch, contact_id: str) -> Contact:
    row = await service.get_contact(session, contact_id)
    await match.check(session, row, lambda: _out(session, row))
    return row


async def _out(session: AsyncSession, row: Contact) -> ContactOut:
    return contact_out(row, (await service.addresses_of(session, [row.id]))[row.id])

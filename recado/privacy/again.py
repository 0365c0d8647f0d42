"""After a restore: whoever was erased since the backup was made is erased again."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.models import AddressRow, Contact
from recado.db import Database, database_now_ms, json_text
from recado.errors import Conflict, Unavailable
from recado.kit.crypto import SecretBox
from recado.mailbox.models import Conversation
from recado.personal import Person
from recado.privacy.declared import LISTS
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import Entry
from recado.privacy.models import Erasure
from recado.privacy.people import MAX_ADDRESS, as_text, purpose_of
from recado.projects.models import Project

# Of these kinds are the addresses that an erasure takes off lists (`recado.personal.without`).
_LISTED_KINDS = ("phone", "bsuid", "parent_bsuid")

Addresses = tuple[tuple[str, str], ...]


async def not_known(database: Database, entries: Sequence[Entry]) -> list[Entry]:
    """The erasures that this database has still to learn of; not those of projects that it has not."""
    async with database.system(read_only=True) as session:
        projects = set(await session.scalars(select(Project.id)))
        known = set(await session.scalars(select(Erasure.id)))
    return [one for one in entries if one.project_id in projects and one.id not in known]


def refuse_without_key(entries: Sequence[Entry], box: SecretBox | None) -> None:
    """Raises `Conflict` (`key_missing`) if these erasures cannot be applied in full with the keys that there are."""
    if box is None and entries:
        raise Conflict(
            "People who were erased after the backup can only be found with the secret key. First put it back "
            "(secret.key in RECADO_DATA_DIR, or RECADO_SECRET_KEY), then restore. Only if it is lost: --key-lost",
            code="key_missing",
        )
    strange = [one for one in entries if box and one.marks and not any(map(box.made, one.marks))]
    if strange:
        raise Conflict(
            f"{len(strange)} of the people who were erased after the backup were erased under another secret key. "
            "Put that one back, or name it in RECADO_SECRET_KEY, too, after a comma; then restore. "
            "Only if it is lost: --key-lost",
            code="key_missing",
        )


async def erase_again(eraser: Eraser, entries: Sequence[Entry]) -> int:
    """Apply the erasures that this database does not know, with their own receipts; how many of the people were in it.

    A person is found by the ids of their contacts. By the digests of their addresses, only such contacts are theirs as
    nobody has written from: a number may have had another owner when the backup was made. What lists name by these
    digests is theirs. Of whom nothing is found the receipt is kept, which proves the erasure.
    Raises what `Eraser.work_on` raises.
    """
    count = 0
    unknown = await not_known(eraser.database, entries)
    for project_id in dict.fromkeys(one.project_id for one in unknown):
        mine = [one for one in unknown if one.project_id == project_id]
        listed = await _listed(eraser, project_id, {mark for one in mine for mark in one.marks})
        for entry in mine:
            count += await _apply(eraser, entry, listed)
    return count


async def _apply(eraser: Eraser, entry: Entry, listed: dict[str, tuple[str, str]]) -> bool:
    """False if nothing of the person is here."""
    addresses = tuple(dict.fromkeys(listed[mark] for mark in entry.marks if mark in listed))
    async with eraser.database.project(entry.project_id) as session:
        contacts = await _contacts(session, eraser, entry)
        row = _receipt(entry, contacts, addresses)
        is_here = bool(contacts or addresses)
        if not is_here:
            row.person, row.state = "", "done"
            row.cut_ms = row.done_ms = await database_now_ms(session)
        session.add(row)
    if is_here and not await eraser.work_on(entry.project_id, entry.id):
        raise Unavailable("An erasure could not be applied again", code="erasure_waits")
    return is_here


def _receipt(entry: Entry, contacts: Sequence[str], addresses: Addresses) -> Erasure:
    contact_ids = tuple(dict.fromkeys((*entry.contact_ids, *contacts)))
    return Erasure(
        id=entry.id,
        asked_by=entry.asked_by,
        contact_ids=json_text(contact_ids),
        marks=json_text(entry.marks),
        person=as_text(Person(contact_ids, addresses=addresses)),
        created_ms=entry.created_ms,
    )


async def _listed(eraser: Eraser, project_id: str, marks: Collection[str]) -> dict[str, tuple[str, str]]:
    """The addresses in the project's lists that have one of these digests, by their digest."""
    found: dict[str, tuple[str, str]] = {}
    purpose, seen = purpose_of(project_id), set[str]()
    if not marks:
        return found
    async with eraser.database.project(project_id, read_only=True) as session:
        for holding in LISTS:
            if holding.names is None:
                continue
            async for name in holding.names(session):
                if name in seen or len(name) > MAX_ADDRESS:
                    continue
                seen.add(name)
                for kind in _LISTED_KINDS:
                    for mark in eraser.box.marks(f"{kind}:{name}", purpose):
                        if mark in marks:
                            found[mark] = (kind, name)
    return found


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

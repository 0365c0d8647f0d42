"""Who a person is, by all their contacts, and how an erasure keeps that in mind while it is at work."""

import json
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.service import addresses_of, find_by_address, get_contact, same_person
from recado.errors import NotFound
from recado.kit.crypto import SecretBox
from recado.kit.ids import is_id
from recado.mailbox.personal import conversations_of
from recado.messages import Address
from recado.personal import Person

# As the column of addresses has it.
MAX_ADDRESS = 160


async def person_of(session: AsyncSession, contact_id: str) -> Person:
    """Everything that is one person with this contact, merged ones too. Raises `NotFound` (`contact_not_found`)."""
    return await _whole(session, await same_person(session, contact_id))


async def seen_again(session: AsyncSession, before: Person) -> Person:
    """The person with what has come since: merges, addresses, conversations."""
    ids = list(before.contact_ids)
    for contact_id in before.contact_ids:
        try:
            ids += [one for one in await same_person(session, contact_id) if one not in ids]
        except NotFound:  # gone already
            continue
    now = await _whole(session, ids)
    return Person(
        now.contact_ids,
        tuple(dict.fromkeys((*before.conversation_ids, *now.conversation_ids))),
        tuple(dict.fromkeys((*before.addresses, *now.addresses))),
    )


async def _whole(session: AsyncSession, contact_ids: Sequence[str]) -> Person:
    addresses = await addresses_of(session, contact_ids)
    return Person(
        tuple(contact_ids),
        tuple(await conversations_of(session, contact_ids)),
        tuple((one.kind, one.value) for found in addresses.values() for one in found),
    )


async def find_contact(session: AsyncSession, given: str) -> str:
    """The id of a contact that is given by its id, its phone number, or another address. Raises `NotFound`."""
    if is_id(given):
        return (await get_contact(session, given)).id
    for kind, value in possible_addresses(given):
        if found := await find_by_address(session, Address.model_validate({"kind": kind, "value": value})):
            return found.id
    raise NotFound("There is no contact with this id, number or address", code="contact_not_found")


def possible_addresses(given: str) -> list[tuple[str, str]]:
    """The (kind, value) that a person at a keyboard may mean; a number with or without plus sign, spaces and dashes."""
    digits = given.removeprefix("+").replace(" ", "").replace("-", "")
    wanted = [("phone", digits)] if digits.isascii() and digits.isdigit() else []
    wanted += [(kind, given) for kind in ("bsuid", "parent_bsuid", "web")]
    return [(kind, value) for kind, value in wanted if 1 <= len(value) <= MAX_ADDRESS]


def as_text(person: Person) -> str:
    """As an erasure keeps it."""
    return json.dumps([person.contact_ids, person.conversation_ids, person.addresses])


def from_text(text: str) -> Person:
    """What `as_text` made."""
    contacts, conversations, addresses = json.loads(text)
    return Person(tuple(contacts), tuple(conversations), tuple((kind, value) for kind, value in addresses))


def purpose_of(project_id: str) -> str:
    """Digests of one project say nothing of another's."""
    return f"erased person of {project_id}"


def marks_of(box: SecretBox, project_id: str, person: Person) -> list[str]:
    """The keyed digests of a person's addresses, for the receipt."""
    return sorted({box.mark(f"{kind}:{value}", purpose_of(project_id)) for kind, value in person.addresses})

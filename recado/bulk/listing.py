"""Who the recipients of a bulk send are: each person once, by the conversation that is with them on the line."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk.models import BulkRecipient
from recado.bulk.personal import ERASED_CODE
from recado.bulk.schemas import Order
from recado.contacts import service as contacts
from recado.db import database_now_ms, json_text
from recado.kit import new_id, now_ms
from recado.mailbox.models import Conversation
from recado.mailbox.queries import conversations_on
from recado.messages import Address
from recado.personal import NOBODYS_ID, NOBODYS_NUMBER

Recipient = tuple[str, str]


async def how_many(session: AsyncSession, job_id: str) -> int:
    """How many of a job's recipients are noted; they are noted in their order."""
    found = select(func.count()).select_from(BulkRecipient).where(BulkRecipient.job_id == job_id)
    return await session.scalar(found) or 0


async def note(session: AsyncSession, job_id: str, order: Order, first: int, batch: Sequence[Recipient]) -> None:
    """Note recipients, from place `first` on: those to write to wait, the others say why not.

    With a template also people may be written to who never wrote: contacts and conversations are made for them.
    """
    people = await _people_of(session, batch)
    if order.template is not None:
        unknown = [one for one in batch if one[0] == "phone" and one not in people and not _is_erased(one)]
        people |= await _new_people(session, unknown)
    noted = set(
        await session.scalars(
            select(BulkRecipient.contact_id).where(
                BulkRecipient.job_id == job_id, BulkRecipient.contact_id.in_(people.values())
            )
        )
    )
    lanes = await _conversations_of(session, order.line_id, set(people.values()))
    if order.template is not None:
        lanes |= await _new_conversations(session, order.line_id, set(people.values()) - set(lanes))
    at_ms = now_ms()
    for place, recipient in enumerate(batch, first):
        row = BulkRecipient(job_id=job_id, place=place, state="waiting", created_ms=at_ms)
        person = people.get(recipient)
        if person is None:
            row.state, row.code = "refused", _why_not(recipient)
        elif person in noted:
            row.state, row.code = "skipped", "duplicate"
        else:
            noted.add(person)
            row.contact_id, row.message_id = person, new_id()
            row.conversation_id = lanes.get(person)
        session.add(row)
    await session.flush()


def _is_erased(recipient: Recipient) -> bool:
    return recipient[1] in (NOBODYS_ID, NOBODYS_NUMBER)


def _why_not(recipient: Recipient) -> str:
    """Why nobody is behind a recipient."""
    if _is_erased(recipient):
        return ERASED_CODE
    # Nobody with this number has written, so nobody with it may be written to: the window is closed.
    return "contact_not_found" if recipient[0] == "contact" else "outside_window"


async def _people_of(session: AsyncSession, batch: Sequence[Recipient]) -> dict[Recipient, str]:
    phones = {value for kind, value in batch if kind == "phone"}
    by_phone = await contacts.contacts_by_phone(session, phones)
    contact_of = {
        (kind, value): value if kind == "contact" else by_phone[value]
        for kind, value in batch
        if kind == "contact" or value in by_phone
    }
    people = await contacts.people_behind(session, set(contact_of.values()))
    return {one: people[contact].id for one, contact in contact_of.items() if contact in people}


async def _new_people(session: AsyncSession, unknown: Sequence[Recipient]) -> dict[Recipient, str]:
    """A contact for each phone number that nobody has."""
    made: dict[Recipient, str] = {}
    for one in unknown:
        if one not in made:
            made[one] = (await contacts.create_contact(session, None, [Address(kind="phone", value=one[1])])).id
    return made


async def _new_conversations(session: AsyncSession, line_id: str, people: set[str]) -> dict[str, str]:
    """A conversation with each person who has an address and none on the line yet."""
    made: dict[str, str] = {}
    at_ms = await database_now_ms(session)
    for person, addresses in (await contacts.addresses_of(session, sorted(people))).items():
        if addresses:
            # "bsuid" < "parent_bsuid" < "phone": the best first, as where the network names them.
            send_to = json_text(sorted([one.kind, one.value] for one in addresses))
            made[person] = new_id()
            session.add(
                Conversation(id=made[person], line_id=line_id, contact_id=person, send_to=send_to, created_ms=at_ms)
            )
    await session.flush()
    return made


async def _conversations_of(session: AsyncSession, line_id: str, people: set[str]) -> dict[str, str]:
    """The conversation of each person on the line: of several, the one in which they wrote last."""
    person_of = await contacts.same_people(session, people)
    best: dict[str, Conversation] = {}
    for one in await conversations_on(session, line_id, set(person_of)):
        person = person_of[one.contact_id]
        if person not in best or (one.last_in_ms or 0) > (best[person].last_in_ms or 0):
            best[person] = one
    return {person: conversation.id for person, conversation in best.items()}

"""What a person said about mass messages in a conversation: written by the turn that took it up.

The same rules as for what the API and the network say of it (`recado.contacts.service`): it stands with every contact
of the person, and one that is older than what is known changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from recado.mailbox.driver import Tx
from recado.mailbox.people import SAME_PERSON
from recado.mailbox.sql import Query


@dataclass(frozen=True, slots=True)
class Wish:
    """No mass messages any more (`stops`), or again, as it was said at `at_ms`."""

    stops: bool
    at_ms: int


# In one order, and before the conversations, as for messages that come in: nobody waits for another in a circle.
_LOCK = Query(
    f"""
    {SAME_PERSON}
    SELECT c.id FROM contacts c WHERE c.id IN (SELECT up.at FROM up) ORDER BY c.id {{for_update}}
    """,
    rows="id uuid",
)
# In seconds, as providers count: what happened in the same one is taken in the order in which it comes.
_KEEP = Query(
    f"""
    {SAME_PERSON}
    UPDATE contacts SET opted_out = i.opted_out, opted_out_ms = i.at_ms FROM {{rows}}
    WHERE contacts.id IN (SELECT up.at FROM up)
        AND (contacts.opted_out_ms IS NULL OR i.at_ms / 1000 >= contacts.opted_out_ms / 1000)
    """,
    rows="id uuid, opted_out boolean, at_ms bigint",
)
_NEWEST = Query(
    f"""
    {SAME_PERSON}
    SELECT c.opted_out, coalesce(c.opted_out_ms, 0) FROM contacts c
    WHERE c.id IN (SELECT up.at FROM up) AND (c.opted_out OR c.opted_out_ms IS NOT NULL)
    ORDER BY coalesce(c.opted_out_ms, 0) DESC, c.opted_out DESC LIMIT 1
    """,
    rows="id uuid",
)


async def lock(tx: Tx, contact_ids: Sequence[str]) -> None:
    """Keep others from writing wishes of these people until the commit."""
    if contact_ids and tx.concurrent:
        await tx.lock(_LOCK, [(contact_id,) for contact_id in sorted(contact_ids)])


async def keep(tx: Tx, wishes: Sequence[tuple[str, Wish]]) -> None:
    """Write wishes, each by one of the contacts of its person."""
    for contact_id, wish in sorted(wishes, key=lambda one: (one[1].at_ms, one[1].stops)):
        await tx.fetch(_KEEP, [(contact_id, wish.stops, wish.at_ms)])


async def newest(tx: Tx, contact_id: str) -> Wish | None:
    """What a person said last, under whichever contact; of two at the same time the stricter."""
    found = await tx.fetch(_NEWEST, [(contact_id,)])
    return Wish(bool(found[0][0]), found[0][1]) if found else None

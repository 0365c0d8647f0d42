"""Answers that are handed out instead of sent: what became of a message, and what a turn answered it with.

A turn marks what it queues with the messages that it answers. So each message has one answer for good, which all
messages of a turn share, and asking again finds it again. A row that nobody has asked for stays queued
until it is older than its project keeps messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query
from recado.messages import DELIVERY_RANK

Standing = Literal["pending", "running", "answered", "given_up"]
_DELIVERED = DELIVERY_RANK["delivered"]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A message that goes out; `body` is JSON text."""

    id: str
    body: str
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a message that came in: `out` is its answer, in order, once it stands; empty is silence.

    given_up: its turn failed for good, and `out` is the friendly text. `to_do` are those of `out` not handed out yet.
    """

    message_id: str
    conversation_id: str
    standing: Standing
    out: tuple[HandedOut, ...] = ()
    to_do: tuple[str, ...] = ()


_FIND = Query(
    "SELECT id FROM inbox WHERE line_id = :line_id AND provider_message_id = :provider_message_id",
    scalars="line_id uuid, provider_message_id text",
)
_STANDING = Query(
    """
    SELECT m.id, m.conversation_id, m.seq <= c.settled_seq, m.dead, c.owner IS NOT NULL, o.id, o.body, o.seq, o.state
    FROM {rows} JOIN inbox m ON m.id = i.id JOIN conversations c ON c.id = m.conversation_id
    LEFT JOIN outbox o ON o.conversation_id = m.conversation_id AND o.seq > m.seq
        AND o.answers_after < m.seq AND o.answers_to >= m.seq AND o.state <> 'dropped'
    ORDER BY m.id, o.seq
    """,
    rows="id uuid",
)
# Settled whatever its state: whoever asked has it.
_HAND_OUT = Query(
    f"""
    UPDATE outbox SET state = 'sent', delivery = {_DELIVERED}, attempts = attempts + 1, sent_ms = {{now}},
        unknown_ms = NULL, error_code = NULL, error_text = NULL
    FROM {{rows}} WHERE outbox.id = i.id AND outbox.state = 'queued'
    RETURNING outbox.id
    """,
    rows="id uuid",
)


async def find(tx: Tx, line_id: str, provider_message_id: str) -> str | None:
    """The id of a message by what its sender calls it."""
    found = await tx.fetch(_FIND, line_id=line_id, provider_message_id=provider_message_id)
    return found[0][0] if found else None


async def look(tx: Tx, message_ids: Sequence[str]) -> list[Handed]:
    """What became of messages; those that are not there are left out."""
    found: dict[str, Handed] = {}
    for row in await tx.fetch(_STANDING, [(message_id,) for message_id in sorted(set(message_ids))]):
        message_id, conversation_id, settled, dead, owned, out_id, body, seq, state = row
        standing = _standing(bool(settled), bool(dead), bool(owned))
        before = found.get(message_id, Handed(message_id, conversation_id, standing))
        if settled and out_id is not None:
            to_do = (*before.to_do, out_id) if state == "queued" else before.to_do
            out = (*before.out, HandedOut(out_id, body, seq))
            before = Handed(message_id, conversation_id, standing, out, to_do)
        found[message_id] = before
    return list(found.values())


def _standing(settled: bool, dead: bool, owned: bool) -> Standing:
    if settled:
        return "given_up" if dead else "answered"
    return "running" if owned else "pending"


async def hand_out(tx: Tx, out_ids: Sequence[str]) -> list[str]:
    """Settle rows that somebody has got; those that were not settled before."""
    return [row[0] for row in await tx.fetch(_HAND_OUT, [(out_id,) for out_id in sorted(set(out_ids))])]

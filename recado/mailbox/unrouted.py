"""Deliveries with a valid signature that fit no line or no person: kept as they came, seen in `recado doctor`."""

from collections.abc import Sequence
from dataclasses import dataclass

from recado.kit import new_id
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query


@dataclass(frozen=True, slots=True)
class Stray:
    """One delivery. `digest` is SHA-256 of the body: a repetition is kept once."""

    channel: str
    line_address: str | None
    digest: str
    body: str


_ADD = Query(
    """
    INSERT INTO unrouted (id, channel, line_address, digest, body, created_ms)
    SELECT i.id, i.channel, i.line_address, i.digest, i.body, {now} FROM {rows} WHERE true
    ON CONFLICT (digest) DO NOTHING
    """,
    rows="id uuid, channel text, line_address text, digest text, body text",
)


async def store_strays(tx: Tx, strays: Sequence[Stray]) -> None:
    """Keep deliveries, each once."""
    await tx.fetch(_ADD, [(new_id(), s.channel, s.line_address, s.digest, s.body) for s in strays])

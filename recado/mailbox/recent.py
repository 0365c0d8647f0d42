"""What was said in a conversation before its turn: the last messages of both directions, by their index."""

from dataclasses import dataclass

from recado.mailbox.claims import Claim
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

# Whatever a brain wants, a turn reads no more.
MAX_RECENT = 50
# A message that was given up was not said.
_NOT_SAID = ("dead", "dropped")


@dataclass(frozen=True, slots=True)
class Recent:
    """A message. `origin` is None for one that came in; `body` is JSON text, `created_ms` the database's time."""

    seq: int
    origin: str | None
    body: str
    created_ms: int


_RECENT = Query(
    """
    SELECT came.seq, NULL, came.body, came.created_ms, NULL FROM (
        SELECT seq, body, created_ms FROM inbox
        WHERE conversation_id = :id AND seq <= :settled_seq AND project_id = :project_id
        ORDER BY seq DESC LIMIT :size
    ) AS came
    UNION ALL
    SELECT went.seq, went.origin, went.body, went.created_ms, went.state FROM (
        SELECT seq, origin, body, created_ms, state FROM outbox
        WHERE conversation_id = :id AND project_id = :project_id
        ORDER BY seq DESC LIMIT :size
    ) AS went
    """,
    scalars="id uuid, project_id uuid, settled_seq bigint, size bigint",
)


async def read_recent(tx: Tx, claim: Claim, limit: int) -> list[Recent]:
    """The last `limit` messages before those of the claim, at most `MAX_RECENT`, oldest first."""
    size = min(limit, MAX_RECENT)
    rows = await tx.fetch(
        _RECENT, id=claim.conversation_id, project_id=claim.project_id, settled_seq=claim.settled_seq, size=size
    )
    said = [Recent(*tuple(row)[:-1]) for row in rows if row[-1] not in _NOT_SAID]
    return sorted(said, key=lambda message: message.seq)[-size:]

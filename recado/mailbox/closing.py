"""What becomes of a line's mailbox when the line is deleted. Conversations and messages stay to be read.

Done at once by whoever deletes the line, and again by a worker that meets something on it: another process may have
known the line some seconds longer.
"""

from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

DELETED_CODE = "line_deleted"

_THERE = Query("SELECT 1 FROM lines WHERE id = :line_id {for_share}", scalars="line_id uuid")
# The epoch is raised: an answer that is being thought up is discarded.
_SETTLE = Query(
    """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT c.id FROM conversations c WHERE c.line_id = :line_id AND c.wake_ms IS NOT NULL
        ORDER BY c.id {for_update}
    ) /*all*/
    UPDATE conversations SET epoch = epoch + 1, owner = NULL, settled_seq = last_in_seq, wake_ms = NULL,
        first_pending_ms = NULL, pending_due_ms = NULL, failures = 0, crashes = 0
    WHERE /*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/ line_id = :line_id AND wake_ms IS NOT NULL
    """,
    scalars="line_id uuid",
)
# What is on its way is left to the process that sends it, which will still hear what became of it.
_DROP = Query(
    f"""
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT o.id FROM outbox o WHERE o.line_id = :line_id AND (
            o.state = 'queued' OR (o.state = 'unknown' AND o.state IN ('sending', 'unknown'))
        ) ORDER BY o.id {{for_update}}
    ) /*all*/
    UPDATE outbox SET state = 'dropped', unknown_ms = NULL, error_code = '{DELETED_CODE}', error_text = NULL
    WHERE /*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/ line_id = :line_id AND (
        state = 'queued' OR (state = 'unknown' AND state IN ('sending', 'unknown'))
    )
    """,
    scalars="line_id uuid",
)
_FORGET_SENDER = Query("DELETE FROM senders WHERE line_id = :line_id", scalars="line_id uuid")


async def close_line(tx: Tx, line_id: str) -> None:
    """Settle and drop what waits on a line, if the line is really gone."""
    if await tx.fetch(_THERE, line_id=line_id):
        return
    await tx.fetch(_SETTLE, line_id=line_id)
    await tx.fetch(_DROP, line_id=line_id)
    await tx.fetch(_FORGET_SENDER, line_id=line_id)

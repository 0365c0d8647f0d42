"""Events of the mailbox: noted with the rows they tell of, in the same commit, and numbered after it.

Transactions that run at the same time commit in any order, so neither an id nor a time made inside one says what a
reader has seen already. An event therefore gets its `position` when it is committed: whoever numbers holds the one row
of `event_positions` until its own commit, and numbers only what it can see. So positions grow in the order in which
they become visible: who has read up to one will never find an older one later.

Events of messages name ids and never hold text. They are noted where somebody listens (`recado.events.audiences`):
else they would be most of what is written. That a message failed is always noted.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from recado.errors import RecadoError
from recado.kit import new_id
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

if TYPE_CHECKING:
    from recado.mailbox.service import Mailbox

RECEIVED, SENT, FAILED = "message.received", "message.sent", "message.failed"
DELIVERED, READ = "message.delivered", "message.read"
# Events that are numbered in one commit, some milliseconds' work.
MAX_NUMBERED = 1_000
# What happens in one burst is numbered together; a small part of what a listener may have to wait (250 ms).
GATHER_S = 0.02
# For what rings no bell: events noted by other processes and by the rooms of the API.
LOOK_S = 0.25

log = structlog.get_logger(__name__)

# (id, project, name, conversation, line, data) of an event; data is JSON text.
Note = tuple[str, str, str, str | None, str | None, str]

COLUMNS = "id, project_id, name, conversation_id, line_id, data, created_ms"
# Whether somebody listens to the project.
HEARD = "EXISTS (SELECT 1 FROM event_audiences h WHERE h.id = %s AND h.until_ms > {now})"
_RECORD = Query(
    f"""
    INSERT INTO events ({COLUMNS})
    SELECT i.id, i.project_id, i.name, i.conversation_id, i.line_id, i.data, {{now}} FROM {{rows}}
    """,
    rows="id uuid, project_id uuid, name text, conversation_id uuid, line_id uuid, data text",
)
_RECORD_HEARD = Query(
    f"""
    INSERT INTO events ({COLUMNS})
    SELECT i.id, i.project_id, i.name, i.conversation_id, i.line_id, i.data, {{now}} FROM {{rows}}
    WHERE {HEARD % "i.project_id"}
    """,
    rows="id uuid, project_id uuid, name text, conversation_id uuid, line_id uuid, data text",
)
_ANYBODY = Query("SELECT 1 FROM event_audiences WHERE until_ms > {now} LIMIT 1")
_LAST = Query("SELECT position FROM event_positions WHERE id = 1 {for_update}")
_BEGIN = Query("INSERT INTO event_positions (id, position) VALUES (1, 0) ON CONFLICT (id) DO NOTHING")
_NUMBER = Query(
    f"""
    UPDATE events SET position = :last + fresh.n FROM (
        SELECT id, row_number() OVER (ORDER BY created_ms, id) AS n FROM (
            SELECT id, created_ms FROM events WHERE position IS NULL ORDER BY created_ms, id LIMIT {MAX_NUMBERED}
        ) AS found
    ) AS fresh WHERE events.id = fresh.id
    RETURNING events.position
    """,
    scalars="last bigint",
)
_ADVANCE = Query("UPDATE event_positions SET position = :last WHERE id = 1", scalars="last bigint")
WAITING = Query("SELECT 1 FROM events WHERE position IS NULL LIMIT 1")


def message_data(message_id: str) -> str:
    """What an event of a message says: which one. As JSON text; `MESSAGE_DATA` is the same in PostgreSQL's words."""
    return f'{{"message_id":"{message_id}"}}'


MESSAGE_DATA = """'{"message_id":"' || CAST(%s AS text) || '"}'"""


def note(name: str, project_id: str, conversation_id: str | None, line_id: str | None, data: str) -> Note:
    """An event with an id of its own."""
    return new_id(), project_id, name, conversation_id, line_id, data


async def record(tx: Tx, notes: Sequence[Note]) -> None:
    """Note events; they happen with the transaction."""
    await tx.fetch(_RECORD, notes)


async def is_heard(tx: Tx) -> bool:
    """Whether anybody listens at all: mostly not, and then nothing need be made to be noted."""
    return bool(await tx.fetch(_ANYBODY))


async def record_heard(tx: Tx, notes: Sequence[Note]) -> None:
    """Note events of messages, where somebody listens; they happen with the transaction."""
    await tx.fetch(_RECORD_HEARD, notes)


async def is_any_waiting(tx: Tx) -> bool:
    """Whether there are events without a position. Mostly not: events are few where nobody listens."""
    return bool(await tx.fetch(WAITING))


async def number(tx: Tx) -> int:
    """Give committed events their positions, in order; how many got one. Two at the same time wait for each other."""
    held = await tx.fetch(_LAST)
    if not held:  # the first time
        await tx.fetch(_BEGIN)
        held = await tx.fetch(_LAST)
    last = held[0][0]
    numbered = await tx.fetch(_NUMBER, last=last)
    if numbered:
        await tx.fetch(_ADVANCE, last=last + len(numbered))
    return len(numbered)


async def keep_numbering(mailbox: "Mailbox") -> None:
    """Number what happens, moments after it did. Every process may: they take turns."""
    while True:
        numbered = 0
        try:
            numbered = await mailbox.number_events()
        except RecadoError as error:
            log.warning("events_not_numbered", code=error.code)
        if numbered < MAX_NUMBERED and await mailbox.events_bell.wait(LOOK_S):
            await asyncio.sleep(GATHER_S)

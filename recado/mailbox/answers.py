"""What is handed out instead of sent: what became of a message, and what a turn answered it with; and words, which
somebody wrote without being asked.

A turn marks what it queues with the messages that it answers. So each message has one answer for good, which all
messages of a turn share, and asking again finds it again. Words are marked so when an answer brings them. A row that
nobody has asked for stays queued until it is older than its project keeps messages.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from recado.kit import new_id
from recado.mailbox import noting
from recado.mailbox.driver import Tx
from recado.mailbox.models import ACTIVE
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


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes on a line, by one of their addresses."""

    project_id: str
    line_id: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was written in a conversation that answers nothing, in order; nothing of it up to `last_seq` is missing."""

    last_seq: int
    out: tuple[HandedOut, ...] = ()


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
_PLACES = Query(
    """
    SELECT i.project_id, i.line_id, i.kind, i.value, c.id, c.last_seq FROM {rows}
    JOIN addresses a ON a.project_id = i.project_id AND a.kind = i.kind AND a.value = i.value
    JOIN conversations c ON c.line_id = i.line_id AND c.contact_id = a.contact_id
    """,
    rows="project_id uuid, line_id uuid, kind text, value text",
)


def _words(which: str) -> Query:
    # One statement, so that the position fits the messages.
    return Query(
        f"""
        SELECT c.last_seq, o.id, o.body, o.seq FROM conversations c
        LEFT JOIN outbox o ON o.conversation_id = c.id AND o.answers_to IS NULL AND {which}
        WHERE c.id = :id AND c.project_id = :project_id ORDER BY o.seq
        """,
        scalars="id uuid, project_id uuid, after bigint",
    )


_WORDS_SINCE = _words("o.seq > :after AND o.state IN ('queued', 'sent')")
_WORDS_WAITING = _words(f"o.{ACTIVE} AND o.state = 'queued'")
# Words from further back than so many positions stay where they are: it bounds how much of a lane is read.
REACH = 1000
# Those that are to come with the answer of a message: what was written before that answer and waits, and what was taken
# for it by an earlier look. `before` is where what is known of the answer begins.
_WITH = Query(
    f"""
    SELECT o.id, o.body, o.seq, o.state, o.answers_to IS NULL FROM inbox m
    JOIN outbox o ON o.conversation_id = m.conversation_id AND o.seq > m.seq - {REACH}
        AND o.seq < {{greatest}}(m.seq, :before) AND (
            (o.answers_to IS NULL AND o.state = 'queued')
            OR (o.answers_to = m.seq AND o.state <> 'dropped')
        )
    WHERE m.id = :id ORDER BY o.seq
    """,
    scalars="id uuid, before bigint",
)
# From then on they answer that message: whoever asks for it again gets them again, and nobody else does.
_TAKE_WITH = Query(
    f"""
    WITH found AS MATERIALIZED (
        SELECT o.id, m.seq FROM inbox m
        JOIN outbox o ON o.conversation_id = m.conversation_id AND o.seq > m.seq - {REACH}
            AND o.seq < {{greatest}}(m.seq, :before) AND o.answers_to IS NULL AND o.state = 'queued'
        WHERE m.id = :id ORDER BY o.id {{for_update_of_o}}
    )
    UPDATE outbox SET answers_after = found.seq - 1, answers_to = found.seq FROM found WHERE outbox.id = found.id
    """,
    scalars="id uuid, before bigint",
)
# Settled whatever its state: whoever asked has it. So it is sent and has arrived, both at once, and that is told as of
# any other message: on PostgreSQL by the statement itself, on SQLite after it, as in `recado.mailbox.outbox`.
_HAND_OUT = Query(
    f"""
    /*postgresql*/ WITH handed AS ( /*all*/
    UPDATE outbox SET state = 'sent', delivery = {_DELIVERED}, attempts = attempts + 1, told = told + 1,
        sent_ms = {{now}}, unknown_ms = NULL, error_code = NULL, error_text = NULL
    FROM {{rows}} WHERE outbox.id = i.id AND outbox.state = 'queued'
    RETURNING outbox.id, outbox.project_id, outbox.conversation_id, outbox.line_id
    /*postgresql*/ ), noted AS (
        INSERT INTO events ({noting.COLUMNS})
        SELECT i.sent_event_id, h.project_id, '{noting.SENT}', h.conversation_id, h.line_id,
            {noting.MESSAGE_DATA % "h.id"}, {{now}}
        FROM {{rows}} JOIN handed h ON h.id = i.id WHERE {noting.HEARD % "h.project_id"}
        UNION ALL
        SELECT i.event_id, h.project_id, '{noting.DELIVERED}', h.conversation_id, h.line_id,
            {noting.MESSAGE_DATA % "h.id"}, {{now}}
        FROM {{rows}} JOIN handed h ON h.id = i.id WHERE {noting.HEARD % "h.project_id"}
    ) SELECT * FROM handed /*all*/
    """,
    rows="id uuid, sent_event_id uuid, event_id uuid",
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


async def with_words(tx: Tx, handed: Handed) -> Handed:
    """An answer that stands, with the words that were written before it and that nobody has got: they belong to it from
    now on. Each statement may be committed by itself: what was taken and is not handed out is found again.
    """
    message_id, before = handed.message_id, handed.out[0].seq if handed.out else 0
    rows = await tx.fetch(_WITH, id=message_id, before=before)
    if any(row[4] for row in rows):
        await tx.fetch(_TAKE_WITH, id=message_id, before=before)
        # Another message may have taken them at the same moment.
        rows = await tx.fetch(_WITH, id=message_id, before=before)
    taken = [row for row in rows if not row[4]]
    return replace(
        handed,
        out=(*(HandedOut(*row[:3]) for row in taken), *handed.out),
        to_do=(*(row[0] for row in taken if row[3] == "queued"), *handed.to_do),
    )


async def hand_out(tx: Tx, out_ids: Sequence[str]) -> list[str]:
    """Settle rows that somebody has got; those that were not settled before."""
    handed = await tx.fetch(_HAND_OUT, [(out_id, new_id(), new_id()) for out_id in sorted(set(out_ids))])
    if not tx.concurrent and handed and await noting.is_heard(tx):
        await noting.record_heard(tx, [note for row in handed for note in _told(*row)])
    return [row[0] for row in handed]


def _told(out_id: str, project_id: str, conversation_id: str, line_id: str) -> Iterable[noting.Note]:
    for name in (noting.SENT, noting.DELIVERED):
        yield noting.note(name, project_id, conversation_id, line_id, noting.message_data(out_id))


async def places(tx: Tx, writers: Collection[Writer]) -> dict[Writer, tuple[str, int]]:
    """The conversation of each of these people on the line, and how far it reaches; who has none is left out."""
    keys = sorted({(one.project_id, one.line_id, one.kind, one.value) for one in writers})
    return {Writer(*row[:4]): (row[4], row[5]) for row in await tx.fetch(_PLACES, keys)}


async def words(tx: Tx, project_id: str, conversation_id: str, after_seq: int | None) -> Words | None:
    """What was written after a position without being asked; None: what waits of it. None if there is no conversation.

    What was dropped is not of it.
    """
    query = _WORDS_WAITING if after_seq is None else _WORDS_SINCE
    rows = await tx.fetch(query, id=conversation_id, project_id=project_id, after=after_seq or 0)
    if not rows:
        return None
    return Words(rows[0][0], tuple(HandedOut(*row[1:]) for row in rows if row[1] is not None))

"""The inbox: messages that come in, each stored once, each with its place in its conversation.

`store_arrivals` also finds or makes the contact and the conversation, so that all of it is one commit.
"""

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from pydantic_core import to_json

from recado.kit import new_id
from recado.mailbox import noting
from recado.mailbox.driver import Restart, Tx
from recado.mailbox.erased import NEVER_MS, NEWS, ForgetsErased, refuse_erased
from recado.mailbox.people import Arrival, Found, find_contacts, redirect
from recado.mailbox.sql import Query, Value

# A conversation that never falls silent is answered all the same: `settle_ms` counts from the last message, but at
# most this many times from the first.
SETTLE_LIMIT = 5


class Stored(NamedTuple):
    """Where an arrival went. `message_id` is None for one that was stored before."""

    conversation_id: str
    message_id: str | None


_CONVERSATIONS = Query(
    """
    SELECT c.line_id, c.contact_id, c.id FROM {rows}
    JOIN conversations c ON c.line_id = i.line_id AND c.contact_id = i.contact_id
    """,
    rows="line_id uuid, contact_id uuid",
)
_ADD_CONVERSATIONS = Query(
    """
    INSERT INTO conversations (id, project_id, line_id, contact_id, send_to, created_ms)
    SELECT i.id, i.project_id, i.line_id, i.contact_id, '[]', {now} FROM {rows} WHERE true
    ON CONFLICT (line_id, contact_id) DO NOTHING
    RETURNING id
    """,
    rows="id uuid, project_id uuid, line_id uuid, contact_id uuid",
)
_REPEATED = Query(
    """
    SELECT m.line_id, m.provider_message_id, m.conversation_id FROM {rows}
    JOIN inbox m ON m.line_id = i.line_id AND m.provider_message_id = i.provider_message_id
    """,
    rows="line_id uuid, provider_message_id text",
)
_DUE = f"{{least}}({{now}} + i.settle_ms, coalesce(first_pending_ms, {{now}}) + {SETTLE_LIMIT} * i.settle_ms)"
# Two processes that write the same rows lock them in one order, so that neither waits for the other in a circle.
# Whoever delivers the same message at the same time waits here. Counting makes PostgreSQL take all the locks before the
# first write.
_ADVANCE = Query(
    f"""
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT c.id FROM conversations c WHERE c.id IN (SELECT i.id FROM {{rows}}) ORDER BY c.id {{for_update}}
    ) /*all*/
    UPDATE conversations SET
        last_seq = last_seq + i.added,
        last_in_seq = last_seq + i.added,
        last_in_ms = nullif({{greatest}}(coalesce(last_in_ms, 0), {{least}}(i.sent_ms, {{now}})), 0),
        send_to = i.send_to,
        first_pending_ms = coalesce(first_pending_ms, {{now}}),
        pending_due_ms = {_DUE},
        -- A failed turn waits out its back-off, however many more messages come.
        wake_ms = CASE
            WHEN owner IS NOT NULL THEN wake_ms
            WHEN failures > 0 THEN {{greatest}}(coalesce(wake_ms, 0), {_DUE})
            ELSE {_DUE} END
    FROM {{rows}} WHERE /*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/ conversations.id = i.id
    RETURNING conversations.id, last_seq, {NEWS}
    """,
    rows="id uuid, added bigint, sent_ms bigint, send_to text, settle_ms bigint",
    scalars="erased_after bigint",
)
# With an event for each. PostgreSQL notes them in the same statement; `_append` says them again for SQLite.
_ADD = Query(
    f"""
    /*postgresql*/ WITH noted AS (
        INSERT INTO events ({noting.COLUMNS})
        SELECT i.event_id, i.project_id, '{noting.RECEIVED}', i.conversation_id, i.line_id,
            {noting.MESSAGE_DATA % "i.id"}, {{now}}
        FROM {{rows}} WHERE {noting.HEARD % "i.project_id"}
    ) /*all*/
    INSERT INTO inbox (id, project_id, line_id, conversation_id, seq, provider_message_id, body, created_ms)
    SELECT i.id, i.project_id, i.line_id, i.conversation_id, i.seq, i.provider_message_id, i.body, {{now}}
    FROM {{rows}}
    """,
    rows="id uuid, project_id uuid, line_id uuid, conversation_id uuid, seq bigint, provider_message_id text, "
    "body text, event_id uuid",
)
# Due at once: links of the provider live for minutes, and its files for days.
_ADD_FILES = Query(
    """
    INSERT INTO media (id, project_id, line_id, conversation_id, contact_id, message_id, kind, voice, state,
        provider_media_id, mime_type, sha256, filename, due_ms, created_ms)
    SELECT i.id, i.project_id, i.line_id, i.conversation_id, i.contact_id, i.message_id, i.kind, i.voice = 1, 'pending',
        i.provider_media_id, i.mime_type, i.sha256, i.filename, {now}, {now}
    FROM {rows}
    """,
    rows="id uuid, project_id uuid, line_id uuid, conversation_id uuid, contact_id uuid, message_id uuid, kind text, "
    "voice bigint, provider_media_id text, mime_type text, sha256 text, filename text",
)
_DEAD = Query(
    "SELECT conversation_id FROM inbox WHERE id = :id AND project_id = :project_id AND dead {for_update}",
    scalars="id uuid, project_id uuid",
)
_REOPEN = Query(
    """
    UPDATE conversations SET
        last_seq = last_seq + 1, last_in_seq = last_seq + 1, pending_due_ms = coalesce(pending_due_ms, {now}),
        wake_ms = CASE WHEN owner IS NULL THEN {now} ELSE wake_ms END
    WHERE id = :id
    RETURNING last_seq
    """,
    scalars="id uuid",
)
_REVIVE = Query("UPDATE inbox SET dead = false, seq = :seq WHERE id = :id", scalars="id uuid, seq bigint")
_DROP = Query(
    "UPDATE inbox SET dead = false WHERE id = :id AND project_id = :project_id AND dead RETURNING id",
    scalars="id uuid, project_id uuid",
)


async def store_arrivals(
    tx: Tx, arrivals: Sequence[Arrival], *, look_first: bool = True, erased: ForgetsErased | None = None
) -> list[Stored]:
    """Store messages in the order given, each once. Repetitions, also within `arrivals`, are recognised and change
    nothing: neither history nor who somebody is.

    Most messages come once: without `look_first`, the unique index finds a repetition, and the driver runs this again.
    Raises `WasErased` for one that was erased, also of late.
    """
    known = await _repeated(tx, arrivals) if look_first else {}
    first: dict[tuple[str, str], int] = {}
    for n, arrival in enumerate(arrivals):
        key = (arrival.line_id, arrival.provider_message_id)
        if key not in known:
            first.setdefault(key, n)
    fresh = [arrivals[n] for n in first.values()]
    found = await find_contacts(tx, fresh)
    conversations = await _find_conversations(tx, fresh, found)
    ids = await _append(tx, fresh, conversations, found.addresses, erased)
    await _add_files(tx, fresh, conversations, found.contacts, ids)
    await redirect(tx, found.losers)
    stored = {key: Stored(c, i) for key, c, i in zip(first, conversations, ids, strict=True)}
    places = {**{key: one.conversation_id for key, one in stored.items()}, **known}
    return [
        stored[key] if first.get(key) == n else Stored(places[key], None)
        for n, key in enumerate((a.line_id, a.provider_message_id) for a in arrivals)
    ]


async def _repeated(tx: Tx, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], str]:
    """Those of the messages that are stored, and their conversations."""
    rows = await tx.fetch(_REPEATED, [(a.line_id, a.provider_message_id) for a in arrivals])
    return {(line_id, provider_id): conversation for line_id, provider_id, conversation in rows}


async def _append(
    tx: Tx,
    arrivals: Sequence[Arrival],
    conversation_of: Sequence[str],
    addresses_of: Sequence[Sequence[tuple[str, str]]],
    erased: ForgetsErased | None,
) -> list[str]:
    """Put messages at the end of their conversations; their ids. Raises `WasErased`.

    If a concurrent delivery of one of them was first, the unique index says so, and all of it is done again.
    """
    ids = [new_id() for _ in arrivals]
    members: dict[str, list[int]] = {}
    for n, conversation in enumerate(conversation_of):
        members.setdefault(conversation, []).append(n)
    advance = [
        (
            conversation,
            len(rows),
            max((arrivals[n].sent_ms for n in rows if arrivals[n].opens_window), default=0),
            to_json(addresses_of[rows[-1]]).decode(),
            arrivals[rows[-1]].settle_ms,
        )
        for conversation, rows in members.items()
    ]
    seqs: dict[int, int] = {}
    news = False
    after_ms = NEVER_MS if erased is None else erased.seen_until_ms()
    for conversation, last_seq, has_news in await tx.fetch(_ADVANCE, advance, erased_after=after_ms):
        rows = members[conversation]
        seqs.update(zip(rows, count(last_seq - len(rows) + 1), strict=False))
        news = news or bool(has_news)
    if news and erased is not None:
        await refuse_erased(tx, arrivals, erased)
    await tx.fetch(
        _ADD,
        [
            (
                ids[n], a.project_id, a.line_id, conversation_of[n], seqs[n], a.provider_message_id, a.body,
                new_id() if tx.concurrent else None,
            )
            for n, a in enumerate(arrivals)
        ],
    )  # fmt: skip
    if not tx.concurrent and await noting.is_heard(tx):
        await noting.record_heard(
            tx,
            [
                noting.note(noting.RECEIVED, a.project_id, conversation, a.line_id, noting.message_data(message_id))
                for a, conversation, message_id in zip(arrivals, conversation_of, ids, strict=True)
            ],
        )
    return ids


async def _add_files(
    tx: Tx, arrivals: Sequence[Arrival], conversation_of: Sequence[str], contact_of: Sequence[str], ids: Sequence[str]
) -> None:
    """Note the files of the messages, in the same commit, to be fetched."""
    rows: list[tuple[Value, ...]] = []
    for arrival, conversation, contact, message_id in zip(arrivals, conversation_of, contact_of, ids, strict=True):
        if (file := arrival.file) is not None:
            where = (arrival.project_id, arrival.line_id, conversation, contact, message_id)
            what = (file.kind, int(file.voice), file.provider_media_id, file.mime_type, file.sha256, file.filename)
            rows.append((new_id(), *where, *what))
    await tx.fetch(_ADD_FILES, rows)


async def retry_dead(tx: Tx, project_id: str, message_id: str) -> bool:
    """Let a message whose turn was given up be answered again, as the newest of its conversation."""
    found = await tx.fetch(_DEAD, id=message_id, project_id=project_id)
    if not found:
        return False
    ((seq,),) = await tx.fetch(_REOPEN, id=found[0][0])
    await tx.fetch(_REVIVE, id=message_id, seq=seq)
    return True


async def drop_dead(tx: Tx, project_id: str, message_id: str) -> bool:
    """Leave a message whose turn was given up unanswered for good; it stays in the history."""
    return bool(await tx.fetch(_DROP, id=message_id, project_id=project_id))


async def _find_conversations(tx: Tx, arrivals: Sequence[Arrival], found: Found) -> list[str]:
    pairs = {(a.line_id, contact): a.project_id for a, contact in zip(arrivals, found.contacts, strict=True)}
    known = dict(found.conversations)
    for line_id, contact, conversation in await tx.fetch(_CONVERSATIONS, [pair for pair in pairs if pair not in known]):
        known[line_id, contact] = conversation
    missing = sorted(pair for pair in pairs if pair not in known)
    rows = [(new_id(), pairs[pair], *pair) for pair in missing]
    if len(await tx.fetch(_ADD_CONVERSATIONS, rows)) != len(rows):
        raise Restart
    known.update({pair: row[0] for pair, row in zip(missing, rows, strict=True)})
    return [known[a.line_id, contact] for a, contact in zip(arrivals, found.contacts, strict=True)]

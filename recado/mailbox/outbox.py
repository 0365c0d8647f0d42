"""The outbox: one strictly ordered lane per conversation, sent by the one process that holds the line's lease.

A row is queued, then sending (claimed, the call may be on its way), then sent, dead, or unknown: the bytes left and
no answer came. An unknown row blocks its lane until a status settles it or `reconcile_after_s` passed without one;
only then it is sent again, and marked as repeated. A dead or dropped row does not block.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from recado.kit import new_id
from recado.kit.clock import WRONG_CLOCK_MS
from recado.mailbox import noting
from recado.mailbox.driver import Tx
from recado.mailbox.models import ACTIVE
from recado.mailbox.sql import Query
from recado.messages import DELIVERY_RANK

# A message that surely was not taken, so often, needs a person: with the sender's back-off that is after about an hour
# (46 to 74 minutes in 99 of 100 cases), longer than most troubles of a provider.
MAX_ATTEMPTS = 30
# One that may have arrived so often does, too: each further try may be a copy.
MAX_REPEATED_ATTEMPTS = 8
# The longest wait between two tries: what a restriction of a number asks for. The sender's own back-off is shorter.
LONGEST_WAIT_MS = 3_600_000
# Rows of one commit that were put off by a wrong clock.
MAX_SET_RIGHT = 1_000
# The provider's window is closed, whatever our clock says. A row that bears it, unless dead, goes out by its template.
WINDOW_CLOSED = "window_closed"


class ToSend(NamedTuple):
    """A claimed row. `send_to` is a JSON list of [kind, value]; `since_last_in_ms`: since the person wrote.

    `language` is the person's, if it is known. `error_code` is why the last try failed: with `WINDOW_CLOSED` only the
    template is left to be tried.
    """

    id: str
    project_id: str
    line_id: str
    conversation_id: str
    seq: int
    body: str
    reply_to: str | None
    attempts: int
    repeated: bool
    send_to: str
    since_last_in_ms: int | None
    language: str | None = None
    error_code: str | None = None


class Mark(NamedTuple):
    """What became of a try of row `id` under `fence`, while it stood at `seq` of its lane.

    A person who asks for another try moves the row to the end of its lane, so that a late mark of an earlier one says
    nothing about it. `state` is sent, queued (try again after `delay_ms`), unknown or dead.
    """

    id: str
    seq: int
    fence: int
    state: str
    provider_message_id: str | None = None
    delay_ms: int = 0
    error_code: str | None = None
    error_text: str | None = None
    counts: bool = True


class Status(NamedTuple):
    """A delivery status of the provider for a row, found by `client_id` if it came back, else by the provider's id."""

    line_id: str
    provider_message_id: str
    client_id: str | None
    rank: int
    error_code: str | None = None
    error_text: str | None = None


_SENT, _FAILED, _DELIVERED = DELIVERY_RANK["sent"], DELIVERY_RANK["failed"], DELIVERY_RANK["delivered"]

# The state again: on PostgreSQL a status may have settled the row since it was found. (|| '': the id is the way to the
# row, not the index of all that is queued, by which every row that waits would be held against each that was found.)
_STILL_QUEUED = "outbox.state || '' = 'queued'"

_CLAIM = Query(
    f"""
    WITH held AS MATERIALIZED (
        SELECT s.line_id, s.epoch FROM senders s
        WHERE s.line_id = :line_id AND s.owner = :owner AND s.epoch = :fence {{for_share}}
    ), heads AS MATERIALIZED (
        SELECT o.id FROM outbox o
        WHERE EXISTS (SELECT 1 FROM held) AND o.line_id = :line_id AND o.state = 'queued' AND o.due_ms <= {{now}}
        AND NOT EXISTS (
            SELECT 1 FROM outbox p
            WHERE p.conversation_id = o.conversation_id AND p.seq < o.seq AND p.{ACTIVE}
        )
        ORDER BY o.due_ms LIMIT :size
    )
    UPDATE outbox SET state = 'sending', attempts = attempts + 1, fence = :fence
    FROM heads WHERE outbox.id = heads.id AND {_STILL_QUEUED}
    RETURNING outbox.id, project_id, line_id, conversation_id, seq, body, reply_to, attempts, repeated,
        (SELECT c.send_to FROM conversations c WHERE c.id = conversation_id),
        (SELECT {{now}} - c.last_in_ms FROM conversations c WHERE c.id = conversation_id),
        (SELECT c.language FROM conversations c WHERE c.id = conversation_id), error_code
    """,
    scalars="line_id uuid, owner uuid, fence bigint, size bigint",
)
# SQLite uses an index with a condition only if the statement repeats the condition to the letter.
_OPEN = "outbox.state IN ('sending', 'unknown')"
# Marks and statuses meet at the same rows: locked in one order, neither can wait for the other in a circle.
# Counting makes PostgreSQL take all the locks before the first write.
_IN_ORDER = """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT o.id FROM outbox o WHERE o.id IN (SELECT i.id FROM {rows}) ORDER BY o.id {for_update}
    ) /*all*/
"""
_IN_ORDER_BY_PROVIDER = """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT o.id FROM {rows} JOIN outbox o ON o.line_id = i.line_id AND o.provider_message_id = i.provider_message_id
        ORDER BY o.id {for_update_of_o}
    ) /*all*/
"""
_LOCKED = "/*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/"
# A mark counts while the row is ours, or unknown: then any news is better than none. That a try was taken also outdoes
# a failed status of the try before, which came while this one was in work. (+ 0: the id is the way to the row, not the
# index that has `seq`.)
_OUTDONE = """outbox.state = 'dead' AND outbox.fence = i.fence AND i.state = 'sent'
        AND outbox.provider_message_id <> i.provider_message_id"""
# The status that said so was faster than the mark of the try of which it spoke.
_OVERTAKEN = """(i.state = 'sent' AND outbox.state = 'sending' AND retired_ids IS NOT NULL
        AND {position}(retired_ids || ' ', ' ' || i.provider_message_id || ' ') > 0)"""
# That the window is closed stays known until the row is settled.
_KEEPS_ERROR = f"(i.state IN ('queued', 'unknown') OR {_OVERTAKEN}) AND outbox.error_code = '{WINDOW_CLOSED}'"
_CHANGED = "outbox.id, outbox.state, outbox.told, outbox.project_id, outbox.conversation_id, outbox.line_id"
# Marks and statuses are one statement each, so the events of a sent message are noted in it: on PostgreSQL here, on
# SQLite, where a statement costs no way and each is part of a transaction anyhow, by `_note_sent`. `told` counts how
# often a row was found to be sent: the first time is told, whether the provider's answer or its status came first.
_MARK = Query(
    f"""
    {_IN_ORDER} /*postgresql*/ , changed AS ( /*all*/
    UPDATE outbox SET
        told = told + CASE WHEN i.state = 'sent' AND NOT {_OVERTAKEN} THEN 1 ELSE 0 END,
        state = CASE WHEN {_OVERTAKEN} THEN 'queued' ELSE i.state END,
        provider_message_id = CASE WHEN {_OVERTAKEN} THEN NULL WHEN outbox.state = 'dead' THEN i.provider_message_id
            ELSE coalesce(outbox.provider_message_id, i.provider_message_id) END,
        retired_ids = CASE WHEN outbox.state = 'dead'
            THEN coalesce(retired_ids, '') || ' ' || outbox.provider_message_id ELSE retired_ids END,
        delivery = CASE WHEN outbox.state = 'dead' THEN 0 ELSE delivery END,
        due_ms = {{now}} + i.delay_ms,
        attempts = attempts - i.uncounted,
        unknown_ms = CASE WHEN i.state = 'unknown' THEN coalesce(unknown_ms, {{now}}) ELSE NULL END,
        sent_ms = CASE WHEN i.state = 'sent' THEN {{now}} ELSE sent_ms END,
        error_code = CASE WHEN {_KEEPS_ERROR} THEN outbox.error_code ELSE i.error_code END,
        error_text = CASE WHEN {_KEEPS_ERROR} THEN outbox.error_text ELSE i.error_text END
    FROM {{rows}}
    WHERE {_LOCKED} outbox.id = i.id AND outbox.seq + 0 = i.seq AND (
        (outbox.state = 'sending' AND outbox.fence = i.fence) OR (outbox.state = 'unknown' AND i.state = 'sent')
        OR ({_OUTDONE})
    )
    RETURNING {_CHANGED}
    /*postgresql*/ ), noted AS (
        INSERT INTO events ({noting.COLUMNS})
        SELECT i.event_id, c.project_id, '{noting.SENT}', c.conversation_id, c.line_id,
            {noting.MESSAGE_DATA % "c.id"}, {{now}}
        FROM {{rows}} JOIN changed c ON c.id = i.id
        WHERE c.state = 'sent' AND c.told = 1 AND {noting.HEARD % "c.project_id"}
    ) SELECT * FROM changed /*all*/
    """,
    rows="id uuid, seq bigint, fence bigint, state text, provider_message_id text, delay_ms bigint, uncounted bigint, "
    "error_code text, error_text text, event_id uuid",
)
# Said late, too, that the window is closed: a message that has a template is sent once more, by that, and what is told
# of the first try from now on says nothing. Only of a row whose one outcome is known: else it might arrive twice.
_BY_TEMPLATE = f"""(i.rank = {_FAILED} AND i.error_code = '{WINDOW_CLOSED}'
            AND outbox.state IN ('sent', 'sending', 'unknown') AND NOT outbox.repeated AND outbox.retired_ids IS NULL
            AND outbox.body LIKE '{{"type":"by_window"%')"""
# What a better status does to a row: the provider has the message, so a try in work or a second one is not needed.
_STATUS_SET = f"""
    UPDATE outbox SET
        delivery = CASE WHEN {_BY_TEMPLATE} THEN 0 ELSE i.rank END,
        told = told + CASE WHEN i.rank = {_FAILED} THEN 0 ELSE 1 END,
        state = CASE
            WHEN state = 'dropped' THEN state
            WHEN {_BY_TEMPLATE} AND state = 'sending' THEN state -- the try is in work: its mark queues it
            WHEN {_BY_TEMPLATE} THEN 'queued'
            WHEN i.rank = {_FAILED} THEN 'dead'
            ELSE 'sent' END,
        provider_message_id = CASE WHEN {_BY_TEMPLATE} THEN NULL
            ELSE coalesce(outbox.provider_message_id, i.provider_message_id) END,
        retired_ids = CASE WHEN {_BY_TEMPLATE} THEN ' ' || i.provider_message_id ELSE retired_ids END,
        due_ms = CASE WHEN {_BY_TEMPLATE} THEN {{now}} ELSE due_ms END,
        sent_ms = coalesce(sent_ms, {{now}}),
        unknown_ms = NULL,
        error_code = i.error_code, error_text = i.error_text
    FROM {{rows}}
    """
# A row known by our own id may be in any state but never tried; a failure counts only once. Statuses of a try that
# failed before a person asked for another one say nothing about the new one.
_STATUS_BY_CLIENT = Query(
    f"""
    {_IN_ORDER} /*postgresql*/ , changed AS ( /*all*/ {_STATUS_SET}
    WHERE {_LOCKED} outbox.id = i.id AND outbox.line_id = i.line_id AND outbox.delivery < i.rank AND attempts > 0
        AND {{position}}(coalesce(retired_ids, '') || ' ', ' ' || i.provider_message_id || ' ') = 0
    RETURNING {_CHANGED}, outbox.delivery, outbox.provider_message_id
    /*postgresql*/ ), noted AS (
        INSERT INTO events ({noting.COLUMNS})
        SELECT i.sent_event_id, c.project_id, '{noting.SENT}', c.conversation_id, c.line_id,
            {noting.MESSAGE_DATA % "c.id"}, {{now}}
        FROM {{rows}} JOIN changed c ON c.id = i.id
        WHERE c.state = 'sent' AND c.told = 1 AND {noting.HEARD % "c.project_id"}
        UNION ALL
        SELECT i.event_id, c.project_id,
            CASE c.delivery WHEN {_DELIVERED} THEN '{noting.DELIVERED}' ELSE '{noting.READ}' END,
            c.conversation_id, c.line_id, {noting.MESSAGE_DATA % "c.id"}, {{now}}
        FROM {{rows}} JOIN changed c ON c.id = i.id
        WHERE c.state = 'sent' AND c.delivery >= {_DELIVERED} AND {noting.HEARD % "c.project_id"}
    ) SELECT * FROM changed /*all*/
    """,
    rows="id uuid, line_id uuid, provider_message_id text, rank bigint, error_code text, error_text text, "
    "sent_event_id uuid, event_id uuid",
)
_STATUS_BY_PROVIDER = Query(
    f"""
    {_IN_ORDER_BY_PROVIDER} {_STATUS_SET}
    WHERE {_LOCKED} outbox.line_id = i.line_id AND outbox.provider_message_id = i.provider_message_id
        AND outbox.delivery < i.rank AND attempts > 0
    RETURNING {_CHANGED}, outbox.delivery, outbox.provider_message_id
    """,
    rows="line_id uuid, provider_message_id text, rank bigint, error_code text, error_text text",
)
_ORPHANS = Query(
    f"""
    UPDATE outbox SET state = 'unknown', unknown_ms = {{now}} FROM {{rows}}
    WHERE outbox.line_id = i.line_id AND {_OPEN} AND outbox.state = 'sending' AND outbox.fence < i.fence
    RETURNING outbox.id
    """,
    rows="line_id uuid, fence bigint",
)
# Nobody is asked again whose answer could not be heard: some process must have lived through the whole wait that takes
# in statuses, as its signs of life on this database show. What is dated far ahead was written under a wrong clock: such
# a process is dead, and such a send was before any other began.
_RECONCILE = Query(
    f"""
    UPDATE outbox SET
        state = CASE WHEN attempts < :max_attempts THEN 'queued' ELSE 'dead' END,
        repeated = (repeated OR attempts < :max_attempts), due_ms = {{now}}, unknown_ms = NULL,
        error_code = CASE WHEN error_code = '{WINDOW_CLOSED}' AND attempts < :max_attempts THEN error_code
            ELSE 'outcome_unknown' END
    FROM {{rows}}
    WHERE outbox.line_id = i.line_id AND {_OPEN}
        AND outbox.state = 'unknown' AND EXISTS (
            SELECT 1 FROM processes p WHERE p.kind IN ('up', 'api') AND p.beat_ms < {{now}} + {WRONG_CLOCK_MS}
            AND p.beat_ms - CASE WHEN outbox.unknown_ms > {{now}} + {WRONG_CLOCK_MS} THEN p.started_ms
                ELSE {{greatest}}(p.started_ms, outbox.unknown_ms) END >= :after_ms
        )
    RETURNING {_CHANGED}
    """,
    rows="line_id uuid",
    scalars="after_ms bigint, max_attempts bigint",
)
# No rule puts a try off so long: a clock was ahead. What somebody else has is being written by the right one.
_SET_RIGHT = Query(
    f"""
    WITH found AS MATERIALIZED (
        SELECT o.id FROM outbox o WHERE o.line_id IN (SELECT l.id FROM lines l)
        AND o.state = 'queued' AND o.due_ms > {{now}} + {LONGEST_WAIT_MS + WRONG_CLOCK_MS}
        LIMIT :size {{skip_locked}}
    )
    UPDATE outbox SET due_ms = {{now}} FROM found WHERE outbox.id = found.id AND {_STILL_QUEUED}
    RETURNING outbox.id
    """,
    scalars="size bigint",
)
_DUE_LINES = Query(
    """
    SELECT i.line_id FROM {rows} WHERE EXISTS (
        SELECT 1 FROM outbox o WHERE o.line_id = i.line_id AND o.state = 'queued' AND o.due_ms <= {now}
    )
    """,
    rows="line_id uuid",
)


async def claim_heads(tx: Tx, owner: str, line_id: str, fence: int, size: int) -> list[ToSend]:
    """Claim up to `size` rows that stand first in their lanes. None if the line's lease is not ours any more."""
    rows = await tx.fetch(_CLAIM, line_id=line_id, owner=owner, fence=fence, size=size)
    return [ToSend(*row) for row in rows]


def marks_alone(marks: Sequence[Mark]) -> bool:
    """True if `mark` is one statement: it has no events to record."""
    return all(m.state != "dead" for m in marks)


def applied_alone(statuses: Sequence[Status]) -> bool:
    """True if `apply_statuses` is one statement: it finds no row in two ways or for two tries, and none fails."""
    tries = {(s.client_id, s.provider_message_id) for s in statuses}
    rows = {s.client_id for s in statuses}
    return None not in rows and len(tries) == len(rows) and all(s.rank != _FAILED for s in statuses)


async def mark(tx: Tx, marks: Sequence[Mark]) -> set[str]:
    """Record what became of tries; the ids of the rows that were still ours to mark."""
    rows = [
        (
            m.id,
            m.seq,
            m.fence,
            m.state,
            m.provider_message_id,
            m.delay_ms,
            int(not m.counts),
            m.error_code,
            m.error_text,
            new_id() if tx.concurrent else None,
        )
        for m in marks
    ]
    marked = [_Changed(*row) for row in await tx.fetch(_MARK, rows)]
    if not tx.concurrent and await noting.is_heard(tx):
        await noting.record_heard(tx, [row.note(noting.SENT) for row in marked if row.newly_sent])
    dead = {m.id: m.error_code or "failed" for m in marks if m.state == "dead"}
    await noting.record(tx, [row.failed(dead[row.id]) for row in marked if row.id in dead])
    return {row.id for row in marked}


class _Changed(NamedTuple):
    """A row that a mark or a status changed, as it is now."""

    id: str
    state: str
    told: int
    project_id: str
    conversation_id: str
    line_id: str
    delivery: int = 0
    provider_message_id: str | None = None

    @property
    def newly_sent(self) -> bool:
        return self.state == "sent" and self.told == 1

    def note(self, name: str) -> noting.Note:
        data = noting.message_data(self.id)
        return noting.note(name, self.project_id, self.conversation_id, self.line_id, data)

    def failed(self, code: str) -> noting.Note:
        data = json.dumps({"message_id": self.id, "code": code})
        return noting.note(noting.FAILED, self.project_id, self.conversation_id, self.line_id, data)

    def by_status(self) -> Iterable[noting.Note]:
        """What a status that is no failure says of the row."""
        if self.newly_sent:
            yield self.note(noting.SENT)
        if self.state == "sent" and self.delivery >= _DELIVERED:
            yield self.note(noting.DELIVERED if self.delivery == _DELIVERED else noting.READ)


def _two_ids(wanted: bool) -> tuple[str | None, str | None]:
    """For the events that PostgreSQL notes in the statement itself."""
    return (new_id(), new_id()) if wanted else (None, None)


async def apply_statuses(tx: Tx, statuses: Sequence[Status]) -> int:
    """Apply statuses in any order, never moving back; how many rows changed. Unknown rows are settled by them."""
    by_client: dict[tuple[str, ...], Status] = {}
    by_provider: dict[tuple[str, ...], Status] = {}
    for status in statuses:
        if status.client_id is not None:
            _keep_best(by_client, (status.client_id, status.provider_message_id), status)
        else:
            _keep_best(by_provider, (status.line_id, status.provider_message_id), status)
    changed: list[_Changed] = []
    for each in _one_for_a_row(sorted(by_client.items())):
        rows = [
            (key[0], s.line_id, key[1], s.rank, s.error_code, s.error_text, *_two_ids(tx.concurrent)) for key, s in each
        ]
        found = [_Changed(*row) for row in await tx.fetch(_STATUS_BY_CLIENT, rows)]
        if not tx.concurrent and await noting.is_heard(tx):
            await noting.record_heard(tx, [note for row in found for note in row.by_status()])
        changed += found
    rows = [(*key, s.rank, s.error_code, s.error_text) for key, s in sorted(by_provider.items())]
    found = [_Changed(*row) for row in await tx.fetch(_STATUS_BY_PROVIDER, rows)]
    await noting.record_heard(tx, [note for row in found for note in row.by_status()])
    changed += found
    codes = {s.client_id or s.provider_message_id: s.error_code or "failed" for s in statuses if s.rank == _FAILED}
    dead = [row for row in changed if row.state == "dead"]
    await noting.record(
        tx, [row.failed(codes.get(row.id) or codes.get(row.provider_message_id or "", "failed")) for row in dead]
    )
    return len(changed)


def _one_for_a_row(
    statuses: Sequence[tuple[tuple[str, ...], Status]],
) -> Iterable[Sequence[tuple[tuple[str, ...], Status]]]:
    """Parts in which each row stands once: those of an earlier try of a row say nothing of a later one."""
    left = list(statuses)
    while left:
        seen: set[str] = set()
        part = [one for one in left if not (one[0][0] in seen or seen.add(one[0][0]))]
        yield part
        left = [one for one in left if one not in part]


def _keep_best(best: dict[tuple[str, ...], Status], key: tuple[str, ...], status: Status) -> None:
    if key not in best or best[key].rank < status.rank:
        best[key] = status


async def adopt_orphans(tx: Tx, fences: dict[str, int]) -> int:
    """Rows found `sending` under an older lease of our lines: their outcome is unknown now."""
    return len(await tx.fetch(_ORPHANS, sorted(fences.items())))


async def reconcile(tx: Tx, line_ids: Sequence[str], after_ms: int) -> int:
    """Queue again, marked, what stayed unknown for `after_ms` though statuses could be heard; how many.

    Too many tries end it.
    """
    rows = [(line_id,) for line_id in line_ids]
    settled = await tx.fetch(_RECONCILE, rows, after_ms=after_ms, max_attempts=MAX_REPEATED_ATTEMPTS)
    given_up = [row for row in (_Changed(*row) for row in settled) if row.state == "dead"]
    await noting.record(tx, [row.failed("outcome_unknown") for row in given_up])
    return len(settled)


async def set_right(tx: Tx) -> int:
    """Let rows be tried now that were put off by a clock that was ahead; how many, at most `MAX_SET_RIGHT`."""
    return len(await tx.fetch(_SET_RIGHT, size=MAX_SET_RIGHT))


async def due_lines(tx: Tx, line_ids: Sequence[str]) -> set[str]:
    """Those of the lines that have rows to send now."""
    return {row[0] for row in await tx.fetch(_DUE_LINES, [(line_id,) for line_id in line_ids])}

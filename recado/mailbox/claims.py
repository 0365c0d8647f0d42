"""Turn leases: a worker claims a conversation, not a message, with an epoch that only grows.

Leases are measured on the database's clock. A claim takes what was committed before it; what comes later belongs to
the next turn. All writes of a turn are guarded by its epoch: a turn that lost its lease commits nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from recado.decisions import MAX_REPLIES
from recado.kit.clock import WRONG_CLOCK_MS
from recado.mailbox import memories, noting, wishes
from recado.mailbox.driver import Tx
from recado.mailbox.people import SAME_PERSON
from recado.mailbox.sql import Query, Value
from recado.mailbox.wishes import Wish

# Short, so that the conversations of a dead process are back within seconds; renewed at a third of it.
TURN_LEASE_MS = 5_000
# The rest waits for the next turn, so that each message of a turn can have a reply of its own.
MAX_MESSAGES_PER_TURN = MAX_REPLIES


class Pending(NamedTuple):
    """A message that waits for its turn; `body` is JSON text."""

    id: str
    seq: int
    provider_message_id: str
    body: str


class Claim(NamedTuple):
    """A conversation that this process holds under `epoch`, and what waits in it, in order.

    `failures` counts caught errors of earlier turns, `crashes` the processes that died holding it.
    `contact_allowed`: nobody has said that nothing may be done for this person. `contact_id` is theirs here; they have
    others if it is `merged`. `knows_person`: something may be remembered of them.
    """

    conversation_id: str
    project_id: str
    line_id: str
    epoch: int
    settled_seq: int
    mode: str
    language: str | None
    state: str
    contact_name: str | None
    failures: int
    crashes: int
    contact_allowed: bool
    messages: tuple[Pending, ...]
    contact_id: str = ""
    merged: bool = False
    knows_person: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """What a lease is on: the conversation under this epoch."""
        return self.conversation_id, self.epoch


class NewOut(NamedTuple):
    """A message to send, as JSON text; `id` is also its client id at the provider."""

    id: str
    body: str
    origin: str = "turn"
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to record; `data` is JSON text without message text, numbers or secrets."""

    name: str
    data: str = "{}"


class TurnCommit(NamedTuple):
    """What a turn leaves behind. None keeps what was. `dead` buries the settled messages as given up. `learned` is
    what is remembered of the person from now on: JSON texts by name. `wish` is what they said about mass messages.
    """

    claim: Claim
    settled_seq: int
    out: tuple[NewOut, ...] = ()
    events: tuple[NewEvent, ...] = ()
    state: str | None = None
    language: str | None = None
    mode: str | None = None
    dead: bool = False
    learned: tuple[tuple[str, str], ...] = ()
    wish: Wish | None = None


_CLAIM = Query(
    f"""
    WITH due AS MATERIALIZED (
        SELECT id FROM conversations WHERE wake_ms <= {{now}} ORDER BY wake_ms LIMIT :size {{skip_locked}}
    )
    UPDATE conversations SET
        owner = :owner, epoch = epoch + 1, crashes = crashes + 1, wake_ms = {{now}} + {TURN_LEASE_MS},
        first_pending_ms = NULL, pending_due_ms = NULL
    FROM due WHERE conversations.id = due.id
    RETURNING conversations.id, project_id, line_id, epoch, settled_seq, mode, language, state,
        (SELECT name FROM contacts WHERE contacts.id = contact_id), failures, crashes,
        (SELECT c.allowed FROM contacts c WHERE c.id = contact_id),
        EXISTS (SELECT 1 FROM facts f WHERE f.contact_id = conversations.contact_id),
        contact_id,
        (SELECT c.alias_of IS NOT NULL FROM contacts c WHERE c.id = contact_id)
            OR EXISTS (SELECT 1 FROM contacts m WHERE m.alias_of = contact_id),
        last_in_seq
    """,
    scalars="size bigint, owner uuid",
)
# Of those who were merged, the ones for whom nothing may be done, because of what was said of any of their contacts.
_FORBIDDEN = Query(
    f"{SAME_PERSON} SELECT DISTINCT up.id FROM up JOIN contacts c ON c.id = up.at WHERE NOT c.allowed",
    rows="id uuid",
)
_PENDING = Query(
    f"""
    SELECT m.conversation_id, m.id, m.seq, m.provider_message_id, m.body FROM {{rows}}
    JOIN inbox m ON m.conversation_id = i.id
    WHERE m.seq > i.settled_seq AND m.seq IN (
        SELECT n.seq FROM inbox n WHERE n.conversation_id = i.id AND n.seq > i.settled_seq AND n.seq <= i.last_in_seq
        ORDER BY n.seq LIMIT {MAX_MESSAGES_PER_TURN}
    )
    """,
    rows="id uuid, settled_seq bigint, last_in_seq bigint",
    columns=5,
)
# Two processes that write the same rows lock them in one order, so that neither waits for the other in a circle.
# Counting makes PostgreSQL take all the locks before the first write.
_IN_ORDER = """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT c.id FROM conversations c WHERE c.id IN (SELECT i.id FROM {rows}) ORDER BY c.id {for_update}
    ) /*all*/
"""
_LOCKED = "/*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/"
_RENEW = Query(
    f"""
    {_IN_ORDER}
    UPDATE conversations SET wake_ms = {{now}} + {TURN_LEASE_MS} FROM {{rows}}
    WHERE {_LOCKED} conversations.id = i.id AND conversations.epoch = i.epoch AND owner = :owner
    RETURNING conversations.id, conversations.epoch
    """,
    rows="id uuid, epoch bigint",
    scalars="owner uuid",
)


def _wake(settled: str) -> str:
    """When to look again at a conversation that is settled up to `settled`."""
    return f"CASE WHEN last_in_seq > {settled} THEN coalesce(pending_due_ms, {{now}}) ELSE NULL END"


_SETTLE = Query(
    f"""
    {_IN_ORDER}
    UPDATE conversations SET
        settled_seq = i.settled_seq, last_seq = last_seq + i.added, owner = NULL, failures = 0, crashes = 0,
        state = coalesce(i.state, conversations.state), language = coalesce(i.language, conversations.language),
        mode = coalesce(i.mode, conversations.mode), wake_ms = {_wake("i.settled_seq")}
    FROM {{rows}}
    WHERE {_LOCKED} conversations.id = i.id AND conversations.epoch = i.epoch AND owner = :owner
    RETURNING conversations.id, conversations.epoch, last_seq
    """,
    rows="id uuid, epoch bigint, settled_seq bigint, added bigint, state text, language text, mode text",
    scalars="owner uuid",
)
_QUEUE = Query(
    """
    INSERT INTO outbox (id, project_id, line_id, conversation_id, seq, body, reply_to, origin,
        answers_after, answers_to, due_ms, created_ms)
    SELECT i.id, i.project_id, i.line_id, i.conversation_id, i.seq, i.body, i.reply_to, i.origin,
        i.answers_after, i.answers_to, {now}, {now}
    FROM {rows}
    """,
    rows="id uuid, project_id uuid, line_id uuid, conversation_id uuid, seq bigint, body text, reply_to text, "
    "origin text, answers_after bigint, answers_to bigint",
)
_BURY = Query(
    """
    UPDATE inbox SET dead = true FROM {rows}
    WHERE inbox.conversation_id = i.id AND inbox.seq > i.after_seq AND inbox.seq <= i.settled_seq
    """,
    rows="id uuid, after_seq bigint, settled_seq bigint",
)
_FAIL = Query(
    """
    UPDATE conversations SET
        owner = NULL, failures = failures + i.failed, crashes = 0, wake_ms = {now} + i.delay_ms
    FROM {rows}
    WHERE conversations.id = i.id AND conversations.epoch = i.epoch AND owner = :owner
    RETURNING conversations.id
    """,
    rows="id uuid, epoch bigint, failed bigint, delay_ms bigint",
    scalars="owner uuid",
)
_SET_MODE = Query(
    f"""
    UPDATE conversations SET mode = :mode, epoch = epoch + 1, owner = NULL, failures = 0, crashes = 0,
        wake_ms = {_wake("settled_seq")}
    WHERE id = :id AND project_id = :project_id
    RETURNING line_id
    """,
    scalars="mode text, id uuid, project_id uuid",
)

# None waits so long for its turn, nor for what else the person may write: it was left under a wrong clock.
_WAKE_LOST = Query(
    f"""
    WITH found AS MATERIALIZED (
        SELECT c.id FROM conversations c WHERE c.wake_ms > {{now}}
        AND (c.wake_ms > {{now}} + {WRONG_CLOCK_MS} OR c.pending_due_ms > {{now}} + {WRONG_CLOCK_MS})
        /*postgresql*/ ORDER BY c.id FOR UPDATE /*all*/
    )
    UPDATE conversations SET
        wake_ms = CASE WHEN wake_ms <= {{now}} + {WRONG_CLOCK_MS} THEN wake_ms
            WHEN owner IS NULL THEN {{now}} ELSE {{now}} + {TURN_LEASE_MS} END,
        pending_due_ms = CASE WHEN pending_due_ms > {{now}} + {WRONG_CLOCK_MS} THEN {{now}} ELSE pending_due_ms END,
        first_pending_ms = CASE WHEN first_pending_ms > {{now}} + {WRONG_CLOCK_MS} THEN {{now}}
            ELSE first_pending_ms END
    FROM found WHERE conversations.id = found.id
    """
)


async def wake_lost(tx: Tx) -> None:
    """Look now at conversations that were to be looked at when a clock said so that was ahead. Those that somebody
    holds are left to them for a lease: who lives extends it meanwhile.
    """
    await tx.fetch(_WAKE_LOST)


async def claim_turns(tx: Tx, owner: str, size: int) -> list[Claim]:
    """Claim up to `size` conversations that are due, the longest waiting first. Needs no transaction: a claim whose
    messages were not read is as one whose process died."""
    claimed = await tx.fetch(_CLAIM, size=size, owner=owner)
    merged = sorted({row[-3] for row in claimed if row[-2]})
    forbidden = {row[0] for row in await tx.fetch(_FORBIDDEN, [(contact,) for contact in merged])}
    pending: dict[str, list[Pending]] = {}
    for conversation, *message in await tx.fetch(_PENDING, [(row[0], row[4], row[-1]) for row in claimed]):
        pending.setdefault(conversation, []).append(Pending(*message))
    return [_claim(row, forbidden, pending.get(row[0], ())) for row in claimed]


def _claim(row: Sequence[Any], forbidden: Collection[str], pending: Sequence[Pending]) -> Claim:
    *held, allowed, knows_contact, contact_id, merged, _ = row
    return Claim(
        *held,
        contact_allowed=bool(allowed) and contact_id not in forbidden,
        messages=tuple(sorted(pending, key=lambda message: message.seq)),
        contact_id=contact_id,
        merged=bool(merged),
        knows_person=bool(knows_contact or merged),
    )


async def renew_turns(tx: Tx, owner: str, claims: Sequence[Claim]) -> set[tuple[str, int]]:
    """Extend leases; the keys of the claims that are still held."""
    rows = [(c.conversation_id, c.epoch) for c in claims]
    return {(row[0], row[1]) for row in await tx.fetch(_RENEW, rows, owner=owner)}


async def commit_turns(tx: Tx, owner: str, turns: Sequence[TurnCommit]) -> list[bool]:
    """Settle turns: messages, state, outbox and events in one go. False for a turn that lost its lease."""
    await wishes.lock(tx, [t.claim.contact_id for t in turns if t.wish is not None])
    settled = await tx.fetch(
        _SETTLE,
        [
            (t.claim.conversation_id, t.claim.epoch, t.settled_seq, len(t.out), t.state, t.language, t.mode)
            for t in turns
        ],
        owner=owner,
    )
    # By epoch as well: an overtaken turn of the same conversation may stand in the same batch.
    last_seq: dict[tuple[str, int], int] = {(row[0], row[1]): row[2] for row in settled}
    held = [t for t in turns if t.claim.key in last_seq]
    await tx.fetch(
        _QUEUE,
        [_queued(t, seq, o) for t in held for seq, o in enumerate(t.out, last_seq[t.claim.key] - len(t.out) + 1)],
    )
    events = ((t.claim, e) for t in held for e in t.events)
    await noting.record(
        tx, [noting.note(e.name, c.project_id, c.conversation_id, c.line_id, e.data) for c, e in events]
    )
    await memories.remember(
        tx, {(t.claim.project_id, t.claim.contact_id, name): value for t in held for name, value in t.learned}
    )
    await wishes.keep(tx, [(t.claim.contact_id, t.wish) for t in held if t.wish is not None])
    await tx.fetch(_BURY, [(t.claim.conversation_id, t.claim.settled_seq, t.settled_seq) for t in held if t.dead])
    return [t.claim.key in last_seq for t in turns]


def _queued(turn: TurnCommit, seq: int, out: NewOut) -> tuple[Value, ...]:
    claim = turn.claim
    place = (out.id, claim.project_id, claim.line_id, claim.conversation_id, seq)
    return (*place, out.body, out.reply_to, out.origin, claim.settled_seq, turn.settled_seq)


async def release_turn(tx: Tx, owner: str, claim: Claim, *, failed: bool, delay_ms: int) -> bool:
    """Give a conversation back unanswered, to be claimed again after `delay_ms`; `failed` counts it as a failure."""
    rows = [(claim.conversation_id, claim.epoch, int(failed), delay_ms)]
    return bool(await tx.fetch(_FAIL, rows, owner=owner))


async def set_mode(tx: Tx, project_id: str, conversation_id: str, mode: str, event: NewEvent | None) -> bool:
    """Give a conversation to a person or back to the assistant. Raises the epoch: an answer in work is discarded."""
    changed = await tx.fetch(_SET_MODE, mode=mode, id=conversation_id, project_id=project_id)
    if changed and event is not None:
        await noting.record(tx, [noting.note(event.name, project_id, conversation_id, changed[0][0], event.data)])
    return bool(changed)

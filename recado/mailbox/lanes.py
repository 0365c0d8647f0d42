"""What is put into lanes besides the answers of turns: by people and programs, to one or to many, once per idempotency
key. And what people decide of a row that was given up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recado.errors import NotFound
from recado.mailbox.claims import NewOut
from recado.mailbox.driver import Tx
from recado.mailbox.models import ACTIVE
from recado.mailbox.sql import Query
from recado.messages import OUT_CONTENT, files_of

# A person's own flood must not fill the disk: https://developers.facebook.com/docs/whatsapp/messaging-limits lets one
# pair of numbers exchange 1 message per 6 s, so this is more than an hour and a half of waiting.
MAX_WAITING_PER_LANE = 1_000


@dataclass(frozen=True, slots=True)
class Queued:
    """Where messages went: their ids, in order; `repeated` if this idempotency key was used before."""

    ids: tuple[str, ...]
    line_id: str | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ToOne:
    """A message to one of many: its parts, once per project and key."""

    conversation_id: str
    key: str
    out: tuple[NewOut, ...]


_FIND_KEYS = Query(
    """
    SELECT o.id, o.conversation_id, o.body FROM {rows}
    -- Crossed, so that SQLite goes from the keys to the rows, not through all rows of the project that have one.
    CROSS JOIN outbox o WHERE o.project_id = :project_id AND o.idempotency_key = i.key
    ORDER BY o.id
    """,
    rows="key text",
    scalars="project_id uuid",
)
_ADVANCE = Query(
    """
    UPDATE conversations SET last_seq = last_seq + :added WHERE id = :id AND project_id = :project_id
    RETURNING last_seq, line_id
    """,
    scalars="added bigint, id uuid, project_id uuid",
)
_WAITING = Query(
    f"SELECT count(*) FROM outbox WHERE conversation_id = :id AND {ACTIVE}",
    scalars="id uuid",
)
_ADD = Query(
    """
    INSERT INTO outbox (id, project_id, line_id, conversation_id, seq, body, reply_to, origin, idempotency_key,
        due_ms, created_ms)
    SELECT i.id, :project_id, :line_id, :conversation_id, i.seq, i.body, i.reply_to, i.origin, i.key, {now}, {now}
    FROM {rows}
    """,
    rows="id uuid, seq bigint, body text, reply_to text, origin text, key text",
    scalars="project_id uuid, line_id uuid, conversation_id uuid",
)
_LOCK_CONVERSATIONS = Query(
    "SELECT c.id FROM conversations c WHERE c.id IN (SELECT i.id FROM {rows}) ORDER BY c.id {for_update}",
    rows="id uuid",
)
_ADVANCE_MANY = Query(
    """
    UPDATE conversations SET last_seq = last_seq + i.added FROM {rows}
    -- The id is the way to the row, not the indexes that have these.
    WHERE conversations.id = i.id AND coalesce(project_id, :project_id) = :project_id
        AND coalesce(line_id, :line_id) = :line_id
    RETURNING conversations.id, last_seq
    """,
    rows="id uuid, added bigint",
    scalars="project_id uuid, line_id uuid",
)
_ADD_MANY = Query(
    """
    INSERT INTO outbox (id, project_id, line_id, conversation_id, seq, body, origin, idempotency_key, due_ms,
        created_ms)
    SELECT i.id, :project_id, :line_id, i.conversation_id, i.seq, i.body, i.origin, i.key, {now}, {now}
    FROM {rows}
    """,
    rows="id uuid, conversation_id uuid, seq bigint, body text, origin text, key text",
    scalars="project_id uuid, line_id uuid",
)
_IDS_OF_KEYS = Query(
    """
    SELECT o.idempotency_key, o.id FROM {rows}
    CROSS JOIN outbox o WHERE o.project_id = :project_id AND o.idempotency_key = i.key
    """,
    rows="key text",
    scalars="project_id uuid",
)
# Whoever is about to remove an upload sees by its epoch that messages with it were queued since it looked for them.
_NAME_FILES = Query(
    """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT m.id FROM media m WHERE m.id IN (SELECT i.id FROM {rows}) ORDER BY m.id {for_update}
    ) /*all*/
    UPDATE media SET epoch = epoch + CASE WHEN message_id IS NULL THEN 1 ELSE 0 END
    FROM {rows}
    WHERE /*postgresql*/ (SELECT count(*) FROM locked) > 0 AND /*all*/
        -- The id is the way to the row, not the index that has its project.
        media.id = i.id AND coalesce(project_id, :project_id) = :project_id AND state <> 'deleting'
    RETURNING media.id
    """,
    rows="id uuid",
    scalars="project_id uuid",
)
_RETRY = Query(
    """
    UPDATE outbox SET state = 'queued', seq = :seq, due_ms = {now}, attempts = 0, delivery = 0, told = 0,
        retired_ids = coalesce(retired_ids, '') || ' ' || coalesce(provider_message_id, ''),
        provider_message_id = NULL, error_code = NULL, error_text = NULL
    WHERE id = :id AND project_id = :project_id AND state = 'dead'
    RETURNING line_id
    """,
    scalars="seq bigint, id uuid, project_id uuid",
)
_CONVERSATION_OF = Query(
    "SELECT conversation_id FROM outbox WHERE id = :id AND project_id = :project_id AND state = 'dead'",
    scalars="id uuid, project_id uuid",
)
_DROP = Query(
    """
    UPDATE outbox SET state = 'dropped' WHERE id = :id AND project_id = :project_id AND state IN ('dead', 'queued')
    RETURNING line_id
    """,
    scalars="id uuid, project_id uuid",
)


def _part_key(key: str, part: int) -> str:
    """The idempotency key of one part of a message; the separator cannot stand in a header."""
    return f"{key}\x1f{part}" if part else key


async def find_by_key(tx: Tx, project_id: str, key: str, parts: int) -> list[tuple[str, str, str]]:
    """(id, conversation id, body) of what was queued with this idempotency key, in order; looks one part further."""
    rows = [(_part_key(key, part),) for part in range(parts + 1)]
    return [(row[0], row[1], row[2]) for row in await tx.fetch(_FIND_KEYS, rows, project_id=project_id)]


async def waiting_in_lane(tx: Tx, conversation_id: str) -> int:
    """How many messages of a conversation are still to be sent."""
    (row,) = await tx.fetch(_WAITING, id=conversation_id)
    return int(row[0])


async def enqueue(
    tx: Tx, project_id: str, conversation_id: str, out: Sequence[NewOut], key: str | None
) -> Queued | None:
    """Put messages at the end of a lane; None if the project has no such conversation.

    Raises `NotFound` (`media_not_found`) if the project has not, or no more, a file that goes with them.
    """
    advanced = await tx.fetch(_ADVANCE, added=len(out), id=conversation_id, project_id=project_id)
    if not advanced:
        return None
    files = _files_named(out)
    if len(await _name_files(tx, project_id, files)) < len(files):
        raise NotFound("There is no such media", code="media_not_found")
    last_seq, line_id = advanced[0]
    rows = [
        (o.id, seq, o.body, o.reply_to, o.origin, None if key is None else _part_key(key, n))
        for n, (seq, o) in enumerate(enumerate(out, last_seq - len(out) + 1))
    ]
    await tx.fetch(_ADD, rows, project_id=project_id, line_id=line_id, conversation_id=conversation_id)
    return Queued(tuple(o.id for o in out), line_id)


def _files_named(out: Iterable[NewOut]) -> list[str]:
    """The files of ours that go with messages. Most have none, and many have the same: few are read for it."""
    bodies = {one.body for one in out if '"media_id":"' in one.body}
    return sorted({file for body in bodies for file in files_of(OUT_CONTENT.validate_json(body))})


async def _name_files(tx: Tx, project_id: str, files: Sequence[str]) -> set[str]:
    """Say of files that messages of this transaction go with them; the ids of those that are there."""
    return {row[0] for row in await tx.fetch(_NAME_FILES, [(one,) for one in files], project_id=project_id)}


async def enqueue_many(tx: Tx, project_id: str, line_id: str, messages: Sequence[ToOne]) -> dict[str, str]:
    """Put messages at the ends of lanes of one line, those whose key was not used before; key -> id of the first part.

    A key whose conversation is not on this line is left out. A file that is gone is told of each message when it is to
    be sent.
    """
    keys = [(one.key,) for one in messages]
    if tx.concurrent:
        # In one order with all who change conversations; and who has one has the keys that go with it.
        await tx.lock(_LOCK_CONVERSATIONS, sorted({(one.conversation_id,) for one in messages}))
    there = {row[0]: row[1] for row in await tx.fetch(_IDS_OF_KEYS, keys, project_id=project_id)}
    new = [one for one in messages if one.key not in there]
    added: dict[str, int] = {}
    for one in new:
        added[one.conversation_id] = added.get(one.conversation_id, 0) + len(one.out)
    lanes = await tx.fetch(_ADVANCE_MANY, sorted(added.items()), project_id=project_id, line_id=line_id)
    free = {row[0]: row[1] - added[row[0]] for row in lanes}
    rows: list[tuple[str, str, int, str, str, str]] = []
    for one in new:
        for part, out in enumerate(one.out) if one.conversation_id in free else ():
            free[one.conversation_id] += 1
            rows.append((out.id, one.conversation_id, free[one.conversation_id], out.body, out.origin,
                         _part_key(one.key, part)))  # fmt: skip
    await _name_files(tx, project_id, _files_named(out for one in new for out in one.out))
    await tx.fetch(_ADD_MANY, rows, project_id=project_id, line_id=line_id)
    return there | {one.key: one.out[0].id for one in new if one.conversation_id in free}


async def retry_dead(tx: Tx, project_id: str, message_id: str) -> str | None:
    """Queue a dead row again, at the end of its lane; its line, or None if it is not a dead row of the project."""
    found = await tx.fetch(_CONVERSATION_OF, id=message_id, project_id=project_id)
    if not found:
        return None
    ((last_seq, _),) = await tx.fetch(_ADVANCE, added=1, id=found[0][0], project_id=project_id)
    retried = await tx.fetch(_RETRY, seq=last_seq, id=message_id, project_id=project_id)
    return retried[0][0] if retried else None


async def drop(tx: Tx, project_id: str, message_id: str) -> str | None:
    """Give up a dead or queued row for good; its line, or None if there is no such row."""
    dropped = await tx.fetch(_DROP, id=message_id, project_id=project_id)
    return dropped[0][0] if dropped else None

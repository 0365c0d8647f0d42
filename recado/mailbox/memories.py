"""What is remembered of a person, for all their conversations: read before a turn, written in its commit."""

from collections.abc import Mapping, Sequence

from recado.kit import new_id
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

# The fields of a form, a name, a language, remarks: nobody is told more of a person.
MAX_REMEMBERED = 100

_READ = Query(
    f"""
    SELECT name, value FROM facts WHERE contact_id = :contact_id
    ORDER BY updated_ms DESC LIMIT {MAX_REMEMBERED}
    """,
    scalars="contact_id uuid",
)
_WRITE = Query(
    """
    INSERT INTO facts (id, project_id, contact_id, name, value, created_ms, updated_ms)
    SELECT i.id, i.project_id, i.contact_id, i.name, i.value, {now}, {now} FROM {rows} WHERE true
    ON CONFLICT (contact_id, name) DO UPDATE SET value = excluded.value, updated_ms = excluded.updated_ms
    """,
    rows="id uuid, project_id uuid, contact_id uuid, name text, value text",
)
_FORGET = Query(
    """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT f.id FROM facts f WHERE f.contact_id IN (SELECT i.contact_id FROM {rows})
        ORDER BY f.contact_id, f.name {for_update}
    ) /*all*/
    DELETE FROM facts WHERE /*postgresql*/ (SELECT count(*) FROM locked) >= 0 AND /*all*/
        contact_id IN (
            SELECT i.contact_id FROM {rows}
            WHERE (SELECT c.project_id FROM contacts c WHERE c.id = i.contact_id) = :project_id
        )
    """,
    rows="contact_id uuid",
    scalars="project_id uuid",
)
# A turn in work would write what it had read: its epoch is over, and it is begun anew.
_EMPTY = Query(
    """
    /*postgresql*/ WITH locked AS MATERIALIZED (
        SELECT c.id FROM conversations c WHERE c.contact_id IN (SELECT i.contact_id FROM {rows})
        ORDER BY c.id {for_update}
    ) /*all*/
    UPDATE conversations SET state = '{}', language = NULL, epoch = epoch + 1, owner = NULL,
        wake_ms = CASE WHEN last_in_seq > settled_seq THEN coalesce(pending_due_ms, {now}) ELSE NULL END
    WHERE /*postgresql*/ (SELECT count(*) FROM locked) >= 0 AND /*all*/
        contact_id IN (
            SELECT i.contact_id FROM {rows}
            WHERE (SELECT c.project_id FROM contacts c WHERE c.id = i.contact_id) = :project_id
        )
    """,
    rows="contact_id uuid",
    scalars="project_id uuid",
)


async def remembered(tx: Tx, contact_id: str) -> dict[str, str]:
    """What is remembered of a person, given the contact that stands for them: JSON texts by name."""
    rows = await tx.fetch(_READ, contact_id=contact_id)
    return {row[0]: row[1] for row in rows}


async def remember(tx: Tx, learned: Mapping[tuple[str, str, str], str]) -> None:
    """Keep facts by (project id, contact id, name); the last one of a name stays."""
    rows = [(new_id(), *key, value) for key, value in sorted(learned.items(), key=lambda item: item[0][1:])]
    await tx.fetch(_WRITE, rows)


async def forget(tx: Tx, project_id: str, contact_ids: Sequence[str]) -> None:
    """Remove all that is remembered of a person, also by their conversations. Messages stay."""
    rows = [(contact_id,) for contact_id in sorted(contact_ids)]
    await tx.fetch(_EMPTY, rows, project_id=project_id)
    await tx.fetch(_FORGET, rows, project_id=project_id)

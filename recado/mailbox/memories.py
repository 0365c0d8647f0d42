"""What is remembered of a person, for all their conversations: read before a turn, written in its commit.

A fact stays with the contact in whose conversation it was learned, so that a merge can be undone. It holds for all
contacts that are this person: of one name, what was learned last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from recado.kit import new_id
from recado.mailbox.driver import Tx
from recado.mailbox.people import SAME_PERSON
from recado.mailbox.sql import Query

# The fields of a form, a name, a language, remarks: nobody is told more of a person.
MAX_REMEMBERED = 100
# Several contacts of a person may each have learned the same.
_MAX_READ = 4 * MAX_REMEMBERED

_READ = Query(
    f"""
    SELECT name, value, true FROM facts WHERE contact_id = :contact_id
    ORDER BY updated_ms DESC LIMIT {MAX_REMEMBERED}
    """,
    scalars="contact_id uuid",
)
# Only for those who were merged.
_READ_ALL = Query(
    f"""
    {SAME_PERSON} SELECT f.name, f.value, f.contact_id = up.id FROM up JOIN facts f ON f.contact_id = up.at
    ORDER BY f.updated_ms DESC, f.contact_id DESC LIMIT {_MAX_READ}
    """,
    rows="id uuid",
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


@dataclass(frozen=True, slots=True)
class Remembered:
    """JSON texts by name: what holds for a person, and what was learned by the one contact that was asked for."""

    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    own: Mapping[str, str] = field(default_factory=dict[str, str])


NOTHING = Remembered()


async def remembered(tx: Tx, contact_id: str, *, merged: bool) -> Remembered:
    """What is remembered of a person, given one of their contacts; of this one alone if it is not `merged`."""
    found = await (tx.fetch(_READ_ALL, [(contact_id,)]) if merged else tx.fetch(_READ, contact_id=contact_id))
    facts, own = dict[str, str](), dict[str, str]()
    for name, value, is_own in found:
        if name not in facts and len(facts) < MAX_REMEMBERED:
            facts[name] = value
        if is_own:
            own[name] = value
    return Remembered(facts, own)


async def remember(tx: Tx, learned: Mapping[tuple[str, str, str], str]) -> None:
    """Keep facts by (project id, contact id, name); the last one of a name stays."""
    rows = [(new_id(), *key, value) for key, value in sorted(learned.items(), key=lambda item: item[0][1:])]
    await tx.fetch(_WRITE, rows)


async def forget(tx: Tx, project_id: str, contact_ids: Sequence[str]) -> None:
    """Remove all that is remembered of a person, also by their conversations. Messages stay."""
    rows = [(contact_id,) for contact_id in sorted(contact_ids)]
    await tx.fetch(_EMPTY, rows, project_id=project_id)
    await tx.fetch(_FORGET, rows, project_id=project_id)

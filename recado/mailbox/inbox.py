"""The inbox: messages that come in, each stored once, each with its place in its conversation.

`store_arrivals` also finds or makes the contact and the conversation, so that all of it is one commit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from recado.kit import new_id
from recado.mailbox.driver import Restart, Tx
from recado.mailbox.sql import Query

AddressKey = tuple[str, str, str]  # project id, kind, value
_STRONG = ("bsuid", "parent_bsuid")
# A conversation that never falls silent is answered all the same: `settle_ms` counts from the last message, but at
# most this many times from the first.
SETTLE_LIMIT = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as it came in on a line. `addresses` and `previous` are (kind, value) pairs, the best first.

    `previous` are names that no longer belong to the person. `body` is the message as JSON text.
    """

    project_id: str
    line_id: str
    provider_message_id: str
    addresses: tuple[tuple[str, str], ...]
    name: str | None
    sent_ms: int
    body: str
    settle_ms: int = 0
    previous: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """Where an arrival went. `message_id` is None for one that was stored before."""

    conversation_id: str
    message_id: str | None


_KNOWN = Query(
    """
    SELECT a.project_id, a.kind, a.value, a.contact_id, c.name,
        EXISTS (SELECT 1 FROM addresses b WHERE b.contact_id = a.contact_id AND b.kind IN ('bsuid', 'parent_bsuid'))
    FROM {rows}
    JOIN addresses a ON a.project_id = i.project_id AND a.kind = i.kind AND a.value = i.value
    JOIN contacts c ON c.id = a.contact_id
    """,
    rows="project_id uuid, kind text, value text",
)
_ADD_CONTACTS = Query(
    """
    INSERT INTO contacts (id, project_id, name, created_ms)
    SELECT i.id, i.project_id, i.name, {now} FROM {rows}
    """,
    rows="id uuid, project_id uuid, name text",
)
_ADD_ADDRESSES = Query(
    """
    INSERT INTO addresses (id, project_id, kind, value, contact_id, created_ms)
    SELECT i.id, i.project_id, i.kind, i.value, i.contact_id, {now} FROM {rows} WHERE true
    ON CONFLICT (project_id, kind, value) DO NOTHING
    RETURNING id
    """,
    rows="id uuid, project_id uuid, kind text, value text, contact_id uuid",
)
_MOVE_ADDRESSES = Query(
    """
    UPDATE addresses SET contact_id = i.contact_id FROM {rows}
    WHERE addresses.project_id = i.project_id AND addresses.kind = i.kind AND addresses.value = i.value
    """,
    rows="project_id uuid, kind text, value text, contact_id uuid",
)
_REMOVE_ADDRESSES = Query(
    """
    DELETE FROM addresses WHERE id IN (
        SELECT a.id FROM {rows}
        JOIN addresses a ON a.project_id = i.project_id AND a.kind = i.kind AND a.value = i.value
        WHERE a.contact_id = i.contact_id
    )
    """,
    rows="project_id uuid, kind text, value text, contact_id uuid",
)
_LOCK_CONTACTS = Query(
    "SELECT c.id FROM contacts c WHERE c.id IN (SELECT i.id FROM {rows}) ORDER BY c.id {for_update}",
    rows="id uuid",
)
_RENAME = Query(
    "UPDATE contacts SET name = i.name FROM {rows} WHERE contacts.id = i.id",
    rows="id uuid, name text",
)
_ALIAS = Query(
    "UPDATE contacts SET alias_of = i.alias_of FROM {rows} WHERE contacts.id = i.id",
    rows="id uuid, alias_of uuid",
)
# An alias has no names of its own.
_GIVE_ALL = Query(
    "UPDATE addresses SET contact_id = i.alias_of FROM {rows} WHERE addresses.contact_id = i.id",
    rows="id uuid, alias_of uuid",
)
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
# Locked in one order, so that two processes cannot wait for each other. Whoever delivers the same message at the same
# time waits here, and then sees that it is stored.
_LOCK = Query(
    """
    SELECT c.id FROM conversations c WHERE c.id IN (SELECT i.id FROM {rows}) ORDER BY c.id {for_update}
    """,
    rows="id uuid",
)
_REPEATED = Query(
    """
    SELECT m.line_id, m.provider_message_id, m.conversation_id FROM {rows}
    JOIN inbox m ON m.line_id = i.line_id AND m.provider_message_id = i.provider_message_id
    """,
    rows="line_id uuid, provider_message_id text",
)
_DUE = f"{{least}}({{now}} + i.settle_ms, coalesce(first_pending_ms, {{now}}) + {SETTLE_LIMIT} * i.settle_ms)"
_ADVANCE = Query(
    f"""
    UPDATE conversations SET
        last_seq = last_seq + i.added,
        last_in_seq = last_seq + i.added,
        last_in_ms = {{greatest}}(coalesce(last_in_ms, 0), {{least}}(i.sent_ms, {{now}})),
        send_to = i.send_to,
        first_pending_ms = coalesce(first_pending_ms, {{now}}),
        pending_due_ms = {_DUE},
        wake_ms = CASE WHEN owner IS NULL THEN {_DUE} ELSE wake_ms END
    FROM {{rows}} WHERE conversations.id = i.id
    RETURNING conversations.id, last_seq
    """,
    rows="id uuid, added bigint, sent_ms bigint, send_to text, settle_ms bigint",
)
_ADD = Query(
    """
    INSERT INTO inbox (id, project_id, line_id, conversation_id, seq, provider_message_id, body, created_ms)
    SELECT i.id, i.project_id, i.line_id, i.conversation_id, i.seq, i.provider_message_id, i.body, {now} FROM {rows}
    """,
    rows="id uuid, project_id uuid, line_id uuid, conversation_id uuid, seq bigint, provider_message_id text, "
    "body text",
)
# Whoever lost a name must not be written to by it: it may be somebody else's now. A person who became an alias is
# reached by the names of the other one.
_LOST = Query(
    """
    SELECT c.id, a.kind, a.value FROM {rows}
    JOIN contacts c ON c.id = i.id LEFT JOIN addresses a ON a.contact_id = coalesce(c.alias_of, c.id)
    ORDER BY c.id, a.kind, a.id
    """,
    rows="id uuid",
)
_REDIRECT = Query(
    "UPDATE conversations SET send_to = i.send_to FROM {rows} WHERE conversations.contact_id = i.contact_id",
    rows="contact_id uuid, send_to text",
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


async def store_arrivals(tx: Tx, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Store messages in the order given, each once. Repetitions, also within `arrivals`, are recognised and change
    nothing: neither history nor who somebody is.
    """
    known = await _repeated(tx, arrivals)
    first: dict[tuple[str, str], int] = {}
    for n, arrival in enumerate(arrivals):
        key = (arrival.line_id, arrival.provider_message_id)
        if key not in known:
            first.setdefault(key, n)
    fresh = [arrivals[n] for n in first.values()]
    conversations = await _find_conversations(tx, fresh, await _find_contacts(tx, fresh))
    await tx.lock(_LOCK, [(c,) for c in sorted(set(conversations))])
    if tx.concurrent and await _repeated(tx, fresh):
        raise Restart  # a concurrent delivery of one of them was first
    ids = await _append(tx, fresh, conversations)
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


async def _append(tx: Tx, arrivals: Sequence[Arrival], conversation_of: Sequence[str]) -> list[str]:
    """Put messages at the end of their conversations; their ids."""
    ids = [new_id() for _ in arrivals]
    members: dict[str, list[int]] = {}
    for n, conversation in enumerate(conversation_of):
        members.setdefault(conversation, []).append(n)
    advance = [
        (
            conversation,
            len(rows),
            max(arrivals[n].sent_ms for n in rows),
            json.dumps(arrivals[rows[-1]].addresses, separators=(",", ":")),
            arrivals[rows[-1]].settle_ms,
        )
        for conversation, rows in members.items()
    ]
    seqs: dict[int, int] = {}
    for conversation, last_seq in await tx.fetch(_ADVANCE, advance):
        rows = members[conversation]
        seqs.update(zip(rows, count(last_seq - len(rows) + 1), strict=False))
    await tx.fetch(
        _ADD,
        [
            (ids[n], a.project_id, a.line_id, conversation_of[n], seqs[n], a.provider_message_id, a.body)
            for n, a in enumerate(arrivals)
        ],
    )
    return ids


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


# --- Who wrote ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _People:
    """What is known of the people of a batch, and what must be written about them."""

    owner: dict[AddressKey, str]
    has_strong: dict[str, bool]
    name: dict[str, str | None]
    contacts: dict[str, str] = field(default_factory=dict[str, str])  # new: id -> project
    added: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    moved: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    removed: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    losers: set[str] = field(default_factory=set[str])
    renamed: set[str] = field(default_factory=set[str])

    def contact_of(self, arrival: Arrival) -> str:
        """The contact of an arrival by the rules of identity; notes what must be written.

        A business-scoped id outranks a number. A known number with an unknown id is the same person only while that
        person has no id yet: else the number was given to somebody new.
        """
        keys = [(arrival.project_id, kind, value) for kind, value in arrival.addresses]
        strong = [key for key in keys if key[1] in _STRONG]
        contact = self._first_owner(strong)
        if contact is None:
            weak = self._first_owner([key for key in keys if key[1] not in _STRONG])
            if weak is not None and not (strong and self.has_strong[weak]):
                contact = weak
        previous = [(arrival.project_id, kind, value) for kind, value in arrival.previous]
        contact = contact or self._first_owner(previous) or self._new_contact(arrival.project_id)
        for key in previous:
            if self.owner.get(key) == contact and key not in keys:
                del self.owner[key]
                self.removed[key] = contact
                self.losers.add(contact)
        for key in keys:
            self._give(key, contact)
        if arrival.name and self.name.get(contact) != arrival.name:
            self.name[contact] = arrival.name
            self.renamed.add(contact)
        return contact

    def final_aliases(self) -> dict[str, str]:
        """Aliases and who they are in the end: two merges of one batch must not leave an alias of an alias."""
        final: dict[str, str] = {}
        for alias in self.aliases:
            chain = [alias]
            while (then := self.aliases.get(chain[-1])) is not None and then not in chain:
                chain.append(then)
            if chain[-1] not in self.aliases:
                final[alias] = chain[-1]
        return final

    def touched(self) -> set[str]:
        """Contacts that were there before and about whose names something changes."""
        changed = {*self.added.values(), *self.moved.values(), *self.removed.values(), *self.losers}
        return changed - self.contacts.keys()

    def _first_owner(self, keys: Sequence[AddressKey]) -> str | None:
        return next((self.owner[key] for key in keys if key in self.owner), None)

    def _new_contact(self, project_id: str) -> str:
        contact = new_id()
        self.contacts[contact] = project_id
        self.has_strong[contact] = False
        return contact

    def _give(self, key: AddressKey, contact: str) -> None:
        before = self.owner.get(key)
        if before is None:
            self.added[key] = contact
        elif before != contact:
            self.moved[key] = contact
            self.losers.add(before)
            if not self.has_strong[before]:
                # It was known by this number only: the same person, met before the network named them.
                self.aliases[before] = contact
                for other, owner in self.owner.items():
                    if owner == before:
                        self.owner[other] = contact
        self.owner[key] = contact
        if key[1] in _STRONG:
            self.has_strong[contact] = True


async def _find_contacts(tx: Tx, arrivals: Sequence[Arrival]) -> list[str]:
    people, found = await _look(tx, arrivals)
    if tx.concurrent and (touched := people.touched()):
        # Others may be learning something about the same people: one after the other, each knowing what the last knew.
        await tx.lock(_LOCK_CONTACTS, [(contact,) for contact in sorted(touched)])
        people, found = await _look(tx, arrivals)
        if not people.touched() <= touched:
            raise Restart
    await _write_people(tx, people)
    return found


async def _look(tx: Tx, arrivals: Sequence[Arrival]) -> tuple[_People, list[str]]:
    """What is known of the people of these messages, and the contact of each message."""
    keys = {(a.project_id, kind, value) for a in arrivals for kind, value in (*a.addresses, *a.previous)}
    people = _People({}, {}, {})
    for project_id, kind, value, contact, name, has_strong in await tx.fetch(_KNOWN, sorted(keys)):
        people.owner[project_id, kind, value] = contact
        people.has_strong[contact] = bool(has_strong)
        people.name[contact] = name
    return people, [people.contact_of(arrival) for arrival in arrivals]


async def _write_people(tx: Tx, people: _People) -> None:
    # An address that was added in this batch and given on within it is written once, to its last owner.
    added = {key: people.owner[key] for key in people.added if key in people.owner}
    moved = {key: owner for key, owner in people.moved.items() if key not in added}
    await tx.fetch(_MOVE_ADDRESSES, [(*key, owner) for key, owner in sorted(moved.items())])
    await tx.fetch(_REMOVE_ADDRESSES, [(*key, owner) for key, owner in sorted(people.removed.items())])
    await tx.fetch(_ADD_CONTACTS, [(c, project, people.name.get(c)) for c, project in people.contacts.items()])
    rows = [(new_id(), *key, owner) for key, owner in sorted(added.items())]
    if len(await tx.fetch(_ADD_ADDRESSES, rows)) != len(rows):
        raise Restart  # somebody else made one of them a moment ago
    aliases = sorted(people.final_aliases().items())
    await tx.fetch(_GIVE_ALL, aliases)
    await tx.fetch(_ALIAS, aliases)
    renamed = sorted(people.renamed - people.contacts.keys())
    await tx.fetch(_RENAME, [(contact, people.name[contact]) for contact in renamed])
    await _redirect(tx, people.losers)


async def _redirect(tx: Tx, losers: set[str]) -> None:
    left: dict[str, list[tuple[str, str]]] = {}
    for contact, kind, value in await tx.fetch(_LOST, [(contact,) for contact in sorted(losers)]):
        names = left.setdefault(contact, [])
        if kind is not None:
            names.append((kind, value))  # "bsuid" < "parent_bsuid" < "phone": the best first
    rows = [(contact, json.dumps(names, separators=(",", ":"))) for contact, names in left.items()]
    await tx.fetch(_REDIRECT, rows)


async def _find_conversations(tx: Tx, arrivals: Sequence[Arrival], contact_of: Sequence[str]) -> list[str]:
    pairs = {(a.line_id, contact): a.project_id for a, contact in zip(arrivals, contact_of, strict=True)}
    known: dict[tuple[str, str], str] = {
        (line_id, contact): conversation
        for line_id, contact, conversation in await tx.fetch(_CONVERSATIONS, list(pairs))
    }
    missing = sorted(pair for pair in pairs if pair not in known)
    rows = [(new_id(), pairs[pair], *pair) for pair in missing]
    if len(await tx.fetch(_ADD_CONVERSATIONS, rows)) != len(rows):
        raise Restart
    known.update({pair: row[0] for pair, row in zip(missing, rows, strict=True)})
    return [known[a.line_id, contact] for a, contact in zip(arrivals, contact_of, strict=True)]

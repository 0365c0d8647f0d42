"""Who wrote: finds or makes the contact of each message, by the rules of identity (docs/decisions/0005)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic_core import to_json

from recado.kit import new_id
from recado.mailbox.driver import Restart, Tx
from recado.mailbox.sql import Query

AddressKey = tuple[str, str, str]  # project id, kind, value
_STRONG = ("bsuid", "parent_bsuid")


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """The file of a message, still at the provider. `sha256` is in hex."""

    kind: str
    voice: bool
    provider_media_id: str
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None


class Arrival(NamedTuple):
    """One message as it came in on a line. `addresses` and `previous` are (kind, value) pairs, the best first.

    `previous` are names that no longer belong to the person. `body` is the message as JSON text. `opens_window` is
    False for what the network says of the person: it gives nobody leave to write to them.
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
    opens_window: bool = True
    file: ArrivedFile | None = None


_KNOWN = Query(
    """
    SELECT a.project_id, a.kind, a.value, a.contact_id, a.since_ms, c.name, c.alias_of,
        EXISTS (SELECT 1 FROM addresses b WHERE b.contact_id = a.contact_id AND b.kind IN ('bsuid', 'parent_bsuid')),
        EXISTS (SELECT 1 FROM contacts g WHERE g.alias_of = a.contact_id),
        i.line_id, v.id
    FROM {rows}
    JOIN addresses a ON a.project_id = i.project_id AND a.kind = i.kind AND a.value = i.value
    JOIN contacts c ON c.id = a.contact_id
    LEFT JOIN conversations v ON v.line_id = i.line_id AND v.contact_id = a.contact_id
    """,
    rows="project_id uuid, kind text, value text, line_id uuid",
    columns=11,
)
# Only for those who were merged: who they are in the end.
_ROOTS = Query(
    """
    WITH RECURSIVE up(id, at, depth) AS (
        SELECT i.id, i.id, 0 FROM {rows}
        UNION ALL
        SELECT up.id, c.alias_of, up.depth + 1 FROM up JOIN contacts c ON c.id = up.at
        WHERE c.alias_of IS NOT NULL AND up.depth < 32
    )
    SELECT up.id, up.at FROM up ORDER BY up.id, up.depth
    """,
    rows="id uuid",
)
# All contacts (`at`) that are one person, from any of them (`id`): people merge whom they like, so aliases may have
# aliases.
SAME_PERSON = """
    WITH RECURSIVE up(id, at) AS (
        SELECT i.id, i.id FROM {rows}
        UNION
        SELECT up.id, CASE WHEN c.id = up.at THEN coalesce(c.alias_of, c.id) ELSE c.id END
        FROM up JOIN contacts c ON c.id = up.at OR c.alias_of = up.at
    )
"""
# Of those who were merged, the ones of whose person the network has told an id, whichever of the contacts has it.
_HAVE_ID = Query(
    f"""
    {SAME_PERSON}
    SELECT DISTINCT up.id FROM up JOIN addresses a ON a.contact_id = up.at WHERE a.kind IN ('bsuid', 'parent_bsuid')
    """,
    rows="id uuid",
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
    INSERT INTO addresses (id, project_id, kind, value, contact_id, since_ms, created_ms)
    SELECT i.id, i.project_id, i.kind, i.value, i.contact_id, {least}({now}, i.since_ms), {now} FROM {rows} WHERE true
    ON CONFLICT (project_id, kind, value) DO NOTHING
    RETURNING id
    """,
    rows="id uuid, project_id uuid, kind text, value text, contact_id uuid, since_ms bigint",
)
_MOVE_ADDRESSES = Query(
    """
    UPDATE addresses SET contact_id = i.contact_id, since_ms = {least}({now}, i.since_ms) FROM {rows}
    WHERE addresses.project_id = i.project_id AND addresses.kind = i.kind AND addresses.value = i.value
    """,
    rows="project_id uuid, kind text, value text, contact_id uuid, since_ms bigint",
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
# Never an alias of an alias.
_FLATTEN = Query(
    "UPDATE contacts SET alias_of = i.alias_of FROM {rows} WHERE contacts.alias_of = i.id",
    rows="id uuid, alias_of uuid",
)
# Who became an alias by what the network says has no names of their own.
_GIVE_ALL = Query(
    "UPDATE addresses SET contact_id = i.alias_of FROM {rows} WHERE addresses.contact_id = i.id",
    rows="id uuid, alias_of uuid",
)
# Whoever lost a name must not be written to by it, in no conversation of any of their contacts: it may be somebody
# else's now.
_LEFT = Query(
    f"{SAME_PERSON} SELECT up.id, up.at, a.kind, a.value FROM up LEFT JOIN addresses a ON a.contact_id = up.at",
    rows="id uuid",
)
_REDIRECT = Query(
    "UPDATE conversations SET send_to = i.send_to FROM {rows} WHERE conversations.contact_id = i.contact_id",
    rows="contact_id uuid, send_to text",
)


@dataclass(slots=True)
class _People:
    """What is known of the people of a batch, and what must be written about them."""

    owner: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    since_ms: dict[AddressKey, int] = field(default_factory=dict[AddressKey, int])  # what the owner's message says
    has_strong: dict[str, bool] = field(default_factory=dict[str, bool])
    name: dict[str, str | None] = field(default_factory=dict[str, str | None])
    roots: dict[str, str] = field(default_factory=dict[str, str])  # of merged contacts: who they are in the end
    contacts: dict[str, str] = field(default_factory=dict[str, str])  # new: id -> project
    added: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    moved: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    removed: dict[AddressKey, str] = field(default_factory=dict[AddressKey, str])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    losers: set[str] = field(default_factory=set[str])
    renamed: set[str] = field(default_factory=set[str])
    # (line, contact) -> conversation, of those seen on the way; one that is not here may exist all the same
    conversations: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def contact_of(self, arrival: Arrival) -> str:
        """The contact of an arrival by the rules of identity; notes what must be written."""
        keys = [(arrival.project_id, kind, value) for kind, value in arrival.addresses]
        previous = [(arrival.project_id, kind, value) for kind, value in arrival.previous]
        # What became somebody else's after this message was sent is not what it speaks of.
        previous = [key for key in previous if key[1] in _STRONG or self.since_ms.get(key, 0) <= arrival.sent_ms]
        contact = self._by_names(previous)
        if contact is not None:
            self._join_who_was_met_since(contact, keys, arrival.sent_ms)
        else:
            contact = self._by_names(keys) or self._new_contact(arrival.project_id)
        for key in previous:
            owner = self.owner.get(key)
            if owner is not None and self._is_same(owner, contact) and key not in keys:
                del self.owner[key]
                self.removed[key] = owner
                self.losers.add(owner)
        for key in keys:
            self._give(key, contact, arrival)
        if arrival.name and self.name.get(contact) != arrival.name:
            self.name[contact] = arrival.name
            self.renamed.add(contact)
        return contact

    def addresses(self, arrival: Arrival, contact: str) -> tuple[tuple[str, str], ...]:
        """Those of the arrival's names that are the person's in the end: by no other one may they be written to."""
        return tuple(
            (kind, value)
            for kind, value in arrival.addresses
            if (owner := self.owner.get((arrival.project_id, kind, value))) and self._is_same(owner, contact)
        )

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
        changed |= {*self.aliases, *self.aliases.values()}
        return changed - self.contacts.keys()

    def _first_owner(self, keys: Sequence[AddressKey]) -> str | None:
        return next((self.owner[key] for key in keys if key in self.owner), None)

    def _by_names(self, keys: Sequence[AddressKey]) -> str | None:
        """A business-scoped id outranks a number. A known number with an unknown id is the same person only while that
        person has no id yet: else the number was given to somebody new.
        """
        strong = [key for key in keys if key[1] in _STRONG]
        contact = self._first_owner(strong)
        if contact is None:
            weak = self._first_owner([key for key in keys if key[1] not in _STRONG])
            if weak is not None and not (strong and self.has_strong[weak]):
                contact = weak
        return contact

    def _join_who_was_met_since(self, contact: str, keys: Sequence[AddressKey], changed_ms: int) -> None:
        """The network says that this person has new names. Who was met by them only after the change is this person,
        whose first message overtook the news; who had a number before is somebody who loses it.
        """
        for key in keys:
            owner = self.owner.get(key)
            if owner is not None and (key[1] in _STRONG or self.since_ms[key] >= changed_ms):
                self._join(owner, contact)

    def _join(self, before: str, contact: str) -> None:
        """Two contacts are one person: the first becomes an alias."""
        alias, person = self._root(before), self._root(contact)
        if alias == person:
            return
        self.aliases[alias] = person
        self.losers |= {before, alias}
        self.roots = {one: person if root == alias else root for one, root in self.roots.items()} | {alias: person}
        self.has_strong[person] = self.has_strong.get(person, False) or self.has_strong.get(alias, False)
        self.owner = {key: person if owner == alias else owner for key, owner in self.owner.items()}

    def _root(self, contact: str) -> str:
        return self.roots.get(contact, contact)

    def _is_same(self, one: str, other: str) -> bool:
        return one == other or self._root(one) == self._root(other)

    def _new_contact(self, project_id: str) -> str:
        contact = new_id()
        self.contacts[contact] = project_id
        self.has_strong[contact] = False
        return contact

    def _give(self, key: AddressKey, contact: str, arrival: Arrival) -> None:
        before = self.owner.get(key)
        if before is None:
            self.added[key] = contact
        elif self._is_same(before, contact):
            return
        else:
            if arrival.sent_ms < self.since_ms[key]:
                return  # old news: whoever has it now was given it later
            self.moved[key] = contact
            self.losers.add(before)
            if not self.has_strong[before] and not arrival.previous:
                # It was known by this number only: the same person, met before the network named them.
                self._join(before, contact)
        self.owner[key] = contact
        self.since_ms[key] = arrival.sent_ms
        if key[1] in _STRONG:
            self.has_strong[contact] = True


@dataclass(frozen=True, slots=True)
class Found:
    """The contact of each arrival, and by which names each may be written to; `losers` are contacts that lost names.

    `conversations` are those of (line, contact) that were seen on the way, not all there are.
    """

    contacts: list[str]
    addresses: list[tuple[tuple[str, str], ...]]
    losers: frozenset[str]
    conversations: dict[tuple[str, str], str]


async def find_contacts(tx: Tx, arrivals: Sequence[Arrival]) -> Found:
    """Find or make the people who wrote. `redirect` must follow, once their messages are in place."""
    people, found = await _look(tx, arrivals)
    if tx.concurrent and (touched := people.touched()):
        # Others may be learning something about the same people: one after the other, each knowing what the last knew.
        await tx.lock(_LOCK_CONTACTS, [(contact,) for contact in sorted(touched)])
        people, found = await _look(tx, arrivals)
        if not people.touched() <= touched:
            raise Restart
    await _write_people(tx, people)
    addresses = [people.addresses(arrival, contact) for arrival, contact in zip(arrivals, found, strict=True)]
    nameless = {contact for contact, names in zip(found, addresses, strict=True) if not names}
    return Found(found, addresses, frozenset(people.losers | nameless), people.conversations)


async def _look(tx: Tx, arrivals: Sequence[Arrival]) -> tuple[_People, list[str]]:
    """What is known of the people of these messages, and the contact of each message."""
    keys = {(a.project_id, kind, value, a.line_id) for a in arrivals for kind, value in (*a.addresses, *a.previous)}
    # Of whoever is found by one of several names it must be known whether the network has told an id of theirs.
    not_alone = {
        (a.project_id, kind, value)
        for a in arrivals
        if len(names := (*a.addresses, *a.previous)) > 1
        for kind, value in names
    }
    people = _People()
    merged, doubtful = set[str](), set[str]()
    for row in await tx.fetch(_KNOWN, sorted(keys)):
        project_id, kind, value, contact, since_ms, name, alias_of, has_strong, has_aliases, line_id, conversation = row
        people.owner[project_id, kind, value] = contact
        if conversation is not None:
            people.conversations[line_id, contact] = conversation
        people.since_ms[project_id, kind, value] = since_ms
        people.has_strong[contact] = bool(has_strong)
        people.name[contact] = name
        if alias_of is not None:
            merged.add(contact)
        if (alias_of is not None or has_aliases) and (project_id, kind, value) in not_alone:
            doubtful.add(contact)
    for contact, root in await tx.fetch(_ROOTS, [(contact,) for contact in sorted(merged)]):
        people.roots[contact] = root  # the last one stays: the end of the chain
    for (contact,) in await tx.fetch(_HAVE_ID, [(contact,) for contact in sorted(doubtful)]):
        people.has_strong[contact] = True
    return people, [people.contact_of(arrival) for arrival in arrivals]


async def _write_people(tx: Tx, people: _People) -> None:
    # An address that was added in this batch and given on within it is written once, to its last owner.
    added = {key: people.owner[key] for key in people.added if key in people.owner}
    moved = {key: owner for key, owner in people.moved.items() if key not in added}
    since = people.since_ms
    await tx.fetch(_MOVE_ADDRESSES, [(*key, owner, since[key]) for key, owner in sorted(moved.items())])
    await tx.fetch(_REMOVE_ADDRESSES, [(*key, owner) for key, owner in sorted(people.removed.items())])
    await tx.fetch(_ADD_CONTACTS, [(c, project, people.name.get(c)) for c, project in people.contacts.items()])
    rows = [(new_id(), *key, owner, since[key]) for key, owner in sorted(added.items())]
    if len(await tx.fetch(_ADD_ADDRESSES, rows)) != len(rows):
        raise Restart  # somebody else made one of them a moment ago
    aliases = sorted(people.final_aliases().items())
    await tx.fetch(_GIVE_ALL, aliases)
    await tx.fetch(_ALIAS, aliases)
    await tx.fetch(_FLATTEN, aliases)
    renamed = sorted(people.renamed - people.contacts.keys())
    await tx.fetch(_RENAME, [(contact, people.name[contact]) for contact in renamed])


async def redirect(tx: Tx, losers: Collection[str]) -> None:
    """Write to those who lost names by the ones that are left: of the contact itself, or else of the whole person."""
    rows = [(contact,) for contact in sorted(losers)]
    names: dict[str, dict[str, set[tuple[str, str]]]] = {}  # of whom -> under which contact -> by which names
    for contact, same, kind, value in await tx.fetch(_LEFT, rows):
        of_contact = names.setdefault(contact, {}).setdefault(same, set())
        if kind is not None:
            of_contact.add((kind, value))
    left: dict[str, str] = {}
    for person in names.values():
        everything = set[tuple[str, str]]().union(*person.values())
        for contact, own in person.items():
            # "bsuid" < "parent_bsuid" < "phone": the best first.
            left[contact] = to_json(sorted(own or everything)).decode()
    await tx.fetch(_REDIRECT, sorted(left.items()))

"""Who wrote: a person's addresses and names, from a message and the `contacts` beside it.

Since 2026 a person may be known by a business-scoped user id alone, without a number. The id changes with the number.
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from recado.channels.cloud_api import ids
from recado.channels.cloud_api.ids import Name
from recado.channels.cloud_api.shapes import Json, as_object, text
from recado.messages import ADDRESS_RANK, Address, Person, System

_MAX_NAME = 256
_MAX_USERNAME = 64
_MAX_ADDRESSES = 4
# Of a field of a sender that is remembered.
_MAX_KEPT = 256

_Event = Literal["number_changed", "user_id_changed", "identity_changed", "other"]
_SYSTEM_EVENTS: Mapping[str, _Event] = {
    "user_changed_number": "number_changed",
    "customer_changed_number": "number_changed",  # before Graph v12
    "user_changed_user_id": "user_id_changed",
    "customer_identity_changed": "identity_changed",
    "user_identity_changed": "identity_changed",
}


def sender_of(message: Json, contacts: Sequence[Json], alone: bool) -> Person | None:
    """The person who wrote a message, or None if nothing names one.

    `contacts` belong to all messages of a change; `alone` says that this is the only message of its change.
    """
    if len(contacts) == 1 and (said := _said(message, contacts[0])) is not None:
        return _same_sender(said, alone)
    return _find_sender(message, contacts, alone)


# What stands in a message and in its only contact, and is all that `sender_of` looks at.
_Said = tuple[str | None, str | None, str | None, str | None, str | None, str | None, str | None, str | None]


def _said(message: Json, contact: Json) -> _Said | None:
    """The fields that name the sender; None if one of them is odd or too long to be kept."""
    profile = as_object(contact.get("profile"))
    said = (
        message.get("from"), message.get("from_user_id"), message.get("from_parent_user_id"),
        contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id"),
        profile.get("name"), profile.get("username"),
    )  # fmt: skip
    for part in said:
        if part is not None and (type(part) is not str or len(part) > _MAX_KEPT):
            return None
    return said


# People write several messages, and to tell who they are took a third of a conversion. Some hundred bytes each.
@lru_cache(maxsize=2_048)
def _same_sender(said: _Said, alone: bool) -> Person | None:
    number, user_id, parent, wa_id, own_id, own_parent, name, username = said
    message = {"from": number, "from_user_id": user_id, "from_parent_user_id": parent}
    contact = {"wa_id": wa_id, "user_id": own_id, "parent_user_id": own_parent}
    return _find_sender(message, [{**contact, "profile": {"name": name, "username": username}}], alone)


def _find_sender(message: Json, contacts: Sequence[Json], alone: bool) -> Person | None:
    own = _known(
        _user_id("bsuid", message.get("from_user_id")),
        _user_id("parent_bsuid", message.get("from_parent_user_id")),
        ids.name_in(message.get("from")),
    )
    contact = _contact_of(own, contacts, alone)
    names = _ranked([*own, *_names_of(contact)]) if contact else own
    return _person(names, contact) if names else None


def _person(names: Sequence[Name], contact: Json | None) -> Person:
    """A person with at least one address, and what the contact says of them."""
    addresses = _addresses(names)
    if not contact:
        return Person(addresses=addresses)
    profile = as_object(contact.get("profile"))
    name, username = text(profile.get("name")), text(profile.get("username"))
    return Person(
        addresses=addresses,
        name=name[:_MAX_NAME] if name else None,
        username=username.removeprefix("@")[:_MAX_USERNAME] or None if username else None,
    )


def _contact_of(own: Sequence[Name], contacts: Sequence[Json], alone: bool) -> Json | None:
    """The contact of a message's sender: matched by user id, then by number, never by position among several.

    A number of `from` may differ from the contact's `wa_id` (Meta: "may not always match"), and a message may name
    nobody: then an only contact must be the sender's.
    """
    if not contacts:
        return None
    for contact in contacts:
        theirs = _names_of(contact)
        if any(name in own for name in theirs) and not _contradict(own, theirs):
            return contact
    if len(contacts) == 1 and (not own or (alone and not _contradict(own, _names_of(contacts[0])))):
        return contacts[0]
    return None


def _contradict(mine: Sequence[Name], theirs: Sequence[Name]) -> bool:
    """Whether two user ids differ: then it is another person, even with the same number (numbers get new owners)."""
    return any(kind == "bsuid" == other_kind and value != other for kind, value in mine for other_kind, other in theirs)


def _names_of(contact: Json) -> list[Name]:
    return _known(
        _user_id("bsuid", contact.get("user_id")),
        _user_id("parent_bsuid", contact.get("parent_user_id")),
        ids.name_in(contact.get("wa_id")),
    )


def _known(*names: Name | None) -> list[Name]:
    """Those that are there, without repeats, the best kind first, otherwise in order."""
    return _ranked([name for name in names if name is not None])


def _ranked(names: Iterable[Name]) -> list[Name]:
    unique = list(dict.fromkeys(names))
    unique.sort(key=_rank)
    return unique[:_MAX_ADDRESSES]


def _rank(name: Name) -> int:
    return ADDRESS_RANK[name[0]]


def _user_id(kind: ids.UserIdKind, value: object) -> Name | None:
    found = ids.user_id(value)
    return (kind, found) if found is not None else None


def _addresses(names: Iterable[Name]) -> tuple[Address, ...]:
    return tuple([Address(kind=kind, value=value) for kind, value in names])


def system_message(message: Json, contacts: Sequence[Json]) -> tuple[Person, System] | None:
    """What the network says about a person, and who they are now; None if it names nobody.

    `from` is the number before a change. `previous_user_id` was added in August 2026; before, `from_user_id` was all
    there was. Of a new user id, the number in `from` is not known to be the new one too: it counts as previous, so that
    nothing goes to a number that may have another owner.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
    """
    part = as_object(message.get("system"))
    kind = part.get("type")
    event = _SYSTEM_EVENTS.get(kind, "other") if isinstance(kind, str) else "other"
    words = text(part.get("body"))
    if event in ("number_changed", "user_id_changed"):
        now, before = _new_names(part), _old_names(message, part)
        if now:
            return _changed(event, words, now, before, contacts)
        event = "other"  # it does not say what the new address is
    sender = sender_of(message, contacts, alone=True) or _customer(part)
    if sender is None:
        return None
    return sender, System(event=event, text=words)


def _changed(
    event: _Event, words: str | None, now: list[Name], before: list[Name], contacts: Sequence[Json]
) -> tuple[Person, System]:
    previous = _addresses(name for name in before if name not in now)
    return _person(now, _contact_of(now, contacts, alone=False)), System(event=event, text=words, previous=previous)


def _new_names(part: Json) -> list[Name]:
    return _known(
        _user_id("bsuid", part.get("user_id")),
        _user_id("parent_bsuid", part.get("parent_user_id")),
        ids.name_in(part.get("wa_id")) or ids.name_in(part.get("new_wa_id")),
    )


def _old_names(message: Json, part: Json) -> list[Name]:
    return _known(
        _user_id("bsuid", part.get("previous_user_id")),
        _user_id("bsuid", message.get("from_user_id")),
        _user_id("parent_bsuid", part.get("previous_parent_user_id")),
        _user_id("parent_bsuid", message.get("from_parent_user_id")),
        ids.name_in(message.get("from")),
        ids.name_in(part.get("customer")),
    )


def _customer(part: Json) -> Person | None:
    name = ids.name_in(part.get("customer"))
    return _person([name], None) if name is not None else None


def user_id_update(update: Json, contacts: Sequence[Json]) -> tuple[Person, System] | None:
    """An item of the `user_id_update` field as the same system event; None if it does not name the new id.

    Its `wa_id` is left out: it is not said to be the new number.
    https://developer.8x8.com/connect/docs/whatsapp-business-scoped-user-ids shows the shape.
    """
    ours, parents = as_object(update.get("user_id")), as_object(update.get("parent_user_id"))
    now = _known(_user_id("bsuid", ours.get("current")), _user_id("parent_bsuid", parents.get("current")))
    before = _known(_user_id("bsuid", ours.get("previous")), _user_id("parent_bsuid", parents.get("previous")))
    return _changed("user_id_changed", text(update.get("detail")), now, before, contacts) if now else None


def preferring(item: Json, contacts: Sequence[Json]) -> tuple[Address, ...]:
    """The addresses of the person whose preference an item tells; empty if it names nobody."""
    own = _known(
        _user_id("bsuid", item.get("user_id")),
        _user_id("parent_bsuid", item.get("parent_user_id")),
        ids.name_in(item.get("wa_id")),
    )
    contact = _contact_of(own, contacts, alone=len(contacts) == 1)
    return _addresses(_ranked([*own, *_names_of(contact)]) if contact else own)

"""The names that the Cloud API gives to people and messages.

Numbers and user ids: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import hashlib
import json
import re
from typing import Literal

from recado.channels.cloud_api.shapes import cleaned, identifier
from recado.messages import AddressKind

UserIdKind = Literal["bsuid", "parent_bsuid"]
Name = tuple[AddressKind, str]
"""What an `Address` says, as a plain pair: cheaper to compare (this is on the hot path)."""

# E.164 has at most 15 digits; a few more are let in, since what Meta sends is only ever sent back to Meta.
_MAX_DIGITS = 20
_MAX_USER_ID = 160
# A country's two letters, a full stop, then letters and digits; "ENT." marks the id shared by linked businesses.
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PARENT_MARK = ".ENT."


def phone(value: object) -> str | None:
    """A phone number as digits only, as Meta gives it: a country's own rules (Brazil's ninth digit) are left alone."""
    found = identifier(value)
    if found is None:
        return None
    if not found.isdigit():
        found = found.removeprefix("+").translate(_SEPARATORS)
    return found if found.isascii() and found.isdigit() and len(found) <= _MAX_DIGITS else None


_SEPARATORS = {ord(character): None for character in " -()./\u00a0"}


def user_id(value: object) -> str | None:
    """A business-scoped user id, exactly as it came; None for what cannot be one."""
    found = identifier(value)
    if found is None or len(found) > _MAX_USER_ID or not found.isprintable() or " " in found:
        return None
    return found


def name_in(value: object) -> Name | None:
    """What stands in a field that may hold a number or a user id, such as `from`."""
    digits = phone(value)
    if digits is not None:
        return "phone", digits
    found = user_id(value)
    if found is None or not _USER_ID.fullmatch(found):
        return None
    return ("parent_bsuid" if _PARENT_MARK in found else "bsuid"), found


_STABLE_PREFIX = "sha256:"


def stable_id(item: object) -> str:
    """An id for an item that came without one: the same for the same JSON, so that a repeat is seen as one."""
    canonical = json.dumps(cleaned(item), sort_keys=True, separators=(",", ":"))
    return _STABLE_PREFIX + hashlib.sha256(canonical.encode()).hexdigest()


def is_known_to_meta(message_id: str) -> bool:
    """False for an id of `stable_id`: Meta refuses what refers to a message that it does not know."""
    return not message_id.startswith(_STABLE_PREFIX)

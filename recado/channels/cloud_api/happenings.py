"""Webhook fields beside messages, as happenings: accounts, numbers, templates, people's wishes. Pure, never raises.

One page a field below https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from recado.channels.cloud_api import ids
from recado.channels.cloud_api.people import preferring
from recado.channels.cloud_api.shapes import (
    Json,
    as_list,
    as_object,
    cleaned_object,
    display_number,
    identifier,
    moment_ms,
    text,
    whole,
)
from recado.channels.contract import Happening, MarketingChoice, TemplateChange
from recado.kit import now_ms
from recado.messages import Address

MAX_ACCOUNT = 64
# Values that say something in a word or a number are kept, sentences are not.
_MAX_WORD = 64

# The business's own number, as Meta writes it: how most notices say which of an account's is meant.
_NUMBER = "display_phone_number"
# Of an alert: then its `entity_id` is the phone number id.
_OF_NUMBER = "PHONE_NUMBER"
# The event's name, and which members of the value it keeps. People's numbers, names and Meta's sentences are left out.
FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "account_alerts": ("account.alert", ("entity_type", "alert_severity", "alert_status", "alert_type")),
    "account_review_update": ("account.reviewed", ("decision",)),
    "account_update": ("account.updated", ("event", "ban_info", "restriction_info", "violation_info", "country")),
    "business_capability_update": (
        "account.capability_changed",
        (
            "max_daily_conversation_per_phone",
            "max_daily_conversations_per_business",
            "max_phone_numbers_per_business",
            "max_phone_numbers_per_waba",
        ),
    ),
    "phone_number_quality_update": (
        "line.quality_changed",
        (_NUMBER, "event", "current_limit", "old_limit", "max_daily_conversations_per_business"),
    ),
    "phone_number_name_update": ("line.name_reviewed", (_NUMBER, "decision", "rejection_reason")),
    "security": ("line.security_changed", (_NUMBER, "event")),
    "message_template_status_update": (
        "template.status_changed",
        ("event", "reason", "message_template_name", "message_template_language", "message_template_category"),
    ),
    "message_template_quality_update": (
        "template.quality_changed",
        ("previous_quality_score", "new_quality_score", "message_template_name", "message_template_language"),
    ),
    "template_category_update": (
        "template.category_changed",
        ("previous_category", "new_category", "message_template_name", "message_template_language"),
    ),
    "message_template_components_update": (
        "template.components_changed",
        ("message_template_name", "message_template_language"),
    ),
    "payment_configuration_update": ("account.payments_changed", ("status", "provider_name")),
    "partner_solutions": ("account.partner_solution_changed", ("event", "solution_id", "solution_status")),
    "flows": ("form.changed", ("event", "flow_id", "old_status", "new_status", "threshold", "alert_state")),
}
# What a status notice makes of a template; the others change nothing that matters to a send.
_STATUS = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "UNLOCKED": "APPROVED"}
_NO_STATUS = frozenset({"FLAGGED"})
PREFERENCES = "user_preferences"


def happenings(entry: Json, change: Json) -> list[Happening] | None:
    """What a change says; None if Recado does not know its field or cannot read it."""
    name = change.get("field")
    value = as_object(change.get("value"))
    account = identifier(entry.get("id"))
    if not isinstance(name, str) or account is None or len(account) > MAX_ACCOUNT:
        return None
    if name == PREFERENCES:
        return _preferences(account, entry, change, value)
    known = FIELDS.get(name)
    if known is None or not value:
        return None
    event, members = known
    template = _TEMPLATES[name](value) if name in _TEMPLATES else None
    if name in _TEMPLATES and template is None:
        return None
    raw = cleaned_object(change)
    # The same thing happens again at another time; a repeated delivery has the same time.
    key = ids.stable_id({"account": account, "time": entry.get("time"), "change": raw})
    address = value.get("entity_id") if value.get("entity_type") == _OF_NUMBER else None
    return [
        Happening(
            event,
            account,
            key,
            _at_ms(entry.get("time")),
            _kept(as_object(raw["value"]), members),
            raw,
            template,
            line_address=identifier(address),
            display_number=display_number(value.get(_NUMBER) or value.get("phone_number")),
        )
    ]


def _at_ms(value: object) -> int:
    found = moment_ms(value)
    return found if found is not None else now_ms()


def _kept(value: Json, members: Sequence[str]) -> dict[str, Any]:
    """The members that are words or numbers; objects and lists of such (ban_info) one level deep."""
    flat = {**as_object(value.get("alert_info")), **value}
    found: dict[str, Any] = {}
    for member in members:
        kept = _word(flat.get(member))
        if kept is None and (inner := as_object(flat.get(member))):
            kept = {key[:_MAX_WORD]: word for key, part in inner.items() if (word := _word(part)) is not None}
        if kept is None and (items := as_list(flat.get(member))):
            kept = [
                {key[:_MAX_WORD]: word for key, part in as_object(item).items() if (word := _word(part)) is not None}
                for item in items[:10]
            ]
        if kept is not None:
            found[member.removeprefix("message_")] = kept
    return found


def _word(value: object) -> str | int | None:
    if isinstance(value, str):
        found = text(value)
        return found[:512] if found is not None and (len(found) <= _MAX_WORD or " " not in found) else None
    return whole(value)


# --- Templates ------------------------------------------------------------------------------------------


def _template(value: Json, **values: str | None) -> TemplateChange | None:
    name, language = text(value.get("message_template_name")), text(value.get("message_template_language"))
    if name is None or language is None or len(name) > 512 or len(language) > 16:
        return None
    return TemplateChange(name, language.replace("-", "_"), **values)


def _status_change(value: Json) -> TemplateChange | None:
    event = (text(value.get("event")) or "").upper()[:32]
    status = None if event in _NO_STATUS or not event else _STATUS.get(event, event)
    category = text(value.get("message_template_category"))
    return _template(value, status=status, category=category.upper()[:32] if category else None)


def _quality_change(value: Json) -> TemplateChange | None:
    quality = text(value.get("new_quality_score"))
    return _template(value, quality=quality.upper()[:16] if quality else None)


def _category_change(value: Json) -> TemplateChange | None:
    category = text(value.get("new_category"))
    return _template(value, category=category.upper()[:32] if category else None)


_TEMPLATES: Mapping[str, Callable[[Json], TemplateChange | None]] = {
    "message_template_status_update": _status_change,
    "message_template_quality_update": _quality_change,
    "template_category_update": _category_change,
    "message_template_components_update": _template,
}


# --- People's wishes ------------------------------------------------------------------------------------


def _preferences(account: str, entry: Json, change: Json, value: Json) -> list[Happening] | None:
    """Who wants no marketing, or wants it again; None if an item says anything else.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
    """
    items = [as_object(item) for item in as_list(value.get(PREFERENCES))]
    contacts = [contact for item in as_list(value.get("contacts")) if (contact := as_object(item))]
    found: list[Happening] = []
    for item in items:
        wish = item.get("value")
        addresses = preferring(item, contacts)
        if item.get("category") != "marketing_messages" or wish not in ("stop", "resume") or not addresses:
            return None
        stopped = wish == "stop"
        found.append(
            Happening(
                "contact.marketing_stopped" if stopped else "contact.marketing_resumed",
                account,
                ids.stable_id({"account": account, "item": item}),
                _at_ms(item.get("timestamp") or entry.get("time")),
                {},
                cleaned_object(change),
                marketing=MarketingChoice(addresses, stopped),
            )
        )
    return found or None


class Wishes:
    """The wishes of one body. A person who changes their mind twice within a second, which is all that Meta tells of
    the time, says the same twice, and only its place shows that it is no repetition.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[Address, ...], list[str]] = {}

    def told_apart(self, one: Happening) -> Happening:
        """The happening, under another key if it is a wish that was said before the opposite one as well."""
        if one.marketing is None:
            return one
        said = self._said.setdefault(one.marketing.addresses, [])
        is_new = one.key in said and said[-1] != one.key
        said.append(one.key)
        return replace(one, key=ids.stable_id([one.key, said.count(one.key)])) if is_new else one

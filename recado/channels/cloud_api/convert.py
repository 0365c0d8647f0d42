"""Webhook bodies as values: a pure function that takes any JSON, never raises and loses nothing.

One body holds several entries, each several changes, each several messages and statuses (up to 1,000 updates):
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages and
https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from recado.channels.cloud_api import ids, people
from recado.channels.cloud_api.contents import content_of, unsupported
from recado.channels.cloud_api.errors import first_error
from recado.channels.cloud_api.happenings import Wishes, happenings
from recado.channels.cloud_api.shapes import (
    Json,
    as_list,
    as_object,
    cleaned_object,
    display_number,
    identifier,
    moment_ms,
    text,
)
from recado.channels.contract import Happening, Received
from recado.kit import now_ms
from recado.messages import DeliveryStatus, InboundMessage, Referral, ReplyTo, StatusUpdate

# One app secret signs a whole body, so a few lines are enough to find it. The bound keeps a forged body, whose
# signature is checked only after this, from causing a look-up for each of thousands of invented lines.
MAX_LINES_NAMED = 32
MAX_ID = 512

# "played": a voice message was listened to. https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
_STATUSES: Mapping[str, DeliveryStatus] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}

_log = structlog.get_logger(__name__)


def line_addresses(payload: Mapping[str, Any]) -> list[str]:
    """The phone number ids that a body names, each once, in order, at most MAX_LINES_NAMED."""
    found: dict[str, None] = {}
    for entry in as_list(as_object(payload).get("entry")):
        for change in as_list(as_object(entry).get("changes")):
            address = _line_address(as_object(as_object(change).get("value")))
            if address:
                found[address] = None
                if len(found) == MAX_LINES_NAMED:
                    return list(found)
    return list(found)


def convert(payload: Mapping[str, Any]) -> tuple[Received, ...]:
    """Everything in a body, per line, in order."""
    lines: dict[str, _Gathered] = {}
    wishes = Wishes()
    for entry, change in _changes(payload, lines):
        value = as_object(change.get("value"))
        gathered = lines.setdefault(_line_address(value), _Gathered())
        gathered.number = gathered.number or as_object(value.get("metadata")).get("display_phone_number")
        name = change.get("field")
        if name == "messages":
            _take_messages(value, change, gathered)
        elif name == "user_id_update":
            _take_user_id_updates(value, change, gathered)
        elif (known := happenings(entry, change)) is not None:
            gathered.happenings.extend(map(wishes.told_apart, known))
        else:
            gathered.notices.append(cleaned_object(change))
    return tuple(gathered.received(address) for address, gathered in lines.items())


@dataclass(slots=True)
class _Gathered:
    messages: list[InboundMessage] = field(default_factory=list[InboundMessage])
    statuses: list[StatusUpdate] = field(default_factory=list[StatusUpdate])
    unroutable: list[Json] = field(default_factory=list[Json])
    notices: list[Json] = field(default_factory=list[Json])
    happenings: list[Happening] = field(default_factory=list[Happening])
    number: object = None

    def received(self, address: str) -> Received:
        return Received(
            address,
            tuple(self.messages),
            tuple(self.statuses),
            tuple(self.unroutable),
            tuple(self.notices),
            tuple(self.happenings),
            display_number(self.number) if address else None,
        )


def _changes(payload: Mapping[str, Any], lines: dict[str, _Gathered]) -> list[tuple[Json, Json]]:
    """The changes of a body, each with its entry; whatever stands where there should be one is kept as unroutable."""
    found: list[tuple[Json, Json]] = []
    odd: list[Any] = []
    entries = as_list(as_object(payload).get("entry"))
    for entry in entries:
        changes = as_list(as_object(entry).get("changes"))
        if not changes:
            odd.append(entry)
        for change in changes:
            if as_object(change):
                found.append((as_object(entry), change))
            else:
                odd.append(change)
    if not entries:
        odd.append(payload)
    if odd:
        lines.setdefault("", _Gathered()).unroutable.extend(map(cleaned_object, odd))
    return found


def _line_address(value: Json) -> str:
    """The phone number id of a change, or an empty string."""
    return (identifier(as_object(value.get("metadata")).get("phone_number_id")) or "")[:_MAX_LINE_ADDRESS]


_MAX_LINE_ADDRESS = 160


def _take_messages(value: Json, change: Json, gathered: _Gathered) -> None:
    messages, statuses = as_list(value.get("messages")), as_list(value.get("statuses"))
    if messages:
        contacts = [contact for item in as_list(value.get("contacts")) if (contact := as_object(item))]
        for item in messages:
            message = _message(item, contacts, alone=len(messages) == 1)
            if message is not None:
                gathered.messages.append(message)
            else:
                gathered.unroutable.append(cleaned_object(item))
    for item in statuses:
        status = _status(as_object(item))
        if status is not None:
            gathered.statuses.append(status)
        else:
            gathered.notices.append(cleaned_object(item))
    if not messages and not statuses:
        gathered.notices.append(cleaned_object(change))
    elif value.get("errors"):
        gathered.notices.append({"field": "messages", "value": {"errors": cleaned_object(value)["errors"]}})


# --- Messages ---------------------------------------------------------------------------------------


def _message(item: object, contacts: Sequence[Json], alone: bool) -> InboundMessage | None:
    """One item of `messages`; None if nothing says whom to answer."""
    raw = as_object(item)
    # A message of a group names its author, but the answer would go to the author alone.
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/group
    if not raw or raw.get("group_id"):
        return None
    if raw.get("type") == "system":
        return _system_message(raw, contacts)
    sender = people.sender_of(raw, contacts, alone)
    if sender is None:
        return None
    try:
        content = content_of(raw)
    except Exception as error:  # a fault of ours must not hold up the messages beside this one, nor lose it
        # No traceback: a validation error quotes what the person wrote.
        _log.error("message_not_converted", error=type(error).__name__)
        content = unsupported(raw, "conversion_failed")
    return InboundMessage(
        provider_message_id=_message_id(raw),
        sender=sender,
        sent_ms=_sent_ms(raw),
        content=content,
        reply_to=_reply_to(raw.get("context")),
        referral=_referral(raw.get("referral")),
    )


def _system_message(raw: Json, contacts: Sequence[Json]) -> InboundMessage | None:
    found = people.system_message(raw, contacts)
    if found is None:
        return None
    sender, content = found
    return InboundMessage(provider_message_id=_message_id(raw), sender=sender, sent_ms=_sent_ms(raw), content=content)


def _take_user_id_updates(value: Json, change: Json, gathered: _Gathered) -> None:
    """The `user_id_update` field, which some apps get beside (or instead of) the system message."""
    updates = as_list(value.get("user_id_update"))
    contacts = [contact for item in as_list(value.get("contacts")) if (contact := as_object(item))]
    for item in updates:
        raw = as_object(item)
        found = people.user_id_update(raw, contacts)
        if found is None:
            gathered.unroutable.append(cleaned_object(item))
            continue
        sender, content = found
        gathered.messages.append(
            InboundMessage(
                provider_message_id=ids.stable_id(raw), sender=sender, sent_ms=_sent_ms(raw), content=content
            )
        )
    if not updates:
        gathered.notices.append(cleaned_object(change))


def _message_id(raw: Json) -> str:
    found = identifier(raw.get("id"))
    return found if found is not None and len(found) <= MAX_ID else ids.stable_id(raw)


def _sent_ms(raw: Json) -> int:
    """The provider's time; without one, now: the webhook comes within seconds of the message."""
    found = moment_ms(raw.get("timestamp"))
    return found if found is not None else now_ms()


def _reply_to(value: object) -> ReplyTo | None:
    context = as_object(value)
    if not context:
        return None
    product = as_object(context.get("referred_product"))
    found = ReplyTo(
        message_id=identifier(context.get("id")),
        forwarded=context.get("forwarded") is True,
        frequently_forwarded=context.get("frequently_forwarded") is True,
        product_id=identifier(product.get("product_retailer_id")),
        catalog_id=identifier(product.get("catalog_id")),
    )
    return found if found != _NOTHING else None


_NOTHING = ReplyTo()


def _referral(value: object) -> Referral | None:
    """The advertisement that brought the person; `ctwa_clid` is its click id."""
    referral = as_object(value)
    if not referral:
        return None
    return Referral(
        source_type=text(referral.get("source_type")),
        source_id=identifier(referral.get("source_id")),
        source_url=text(referral.get("source_url")),
        headline=text(referral.get("headline")),
        body=text(referral.get("body")),
        click_id=text(referral.get("ctwa_clid")),
    )


# --- Statuses ---------------------------------------------------------------------------------------


def _status(raw: Json) -> StatusUpdate | None:
    """One item of `statuses`; None if it does not say which message, or says something else of it."""
    message_id = identifier(raw.get("id"))
    name = raw.get("status")
    status = _STATUSES.get(name) if isinstance(name, str) else None
    if message_id is None or len(message_id) > MAX_ID or status is None:
        return None
    client_id = identifier(raw.get("biz_opaque_callback_data"))
    error = first_error(raw.get("errors"))
    if error is None and status == "failed":
        error = "provider_error", None
    return StatusUpdate(
        provider_message_id=message_id,
        status=status,
        at_ms=_sent_ms(raw),
        client_id=client_id if client_id is not None and len(client_id) <= MAX_ID else None,
        error_code=error[0] if error else None,
        error_text=error[1] if error else None,
    )

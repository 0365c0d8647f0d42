"""Meta's error codes: what each means for a message, in one table.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes (May 2026), also
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes. Meta advises to decide on `code` alone.

Four things are said of each code: our own stable code, the verdict, whether a try counts (it does not when the code
says nothing about the message), and whether the whole line must wait. An error in an answer means that the message was
not taken; the same codes come later in the `errors` of a "failed" status, where only the stable code matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from recado.channels.cloud_api.shapes import as_list, as_object, text, whole
from recado.errors import PERMANENT, SendError, Verdict, retry_after

# How long to wait, in seconds, and why.
_THROUGHPUT_S = 1.0  # 130429 lasts until the number is within its messages per second again
_PAIR_S = 6.0  # one message per 6 s to one person, once a burst is used up
_HICCUP_S = 5.0  # Meta's servers stumbled; the outbox adds a longer wait at every further try
_UPGRADE_S = 60.0  # "can take up to 1 minute": a number moving to a higher throughput
_HOURLY_S = 300.0  # call limits are counted per rolling hour
_MENDING_S = 60.0  # a person must mend the line (token, permission, payment); messages wait meanwhile
_QUALITY_S = 3600.0  # restrictions for spam or policy end after hours, and trying on makes them longer


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a refusal means. `counts` and `pauses_line` are those of `SendError`."""

    code: str
    verdict: Verdict = PERMANENT
    counts: bool = True
    pauses_line: bool = False


def _wait(code: str, seconds: float) -> Meaning:
    """The message is fine; Meta cannot take it now."""
    return Meaning(code, retry_after(seconds))


def _line_waits(code: str, seconds: float) -> Meaning:
    """The message is fine; nothing can be sent on this line now."""
    return Meaning(code, retry_after(seconds), counts=False, pauses_line=True)


_AUTH = _line_waits("access_token_invalid", _MENDING_S)
_PERMISSION = _line_waits("permission_denied", _MENDING_S)
_INVALID = Meaning("invalid_message")
_TEMPLATE = Meaning("template_rejected")
_MEDIA = Meaning("media_failed")
_REGISTRATION = _line_waits("number_not_registered", _MENDING_S)
_UNDELIVERABLE = Meaning("undeliverable")
_PAYMENT = _line_waits("payment_problem", _MENDING_S)

MEANINGS: Mapping[int, Meaning] = {
    # Authorization. 200-299 are added below.
    0: _AUTH,
    3: _PERMISSION,
    10: _PERMISSION,
    190: _AUTH,
    131005: _PERMISSION,
    # Limits.
    4: _line_waits("rate_limited", _HOURLY_S),
    17: _line_waits("rate_limited", _HOURLY_S),
    32: _line_waits("rate_limited", _HOURLY_S),
    613: _line_waits("rate_limited", _HOURLY_S),
    80007: _line_waits("rate_limited", _HOURLY_S),
    130429: _line_waits("rate_limited", _THROUGHPUT_S),
    131048: _line_waits("spam_limited", _QUALITY_S),
    131056: Meaning("contact_rate_limited", retry_after(_PAIR_S), counts=False),
    131064: _line_waits("rate_limited", _HOURLY_S),
    133016: _line_waits("rate_limited", _HOURLY_S),
    # Integrity.
    368: _line_waits("account_restricted", _QUALITY_S),
    130497: Meaning("country_restricted"),
    131031: _line_waits("account_restricted", _QUALITY_S),
    # Meta's own servers.
    1: _wait("provider_unavailable", _HICCUP_S),
    2: _wait("provider_unavailable", _HICCUP_S),
    131000: _wait("provider_unavailable", _HICCUP_S),
    131016: _wait("provider_unavailable", _HICCUP_S),
    133004: _wait("provider_unavailable", _HICCUP_S),
    131057: _line_waits("maintenance", _UPGRADE_S),
    2494100: _line_waits("maintenance", _UPGRADE_S),
    # The message itself.
    100: _INVALID,
    131008: _INVALID,
    131009: _INVALID,
    131051: Meaning("unsupported_message"),
    131055: _INVALID,
    131062: Meaning("user_id_not_supported"),
    135000: _INVALID,
    # The person.
    130472: Meaning("experiment_group"),
    131021: Meaning("recipient_is_sender"),
    131026: _UNDELIVERABLE,
    131030: Meaning("recipient_not_allowed"),
    131047: Meaning("window_closed"),
    131049: Meaning("engagement_limited"),
    131050: Meaning("recipient_opted_out"),
    131060: _UNDELIVERABLE,
    # The line.
    33: _line_waits("line_unknown", _MENDING_S),
    131037: _line_waits("display_name_not_approved", _MENDING_S),
    131042: _PAYMENT,
    131045: _REGISTRATION,
    133000: _REGISTRATION,
    133005: _REGISTRATION,
    133006: _REGISTRATION,
    133008: _REGISTRATION,
    133009: _REGISTRATION,
    133010: _REGISTRATION,
    133015: _REGISTRATION,
    # Media.
    131052: _MEDIA,
    131053: _MEDIA,
    # Templates and flows.
    132000: _TEMPLATE,
    132001: Meaning("template_missing"),
    132005: _TEMPLATE,
    132007: _TEMPLATE,
    132012: _TEMPLATE,
    132015: Meaning("template_paused"),
    132016: Meaning("template_disabled"),
    132018: _TEMPLATE,
    132068: Meaning("flow_blocked"),
    132069: Meaning("flow_throttled"),
    # Payments inside the chat, and marketing messages.
    134011: Meaning("payments_terms_not_accepted"),
    134100: Meaning("not_a_marketing_template"),
    134101: _wait("template_not_synced", _HOURLY_S),
    134102: Meaning("template_not_eligible"),
}


def meaning_of(code: int | None) -> Meaning | None:
    """What Meta's code means, or None if it is not in the table."""
    if code is None:
        return None
    if 200 <= code <= 299:
        return _PERMISSION
    known = MEANINGS.get(code)
    if known is None:
        # Families that Meta keeps adding to.
        if 132000 <= code <= 132999:
            return _TEMPLATE
        if 133000 <= code <= 133999:
            return _REGISTRATION
    return known


def status_error(error: object) -> tuple[str, str | None]:
    """(stable code, text) of one item of `errors`, as "failed" statuses and unsupported messages have it."""
    found = as_object(error)
    code = whole(found.get("code"))
    meaning = meaning_of(code)
    stable = meaning.code if meaning is not None else f"meta_{code}" if code is not None else "provider_error"
    return stable, _text_of(found, code)


def first_error(errors: object) -> tuple[str, str | None] | None:
    """`status_error` of the first of a list of errors, or None if there is none."""
    items = as_list(errors)
    return status_error(items[0]) if items else None


# What an answer says: the message was taken, surely not taken, or nobody can tell.
Outcome = Literal["unknown"] | SendError


def refusal(status: int, answer: Any) -> Outcome:
    """What an HTTP answer that is no acceptance means.

    An error body of the Graph API means: not taken. Without one the answer is not from the Graph API: a 5xx then may
    come from a proxy that had passed the message on (unknown), while a 3xx or 4xx was refused on the way (not taken).
    """
    error = as_object(as_object(answer).get("error"))
    if error:
        return _from_graph(status, error)
    if 300 <= status < 500:
        meaning = _line_waits("rate_limited", _THROUGHPUT_S) if status == 429 else _NOT_GRAPH
        return _send_error(meaning, f"HTTP {status} without an error of the Graph API: is the base URL right?")
    return "unknown"


# "Object with ID ... does not exist, cannot be loaded due to missing permissions": the line's id or token is wrong,
# though the code is the one of invalid parameters (https://developers.facebook.com/docs/graph-api/guides/error-handling).
_UNKNOWN_OBJECT = (100, 33)
_NOT_GRAPH = _line_waits("provider_unreachable", _MENDING_S)


def _from_graph(status: int, error: Mapping[str, Any]) -> SendError:
    code = whole(error.get("code"))
    if (code, whole(error.get("error_subcode"))) == _UNKNOWN_OBJECT:
        code = 33
    meaning = meaning_of(code) or _by_status(status, error)
    return _send_error(meaning, _text_of(error, code) or f"HTTP {status}")


def _by_status(status: int, error: Mapping[str, Any]) -> Meaning:
    """The meaning of a code that the table does not know."""
    if status == 429:
        return _line_waits("rate_limited", _THROUGHPUT_S)
    if status == 401:
        return _AUTH
    if status >= 500 or error.get("is_transient") is True:
        return _wait("provider_unavailable", _HICCUP_S)
    return Meaning("refused_by_provider")


def _send_error(meaning: Meaning, message: str) -> SendError:
    return SendError(
        message,
        code=meaning.code,
        verdict=meaning.verdict,
        counts=meaning.counts,
        pauses_line=meaning.pauses_line,
    )


def _text_of(error: Mapping[str, Any], code: int | None) -> str | None:
    """Meta's own words, with its code: "131047: Re-engagement message. More than 24 hours have passed." """
    title = text(error.get("title")) or text(error.get("message"))
    details = text(as_object(error.get("error_data")).get("details"))
    words = ". ".join(part.rstrip(".") for part in (title, details) if part)
    if code is None:
        return words[:_MAX_ERROR_TEXT] or None
    return (f"{code}: {words}" if words and f"#{code})" not in words else words or str(code))[:_MAX_ERROR_TEXT]


_MAX_ERROR_TEXT = 500

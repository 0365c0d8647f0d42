"""Meta's errors: the HTTP status, the code and the texts of each, and the shapes they come in.

Source of codes, statuses and texts: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
(version of May 2026). 130429 is answered with HTTP 429, as the servers do, where that page says 400.
"""

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """A refusal by the Graph API: what the answer will say."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        message: str | None = None,
        http_status: int | None = None,
        subcode: int | None = None,
        kind: str = "OAuthException",
        beside: dict[str, Any] | None = None,
    ) -> None:
        known = KNOWN.get(code)
        self.code = code
        self.http_status = http_status or (known.http_status if known else 400)
        self.message = message or f"(#{code}) {known.title if known else 'Unknown error'}"
        self.details = details if details is not None else (known.details if known else None)
        self.subcode = subcode
        self.kind = kind
        self.beside = beside or {}
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """The JSON of the answer, with a trace id of its own."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + urlsafe_b64encode(os.urandom(17)).decode().rstrip("=")
        return {**self.beside, "error": error}


@dataclass(frozen=True, slots=True)
class Known:
    http_status: int
    title: str
    details: str | None = None


KNOWN: dict[int, Known] = {
    0: Known(401, "AuthException", "Unable to authenticate the app user."),
    1: Known(400, "API Unknown", "Invalid request or possible server error."),
    2: Known(503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: Known(500, "API Method", "Capability or permissions issue."),
    4: Known(400, "API Too Many Calls", "The app has reached its API call rate limit."),
    10: Known(403, "Permission Denied", "Permission is either not granted or has been removed."),
    100: Known(400, "Invalid parameter"),
    190: Known(401, "Access token has expired"),
    200: Known(403, "API Permission", "Permission is either not granted or has been removed."),
    368: Known(
        403,
        "Temporarily blocked for policies violations",
        "The WhatsApp Business Account has been restricted or disabled for violating a platform policy.",
    ),
    80007: Known(400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
    130429: Known(429, "Rate limit hit", "Cloud API message throughput has been reached."),
    130472: Known(
        400,
        "User's number is part of an experiment",
        "Failed to send message because this user's phone number is part of an experiment",
    ),
    130497: Known(
        403,
        "Business account is restricted from messaging users in this country",
        "The WhatsApp Business Account is restricted from messaging to users in certain countries.",
    ),
    131000: Known(500, "Something went wrong", "Message failed to send due to an unknown error."),
    131005: Known(403, "Access denied", "Permission is either not granted or has been removed."),
    131008: Known(400, "Required parameter is missing", "The request is missing a required parameter."),
    131009: Known(400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131016: Known(500, "Service unavailable", "A service is temporarily unavailable."),
    131021: Known(400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
    131026: Known(400, "Message undeliverable", "Message Undeliverable."),
    131030: Known(
        400,
        "Recipient phone number not in allowed list",
        "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again.",
    ),
    131031: Known(
        403,
        "Business account locked",
        "The WhatsApp Business Account associated with the app has been restricted or disabled.",
    ),
    131037: Known(
        400,
        "WhatsApp provided number needs display name approval before message can be sent.",
        "The phone number used to send the message does not have an approved display name.",
    ),
    131042: Known(400, "Business eligibility payment issue", "There was an error related to your payment method."),
    131045: Known(500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
    131047: Known(
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: Known(
        400,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages can be sent from this phone "
        "number. This may be because too many previous messages were blocked or flagged as spam.",
    ),
    131049: Known(
        400,
        "Message not delivered to maintain healthy ecosystem engagement",
        "This message was not delivered to maintain healthy ecosystem engagement.",
    ),
    131050: Known(
        400,
        "User has stopped marketing messages",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages.",
    ),
    131051: Known(400, "Unsupported message type", "Message type is currently not supported."),
    131052: Known(400, "Media download error", "Unable to download the media sent by the user."),
    131053: Known(400, "Media upload error", "Unable to upload the media used in the message."),
    131056: Known(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number to the same phone "
        "number in a short period of time.",
    ),
    131057: Known(500, "Account in maintenance mode", "Business Account is in maintenance mode."),
    131062: Known(
        400,
        "Business-scoped User ID recipients are not supported for this message",
        "Business-scoped User ID recipients are not supported for this message.",
    ),
    132000: Known(400, "Number of parameters does not match the expected number of params"),
    132001: Known(404, "Template name does not exist in the translation", "The template does not exist."),
    132012: Known(400, "Parameter format does not match format in the created template"),
    132015: Known(400, "Template is paused", "Template is paused due to low quality."),
    132016: Known(400, "Template is disabled", "Template has been paused too many times and is now disabled."),
    132018: Known(400, "There is an issue with the parameters in your template"),
    133010: Known(400, "Account not registered", "Phone number is not registered on the WhatsApp Business Platform."),
    139100: Known(400, "Failed to block/unblock users"),
    139101: Known(400, "Blocklist limit reached", "The blocklist has reached its 64,000 user limit."),
    135000: Known(400, "Generic user error", "Message failed to send because of an unknown error."),
}


def unknown_object(method: str, object_id: str) -> GraphError:
    """What the Graph API says of an id that it does not know or that the token may not see."""
    text = (
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api"
    )
    return GraphError(100, message=text, subcode=33, kind="GraphMethodException")


def status_error(code: int, details: str | None = None) -> dict[str, Any]:
    """An error as it stands in `statuses[].errors`.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
    """
    known = KNOWN.get(code, Known(400, "Something went wrong", "Message failed to send due to an unknown error."))
    text = details or known.details or known.title
    return {"code": code, "title": known.title, "message": known.title, "error_data": {"details": text}, "href": HREF}

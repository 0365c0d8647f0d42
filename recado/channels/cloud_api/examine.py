"""Whether a line is set up at Meta as it should be: its token, its number, its webhooks.

https://developers.facebook.com/docs/graph-api/reference/debug_token
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

from dataclasses import dataclass
from typing import Literal

from recado.channels.cloud_api.callback import Outside, examine_callback, unasked
from recado.channels.cloud_api.findings import finding
from recado.channels.cloud_api.graph import Graph, segment, token_of
from recado.channels.cloud_api.shapes import Json, as_list, as_object, display_number, identifier, text, whole
from recado.channels.contract import Examined, Line, LineFinding
from recado.errors import OutcomeUnknown, SendError
from recado.kit import now_ms

# A token without one of these can do only half of the work.
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
# So long before its end a token is worth a warning.
TOKEN_WARN_S = 7 * 24 * 3600
NUMBER_FIELDS = (
    "verified_name,display_phone_number,quality_rating,throughput,code_verification_status,status,name_status,"
    "platform_type,webhook_configuration"
)
Level = Literal["OK", "WARN", "FAIL"]


async def examine(graph: Graph, line: Line, outside: Outside) -> Examined:
    """The findings about one line, in the order in which they should be mended."""
    found = list(_own_secrets(line))
    if any(one.level == "FAIL" for one in found):
        return Examined(found)
    token, app_id = await _token(graph, line)
    found += token
    if any(one.level == "FAIL" for one in token):
        return Examined(found)
    number = await _number(graph, line)
    found += number.findings
    found += await examine_callback(graph, line, app_id, number.callback, outside)
    return Examined(found, number.display_number)


def _own_secrets(line: Line) -> list[LineFinding]:
    found: list[LineFinding] = []
    if not line.secrets.get("access_token"):
        found.append(finding("token", "FAIL", "access_token_missing", line))
    if not line.secrets.get("app_secret"):
        found.append(finding("webhook", "FAIL", "app_secret_missing", line))
    if not line.secrets.get("verify_token"):
        found.append(finding("webhook", "WARN", "verify_token_missing", line))
    if not line.config.get("waba_id"):
        found.append(finding("account", "WARN", "waba_id_missing", line))
    return found


# --- The token ----------------------------------------------------------------------------------------


async def _token(graph: Graph, line: Line) -> tuple[list[LineFinding], str | None]:
    """What Meta says of the token, asked with the token itself, and the app that it belongs to."""
    try:
        answer = await graph.call(line, "GET", "debug_token", {"input_token": token_of(line)})
    except (SendError, OutcomeUnknown) as error:
        return [unasked("token", line, error)], None
    data = as_object(answer.get("data"))
    app_id = identifier(data.get("app_id"))
    if data.get("is_valid") is not True:
        return [finding("token", "FAIL", "access_token_invalid", line)], app_id
    scopes = {scope for scope in as_list(data.get("scopes")) if isinstance(scope, str)}
    if missing := [scope for scope in SCOPES if scope not in scopes]:
        return [finding("token", "FAIL", "scopes_missing", line, scopes=", ".join(missing))], app_id
    return [_expiry(line, whole(data.get("expires_at")) or 0)], app_id


def _expiry(line: Line, expires_s: int) -> LineFinding:
    """0 means never, as of a system user's token."""
    left_s = expires_s - now_ms() // 1000
    if expires_s and left_s < TOKEN_WARN_S:
        return finding("token", "WARN", "token_expires", line, days=str(max(0, left_s // 86_400)))
    return finding("token", "OK", "token_valid", line)


# --- The number ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Number:
    """What Meta says of a number. `callback` is the URL that the number itself has, if any."""

    findings: list[LineFinding]
    callback: str | None = None
    display_number: str | None = None


async def _number(graph: Graph, line: Line) -> _Number:
    try:
        answer = await graph.call(line, "GET", segment(line.address), {"fields": NUMBER_FIELDS})
    except SendError as error:
        if error.code == "line_unknown":
            return _Number([finding("number", "FAIL", "number_unknown", line)])
        return _Number([unasked("number", line, error)])
    except OutcomeUnknown as error:
        return _Number([unasked("number", line, error)])
    level = text(as_object(answer.get("throughput")).get("level")) or "?"
    name = text(answer.get("verified_name")) or "?"
    found = [*_registration(line, answer), *_quality(line, answer)]
    found = found or [finding("number", "OK", "number_fine", line, name=name, throughput=level)]
    configured = as_object(answer.get("webhook_configuration"))
    return _Number(found, text(configured.get("phone_number")), display_number(answer.get("display_phone_number")))


def _registration(line: Line, answer: Json) -> list[LineFinding]:
    found: list[LineFinding] = []
    status = (text(answer.get("status")) or "").upper()
    if status in ("BANNED", "RESTRICTED", "FLAGGED", "RATE_LIMITED"):
        found.append(finding("number", "FAIL" if status == "BANNED" else "WARN", "number_limited", line, status=status))
    elif status and status != "CONNECTED":
        found.append(finding("number", "FAIL", "number_not_registered", line, status=status))
    if (text(answer.get("code_verification_status")) or "VERIFIED").upper() == "NOT_VERIFIED":
        found.append(finding("number", "WARN", "number_not_verified", line))
    name_status = (text(answer.get("name_status")) or "").upper()
    if name_status in ("DECLINED", "EXPIRED"):
        found.append(finding("number", "WARN", "name_not_approved", line, status=name_status))
    return found


def _quality(line: Line, answer: Json) -> list[LineFinding]:
    quality = (text(answer.get("quality_rating")) or "").upper()
    if quality not in ("YELLOW", "RED"):
        return []
    return [finding("quality", "FAIL" if quality == "RED" else "WARN", "quality_low", line, quality=quality)]

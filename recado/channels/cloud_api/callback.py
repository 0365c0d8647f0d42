"""Whether what Meta posts reaches us: the app's subscriptions, their address, and its handshake.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions/
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from recado.channels.cloud_api.findings import TEXTS, finding
from recado.channels.cloud_api.graph import Graph, segment
from recado.channels.cloud_api.shapes import Json, as_list, as_object, identifier, text
from recado.channels.contract import Line, LineFinding
from recado.errors import OutcomeUnknown, SendError
from recado.kit import new_id
from recado.kit.destinations import EVERYWHERE, Networks
from recado.kit.postman import Postman, Result

# Where Recado takes Meta's calls.
WEBHOOK_PATH = "/webhooks/whatsapp"
ACCOUNT_OBJECT = "whatsapp_business_account"
# Nothing works without the first; without the others templates grow old, people who stopped marketing still get it, and
# nobody hears of a restriction or of a number that loses its quality. The guide names them all.
NEEDED_FIELD = "messages"
USEFUL_FIELDS = (
    *("message_template_status_update", "message_template_quality_update", "template_category_update"),
    *("message_template_components_update", "account_update", "account_alerts", "account_review_update"),
    *("business_capability_update", "phone_number_quality_update", "phone_number_name_update", "security"),
    "user_preferences",
)
# Names of aiohttp's errors, as a `Result` has them.
_TLS_ERRORS = frozenset(
    {"ClientConnectorCertificateError", "ClientConnectorSSLError", "SSLError", "SSLCertVerificationError"}
)


@dataclass(frozen=True, slots=True)
class Outside:
    """How this server is seen from outside: its address as the operator says it (empty: not said), the private networks
    that may be called, and whether it is Meta that calls, which wants HTTPS.
    """

    public_url: str = ""
    networks: Networks = ()
    is_meta: bool = True

    def webhook_of(self, line: Line) -> str | None:
        """Where Meta is to post what comes for a line, as far as that is known here."""
        own = text(line.config.get("webhook_url"))
        if own or not self.public_url:
            return own
        base = self.public_url.rstrip("/")
        return base if urlsplit(base).path.endswith(WEBHOOK_PATH) else base + WEBHOOK_PATH


async def examine_callback(
    graph: Graph, line: Line, app_id: str | None, number_callback: str | None, outside: Outside
) -> list[LineFinding]:
    """The findings about the way from Meta to us. `number_callback`: the address that the number itself has, if any."""
    wanted = outside.webhook_of(line)
    found, override = await _account(graph, line, app_id, number_callback, wanted)
    told: str | None = None
    if app_id is not None and line.secrets.get("app_secret"):
        subscription, told = await _subscription(graph, line, app_id, wanted, overridden=override is not None)
        found += subscription
    return found + await _shake(line, wanted, override or told, outside)


# --- The account --------------------------------------------------------------------------------------


async def _account(
    graph: Graph, line: Line, app_id: str | None, number_callback: str | None, wanted: str | None
) -> tuple[list[LineFinding], str | None]:
    """Whether the account tells the app what comes, and the address that stands in place of the app's, if any."""
    waba_id = line.config.get("waba_id")
    if not waba_id:
        return [], number_callback  # was said already
    try:
        answer = await graph.call(line, "GET", f"{segment(str(waba_id))}/subscribed_apps")
    except (SendError, OutcomeUnknown) as error:
        if error.code == "line_unknown":
            return [finding("account", "FAIL", "waba_unknown", line, waba=str(waba_id))], number_callback
        return [unasked("webhook", line, error)], number_callback
    apps = [as_object(item) for item in as_list(answer.get("data"))]
    ours = [app for app in apps if app_id is None or _app_id(app) == app_id]
    if not ours:
        return [finding("webhook", "FAIL", "not_subscribed", line, waba=str(waba_id))], number_callback
    override = number_callback or text(ours[0].get("override_callback_uri"))
    found = [finding("webhook", "OK", "subscribed", line)]
    if override is not None:
        elsewhere = wanted is not None and override != wanted
        code = "override_elsewhere" if elsewhere else "override_set"
        found.append(finding("webhook", "FAIL" if elsewhere else "OK", code, line, url=override, wanted=str(wanted)))
    return found, override


def _app_id(app: Json) -> str | None:
    return identifier(as_object(app.get("whatsapp_business_api_data")).get("id"))


# --- The app ------------------------------------------------------------------------------------------


async def _subscription(
    graph: Graph, line: Line, app_id: str, wanted: str | None, *, overridden: bool
) -> tuple[list[LineFinding], str | None]:
    """What the app is subscribed to, and the address that it has at Meta. Asked with the app's own token, id and
    secret, so that a wrong secret shows, too: https://developers.facebook.com/docs/facebook-login/guides/access-tokens
    """
    try:
        answer = await graph.call(
            line, "GET", f"{segment(app_id)}/subscriptions", token=f"{app_id}|{line.secrets['app_secret']}"
        )
    except (SendError, OutcomeUnknown) as error:
        if error.code == "access_token_invalid":
            return [finding("callback", "FAIL", "app_secret_wrong", line, app=app_id)], None
        return [unasked("callback", line, error)], None
    subscriptions = [as_object(item) for item in as_list(answer.get("data"))]
    ours = next((one for one in subscriptions if one.get("object") == ACCOUNT_OBJECT), None)
    url = text(ours.get("callback_url")) if ours else None
    shown = wanted or f"https://...{WEBHOOK_PATH}"
    if ours is None or url is None or ours.get("active") is False:
        return [finding("callback", "FAIL", "callback_missing", line, wanted=shown)], None
    found = _fields(line, ours)
    if not overridden and wanted is not None and url != wanted:
        found.append(finding("callback", "FAIL", "callback_elsewhere", line, url=url, wanted=wanted))
    return found or [finding("callback", "OK", "callback_fine", line, url=url)], url


def _fields(line: Line, subscription: Json) -> list[LineFinding]:
    """A field is an object with a name; in older versions it was the name."""
    items = as_list(subscription.get("fields"))
    fields = {text(as_object(item).get("name")) or text(item) for item in items}
    if NEEDED_FIELD not in fields:
        return [finding("callback", "FAIL", "messages_not_subscribed", line)]
    missing = [name for name in USEFUL_FIELDS if name not in fields]
    return [finding("callback", "WARN", "fields_missing", line, fields=", ".join(missing))] if missing else []


# --- The handshake ------------------------------------------------------------------------------------


async def _shake(line: Line, wanted: str | None, at_meta: str | None, outside: Outside) -> list[LineFinding]:
    """Do what Meta does when somebody saves the address in its console: https://developers.facebook.com/docs/graph-api/
    webhooks/getting-started#verification-requests. What the project or Meta names must not lead into private networks.
    """
    token, url = line.secrets.get("verify_token"), wanted or at_meta
    if not token:
        return []  # was said already
    if url is None:
        return [finding("handshake", "WARN", "handshake_untried", line)]
    trusted = not line.config.get("webhook_url") and bool(outside.public_url)
    challenge = new_id()
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
    postman = Postman(EVERYWHERE if trusted else outside.networks)
    try:
        result = await postman.get(f"{url}{'&' if '?' in url else '?'}{urlencode(asked)}", (token,))
    finally:
        await postman.close()
    code, values = _outcome(result, challenge)
    if code == "handshake_fine" and outside.is_meta and not url.startswith("https://"):
        code = "handshake_not_secure"
    level = {"handshake_fine": "OK", "handshake_inwards": "WARN"}.get(code, "FAIL")
    return [finding("handshake", level, code, line, url=url, **values)]


def _outcome(result: Result, challenge: str) -> tuple[str, Mapping[str, str]]:
    if result.status is None:
        error = result.error or "?"
        if error == "address_not_allowed":
            return "handshake_inwards", {}
        return ("handshake_tls" if error in _TLS_ERRORS else "handshake_unreachable"), {"reason": error}
    if result.taken and result.excerpt == challenge:
        return "handshake_fine", {}
    if result.status == 403 and (result.excerpt or "").startswith("wrong_verify_token"):
        return "handshake_wrong_token", {}
    return "handshake_other_answer", {"status": str(result.status)}


def unasked(check: str, line: Line, error: SendError | OutcomeUnknown) -> LineFinding:
    """Meta did not answer what it was asked."""
    code = error.code if error.code in TEXTS else "not_asked"
    return finding(check, "FAIL", code, line, reason=error.message)

"""Whether a line is set up at Meta as it should be: its token, its number, its webhooks.

https://developers.facebook.com/docs/graph-api/reference/debug_token
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override
"""

from collections.abc import Mapping
from typing import Any, Literal

from recado.channels.cloud_api.graph import Graph, segment, token_of
from recado.channels.cloud_api.shapes import Json, as_list, as_object, identifier, text, whole
from recado.channels.contract import Line, LineFinding
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
_CONSOLE = {"es": "developers.facebook.com > Mis apps > su app", "en": "developers.facebook.com > My Apps > your app"}
_MANAGER = {"es": "WhatsApp Manager > Números de teléfono", "en": "WhatsApp Manager > Phone numbers"}


async def examine(graph: Graph, line: Line) -> list[LineFinding]:
    """The findings about one line, in the order in which they should be mended."""
    found = list(_own_secrets(line))
    if any(finding.level == "FAIL" for finding in found):
        return found
    token, app_id = await _token(graph, line)
    found += token
    if any(finding.level == "FAIL" for finding in token):
        return found
    number, callback = await _number(graph, line)
    found += number
    found += await _webhooks(graph, line, app_id, callback)
    return found


def _own_secrets(line: Line) -> list[LineFinding]:
    found: list[LineFinding] = []
    if not line.secrets.get("access_token"):
        found.append(_finding("token", "FAIL", "access_token_missing", line))
    if not line.secrets.get("app_secret"):
        found.append(_finding("webhook", "FAIL", "app_secret_missing", line))
    if not line.secrets.get("verify_token"):
        found.append(_finding("webhook", "WARN", "verify_token_missing", line))
    if not line.config.get("waba_id"):
        found.append(_finding("account", "WARN", "waba_id_missing", line))
    return found


# --- The token ----------------------------------------------------------------------------------------


async def _token(graph: Graph, line: Line) -> tuple[list[LineFinding], str | None]:
    """What Meta says of the token, asked with the token itself, and the app that it belongs to."""
    try:
        answer = await graph.call(line, "GET", "debug_token", {"input_token": token_of(line)})
    except (SendError, OutcomeUnknown) as error:
        return [_unasked("token", line, error)], None
    data = as_object(answer.get("data"))
    app_id = identifier(data.get("app_id"))
    if data.get("is_valid") is not True:
        return [_finding("token", "FAIL", "access_token_invalid", line)], app_id
    scopes = {scope for scope in as_list(data.get("scopes")) if isinstance(scope, str)}
    if missing := [scope for scope in SCOPES if scope not in scopes]:
        return [_finding("token", "FAIL", "scopes_missing", line, scopes=", ".join(missing))], app_id
    return [_expiry(line, whole(data.get("expires_at")) or 0)], app_id


def _expiry(line: Line, expires_s: int) -> LineFinding:
    """0 means never, as of a system user's token."""
    left_s = expires_s - now_ms() // 1000
    if expires_s and left_s < TOKEN_WARN_S:
        return _finding("token", "WARN", "token_expires", line, days=str(max(0, left_s // 86_400)))
    return _finding("token", "OK", "token_valid", line)


# --- The number ---------------------------------------------------------------------------------------


async def _number(graph: Graph, line: Line) -> tuple[list[LineFinding], str | None]:
    """What Meta says of the number, and the callback URL that the number itself has, if any."""
    try:
        answer = await graph.call(line, "GET", segment(line.address), {"fields": NUMBER_FIELDS})
    except SendError as error:
        if error.code == "line_unknown":
            return [_finding("number", "FAIL", "number_unknown", line)], None
        return [_unasked("number", line, error)], None
    except OutcomeUnknown as error:
        return [_unasked("number", line, error)], None
    level = text(as_object(answer.get("throughput")).get("level")) or "?"
    name = text(answer.get("verified_name")) or "?"
    found = [*_registration(line, answer), *_quality(line, answer)]
    found = found or [_finding("number", "OK", "number_fine", line, name=name, throughput=level)]
    configured = as_object(answer.get("webhook_configuration"))
    return found, text(configured.get("phone_number"))


def _registration(line: Line, answer: Json) -> list[LineFinding]:
    found: list[LineFinding] = []
    status = (text(answer.get("status")) or "").upper()
    if status in ("BANNED", "RESTRICTED", "FLAGGED", "RATE_LIMITED"):
        found.append(_finding("number", "FAIL" if status == "BANNED" else "WARN", "number_limited", line, status=status))
    elif status and status != "CONNECTED":
        found.append(_finding("number", "FAIL", "number_not_registered", line, status=status))
    if (text(answer.get("code_verification_status")) or "VERIFIED").upper() == "NOT_VERIFIED":
        found.append(_finding("number", "WARN", "number_not_verified", line))
    name_status = (text(answer.get("name_status")) or "").upper()
    if name_status in ("DECLINED", "EXPIRED"):
        found.append(_finding("number", "WARN", "name_not_approved", line, status=name_status))
    return found


def _quality(line: Line, answer: Json) -> list[LineFinding]:
    quality = (text(answer.get("quality_rating")) or "").upper()
    if quality not in ("YELLOW", "RED"):
        return []
    return [_finding("quality", "FAIL" if quality == "RED" else "WARN", "quality_low", line, quality=quality)]


# --- Webhooks -----------------------------------------------------------------------------------------


async def _webhooks(graph: Graph, line: Line, app_id: str | None, number_callback: str | None) -> list[LineFinding]:
    waba_id = line.config.get("waba_id")
    if not waba_id:
        return []  # was said already
    try:
        answer = await graph.call(line, "GET", f"{segment(str(waba_id))}/subscribed_apps")
    except (SendError, OutcomeUnknown) as error:
        if error.code == "line_unknown":
            return [_finding("account", "FAIL", "waba_unknown", line, waba=str(waba_id))]
        return [_unasked("webhook", line, error)]
    apps = [as_object(item) for item in as_list(answer.get("data"))]
    ours = [app for app in apps if app_id is None or _app_id(app) == app_id]
    if not ours:
        return [_finding("webhook", "FAIL", "not_subscribed", line, waba=str(waba_id))]
    override = number_callback or text(ours[0].get("override_callback_uri"))
    found = [_finding("webhook", "OK", "subscribed", line)]
    wanted = line.config.get("webhook_url")
    if override is not None:
        elsewhere = bool(wanted) and override != wanted
        code = "override_elsewhere" if elsewhere else "override_set"
        found.append(_finding("webhook", "FAIL" if elsewhere else "OK", code, line, url=override, wanted=str(wanted)))
    return found


def _app_id(app: Json) -> str | None:
    return identifier(as_object(app.get("whatsapp_business_api_data")).get("id"))


# --- Texts --------------------------------------------------------------------------------------------


def _unasked(check: str, line: Line, error: SendError | OutcomeUnknown) -> LineFinding:
    code = error.code if error.code in _TEXTS else "not_asked"
    return _finding(check, "FAIL", code, line, reason=error.message)


def _finding(check: str, level: Level, code: str, line: Line, **values: Any) -> LineFinding:
    words = _TEXTS[code]
    says: dict[str, str] = {}
    mend: dict[str, str] = {}
    for language, (said, cure) in words.items():
        known = {"line": line.address, "console": _CONSOLE[language], "manager": _MANAGER[language], **values}
        says[language], mend[language] = said.format(**known), cure.format(**known)
    return LineFinding(check, level, code, says, {k: v for k, v in mend.items() if v})


# By code, then by language: what is the case, and what to do about it (empty if nothing).
_TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "access_token_missing": {
        "es": (
            "la línea no tiene token de acceso",
            "Cree uno en business.facebook.com > Configuración > Usuarios del sistema > Generar token, y luego: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
        "en": (
            "the line has no access token",
            "Make one at business.facebook.com > Settings > System users > Generate token, then: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
    },
    "app_secret_missing": {
        "es": (
            "la línea no tiene la clave secreta de la app, así que ningún webhook se acepta",
            "Cópiela de {console} > Configuración > Básica > Clave secreta, y luego: "
            "recado line update --phone-number-id {line} --app-secret CLAVE",
        ),
        "en": (
            "the line has no app secret, so that no webhook is taken",
            "Copy it from {console} > Settings > Basic > App secret, then: "
            "recado line update --phone-number-id {line} --app-secret SECRET",
        ),
    },
    "verify_token_missing": {
        "es": (
            "la línea no tiene token de verificación: Meta no puede confirmar la URL del webhook",
            "Elija un texto y dígalo en ambos lados: recado line update --phone-number-id {line} --verify-token TEXTO, "
            "y en {console} > WhatsApp > Configuración > Webhook > Editar",
        ),
        "en": (
            "the line has no verify token: Meta cannot confirm the webhook's URL",
            "Choose a text and tell both sides: recado line update --phone-number-id {line} --verify-token TEXT, "
            "and at {console} > WhatsApp > Configuration > Webhook > Edit",
        ),
    },
    "waba_id_missing": {
        "es": (
            "la línea no conoce su cuenta de WhatsApp Business: sin ella no hay plantillas ni avisos de la cuenta",
            "Copie el identificador de {console} > WhatsApp > Configuración de la API, y luego: "
            "recado line update --phone-number-id {line} --waba-id ID",
        ),
        "en": (
            "the line does not know its WhatsApp business account: without it there are no templates and no notices",
            "Copy its id from {console} > WhatsApp > API setup, then: "
            "recado line update --phone-number-id {line} --waba-id ID",
        ),
    },
    "access_token_invalid": {
        "es": (
            "Meta no acepta el token de acceso (venció o fue revocado)",
            "Cree uno que no venza en business.facebook.com > Configuración > Usuarios del sistema > Generar token, "
            "con los permisos whatsapp_business_messaging y whatsapp_business_management, y luego: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
        "en": (
            "Meta does not take the access token (it has expired or was revoked)",
            "Make one that does not expire at business.facebook.com > Settings > System users > Generate token, "
            "with the permissions whatsapp_business_messaging and whatsapp_business_management, then: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
    },
    "scopes_missing": {
        "es": (
            "al token le falta permiso: {scopes}",
            "Genere otro en business.facebook.com > Configuración > Usuarios del sistema, marcando {scopes}, y luego: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
        "en": (
            "the token lacks permission: {scopes}",
            "Generate another at business.facebook.com > Settings > System users, with {scopes} ticked, then: "
            "recado line update --phone-number-id {line} --access-token TOKEN",
        ),
    },
    "token_expires": {
        "es": (
            "el token de acceso vence en {days} días",
            "Cámbielo por el de un usuario del sistema, que no vence: business.facebook.com > Configuración > "
            "Usuarios del sistema > Generar token > Caducidad: nunca",
        ),
        "en": (
            "the access token expires in {days} days",
            "Replace it with a system user's, which does not: business.facebook.com > Settings > System users > "
            "Generate token > Expiration: never",
        ),
    },
    "token_valid": {"es": ("el token vale y tiene los permisos", ""), "en": ("the token is valid and may do all", "")},
    "number_unknown": {
        "es": (
            "Meta no conoce este número, o el token no puede verlo",
            "Compare el identificador en {console} > WhatsApp > Configuración de la API, y dé al usuario del sistema "
            "acceso a la cuenta: business.facebook.com > Configuración > Cuentas de WhatsApp > Agregar personas",
        ),
        "en": (
            "Meta does not know this number, or the token may not see it",
            "Compare the id at {console} > WhatsApp > API setup, and give the system user access to the account: "
            "business.facebook.com > Settings > WhatsApp accounts > Add people",
        ),
    },
    "number_limited": {
        "es": (
            "Meta ha limitado el número: {status}",
            "Vea la causa en {manager} > Calidad, y pida una revisión en business.facebook.com > Ayuda para empresas",
        ),
        "en": (
            "Meta has limited the number: {status}",
            "See why at {manager} > Insights, and ask for a review at business.facebook.com > Business support home",
        ),
    },
    "number_not_registered": {
        "es": ("el número no está registrado en la Cloud API: {status}", "Regístrelo en {manager} > Registrar (PIN)"),
        "en": ("the number is not registered with the Cloud API: {status}", "Register it at {manager} > Register (PIN)"),
    },
    "number_not_verified": {
        "es": ("el número no está verificado (o venció)", "Pida un código nuevo en {manager} > Verificar"),
        "en": ("the number is not verified (or that has expired)", "Ask for a new code at {manager} > Verify"),
    },
    "name_not_approved": {
        "es": ("el nombre visible no está aprobado: {status}", "Cámbielo en {manager} > Nombre > Editar"),
        "en": ("the display name is not approved: {status}", "Change it at {manager} > Name > Edit"),
    },
    "quality_low": {
        "es": (
            "la calidad del número es {quality}: hay quienes lo bloquean o denuncian",
            "Escriba a menos personas y solo a quienes lo pidieron; los motivos están en {manager} > Calidad",
        ),
        "en": (
            "the number's quality is {quality}: people block or report it",
            "Write to fewer people, and only to those who asked; the reasons are at {manager} > Insights",
        ),
    },
    "number_fine": {
        "es": ("{name}: registrado, de buena calidad, velocidad {throughput}", ""),
        "en": ("{name}: registered, of good quality, throughput {throughput}", ""),
    },
    "waba_unknown": {
        "es": (
            "Meta no conoce la cuenta {waba}, o el token no puede verla",
            "Compare el identificador en {console} > WhatsApp > Configuración de la API (no es el del número), y luego: "
            "recado line update --phone-number-id {line} --waba-id ID",
        ),
        "en": (
            "Meta does not know account {waba}, or the token may not see it",
            "Compare the id at {console} > WhatsApp > API setup (it is not the number's), then: "
            "recado line update --phone-number-id {line} --waba-id ID",
        ),
    },
    "not_subscribed": {
        "es": (
            "la app no está suscrita a la cuenta {waba}: no llega ningún mensaje",
            "En {console} > WhatsApp > Configuración > Webhook, suscriba el campo messages; si sigue igual: "
            "curl -X POST https://graph.facebook.com/v24.0/{waba}/subscribed_apps -H 'Authorization: Bearer TOKEN'",
        ),
        "en": (
            "the app is not subscribed to account {waba}: no message arrives",
            "At {console} > WhatsApp > Configuration > Webhook, subscribe the field messages; if that does not help: "
            "curl -X POST https://graph.facebook.com/v24.0/{waba}/subscribed_apps -H 'Authorization: Bearer TOKEN'",
        ),
    },
    "subscribed": {
        "es": ("la app está suscrita a la cuenta", ""),
        "en": ("the app is subscribed to the account", ""),
    },
    "override_set": {
        "es": ("los mensajes van a una URL propia de la línea: {url}", ""),
        "en": ("messages go to a URL of the line's own: {url}", ""),
    },
    "override_elsewhere": {
        "es": (
            "los mensajes van a otra parte: {url}, no a {wanted}",
            "Quite la URL alternativa: curl -X POST https://graph.facebook.com/v24.0/{line} -H 'Authorization: Bearer "
            'TOKEN\' -d \'{{"webhook_configuration":{{"override_callback_uri":""}}}}\' (la de la cuenta: '
            "POST /WABA_ID/subscribed_apps sin override_callback_uri)",
        ),
        "en": (
            "messages go elsewhere: {url}, not to {wanted}",
            "Take the other URL away: curl -X POST https://graph.facebook.com/v24.0/{line} -H 'Authorization: Bearer "
            'TOKEN\' -d \'{{"webhook_configuration":{{"override_callback_uri":""}}}}\' (the account\'s: '
            "POST /WABA_ID/subscribed_apps without override_callback_uri)",
        ),
    },
    "provider_unreachable": {
        "es": ("no se llega a Meta: {reason}", "Revise la red de esta máquina y RECADO_CLOUD_API_BASE_URL"),
        "en": ("Meta cannot be reached: {reason}", "Look at this machine's network and RECADO_CLOUD_API_BASE_URL"),
    },
    "not_asked": {
        "es": ("Meta no lo dijo: {reason}", "Pruebe otra vez en un minuto; si sigue igual, vea metastatus.com"),
        "en": ("Meta did not say: {reason}", "Try again in a minute; if that does not help, see metastatus.com"),
    },
}

"""The texts of `examine.py`: what is the case with a line and what to do about it, in Spanish and English."""

from collections.abc import Mapping
from typing import Any

from recado.channels.contract import Line, LineFinding

_CONSOLE = {"es": "developers.facebook.com > Mis apps > su app", "en": "developers.facebook.com > My Apps > your app"}
_MANAGER = {"es": "WhatsApp Manager > Números de teléfono", "en": "WhatsApp Manager > Phone numbers"}


def finding(check: str, level: str, code: str, line: Line, **values: Any) -> LineFinding:
    words = TEXTS[code]
    says: dict[str, str] = {}
    mend: dict[str, str] = {}
    for language, (said, cure) in words.items():
        known = {"line": line.address, "console": _CONSOLE[language], "manager": _MANAGER[language], **values}
        says[language], mend[language] = said.format(**known), cure.format(**known)
    return LineFinding(check, level, code, says, {k: v for k, v in mend.items() if v})


# By code, then by language: what is the case, and what to do about it (empty if nothing).
TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "access_token_missing": {
        "es": (
            "la línea no tiene token de acceso",
            (
                "Cree uno en business.facebook.com > Configuración > Usuarios del sistema > Generar token, y luego: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
        "en": (
            "the line has no access token",
            (
                "Make one at business.facebook.com > Settings > System users > Generate token, then: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
    },
    "app_secret_missing": {
        "es": (
            "la línea no tiene la clave secreta de la app, así que ningún webhook se acepta",
            (
                "Cópiela de {console} > Configuración > Básica > Clave secreta, y luego: "
                "recado line update --phone-number-id {line} --app-secret CLAVE"
            ),
        ),
        "en": (
            "the line has no app secret, so that no webhook is taken",
            (
                "Copy it from {console} > Settings > Basic > App secret, then: "
                "recado line update --phone-number-id {line} --app-secret SECRET"
            ),
        ),
    },
    "verify_token_missing": {
        "es": (
            "la línea no tiene token de verificación: Meta no puede confirmar la URL del webhook",
            (
                "Elija un texto y dígalo en ambos lados: recado line update --phone-number-id {line} --verify-token "
                "TEXTO, "
                "y en {console} > WhatsApp > Configuración > Webhook > Editar"
            ),
        ),
        "en": (
            "the line has no verify token: Meta cannot confirm the webhook's URL",
            (
                "Choose a text and tell both sides: recado line update --phone-number-id {line} --verify-token TEXT, "
                "and at {console} > WhatsApp > Configuration > Webhook > Edit"
            ),
        ),
    },
    "waba_id_missing": {
        "es": (
            "la línea no conoce su cuenta de WhatsApp Business: sin ella no hay plantillas ni avisos de la cuenta",
            (
                "Copie el identificador de {console} > WhatsApp > Configuración de la API, y luego: "
                "recado line update --phone-number-id {line} --waba-id ID"
            ),
        ),
        "en": (
            "the line does not know its WhatsApp business account: without it there are no templates and no notices",
            (
                "Copy its id from {console} > WhatsApp > API setup, then: "
                "recado line update --phone-number-id {line} --waba-id ID"
            ),
        ),
    },
    "access_token_invalid": {
        "es": (
            "Meta no acepta el token de acceso (venció o fue revocado)",
            (
                "Cree uno que no venza en business.facebook.com > Configuración > Usuarios del sistema > Generar "
                "token, "
                "con los permisos whatsapp_business_messaging y whatsapp_business_management, y luego: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
        "en": (
            "Meta does not take the access token (it has expired or was revoked)",
            (
                "Make one that does not expire at business.facebook.com > Settings > System users > Generate token, "
                "with the permissions whatsapp_business_messaging and whatsapp_business_management, then: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
    },
    "scopes_missing": {
        "es": (
            "al token le falta permiso: {scopes}",
            (
                "Genere otro en business.facebook.com > Configuración > Usuarios del sistema, marcando {scopes}, y "
                "luego: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
        "en": (
            "the token lacks permission: {scopes}",
            (
                "Generate another at business.facebook.com > Settings > System users, with {scopes} ticked, then: "
                "recado line update --phone-number-id {line} --access-token TOKEN"
            ),
        ),
    },
    "token_expires": {
        "es": (
            "el token de acceso vence en {days} días",
            (
                "Cámbielo por el de un usuario del sistema, que no vence: business.facebook.com > Configuración > "
                "Usuarios del sistema > Generar token > Caducidad: nunca"
            ),
        ),
        "en": (
            "the access token expires in {days} days",
            (
                "Replace it with a system user's, which does not: business.facebook.com > Settings > System users > "
                "Generate token > Expiration: never"
            ),
        ),
    },
    "token_valid": {"es": ("el token vale y tiene los permisos", ""), "en": ("the token is valid and may do all", "")},
    "number_unknown": {
        "es": (
            "Meta no conoce este número, o el token no puede verlo",
            (
                "Compare el identificador en {console} > WhatsApp > Configuración de la API, y dé al usuario del "
                "sistema "
                "acceso a la cuenta: business.facebook.com > Configuración > Cuentas de WhatsApp > Agregar personas"
            ),
        ),
        "en": (
            "Meta does not know this number, or the token may not see it",
            (
                "Compare the id at {console} > WhatsApp > API setup, and give the system user access to the account: "
                "business.facebook.com > Settings > WhatsApp accounts > Add people"
            ),
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
        # By API only, says https://developers.facebook.com/documentation/business-messaging/whatsapp/
        # business-phone-numbers/registration (26 June 2026).
        "es": (
            "el número no está registrado en la Cloud API: {status}",
            (
                "Regístrelo (Meta lo hace solo por API; el PIN es de seis cifras): curl -X POST "
                "https://graph.facebook.com/v24.0/{line}/register -H 'Authorization: Bearer TOKEN' "
                "-d 'messaging_product=whatsapp&pin=PIN'"
            ),
        ),
        "en": (
            "the number is not registered with the Cloud API: {status}",
            (
                "Register it (Meta does so by API only; the PIN has six digits): curl -X POST "
                "https://graph.facebook.com/v24.0/{line}/register -H 'Authorization: Bearer TOKEN' "
                "-d 'messaging_product=whatsapp&pin=PIN'"
            ),
        ),
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
            (
                "Compare el identificador en {console} > WhatsApp > Configuración de la API (no es el del número), "
                "y luego: "
                "recado line update --phone-number-id {line} --waba-id ID"
            ),
        ),
        "en": (
            "Meta does not know account {waba}, or the token may not see it",
            (
                "Compare the id at {console} > WhatsApp > API setup (it is not the number's), then: "
                "recado line update --phone-number-id {line} --waba-id ID"
            ),
        ),
    },
    "not_subscribed": {
        "es": (
            "la app no está suscrita a la cuenta {waba}: no llega ningún mensaje",
            (
                "En {console} > WhatsApp > Configuración > Webhook, suscriba el campo messages; si sigue igual: "
                "curl -X POST https://graph.facebook.com/v24.0/{waba}/subscribed_apps -H 'Authorization: Bearer TOKEN'"
            ),
        ),
        "en": (
            "the app is not subscribed to account {waba}: no message arrives",
            (
                "At {console} > WhatsApp > Configuration > Webhook, subscribe the field messages; if that does not "
                "help: "
                "curl -X POST https://graph.facebook.com/v24.0/{waba}/subscribed_apps -H 'Authorization: Bearer TOKEN'"
            ),
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
            (
                "Quite la URL alternativa: curl -X POST https://graph.facebook.com/v24.0/{line} -H 'Authorization: "
                "Bearer "
                'TOKEN\' -d \'{{"webhook_configuration":{{"override_callback_uri":""}}}}\' (la de la cuenta: '
                "POST /WABA_ID/subscribed_apps sin override_callback_uri)"
            ),
        ),
        "en": (
            "messages go elsewhere: {url}, not to {wanted}",
            (
                "Take the other URL away: curl -X POST https://graph.facebook.com/v24.0/{line} -H 'Authorization: "
                "Bearer "
                'TOKEN\' -d \'{{"webhook_configuration":{{"override_callback_uri":""}}}}\' (the account\'s: '
                "POST /WABA_ID/subscribed_apps without override_callback_uri)"
            ),
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

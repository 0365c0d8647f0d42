"""The texts of `examine.py` and `callback.py`: what is the case with a line and what to do, in Spanish and English."""

from collections.abc import Mapping
from typing import Any

from recado.channels.contract import Line, LineFinding

_CONSOLE = {"es": "developers.facebook.com > Mis apps > tu app", "en": "developers.facebook.com > My Apps > your app"}
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
                "Crea uno en business.facebook.com > Configuración > Usuarios del sistema > Generar token, y luego: "
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
                "Cópiala de {console} > Configuración > Básica > Clave secreta, y luego: "
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
                "Elige un texto y dilo en ambos lados: recado line update --phone-number-id {line} --verify-token "
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
                "Copia el identificador de {console} > WhatsApp > Configuración de la API, y luego: "
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
                "Crea uno que no venza en business.facebook.com > Configuración > Usuarios del sistema > Generar "
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
                "Genera otro en business.facebook.com > Configuración > Usuarios del sistema, marcando {scopes}, y "
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
                "Cámbialo por el de un usuario del sistema, que no vence: business.facebook.com > Configuración > "
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
                "Compara el identificador en {console} > WhatsApp > Configuración de la API, y da al usuario del "
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
            "Mira la causa en {manager} > Calidad, y pide una revisión en business.facebook.com > Ayuda para empresas",
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
                "Regístralo (Meta lo hace solo por API; el PIN es de seis cifras): curl -X POST "
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
        "es": ("el número no está verificado (o venció)", "Pide un código nuevo en {manager} > Verificar"),
        "en": ("the number is not verified (or that has expired)", "Ask for a new code at {manager} > Verify"),
    },
    "name_not_approved": {
        "es": ("el nombre visible no está aprobado: {status}", "Cámbialo en {manager} > Nombre > Editar"),
        "en": ("the display name is not approved: {status}", "Change it at {manager} > Name > Edit"),
    },
    "quality_low": {
        "es": (
            "la calidad del número es {quality}: hay quienes lo bloquean o denuncian",
            "Escribe a menos personas y solo a quienes lo pidieron; los motivos están en {manager} > Calidad",
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
                "Compara el identificador en {console} > WhatsApp > Configuración de la API (no es el del número), "
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
                "En {console} > WhatsApp > Configuración > Webhook, suscribe el campo messages; si sigue igual: "
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
                "Quita la URL alternativa: curl -X POST https://graph.facebook.com/v24.0/{line} -H 'Authorization: "
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
    "app_secret_wrong": {
        "es": (
            "la clave secreta no es la de la app {app}: la firma de ningún webhook encaja",
            (
                "Cópiala de {console} > Configuración > Básica > Clave secreta (la app es la {app}), y luego: "
                "recado line update --phone-number-id {line} --app-secret CLAVE"
            ),
        ),
        "en": (
            "the app secret is not that of app {app}: no webhook's signature fits",
            (
                "Copy it from {console} > Settings > Basic > App secret (the app is {app}), then: "
                "recado line update --phone-number-id {line} --app-secret SECRET"
            ),
        ),
    },
    "callback_missing": {
        "es": (
            "la app no tiene webhook en Meta, o está apagado: no llega ningún mensaje",
            (
                "En {console} > WhatsApp > Configuración > Webhook > Editar: URL de devolución de llamada {wanted}, "
                "token de verificación el de la línea, Verificar y guardar; luego suscribe el campo messages"
            ),
        ),
        "en": (
            "the app has no webhook at Meta, or it is off: no message arrives",
            (
                "At {console} > WhatsApp > Configuration > Webhook > Edit: callback URL {wanted}, verify token that of "
                "the line, Verify and save; then subscribe the field messages"
            ),
        ),
    },
    "callback_elsewhere": {
        "es": (
            "Meta entrega en otra parte: {url}, no en {wanted}",
            (
                "En {console} > WhatsApp > Configuración > Webhook > Editar: URL de devolución de llamada {wanted}, "
                "token de verificación el de la línea, Verificar y guardar. Si la primera es la buena: "
                "RECADO_PUBLIC_URL"
            ),
        ),
        "en": (
            "Meta delivers elsewhere: {url}, not to {wanted}",
            (
                "At {console} > WhatsApp > Configuration > Webhook > Edit: callback URL {wanted}, verify token that of "
                "the line, Verify and save. If the first is the right one: RECADO_PUBLIC_URL"
            ),
        ),
    },
    "callback_fine": {
        "es": ("Meta entrega en {url}, con el campo messages", ""),
        "en": ("Meta delivers to {url}, with the field messages", ""),
    },
    "messages_not_subscribed": {
        "es": (
            "el campo messages no está suscrito: no llega ningún mensaje ni estado",
            "En {console} > WhatsApp > Configuración > Webhook > Campos del webhook, suscribe messages",
        ),
        "en": (
            "the field messages is not subscribed: no message and no status arrives",
            "At {console} > WhatsApp > Configuration > Webhook > Webhook fields, subscribe messages",
        ),
    },
    "fields_missing": {
        "es": (
            (
                "sin estos campos Recado no se entera de plantillas que cambian, de quienes ya no quieren publicidad "
                "o de restricciones de la cuenta y la calidad del número: {fields}"
            ),
            "En {console} > WhatsApp > Configuración > Webhook > Campos del webhook, suscribe {fields}",
        ),
        "en": (
            (
                "without these fields Recado does not learn of templates that change, of people who want no "
                "marketing, or of restrictions of the account and the number's quality: {fields}"
            ),
            "At {console} > WhatsApp > Configuration > Webhook > Webhook fields, subscribe {fields}",
        ),
    },
    "handshake_fine": {
        "es": ("{url} contesta como Meta lo pide", ""),
        "en": ("{url} answers as Meta asks", ""),
    },
    "handshake_untried": {
        "es": (
            "no se probó el saludo de Meta: no se conoce la dirección pública de este servidor",
            "Dila: recado line check {line} --url https://recado.example.com, o para siempre con RECADO_PUBLIC_URL",
        ),
        "en": (
            "Meta's handshake was not tried: the public address of this server is not known",
            "Say it: recado line check {line} --url https://recado.example.com, or for good with RECADO_PUBLIC_URL",
        ),
    },
    "handshake_inwards": {
        "es": (
            "{url} es una dirección privada: Meta no puede llegar a ella, y no se probó",
            (
                "Da a Meta una dirección pública en {console} > WhatsApp > Configuración > Webhook > Editar. Si es "
                "este servidor visto desde dentro, dilo con RECADO_PUBLIC_URL"
            ),
        ),
        "en": (
            "{url} is a private address: Meta cannot reach it, and it was not tried",
            (
                "Give Meta a public address at {console} > WhatsApp > Configuration > Webhook > Edit. If it is this "
                "server seen from inside, say so with RECADO_PUBLIC_URL"
            ),
        ),
    },
    "handshake_not_secure": {
        "es": (
            "{url} contesta, pero sin HTTPS: Meta no la acepta",
            "Pon HTTPS delante con un certificado válido (guía de operaciones: Caddy, nginx) y usa esa dirección",
        ),
        "en": (
            "{url} answers, but without HTTPS: Meta does not take it",
            "Put HTTPS with a valid certificate in front (operations guide: Caddy, nginx) and use that address",
        ),
    },
    "handshake_tls": {
        "es": (
            "el certificado de {url} no vale ({reason}): Meta no llama ahí",
            (
                "Usa un certificado de una autoridad conocida, con toda su cadena y para ese nombre (Caddy lo saca "
                "solo); compruébalo: curl -v {url}"
            ),
        ),
        "en": (
            "the certificate of {url} is not valid ({reason}): Meta does not call there",
            (
                "Use a certificate of a known authority, with its whole chain and for that name (Caddy gets one by "
                "itself); look at it: curl -v {url}"
            ),
        ),
    },
    "handshake_unreachable": {
        "es": (
            "no se llega a {url} ({reason})",
            (
                "¿Corre recado up (o recado api), apunta el nombre a esta máquina y deja pasar el cortafuegos el "
                "puerto 443? Pruébalo desde otra red: curl -v {url}"
            ),
        ),
        "en": (
            "{url} cannot be reached ({reason})",
            (
                "Does recado up (or recado api) run, does the name lead to this machine, and does the firewall let "
                "port 443 through? Try it from another network: curl -v {url}"
            ),
        ),
    },
    "handshake_wrong_token": {
        "es": (
            "{url} no conoce el token de verificación de la línea",
            (
                "Ahí contesta otro Recado, o uno con otra base de datos: compara RECADO_DATABASE_URL y "
                "RECADO_DATA_DIR. El texto que escribes en {console} > WhatsApp > Configuración > Webhook > Editar "
                "debe ser el mismo: recado line update --phone-number-id {line} --verify-token TEXTO"
            ),
        ),
        "en": (
            "{url} does not know the line's verify token",
            (
                "Another Recado answers there, or one with another database: compare RECADO_DATABASE_URL and "
                "RECADO_DATA_DIR. The text that you write at {console} > WhatsApp > Configuration > Webhook > Edit "
                "must be the same: recado line update --phone-number-id {line} --verify-token TEXT"
            ),
        ),
    },
    "handshake_other_answer": {
        "es": (
            "en {url} no contesta Recado (HTTP {status})",
            (
                "¿Lleva el proxy esa ruta entera, con lo que va tras el ?, al puerto de Recado? 404: otra ruta; 301 o "
                "302: Meta no sigue desvíos, usa la dirección final; 502 o 503: Recado no corre"
            ),
        ),
        "en": (
            "it is not Recado that answers at {url} (HTTP {status})",
            (
                "Does the proxy pass that whole path, with what follows the ?, to Recado's port? 404: another path; "
                "301 or 302: Meta follows no redirects, use the last address; 502 or 503: Recado does not run"
            ),
        ),
    },
    "provider_unreachable": {
        "es": ("no se llega a Meta: {reason}", "Revisa la red de esta máquina y RECADO_CLOUD_API_BASE_URL"),
        "en": ("Meta cannot be reached: {reason}", "Look at this machine's network and RECADO_CLOUD_API_BASE_URL"),
    },
    "not_asked": {
        "es": ("Meta no lo dijo: {reason}", "Prueba otra vez en un minuto; si sigue igual, mira metastatus.com"),
        "en": ("Meta did not say: {reason}", "Try again in a minute; if that does not help, see metastatus.com"),
    },
}

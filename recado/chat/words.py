"""What the phone says to the person at it, in Spanish and English."""

from recado.kit.languages import MachineLanguage as Language

WORDS: dict[str, tuple[str, str]] = {
    "me": ("Tú", "You"),
    "hint": (
        "Escribe y pulsa Intro. Un número entre corchetes elige esa opción. Más: /ayuda. Salir: Ctrl-D.",
        "Write and press Enter. A number in brackets chooses that option. More: /help. Leave: Ctrl-D.",
    ),
    "help": (
        """/archivo RUTA [TEXTO]     manda un archivo: foto, audio, video, sticker (.webp) o documento
/voz RUTA                 manda un archivo de audio como nota de voz
/ubicacion LAT LON [LUGAR]  manda una ubicación
/contacto NÚMERO NOMBRE   comparte un contacto
/reaccion EMOJI           reacciona al último mensaje
/salir                    termina""",
        """/file PATH [TEXT]         send a file: a picture, audio, a video, a sticker (.webp) or a document
/voice PATH               send an audio file as a voice note
/location LAT LON [PLACE]  send a location
/contact NUMBER NAME      share a contact
/react EMOJI              react to the last message
/quit                     leave""",
    ),
    "usage_file": (
        "Di qué archivo: /archivo foto.jpg (con espacios: /archivo 'mi foto.jpg')",
        "Say which file: /file photo.jpg (with spaces: /file 'my photo.jpg')",
    ),
    "usage_voice": ("Di qué archivo: /voz nota.ogg", "Say which file: /voice note.ogg"),
    "usage_location": ("Así: /ubicacion -12.05 -77.04 Plaza Mayor", "Like this: /location -12.05 -77.04 Main square"),
    "usage_contact": ("Así: /contacto 51900000002 Luis", "Like this: /contact 51900000002 Luis"),
    "usage_reaction": (
        "Así, cuando te hayan escrito: /reaccion 👍",
        "Like this, once you got a message: /react 👍",
    ),
    "quotes": ("Falta cerrar una comilla", "A quotation mark is not closed"),
    "unreadable": ("No se puede leer {path}: {reason}", "{path} cannot be read: {reason}"),
    "too_large": (
        "{path} es demasiado grande: WhatsApp acepta hasta {mb} MB",
        "{path} is too large: WhatsApp takes up to {mb} MB",
    ),
    "typing": ("escribiendo…", "typing…"),
    "lost": ("Sin conexión con el simulador; se intenta de nuevo…", "No connection to the simulator; trying again…"),
    "back": ("De nuevo en línea.", "Back online."),
    "anew": (
        "El simulador empezó de nuevo y no recuerda lo anterior.",
        "The simulator began anew and does not remember what was before.",
    ),
    "waits": (
        "Recado no contesta; tu mensaje espera en el simulador y llegará cuando vuelva.",
        "Recado does not answer; your message waits in the simulator and will arrive when it is back.",
    ),
    "failed": ("no entregado", "not delivered"),
    "refused": ("El simulador no lo aceptó", "The simulator did not take it"),
    "silence": ("Sin respuesta en {seconds} s.", "No answer within {seconds} s."),
    "bye": ("Hasta luego. La conversación queda guardada.", "Bye. The conversation is kept."),
    "image": ("imagen", "picture"),
    "audio": ("audio", "audio"),
    "video": ("video", "video"),
    "document": ("documento", "document"),
    "sticker": ("sticker", "sticker"),
    "location": ("ubicación", "location"),
    "contacts": ("contacto", "contact"),
    "reaction": ("reacción", "reaction"),
}
_POSITION: dict[Language, int] = {"es": 0, "en": 1}


def say(language: Language, word: str, **values: object) -> str:
    """A phrase; an unknown word is its own phrase."""
    phrases = WORDS.get(word)
    text = word if phrases is None else phrases[_POSITION[language]]
    return text.format(**values) if values else text

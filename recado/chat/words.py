"""What the phone says to the person at it, in Spanish and English."""

from recado.kit.languages import MachineLanguage as Language

WORDS: dict[str, tuple[str, str]] = {
    "me": ("Tú", "You"),
    "hint": (
        "Escribe y pulsa Intro. Un número entre corchetes elige esa opción. Salir: Ctrl-D.",
        "Write and press Enter. A number in brackets chooses that option. Leave: Ctrl-D.",
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

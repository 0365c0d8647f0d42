"""What a phone can send besides text, written as commands: files, voice notes, a place, a contact, a reaction."""

import base64
import mimetypes
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recado.chat.story import Story
from recado.chat.words import Language, say
from recado.errors import BadInput
from recado.media.limits import MAX_BYTES, MB, Kind

# What not every machine's table of types knows.
_TYPES = {".ogg": "audio/ogg", ".opus": "audio/ogg", ".amr": "audio/amr", ".webp": "image/webp", ".m4a": "audio/mp4"}
# WhatsApp's voice notes: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/audio-messages
_VOICE_TYPE = "audio/ogg; codecs=opus"
_ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Content:
    """What goes to the simulator, and how it is shown here: `text` beside the name of its `kind`."""

    kind: str
    text: str
    body: Mapping[str, Any]


def content_of(line: str, story: Story, language: Language) -> Content | None:
    """What a line that is a command sends; None for any other line, which is a text.

    Reads the file that it names. Raises `BadInput` with what to write instead.
    """
    word, _, rest = line.partition(" ")
    make = _COMMANDS.get(word.lower())
    return None if make is None else make(_words(rest, language), story, language)


def _words(rest: str, language: Language) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:
        raise BadInput(say(language, "quotes")) from None


def _file(words: list[str], _: Story, language: Language) -> Content:
    path, caption = _path(words, language, "usage_file"), " ".join(words[1:])
    mime_type = _TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or _ANY_TYPE
    kind = _kind(mime_type)
    body: dict[str, Any] = {"content": _encoded(path, kind, language), "mime_type": mime_type}
    if kind == "document":
        body["filename"] = path.name
    if caption and kind not in ("audio", "sticker"):  # WhatsApp has no captions there
        body["caption"] = caption
    return Content(kind, caption or path.name, {kind: body})


def _kind(mime_type: str) -> Kind:
    """What WhatsApp's clip sends a file of this type as."""
    if mime_type == "image/webp":
        return "sticker"
    family = mime_type.partition("/")[0]
    return family if family in ("image", "audio", "video") else "document"


def _voice(words: list[str], _: Story, language: Language) -> Content:
    path = _path(words, language, "usage_voice")
    body = {"content": _encoded(path, "audio", language), "mime_type": _VOICE_TYPE}
    return Content("audio", path.name, {"voice": body})


def _path(words: list[str], language: Language, usage: str) -> Path:
    if not words:
        raise BadInput(say(language, usage))
    return Path(words[0]).expanduser()


def _encoded(path: Path, kind: Kind, language: Language) -> str:
    most = MAX_BYTES[kind]
    try:
        if path.stat().st_size > most:
            raise BadInput(say(language, "too_large", path=path, mb=f"{most / MB:g}"))
        return base64.b64encode(path.read_bytes()).decode()
    except OSError as error:
        raise BadInput(say(language, "unreadable", path=path, reason=error.strerror)) from None


def _location(words: list[str], _: Story, language: Language) -> Content:
    numbers = " ".join(words).replace(",", " ").split()
    try:
        latitude, longitude = float(numbers[0]), float(numbers[1])
    except (ValueError, IndexError):
        raise BadInput(say(language, "usage_location")) from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadInput(say(language, "usage_location"))
    name = " ".join(numbers[2:])
    body = {"latitude": latitude, "longitude": longitude, **({"name": name} if name else {})}
    return Content("location", name or f"{latitude}, {longitude}", {"location": body})


def _contact(words: list[str], _: Story, language: Language) -> Content:
    number, name = (words[0].removeprefix("+") if words else ""), " ".join(words[1:])
    if not (number.isascii() and number.isdigit() and name):
        raise BadInput(say(language, "usage_contact"))
    phone = {"phone": f"+{number}", "type": "CELL", "wa_id": number}
    card = {"name": {"formatted_name": name, "first_name": words[1]}, "phones": [phone]}
    return Content("contacts", name, {"contacts": [card]})


def _reaction(words: list[str], story: Story, language: Language) -> Content:
    theirs = [message for message in story.messages if not message.mine]
    if len(words) != 1 or not theirs:
        raise BadInput(say(language, "usage_reaction"))
    return Content("reaction", words[0], {"reaction": {"message_id": theirs[-1].id, "emoji": words[0]}})


_COMMANDS: Mapping[str, Callable[[list[str], Story, Language], Content]] = {
    **dict.fromkeys(("/file", "/archivo"), _file),
    **dict.fromkeys(("/voice", "/voz"), _voice),
    **dict.fromkeys(("/location", "/ubicacion", "/ubicación"), _location),
    **dict.fromkeys(("/contact", "/contacto"), _contact),
    **dict.fromkeys(("/react", "/reaccion", "/reacción"), _reaction),
}
HELP = frozenset({"/help", "/ayuda"})

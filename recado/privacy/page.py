"""The page of an export: what was written, for people, in Spanish and English. It runs nothing and asks for nothing."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

from recado.personal import Record

BEGIN = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><title>Tus datos / Your data</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
.m{border-radius:.5rem;padding:.5rem .8rem;margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.in{background:#eee;margin-right:4rem}.out{background:#dcf5d6;margin-left:4rem}small{color:#555;display:block}</style>
</head><body><h1>Tus datos / Your data</h1>
<p lang="es">Lo que se escribió, en orden; las horas son UTC. Los archivos .json tienen todo lo demás: quién eres
(contacts, addresses), lo que los asistentes recuerdan (facts), conversaciones, eventos y archivos.</p>
<p lang="en">What was written, in order; times are UTC. The .json files have all the rest: who you are (contacts,
addresses), what assistants remember (facts), conversations, events and files.</p>
"""
END = "</body></html>\n"


def message_of(message: Record, files: Iterable[Record]) -> str:
    """One message, with links to its files and what was said in them."""
    way = "in" if message["direction"] == "in" else "out"
    at = datetime.fromtimestamp(message["at_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    parts = [escape(_words(message["content"]))]
    for file in files:
        if file["file"]:
            shown = escape(file["filename"] or file["file"])
            parts.append(f'<a href="{escape(file["file"], quote=True)}">{shown}</a>')
        if file["transcript"]:
            parts.append(escape(file["transcript"]))
    return f'<div class="m {way}"><small>{at}</small>{"<br>".join(filter(None, parts))}</div>\n'


def _words(content: Any) -> str:
    """What a message says, whoever wrote it; nothing is left out that a form or a card holds."""
    if not isinstance(content, dict):
        return ""
    said: Record = content  # pyright: ignore[reportUnknownVariableType] # a JSON object
    kind = said.get("type")
    if kind in _SAYS:
        return _SAYS[kind](said)
    words = next((said[name] for name in ("text", "caption", "title", "emoji") if said.get(name)), None)
    return words if isinstance(words, str) else _labelled(_HEADS.get(str(kind), str(kind or "")), said)


def _location(said: Record) -> str:
    named = [str(said[name]) for name in ("name", "address", "url") if said.get(name)]
    return "\n".join([_HEADS["location"], *named, f"{said.get('latitude')}, {said.get('longitude')}"])


def _contacts(said: Record) -> str:
    lines = [_HEADS["contacts"]]
    for card in said.get("contacts") or ():
        parts = [card.get("name"), card.get("organization"), *(card.get("phones") or ()), *(card.get("emails") or ())]
        lines.append(", ".join(str(part) for part in parts if part))
    return "\n".join(lines)


def _form_reply(said: Record) -> str:
    """The answers of a form in the chat, by the names that its author gave them."""
    head = [str(said[name]) for name in ("name", "body") if said.get(name)]
    return "\n".join([_HEADS["form_reply"], *head, *_lines(said.get("fields"))])


def _unsupported(said: Record) -> str:
    return _labelled(_HEADS["unsupported"], {"provider_type": said.get("provider_type"), **(said.get("raw") or {})})


def _media(said: Record) -> str:
    """Its file stands beside it, if it is kept."""
    return str(said.get("caption") or f"[{said.get('media', 'media')}]")


def _by_window(said: Record) -> str:
    """One of the two was sent."""
    return "\n/\n".join(filter(None, (_words(said.get("inside")), _words(said.get("outside")))))


_SAYS: dict[str, Callable[[Record], str]] = {
    "location": _location,
    "contacts": _contacts,
    "form_reply": _form_reply,
    "unsupported": _unsupported,
    "media": _media,
    "by_window": _by_window,
}
_HEADS = {
    "location": "Ubicación / Location",
    "contacts": "Contactos / Contact cards",
    "form_reply": "Respuestas de un formulario / Answers of a form",
    "unsupported": "Recado no conoce este tipo de mensaje / Recado does not know this kind of message",
    "order": "Pedido / Order",
    "template": "Plantilla / Template",
    "deleted": "Mensaje eliminado / Deleted message",
    "reaction": "Reacción quitada / Reaction taken back",
    "system": "WhatsApp",
}


def _labelled(head: str, said: Record) -> str:
    return "\n".join(filter(None, [head, *_lines({key: value for key, value in said.items() if key != "type"})]))


def _lines(value: Any, path: str = "") -> list[str]:
    """Any JSON as lines "where: what", without what is empty."""
    if isinstance(value, dict):
        found: Record = value  # pyright: ignore[reportUnknownVariableType] # any JSON
        return [line for key, one in found.items() for line in _lines(one, f"{path} {key}".strip())]
    if isinstance(value, list):
        return [line for one in value for line in _lines(one, path)]  # pyright: ignore[reportUnknownVariableType] # any JSON
    return [] if value is None or value == "" else [f"{path}: {value}" if path else str(value)]

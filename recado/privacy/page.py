"""The page of an export: what was written, for people, in Spanish and English. It runs nothing and asks for nothing."""

import json
from collections.abc import Iterable
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
    if not isinstance(content, dict):
        return ""
    for name in ("text", "caption", "title", "body"):
        found = content.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] # any JSON
        if isinstance(found, str) and found:
            return found
    return json.dumps(content, ensure_ascii=False)

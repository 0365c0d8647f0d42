"""How messages look in a terminal: pure functions from a message to rows of text."""

import time
import unicodedata
from dataclasses import dataclass
from typing import Any

from recado.chat.story import Message, Tick
from recado.chat.words import Language, say

MARKS = {Tick.WAITING: "·", Tick.SENT: "✓", Tick.DELIVERED: "✓✓", Tick.READ: "✓✓", Tick.FAILED: "✗"}
# Two columns and the space before them.
MARK_WIDTH = 2
_STATUS = {Tick.SENT: "sent", Tick.DELIVERED: "delivered", Tick.READ: "read", Tick.FAILED: "failed"}
_MIN_TEXT_WIDTH = 20
_BOLD, _DIM, _CYAN, _GREEN, _RED, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Look:
    """`width` in columns; `colour` false writes no escape sequences at all."""

    language: Language
    business: str
    width: int
    colour: bool

    def rows(self, message: Message) -> tuple[list[str], int]:
        """A message as rows without its mark, and the column at which the mark follows the last row of its text."""
        who = say(self.language, "me") if message.mine else self.business
        head = f"{time.strftime('%H:%M', time.localtime(message.at_ms / 1000))} {who}: "
        room = max(_MIN_TEXT_WIDTH, self.width - MARK_WIDTH - 2)
        wrapped = wrap(head + self._text(message), room, "      ")
        column = columns(wrapped[-1]) + 1
        shade = _CYAN if message.mine else _GREEN
        if self.colour and wrapped[0].startswith(head):
            wrapped[0] = f"{_DIM}{head[:6]}{_RESET}{_BOLD}{shade}{head[6:]}{_RESET}{wrapped[0][len(head) :]}"
        return wrapped, column

    def choices(self, message: Message) -> list[str]:
        """The rows below a message that offers something."""
        rows: list[str] = []
        for number, choice in enumerate(message.choices, 1):
            text = f"[{number}] {choice.title}" + (f" — {choice.description}" if choice.description else "")
            rows += wrap("      " + text, self.width - 1, "          ")
        return rows

    def mark(self, message: Message) -> str:
        """The ticks, always two columns wide."""
        mark = MARKS[message.tick].ljust(MARK_WIDTH)
        shade = {Tick.READ: _CYAN, Tick.FAILED: _RED}.get(message.tick, _DIM)
        return f"{shade}{mark}{_RESET}" if self.colour else mark

    def notice(self, text: str) -> str:
        """Something that nobody said."""
        return f"{_DIM}* {text}{_RESET}" if self.colour else f"* {text}"

    def failure(self, message: Message) -> str:
        return self.notice(f"✗ {say(self.language, 'failed')}" + (f": {message.error}" if message.error else ""))

    def plain(self, message: Message) -> str:
        """A message with its mark, finished: for where nothing can be changed later."""
        rows, _ = self.rows(message)
        rows[-1] += f" {self.mark(message)}".rstrip()
        return "\n".join([*rows, *self.choices(message)])

    def _text(self, message: Message) -> str:
        if message.kind in ("text", "interactive", "button"):
            return message.text
        shown = f"({say(self.language, message.kind)})"
        return f"{shown} {message.text}" if message.text else shown


def as_json(message: Message) -> dict[str, Any]:
    """A message for scripts."""
    choices = [
        {"number": number, "id": choice.id, "title": choice.title, "description": choice.description}
        for number, choice in enumerate(message.choices, 1)
    ]
    return {
        "event": "message",
        "id": message.id,
        "from": "me" if message.mine else "assistant",
        "type": message.kind,
        "text": message.text,
        "choices": choices,
        "status": status(message),
        "at_ms": message.at_ms,
    }


def status(message: Message) -> str | None:
    """The last status by its name; None before the first."""
    return _STATUS.get(message.tick)


def columns(text: str) -> int:
    """How many columns a text takes: wide letters and emoji take two, accents that combine none."""
    total = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
            continue
        total += 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
    return total


def wrap(text: str, width: int, indent: str) -> list[str]:
    """Rows of at most `width` columns, broken between words where that is possible; later rows are indented."""
    rows: list[str] = []
    for paragraph in printable(text).split("\n"):
        row = indent if rows else ""
        empty = True
        for word in paragraph.split(" "):
            for part in _pieces(word, max(1, width - columns(indent))):
                if not empty and columns(row) + 1 + columns(part) > width:
                    rows.append(row)
                    row, empty = indent, True
                row += part if empty else f" {part}"
                empty = False
        rows.append(row if paragraph.strip() else "")
    return rows


def printable(text: str) -> str:
    """The text without control characters: what others write must not steer this terminal."""
    kept = text.replace("\r\n", "\n").replace("\t", "    ")
    return "".join(c for c in kept if c == "\n" or unicodedata.category(c) not in ("Cc", "Co", "Cs"))


def _pieces(word: str, width: int) -> list[str]:
    if columns(word) <= width:
        return [word]
    pieces: list[str] = []
    piece = ""
    for letter in word:
        if columns(piece + letter) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]

"""A terminal with a conversation above and one line to write on below. Ticks change where they stand."""

import os
import sys
import termios
from types import TracebackType
from typing import Self

from recado.chat.editor import LineEditor
from recado.chat.looks import Look, columns
from recado.chat.story import Message, Tick
from recado.chat.words import Language, say

PROMPT = "> "
# Bracketed paste: a text of several lines is one message, not many.
_PASTE_ON, _PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
_MIN_COLUMNS = 20
# Of a terminal that does not know its own.
_USUAL_SIZE = os.terminal_size((80, 24))


class Screen:
    """Writes on `sys.stdout`, which must be a terminal, as `sys.stdin`. Use it as a context manager."""

    def __init__(self, language: Language, business: str, *, colour: bool) -> None:
        self.editor = LineEditor()
        self.typing = False
        self._language: Language = language
        self._business = business
        self._colour = colour
        self._rows = 0
        self._marks: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[3] &= ~(termios.ICANON | termios.ECHO)
        termios.tcsetattr(0, termios.TCSADRAIN, quiet)
        self._write(_PASTE_ON)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(f"\r\x1b[J{_PASTE_OFF}")
        termios.tcsetattr(0, termios.TCSADRAIN, self._before)

    @property
    def look(self) -> Look:
        return Look(self._language, self._business, self._size().columns, self._colour)

    def show(self, *messages: Message) -> None:
        """Add messages above the line that is being written."""
        look, rows = self.look, list[str]()
        for message in messages:
            text, column = look.rows(message)
            self._marks[message.id] = (self._rows + len(rows) + len(text) - 1, column)
            text[-1] += f" {look.mark(message)}"
            rows += [*text, *look.choices(message)]
            if message.tick is Tick.FAILED:
                rows.append(look.failure(message))
        self._add(rows)

    def notice(self, text: str) -> None:
        """Add something that nobody said."""
        self._add([self.look.notice(text)])

    def tick(self, message: Message) -> None:
        """Change the mark of a message where it stands, if that is still on the screen."""
        row, column = self._marks.get(message.id, (-1, 0))
        up = self._rows - row
        if row >= 0 and up < self._size().lines:
            self._write(f"\x1b[{up}A\r\x1b[{column}C{self.look.mark(message)}\x1b[{up}B")
        if message.tick is Tick.FAILED:
            self._add([self.look.failure(message)])
        else:
            self.prompt()

    def again(self, messages: list[Message]) -> None:
        """Draw everything anew, as after a change of the window's size."""
        self._rows = 0
        self._marks.clear()
        self._write("\x1b[2J\x1b[H")
        self.show(*messages)

    def prompt(self) -> None:
        """Draw the line that is being written, with the cursor in its place."""
        lead = f"{say(self._language, 'typing')} {PROMPT}" if self.typing else PROMPT
        room = max(_MIN_COLUMNS, self._size().columns) - columns(lead) - 1
        before, after = self.editor.text[: self.editor.position], self.editor.text[self.editor.position :]
        while columns(before) > room:
            before = before[1:]
        while columns(before) + columns(after) > room:
            after = after[:-1]
        back = columns(after)
        self._write(f"\r\x1b[J{lead}{before}{after}" + (f"\x1b[{back}D" if back else ""))

    def _add(self, rows: list[str]) -> None:
        self._write("\r\x1b[J" + "".join(f"{row}\r\n" for row in rows))
        self._rows += len(rows)
        self.prompt()

    def _size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            return _USUAL_SIZE
        return size if size.columns and size.lines else _USUAL_SIZE

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

"""One line that is being written: a small line editor that knows keys and nothing of terminals."""

import re
from collections.abc import Callable

# What a terminal sends for one key: an escape sequence (ECMA-48, section 5.4; SS3 for arrows in application mode) or
# one character.
_KEY = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[A-Z]|\x1b[^\[O]|[^\x1b]", re.DOTALL)
_LONGEST_KEY = 16
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"


class LineEditor:
    """`text` with the cursor before `text[position]`. `feed` gives the lines that were entered."""

    def __init__(self) -> None:
        self.text = ""
        self.position = 0
        self.closed = False
        self._history: list[str] = []
        self._looking_at = 0
        self._draft = ""
        self._rest = ""
        self._pasting = False
        self._keys: dict[str, Callable[[], None]] = self._bindings()

    def _bindings(self) -> dict[str, Callable[[], None]]:
        def bind(action: Callable[[], None], *keys: str) -> dict[str, Callable[[], None]]:
            return dict.fromkeys(keys, action)

        return {
            **bind(self._left, "\x1b[D", "\x1bOD", "\x02"),
            **bind(self._right, "\x1b[C", "\x1bOC", "\x06"),
            **bind(lambda: self._older(-1), "\x1b[A", "\x1bOA", "\x10"),
            **bind(lambda: self._older(1), "\x1b[B", "\x1bOB", "\x0e"),
            **bind(self._home, "\x1b[H", "\x1bOH", "\x1b[1~", "\x01"),
            **bind(self._end, "\x1b[F", "\x1bOF", "\x1b[4~", "\x05"),
            **bind(self._backspace, "\x7f", "\x08"),
            **bind(self._delete, "\x1b[3~"),
            **bind(self._delete_or_close, "\x04"),
            **bind(self._cut_before, "\x15"),
            **bind(self._cut_after, "\x0b"),
            **bind(self._cut_word, "\x17", "\x1b\x7f"),
        }

    def feed(self, typed: str) -> list[str]:
        """Take what was typed, in pieces of any size; the lines that it completed."""
        typed = self._rest + typed
        lines: list[str] = []
        end = 0
        while key := _KEY.match(typed, end):
            end = key.end()
            self._press(key.group(), lines)
        # The beginning of an escape sequence waits for the rest of it.
        self._rest = typed[end:] if len(typed) - end < _LONGEST_KEY else ""
        return lines

    def _press(self, key: str, lines: list[str]) -> None:
        if key in (_PASTE_BEGINS, _PASTE_ENDS):
            self._pasting = key == _PASTE_BEGINS
        elif key in "\r\n":
            if self._pasting:
                self._insert(" ")
            else:
                lines.append(self._enter())
        elif key in self._keys:
            self._keys[key]()
        elif len(key) == 1 and key.isprintable():
            self._insert(key)

    def _insert(self, letter: str) -> None:
        self.text = self.text[: self.position] + letter + self.text[self.position :]
        self.position += 1

    def _enter(self) -> str:
        line = self.text
        if line.strip() and self._history[-1:] != [line]:
            self._history.append(line)
        self._looking_at, self._draft = len(self._history), ""
        self._put("")
        return line

    def _put(self, text: str) -> None:
        self.text, self.position = text, len(text)

    def _older(self, step: int) -> None:
        wanted = self._looking_at + step
        if not 0 <= wanted <= len(self._history):
            return
        if self._looking_at == len(self._history):
            self._draft = self.text
        self._looking_at = wanted
        self._put(self._draft if wanted == len(self._history) else self._history[wanted])

    def _left(self) -> None:
        self.position = max(0, self.position - 1)

    def _right(self) -> None:
        self.position = min(len(self.text), self.position + 1)

    def _home(self) -> None:
        self.position = 0

    def _end(self) -> None:
        self.position = len(self.text)

    def _backspace(self) -> None:
        if self.position:
            self._left()
            self._delete()

    def _delete(self) -> None:
        self.text = self.text[: self.position] + self.text[self.position + 1 :]

    def _delete_or_close(self) -> None:
        if self.text:
            self._delete()
        else:
            self.closed = True

    def _cut_before(self) -> None:
        self.text, self.position = self.text[self.position :], 0

    def _cut_after(self) -> None:
        self.text = self.text[: self.position]

    def _cut_word(self) -> None:
        kept = re.sub(r"\S*\s*$", "", self.text[: self.position])
        self.text, self.position = kept + self.text[self.position :], len(kept)

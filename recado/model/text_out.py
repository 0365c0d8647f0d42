"""From tokens' bytes to text that may be given out: whole characters, and nothing of a stop text."""

import codecs
from collections.abc import Sequence


class TextOut:
    """Takes bytes as they are written, gives text as soon as it is sure. `stopped` after a stop text was met."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.stopped = False

    def add(self, written: bytes) -> str:
        """What can be given out now."""
        return self._sure(self._held + self._decoder.decode(written))

    def end(self) -> str:
        """What was held back, when nothing more comes. Half a character is left out."""
        held, self._held = self._held, ""
        return held

    def _sure(self, text: str) -> str:
        met = [at for at in map(text.find, self._stop) if at >= 0]
        if met:
            self.stopped = True
            self._held = ""
            return text[: min(met)]
        keep = max((_overlap(text, stop) for stop in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` could be the beginning of `stop`."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0

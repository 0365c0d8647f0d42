"""Looks for texts in the raw bytes of files: `python -m recado.privacy.traces FILE...`, with a JSON list of texts on
standard input; prints how often they stand there.

A program of its own, because a process that has a SQLite database open must not open and close its file besides:
closing any handle drops the locks of all (https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

BLOCK_BYTES = 4 << 20


def count(path: Path, needles: Sequence[bytes]) -> int:
    """How often the texts stand in a file; 0 for one that is not there."""
    if not needles or not path.exists():
        return 0
    overlap = max(map(len, needles)) - 1
    found, rest = 0, b""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            # What lies wholly in the rest was counted with the block before.
            found += sum((rest + block).count(needle) - rest.count(needle) for needle in needles)
            rest = (rest + block)[-overlap:] if overlap else b""
    return found


if __name__ == "__main__":
    texts = [text.encode() for text in json.load(sys.stdin)]
    print(sum(count(Path(name), texts) for name in sys.argv[1:]))  # noqa: T201 # what it is for

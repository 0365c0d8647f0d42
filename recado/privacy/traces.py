"""Looks for what was deleted in those parts of a SQLite file that are not in use: `python -m recado.privacy.traces
FILE...`, with what is sought as JSON on standard input; prints how often it stands there.

What is in use is no trace, whoever wrote it: an erasure learns nothing of other projects' rows, and nothing that is
kept by design causes the file to be written anew. Format: https://www.sqlite.org/fileformat2.html

A program of its own, because a process that has a SQLite database open must not open and close its file besides:
closing any handle drops the locks of all (https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

BLOCK_BYTES = 4 << 20
_MAGIC = b"SQLite format 3\x00"
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_LOG_HEADER, _FRAME_HEADER = 32, 24
_TABLE_LEAF, _INTERIOR, _TREES = 13, (2, 5), (2, 5, 10, 13)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for. `ids` belong to one person, and count where rows of tables were: indexes keep them of what
    stays, and hold nothing else. `names` may be other people's as well: they count beside the id of their `project`.
    """

    ids: tuple[bytes, ...]
    names: tuple[bytes, ...]
    project: bytes

    def as_text(self) -> str:
        """As it is handed to the program."""
        parts = [[one.decode() for one in ids] for ids in (self.ids, self.names, (self.project,))]
        return json.dumps(parts)

    @staticmethod
    def of_text(given: str) -> "Sought":
        ids, names, (project,) = ([one.encode() for one in part] for part in json.loads(given))
        return Sought(tuple(ids), tuple(names), project)

    def may_stand_in(self, block: bytes) -> bool:
        return any(one in block for one in self.ids) or any(one in block for one in self.names)

    def count(self, part: bytes, *, rows: bool) -> int:
        """How often it stands in a part of a page that is not in use."""
        found = sum(map(part.count, self.ids)) if rows else 0
        return found + (sum(map(part.count, self.names)) if self.project in part else 0)


def count(path: Path, sought: Sought) -> int:
    """How often it stands in the unused parts of a database or of its log; 0 for a file that is not there."""
    try:
        with path.open("rb") as file:
            return sum(_count(page, number, free, sought) for page, number, free in _pages(file, sought))
    except FileNotFoundError:
        return 0


def _pages(file: IO[bytes], sought: Sought) -> Iterator[tuple[bytes, int, frozenset[int]]]:
    """The pages in which it may stand: content, number, and the numbers of those that are wholly unused."""
    head = file.read(100)
    if head.startswith(_MAGIC) and len(head) == 100:
        size = _size(struct.unpack_from(">H", head, 16)[0])
        free, number = _free_pages(file, head, size), 0
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            if sought.may_stand_in(block):
                for at in range(0, len(block) - size + 1, size):
                    yield block[at : at + size], number + at // size + 1, free
            number += BLOCK_BYTES // size
    elif len(head) >= _LOG_HEADER and struct.unpack_from(">I", head)[0] in _LOG_MAGIC:
        size = struct.unpack_from(">I", head, 8)[0]
        file.seek(_LOG_HEADER)
        while len(frame := file.read(_FRAME_HEADER + size)) == _FRAME_HEADER + size:
            yield frame[_FRAME_HEADER:], struct.unpack_from(">I", frame)[0], frozenset()


def _size(written: int) -> int:
    return 65536 if written == 1 else written


def _free_pages(file: IO[bytes], head: bytes, size: int) -> frozenset[int]:
    """The pages that are on the list of free ones."""
    trunk, left = struct.unpack_from(">II", head, 32)
    found: set[int] = set()
    while trunk and left > 0:
        file.seek((trunk - 1) * size)
        page = file.read(size)
        if len(page) < size:
            break
        trunk, leaves = struct.unpack_from(">II", page)
        leaves = min(leaves, size // 4 - 2)
        found.update(struct.unpack_from(f">{leaves}I", page, 8))
        left -= leaves + 1
    return frozenset(found)


def _count(page: bytes, number: int, free: frozenset[int], sought: Sought) -> int:
    if not sought.may_stand_in(page):
        return 0
    if number in free:
        return sought.count(page, rows=True)
    start = 100 if number == 1 else 0
    rows = page[start] == _TABLE_LEAF
    return sum(sought.count(page[begin:end], rows=rows) for begin, end in _unused(page, start))


def _unused(page: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Where nothing lies in a page of a tree: between its pointers and its cells, and in its free blocks."""
    if page[start] not in _TREES:  # the rest of a long row
        return
    block, cells, content = struct.unpack_from(">HHH", page, start + 1)
    header = 12 if page[start] in _INTERIOR else 8
    yield start + header + 2 * cells, content or 65536
    while 0 < block <= len(page) - 4:
        following, length = struct.unpack_from(">HH", page, block)
        yield block, block + length
        if following <= block:  # they are in order
            return
        block = following


if __name__ == "__main__":
    wanted = Sought.of_text(sys.stdin.read())
    print(sum(count(Path(name), wanted) for name in sys.argv[1:]))  # noqa: T201 # what it is for

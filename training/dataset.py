"""The data set: who wrote what meaning which, which lines are held out, and what counts as a near-duplicate.

Every line of `intents/*.tsv` is `language<TAB>intent<TAB>text`. What the intents mean is in `intents/README.md`.
"""

import hashlib
import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

INTENTS = Path(__file__).parent / "intents"
HELD_OUT_PERCENT = 15
NEAR = 0.8
"""Two lines are near-duplicates when so much of their letter triples is shared (Jaccard)."""
SHARED = 4
"""Of their rarest triples, near-duplicates share at least so many: more makes fewer comparisons, and longer lists."""


class Line(NamedTuple):
    """One utterance of the data set."""

    language: str
    intent: str
    text: str


def key(text: str) -> str:
    """The words of a text, folded and sorted; lines with the same key are one line."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(sorted(re.findall(r"\w+", folded))) or text


def is_held_out(text: str) -> bool:
    """Whether a line is never trained on: by the hash of its key, so that no list of them is needed."""
    return int(hashlib.sha256(key(text).encode()).hexdigest()[:8], 16) % 100 < HELD_OUT_PERCENT


def read(folder: Path = INTENTS) -> Iterator[Line]:
    """All lines, in the order of the files."""
    for path in sorted(folder.glob("*.tsv")):
        yield from read_file(path)


def read_file(path: Path) -> Iterator[Line]:
    """The lines of one file."""
    for row in path.read_text(encoding="utf-8").split("\n"):
        parts = row.split("\t")
        if len(parts) == 3:
            yield Line(*parts)


def held_out_lines(folder: Path = INTENTS) -> list[Line]:
    """The lines to be judged by: for `evaluate`, and nothing else."""
    return [line for line in read(folder) if is_held_out(line.text)]


def is_harder(text: str, folder: Path = INTENTS) -> bool:
    """Whether a line came later and is harder on purpose (`*_d_*.tsv`)."""
    return text in _harder(folder)


@cache
def _harder(folder: Path) -> frozenset[str]:
    return frozenset(line.text for path in folder.glob("*_d_*.tsv") for line in read_file(path))


def triples(text: str) -> frozenset[str]:
    """Letter triples of a folded text: what `NEAR` compares."""
    plain = f"  {key(text)}  "
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))


def near_duplicates(lines: Iterable[str], among: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of lines that are near-duplicates; with `among`, those pairs only that have one of these
    in them, which is much quicker.

    Only lines of about the same size that share `SHARED` of their rarest triples are compared: two sets with Jaccard >=
    NEAR must share so many of the first n - ceil(NEAR * n) + SHARED in any common order (Chaudhuri and others, "A
    primitive operator for similarity joins", 2006; Wang and others, "Can we beat the prefix filtering?", 2012).
    """
    sets = [triples(line) for line in lines]
    counts = Counter(triple for found in sets for triple in found)
    order = {triple: place for place, triple in enumerate(sorted(counts, key=lambda one: (counts[one], one)))}
    holders: dict[str, list[int]] = {}
    wanted: dict[str, list[int]] = {}
    pairs: list[tuple[int, int]] = []
    for at in sorted(range(len(sets)), key=lambda one: len(sets[one])):
        found, least = sets[at], math.ceil(NEAR * len(sets[at]))
        first = sorted(found, key=order.__getitem__)[: len(found) - least + SHARED]
        is_wanted = among is None or at in among
        compared = holders if is_wanted else wanted
        alike = [_no_smaller(compared.get(triple, []), sets, least) for triple in first]
        for other, times in Counter(chain.from_iterable(alike)).items():
            if times < min(SHARED, len(sets[other])):
                continue
            both = len(found & sets[other])
            if both >= NEAR * (len(found) + len(sets[other]) - both):
                pairs.append((min(at, other), max(at, other)))
        for triple in first:
            holders.setdefault(triple, []).append(at)
            if is_wanted and among is not None:
                wanted.setdefault(triple, []).append(at)
    return sorted(pairs)


def _no_smaller(holders: list[int], sets: Sequence[frozenset[str]], least: int) -> list[int]:
    """Those with at least so many triples. They come by size, so the smaller ones are of no use to anybody after."""
    del holders[: bisect_left(holders, least, key=lambda one: len(sets[one]))]
    return holders

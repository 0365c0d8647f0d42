"""The data set keeps its rules: labels, no near-duplicates, nothing held out among what is learned from."""

from collections import Counter
from functools import cache

import pytest

from recado.brain.rules.intents.classifier import INTENTS
from training.dataset import (
    HELD_OUT_PERCENT,
    NEAR,
    Line,
    is_held_out,
    key,
    near_duplicates,
    read,
    read_file,
    triples,
)
from training.dataset import INTENTS as INTENT_FILES
from training.train import refuse_near_duplicates

LATEST = "*_[e-u]_*.tsv"
"""Files of lines that were written to be learned from."""


@cache
def every_line() -> list[Line]:
    return list(read())


@cache
def held_out() -> frozenset[int]:
    return frozenset(at for at, line in enumerate(every_line()) if is_held_out(line.text))


def test_there_are_enough_lines_in_both_languages() -> None:
    counts = Counter(line.language for line in every_line())
    assert set(counts) == {"es", "en"}
    assert sum(counts.values()) >= 3000
    assert min(counts.values()) >= 1000


def test_every_label_is_an_intent() -> None:
    assert {line.intent for line in every_line()} == set(INTENTS)


def test_no_two_lines_are_the_same() -> None:
    assert not [words for words, times in Counter(key(line.text) for line in every_line()).items() if times > 1]


def test_the_split_goes_by_the_folded_words_alone() -> None:
    assert is_held_out("Quiero una CITA, mañana") == is_held_out("manana quiero una cita")
    latest = {line.text for path in INTENT_FILES.glob(LATEST) for line in read_file(path)}
    split = [at for at, line in enumerate(every_line()) if line.text not in latest]
    assert abs(100 * len(held_out()) / len(split) - HELD_OUT_PERCENT) < 2


def test_the_lines_written_last_are_all_learned_from() -> None:
    latest = [line for path in INTENT_FILES.glob(LATEST) for line in read_file(path)]
    assert len(latest) > 6000
    assert not any(is_held_out(line.text) for line in latest)


def test_near_duplicates_are_found() -> None:
    assert near_duplicates(["quiero una cita para hoy", "otra cosa", "quiero una cita, para hoy!"]) == [(0, 2)]


def test_near_duplicates_are_those_that_comparing_all_finds() -> None:
    lines = [line.text for line in every_line()][:: len(every_line()) // 400]
    lines += [line[:-1] for line in lines] + [f"{line} porfa" for line in lines]
    sets = [triples(line) for line in lines]
    every = [
        (at, other)
        for at, found in enumerate(sets)
        for other in range(at + 1, len(sets))
        if len(found & sets[other]) >= NEAR * len(found | sets[other])
    ]
    assert every
    assert near_duplicates(lines) == every
    among = set(range(0, len(lines), 7))
    assert near_duplicates(lines, among) == [pair for pair in every if not among.isdisjoint(pair)]


def test_no_held_out_line_has_a_near_duplicate() -> None:
    """`make train` looks at all pairs; these are those that would make the figures better than they are."""
    assert near_duplicates([line.text for line in every_line()], held_out()) == []


def test_lines_that_break_the_rules_are_not_learned_from() -> None:
    with pytest.raises(SystemExit, match="near-duplicates"):
        refuse_near_duplicates([Line("es", "schedule", "quiero una cita hoy"), Line("es", "no", "hoy quiero una cita")])
    refuse_near_duplicates([Line("es", "schedule", "quiero una cita hoy"), Line("es", "no", "no me sirve")])

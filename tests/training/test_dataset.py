"""The data set keeps its rules: labels, no near-duplicates, nothing held out among what is learned from."""

from collections import Counter

from recado.brain.rules.intents.classifier import INTENTS
from training.dataset import (
    HELD_OUT_PERCENT,
    NEAR,
    held_out_lines,
    is_held_out,
    key,
    near_duplicates,
    read,
    read_file,
    training_lines,
    triples,
)
from training.dataset import INTENTS as INTENT_FILES


def test_there_are_enough_lines_in_both_languages() -> None:
    counts = Counter(line.language for line in read())
    assert set(counts) == {"es", "en"}
    assert sum(counts.values()) >= 3000
    assert min(counts.values()) >= 1000


def test_every_label_is_an_intent() -> None:
    assert {line.intent for line in read()} == set(INTENTS)


def test_no_held_out_line_equals_a_training_line() -> None:
    assert not {key(line.text) for line in held_out_lines()} & {key(line.text) for line in training_lines()}


def test_the_split_goes_by_the_folded_words_alone() -> None:
    assert is_held_out("Quiero una CITA, mañana") == is_held_out("manana quiero una cita")
    last = {line.text for path in INTENT_FILES.glob("*_[e-j]_*.tsv") for line in read_file(path)}
    held, learned = len(held_out_lines()), len([line for line in training_lines() if line.text not in last])
    assert abs(100 * held / (held + learned) - HELD_OUT_PERCENT) < 2


def test_the_lines_written_last_are_all_learned_from() -> None:
    last = [line for path in INTENT_FILES.glob("*_[e-j]_*.tsv") for line in read_file(path)]
    assert len(last) > 6000
    assert not any(is_held_out(line.text) for line in last)


def test_near_duplicates_are_found() -> None:
    assert near_duplicates(["quiero una cita para hoy", "otra cosa", "quiero una cita, para hoy!"]) == [(0, 2)]


def test_near_duplicates_are_those_that_comparing_all_finds() -> None:
    lines = [line.text for line in read()][::120]
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


def test_no_near_duplicate_is_left_held_out_or_not() -> None:
    assert near_duplicates([line.text for line in read()]) == []

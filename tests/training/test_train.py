"""The learner: the same lines give the same weights, and what it learned holds for lines it did not see."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from recado.brain.rules.intents import classifier
from recado.brain.rules.intents.features import BUCKETS, features
from training import hidden, linear, train
from training.dataset import INTENTS, Line, is_held_out, read_file

ROOT = Path(__file__).parents[2]
FEW = 600
ROUNDS = 5


def some(first: int) -> list[Line]:
    """Lines to learn from of every twentieth file: all take long to read and to split."""
    files = sorted(INTENTS.glob("*.tsv"))[first::20]
    each = FEW // len(files) + 1
    return [line for path in files for line in islice(read_file(path), each) if not is_held_out(line.text)][:FEW]


def few() -> list[Line]:
    return some(0)


def learned(lines: list[Line]) -> linear.Array:
    rows, answers = train.labelled(lines)
    return linear.fit(rows, answers, len(classifier.INTENTS), train.C, ROUNDS, train.SEED)


LEARN = """
import sys
from pathlib import Path
from tests.training.test_train import few
from training import train
both = train.learn(*train.labelled(few()))
train.write(Path(sys.argv[1]), both, train.Heats(0.2, 2.0, 0.5))
"""


def test_the_same_lines_give_the_same_file_in_every_process(tmp_path: Path) -> None:
    files = [tmp_path / f"{seed}.npz" for seed in ("1", "2")]
    for file in files:
        # Python's order of sets of strings is another with another seed.
        subprocess.run(
            [sys.executable, "-c", LEARN, str(file)],
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": file.stem},
        )
    assert files[0].read_bytes() == files[1].read_bytes()


def test_other_lines_give_other_weights() -> None:
    assert not np.array_equal(learned(few()), learned(few()[1:]))


def test_it_learns_what_it_sees_and_more_than_chance_of_what_it_does_not() -> None:
    lines = few()
    rows, answers = train.labelled(lines)
    weights = learned(lines)
    assert np.mean(np.argmax(linear.margins(rows, weights), axis=1) == answers) > 0.98
    unseen, meant = train.labelled(some(1))
    assert np.mean(np.argmax(linear.margins(unseen, weights), axis=1) == meant) > 0.4


def test_the_hidden_layer_learns_what_it_sees_and_more_than_chance_of_what_it_does_not() -> None:
    rows, answers = train.labelled(few())
    layer = hidden.fit(rows, answers, len(classifier.INTENTS), train.SEED)
    assert np.mean(np.argmax(hidden.scores(rows, layer), axis=1) == answers) > 0.8
    unseen, meant = train.labelled(some(1))
    assert np.mean(np.argmax(hidden.scores(unseen, layer), axis=1) == meant) > 0.3


def test_what_is_read_from_the_file_is_what_was_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, answers = train.labelled(few())
    both = train.learn(rows, answers)
    heats = train.Heats(0.3, 1.0, 1.0)
    train.write(tmp_path / "w.npz", both, heats)
    monkeypatch.setattr(classifier, "WEIGHTS_FILE", tmp_path / "w.npz")
    model = classifier.read_model()
    meant = heats.joined(*both.scores(rows))
    for at, line in enumerate(few()[:200]):
        assert np.allclose(model.scores(features(line.text)), meant[at], atol=0.7), line.text
    said = [int(np.argmax(model.scores(features(line.text)))) for line in few()]
    assert np.mean(np.array(said) == np.argmax(meant, axis=1)) > 0.99


def test_rows_taken_from_a_matrix_are_those_rows() -> None:
    rows, _ = train.labelled(few()[:10])
    some = linear.take(rows, np.array([7, 2]))
    for at, row in enumerate((7, 2)):
        there, here = slice(*rows.starts[row : row + 2]), slice(*some.starts[at : at + 2])
        assert np.array_equal(rows.columns[there], some.columns[here])
        assert np.array_equal(rows.values[there], some.values[here])


def test_the_temperature_is_the_one_that_made_the_margins() -> None:
    random = np.random.default_rng(1)
    margins = random.normal(size=(4000, 3)).astype(np.float32)
    chances = np.exp(margins / 0.5)
    chances /= chances.sum(axis=1, keepdims=True)
    answers = np.array([random.choice(3, p=row / row.sum()) for row in chances.astype(np.float64)])
    assert 0.45 < train.temperature(margins, answers) < 0.55


def test_the_weights_in_the_package_are_for_these_features_and_intents() -> None:
    with np.load(classifier.WEIGHTS_FILE, allow_pickle=False) as file:
        used = np.unpackbits(file["used"])
        assert used.size == BUCKETS
        assert file["weights"].shape == (1 + np.count_nonzero(used), len(classifier.INTENTS))
        assert len(file["units"]) == 1 + np.count_nonzero(np.unpackbits(file["known"]))

"""`python -m training.train`: learn the intents from the training lines and write the classifier's weights.

Some minutes on one core. The same data gives the same file. Of held-out lines it is only seen that none has a
near-duplicate.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from recado.brain.rules.intents.classifier import INTENTS, WEIGHTS_FILE
from recado.brain.rules.intents.features import features
from training import linear
from training.dataset import Line, is_held_out, near_duplicates, read

SEED = 20261121
C = 8.0
ROUNDS = 12
FOLDS = 3
FAINT = 9
"""A bucket whose weights are all this small, of 127, is left out: the file stays under 5 MB."""


def cross_validated(rows: linear.Matrix, answers: linear.Indices, folds: int = FOLDS) -> linear.Array:
    """The margins of every line, each by a model that has not seen it."""
    fold_of = np.random.default_rng(SEED).permutation(len(answers)) % folds
    found = np.zeros((len(answers), len(INTENTS)), dtype=np.float32)
    for fold in range(folds):
        seen, unseen = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        weights = linear.fit(linear.take(rows, seen), answers[seen], len(INTENTS), C, ROUNDS, SEED)
        found[unseen] = linear.margins(linear.take(rows, unseen), weights)
    return found


def temperature(margins: linear.Array, answers: linear.Indices) -> float:
    """By what margins are divided before the softmax: the likeliest on lines that were not learned from."""
    tried = np.geomspace(0.05, 2, 200)
    costs = [_cost(margins / t, answers) for t in tried]
    return float(tried[int(np.argmin(costs))])


def _cost(scores: linear.Array, answers: linear.Indices) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(answers)), answers]
    costs: linear.Array = np.log(np.sum(np.exp(shifted), axis=1)) - chosen
    return float(costs.sum()) / len(answers)


def labelled(lines: list[Line]) -> tuple[linear.Matrix, linear.Indices]:
    """Features and answers of lines."""
    rows = linear.matrix([features(line.text) for line in lines])
    return rows, np.array([INTENTS.index(line.intent) for line in lines])


def write(path: Path, weights: linear.Array, heat: float) -> None:
    """The file the classifier reads: weights in 8 bits with a scale a class, biases, temperature.

    `used` has a bit a bucket, set for those that have a row in `weights`. Not compressed, so that it loads faster.
    """
    buckets = weights[:-1]
    scale = np.abs(buckets).max(axis=0) / 127
    small = np.rint(buckets / scale).astype(np.int8)
    used = np.abs(small).max(axis=1) > FAINT
    np.savez(
        path,
        weights=small[used],
        used=np.packbits(used),
        scale=scale.astype(np.float32),
        bias=weights[-1],
        temperature=np.float32(heat),
    )


def refuse_near_duplicates(lines: list[Line]) -> None:
    """End here if lines are near-duplicates: they would count twice, and make what is held out easier than it is."""
    pairs = near_duplicates(line.text for line in lines)
    if pairs:
        told = "; ".join(f"{lines[one].text!r} and {lines[other].text!r}" for one, other in pairs[:10])
        raise SystemExit(f"{len(pairs)} near-duplicates, of each pair one must go: {told}")


def main() -> None:
    """Look at the data, train, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    out: Path = parser.parse_args().out
    began = time.monotonic()
    everything = list(read())
    refuse_near_duplicates(everything)
    lines = [line for line in everything if not is_held_out(line.text)]
    rows, answers = labelled(lines)
    margins = cross_validated(rows, answers)
    heat = temperature(margins, answers)
    right = np.count_nonzero(np.argmax(margins, axis=1) == answers) / len(answers)
    sys.stdout.write(f"{len(lines)} lines; cross-validated accuracy {right:.4f}; temperature {heat:.3f}\n")
    write(out, linear.fit(rows, answers, len(INTENTS), C, ROUNDS, SEED), heat)
    sys.stdout.write(f"{out}: {out.stat().st_size:,} bytes, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()

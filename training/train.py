"""`python -m training.train`: learn the intents from the training lines and write the classifier's weights.

About twelve minutes on two cores. The same data gives the same file. Of held-out lines it is only seen that none has a
near-duplicate.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recado.brain.rules.intents.classifier import INTENTS, NOUGHT, WEIGHTS_FILE
from recado.brain.rules.intents.features import features
from training import hidden, linear
from training.dataset import Line, is_held_out, near_duplicates, read

SEED = 20261121
C = 8.0
ROUNDS = 12
PARTS = 3
FAINT = 9
"""A bucket whose weights are all this small, of 127, is left out of the linear model: the file stays small."""
LOUD = 0.999
"""The share of a unit's weights that four bits reach; the loudest are cut."""


@dataclass(frozen=True)
class Learned:
    """The two models that decide together."""

    weights: linear.Array
    layer: hidden.Hidden

    def scores(self, rows: linear.Matrix) -> tuple[linear.Array, linear.Array]:
        """What each of them says of rows."""
        return linear.margins(rows, self.weights), hidden.scores(rows, self.layer)


@dataclass(frozen=True)
class Heats:
    """By what the scores of each model, and half of their sum, are divided so that chances can be believed."""

    margins: float
    layer: float
    both: float

    def joined(self, margins: linear.Array, scores: linear.Array) -> linear.Array:
        """The scores of both together: the softmax of them are chances."""
        joined: linear.Array = (margins / self.margins + scores / self.layer) / (2 * self.both)
        return joined


def learn(rows: linear.Matrix, answers: linear.Indices) -> Learned:
    """Both models, from all of the rows."""
    return Learned(
        linear.fit(rows, answers, len(INTENTS), C, ROUNDS, SEED), hidden.fit(rows, answers, len(INTENTS), SEED)
    )


def calibrate(margins: linear.Array, scores: linear.Array, answers: linear.Indices) -> Heats:
    """The heats that make the chances of lines that were not learned from likeliest."""
    alone, beside = temperature(margins, answers), temperature(scores, answers)
    return Heats(alone, beside, temperature(Heats(alone, beside, 1.0).joined(margins, scores), answers))


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


def write(path: Path, learned: Learned, heats: Heats) -> None:
    """The file the classifier reads. Heats are multiplied into it, so the softmax of both models' sum are chances.

    The linear model has `weights` in 8 bits with a `scale` a class and a `bias`; the other `units` in 4 bits, two in a
    byte (the first half of the units in the lower ones), `unit_bias`, `out`, `out_bias`. `used` and `known` have a bit
    a bucket, set for those that have a row in `weights` and in `units`; the first row of both is of all others. Not
    compressed: it loads faster.
    """
    buckets = learned.weights[:-1]
    scale = np.abs(buckets).max(axis=0) / 127
    small = np.rint(buckets / scale).astype(np.int8)
    used = np.abs(small).max(axis=1) > FAINT
    straight, beside = 2 * heats.both * heats.margins, 2 * heats.both * heats.layer
    rows = learned.layer.rows
    known = np.any(rows != 0, axis=1)
    step = np.quantile(np.abs(rows[known]), LOUD, axis=0) / 7
    fours = (np.clip(np.rint(_after_nothing(rows[known]) / step), -7, 7) + NOUGHT).astype(np.uint8)
    half = fours.shape[1] // 2
    # A unit's step goes through the threshold at nought: its bias is divided by it, and what it says multiplied.
    np.savez(
        path,
        weights=_after_nothing(small[used]),
        used=np.packbits(used),
        scale=(scale / straight).astype(np.float32),
        bias=(learned.weights[-1] / straight).astype(np.float32),
        units=fours[:, :half] | fours[:, half:] << 4,
        known=np.packbits(known),
        unit_bias=(learned.layer.bias / step).astype(np.float32),
        out=(learned.layer.out * step[:, None] / beside).astype(np.float32),
        out_bias=(learned.layer.out_bias / beside).astype(np.float32),
    )


def _after_nothing(rows: linear.Array) -> linear.Array:
    """The row of all buckets that have none, and theirs."""
    return np.concatenate((np.zeros_like(rows[:1]), rows))


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
    asked = np.random.default_rng(SEED).permutation(len(answers)) % PARTS == 0
    seen, unseen = np.flatnonzero(~asked), np.flatnonzero(asked)
    with ProcessPoolExecutor(2) as pool:
        some, whole = pool.submit(learn, linear.take(rows, seen), answers[seen]), pool.submit(learn, rows, answers)
        said = some.result().scores(linear.take(rows, unseen))
        heats = calibrate(*said, answers[unseen])
        right = np.count_nonzero(np.argmax(heats.joined(*said), axis=1) == answers[unseen]) / len(unseen)
        sys.stdout.write(f"{len(lines)} lines; right on a part that was not learned {right:.4f}; {heats}\n")
        write(out, whole.result(), heats)
    sys.stdout.write(f"{out}: {out.stat().st_size:,} bytes, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()

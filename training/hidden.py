"""A classifier with one hidden layer in numpy: hashed features, summed into some units, and of these the classes.

It reads the company of features, which `training.linear` cannot, and errs elsewhere: both together err less than each.
Deterministic.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from recado.brain.rules.intents.features import BUCKETS
from training.linear import Array, Indices, Matrix, scales, times

UNITS = 48
ROUNDS = 12
STEP = 0.1
"""The first step; steps shrink evenly to nothing."""
DROPPED = 0.5
"""The share of a line's features that is left out at random each time, so that none is relied on alone."""
UNITS_DROPPED = 0.2
MIN_LINES = 16
"""Features seen in fewer lines teach it nothing about others; with all of them it is no better, and twice as large."""
_SPREAD = 0.1
_FIRST_ROW, _FIRST = 1e-3, 0.1
"""What sums of squared slopes start from (Adagrad, Duchi and others, 2011); of a bucket's row there is one."""


@dataclass(frozen=True)
class Hidden:
    """`rows` (BUCKETS, units) and the bias of the units; `out` (units, classes) and the bias of the classes."""

    rows: Array
    bias: Array
    out: Array
    out_bias: Array


def fit(rows: Matrix, answers: Indices, classes: int, seed: int) -> Hidden:
    """Learn from rows as `linear.matrix` makes them.

    Stochastic gradient descent with Adagrad on the cross entropy, a line after the other in a random order.
    """
    scale = scales(rows, MIN_LINES)
    scaled = rows.values * scale[rows.columns]
    kept = scaled != 0
    norm = np.float32(np.sqrt(np.sum(scaled**2, dtype=np.float64) / rows.rows))
    used, columns = np.unique(rows.columns[kept], return_inverse=True)
    values = scaled[kept] / norm
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.starts]
    parts = [(columns[start:end], values[start:end]) for start, end in pairwise(ends.tolist())]
    learner = _Learner(len(used), classes, np.random.default_rng(seed))
    steps, done = ROUNDS * rows.rows, 0
    meant: list[int] = answers.tolist()
    for _ in range(ROUNDS):
        order: list[int] = learner.random.permutation(rows.rows).tolist()
        for row in order:
            learner.learn(*parts[row], meant[row], np.float32(STEP * (1 - done / steps)))
            done += 1
    learned = np.zeros((BUCKETS, UNITS), dtype=np.float32)
    learned[used] = learner.rows * (scale[used] / norm)[:, None]
    return Hidden(learned, learner.bias, learner.out, learner.out_bias)


class _Learner:
    """What is learned, the sums of squared slopes beside it, and one step."""

    def __init__(self, rows: int, classes: int, random: np.random.Generator) -> None:
        self.random = random
        self.rows = random.standard_normal((rows, UNITS), dtype=np.float32) * np.float32(_SPREAD)
        self.bias = np.full(UNITS, 0.1, dtype=np.float32)
        self.out = random.standard_normal((UNITS, classes), dtype=np.float32) * np.float32(1.4 / UNITS**0.5)
        self.out_bias = np.zeros(classes, dtype=np.float32)
        self._of_rows = np.full(rows, _FIRST_ROW, dtype=np.float32)
        self._of_bias, self._of_out, self._of_out_bias = (
            np.full_like(one, _FIRST) for one in (self.bias, self.out, self.out_bias)
        )

    def learn(self, columns: Indices, values: Array, answer: int, step: np.float32) -> None:
        """One line."""
        kept = self.random.random(len(columns), dtype=np.float32) >= DROPPED
        at, values = columns[kept], values[kept] * np.float32(1 / (1 - DROPPED))
        rows = self.rows[at]
        sums = values @ rows + self.bias
        passes = (sums > 0) & (self.random.random(UNITS, dtype=np.float32) >= UNITS_DROPPED)
        passed = passes * np.float32(1 / (1 - UNITS_DROPPED))
        units = sums * passed
        scores = units @ self.out + self.out_bias
        slope = np.exp(scores - scores.max())
        slope /= slope.sum()
        slope[answer] -= 1
        back = (self.out @ slope) * passed
        _descend(self.out, self._of_out, units[:, None] * slope, step)
        _descend(self.out_bias, self._of_out_bias, slope, step)
        _descend(self.bias, self._of_bias, back, step)
        squares = self._of_rows[at] + (back @ back / UNITS) * values * values
        self._of_rows[at] = squares
        self.rows[at] = rows - (step * values / np.sqrt(squares))[:, None] * back


def _descend(what: Array, squares: Array, slope: Array, step: np.float32) -> None:
    squares += slope * slope
    what -= step * slope / np.sqrt(squares)


def scores(rows: Matrix, learned: Hidden) -> Array:
    """What the classes score for each row."""
    units = np.maximum(times(rows, learned.rows) + learned.bias, 0)
    found: Array = units @ learned.out + learned.out_bias
    return found

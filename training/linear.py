"""A linear classifier in numpy: one-against-rest with squared hinge loss and L2. Deterministic."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recado.brain.rules.intents.features import BLOCK_WEIGHTS, BUCKETS

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]

MIN_LINES = 2
"""A feature seen in fewer lines than this teaches nothing about others."""


@dataclass(frozen=True)
class Matrix:
    """Rows of features: the columns and values of row i are those from `starts[i]` to `starts[i + 1]`."""

    columns: Indices
    values: Array
    starts: Indices

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1


def matrix(found: Sequence[tuple[list[int], ...]]) -> Matrix:
    """The features of several texts as one matrix."""
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for blocks in found:
        for weight, block in zip(BLOCK_WEIGHTS, blocks, strict=True):
            columns.extend(sorted(block))  # sets of words come in another order in every process
            values.extend([weight / max(len(block), 1) ** 0.5] * len(block))
        starts.append(len(columns))
    return Matrix(np.array(columns), np.array(values, dtype=np.float32), np.array(starts))


def take(whole: Matrix, rows: Indices) -> Matrix:
    """Some rows of a matrix."""
    sizes = whole.starts[rows + 1] - whole.starts[rows]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    at: Indices = np.arange(int(starts[-1])) - np.repeat(starts[:-1], sizes) + np.repeat(whole.starts[rows], sizes)
    return Matrix(whole.columns[at], whole.values[at], starts)


def times(left: Matrix, weights: Array) -> Array:
    """`left @ weights`."""
    return np.add.reduceat(weights[left.columns] * left.values[:, None], left.starts[:-1], axis=0)


def scales(rows: Matrix, min_lines: int = MIN_LINES) -> Array:
    """What each bucket's values are multiplied with: rarer ones more (idf), too rare ones not at all."""
    lines = np.bincount(rows.columns, minlength=BUCKETS)
    idf = np.log((1 + rows.rows) / (1 + lines)) + 1
    idf[lines < min_lines] = 0
    return idf.astype(np.float32)


def fit(rows: Matrix, answers: Indices, classes: int, c: float, rounds: int, seed: int) -> Array:
    """Weights (BUCKETS + 1, classes), the last row the biases, for rows as `matrix` makes them.

    Dual coordinate descent (Hsieh and others, "A dual coordinate descent method for large-scale linear SVM", 2008,
    algorithm 1 with squared hinge loss): a row after the other in a random order, all classes of it at once.
    """
    scale = scales(rows)
    scaled = rows.values * scale[rows.columns]
    norm = float(np.sqrt(np.sum(scaled**2, dtype=np.float64) / rows.rows))
    used, columns = np.unique(rows.columns, return_inverse=True)
    parts: list[tuple[Indices, Array]] = [
        (np.append(columns[start:end], len(used)), np.append(scaled[start:end] / norm, np.float32(1)))
        for start, end in pairwise(rows.starts.tolist())
    ]
    signs = np.full((rows.rows, classes), -1, dtype=np.float32)
    signs[np.arange(rows.rows), answers] = 1
    shrink = np.float32(0.5 / c)
    curves = [np.float32(values @ values) + shrink for _, values in parts]
    duals = np.zeros((rows.rows, classes), dtype=np.float32)
    weights = np.zeros((len(used) + 1, classes), dtype=np.float32)
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        order: list[int] = random.permutation(rows.rows).tolist()
        for row in order:
            at, values = parts[row]
            slope = signs[row] * (values @ weights[at]) - 1 + shrink * duals[row]
            new = np.maximum(duals[row] - slope / curves[row], 0)
            weights[at] += values[:, None] * ((new - duals[row]) * signs[row])
            duals[row] = new
    learned = np.zeros((BUCKETS + 1, classes), dtype=np.float32)
    learned[used] = weights[:-1] * (scale[used] / norm)[:, None]
    learned[BUCKETS] = weights[-1]
    return learned


def margins(rows: Matrix, weights: Array) -> Array:
    """What the classes score for each row."""
    return times(rows, weights[:BUCKETS]) + weights[BUCKETS]

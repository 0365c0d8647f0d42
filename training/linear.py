"""A linear classifier in numpy: one-against-rest with squared hinge loss and L2, fitted by L-BFGS. Deterministic."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recado.brain.rules.intents.features import BLOCK_WEIGHTS, BUCKETS

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.int64]

MEMORY = 10
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
            columns.extend(block)
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


def scales(rows: Matrix) -> Array:
    """What each bucket's values are multiplied with: rarer ones more (idf), too rare ones not at all."""
    lines = np.bincount(rows.columns, minlength=BUCKETS)
    idf = np.log((1 + rows.rows) / (1 + lines)) + 1
    idf[lines < MIN_LINES] = 0
    return idf.astype(np.float32)


def fit(rows: Matrix, answers: Indices, classes: int, c: float, steps: int) -> Array:
    """Weights (BUCKETS + 1, classes), the last row the biases, for rows as `matrix` makes them."""
    scale = scales(rows)
    kept = scale[rows.columns] > 0
    row_of = np.repeat(np.arange(rows.rows), np.diff(rows.starts))[kept]
    columns, values = rows.columns[kept], (rows.values * scale[rows.columns])[kept]
    norm = float(np.sqrt(np.sum(values**2) / rows.rows))
    used, columns = np.unique(columns, return_inverse=True)
    bias = len(used)
    columns = np.concatenate([columns, np.full(rows.rows, bias)])
    row_of = np.concatenate([row_of, np.arange(rows.rows)])
    values = np.concatenate([values / norm, np.ones(rows.rows)]).astype(np.float32)
    order = np.argsort(row_of, kind="stable")
    by_row = Matrix(columns[order], values[order], np.searchsorted(row_of[order], np.arange(rows.rows + 1)))
    order = np.argsort(columns, kind="stable")
    by_column = Matrix(row_of[order], values[order], np.searchsorted(columns[order], np.arange(bias + 2)))
    signs = np.full((rows.rows, classes), -1, dtype=np.float32)
    signs[np.arange(rows.rows), answers] = 1

    def loss(weights: Array) -> tuple[float, Array]:
        slack = np.maximum(1 - signs * times(by_row, weights), 0)
        slope = times(by_column, -2 * c * signs * slack) + weights
        return float(c * np.sum(slack.astype(np.float64) ** 2) + 0.5 * np.sum(weights.astype(np.float64) ** 2)), slope

    learned = _minimise(loss, np.zeros((bias + 1, classes), dtype=np.float32), steps)
    weights = np.zeros((BUCKETS + 1, classes), dtype=np.float32)
    weights[used] = learned[:bias] * (scale[used] / norm)[:, None]
    weights[BUCKETS] = learned[bias]
    return weights


def _minimise(loss: Callable[[Array], tuple[float, Array]], start: Array, steps: int) -> Array:
    """L-BFGS with a backtracking line search (Nocedal and Wright, algorithm 7.5)."""
    at = start
    value, slope = loss(at)
    history: list[tuple[Array, Array, float]] = []
    first = float(np.linalg.norm(slope))
    for _ in range(steps):
        direction = -_descent(slope, history)
        down = float(np.vdot(direction, slope))
        length = 1.0 if history else 1.0 / first
        while True:
            there = at + np.float32(length) * direction
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * length * down or length < 1e-8:
                break
            length /= 2
        step, change = there - at, new_slope - slope
        curvature = float(np.vdot(step, change))
        if curvature > 0:
            history = [*history[1 - MEMORY :], (step, change, curvature)]
        at, value, slope = there, new_value, new_slope
        if float(np.linalg.norm(slope)) < 1e-3 * first:
            break
    return at


def _descent(slope: Array, history: list[tuple[Array, Array, float]]) -> Array:
    found = slope.copy()
    shares: list[float] = []
    for step, change, curvature in reversed(history):
        share = float(np.vdot(step, found)) / curvature
        shares.append(share)
        found -= np.float32(share) * change
    if history:
        _, change, curvature = history[-1]
        found *= np.float32(curvature / float(np.vdot(change, change)))
    for (step, change, curvature), share in zip(history, reversed(shares), strict=True):
        found += np.float32(share - float(np.vdot(change, found)) / curvature) * step
    return found


def margins(rows: Matrix, weights: Array) -> Array:
    """What the classes score for each row."""
    return times(rows, weights[:BUCKETS]) + weights[BUCKETS]

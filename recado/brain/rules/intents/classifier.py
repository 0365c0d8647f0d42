"""Which of twelve things a person wants, with probabilities that can be believed.

A linear model and one with a hidden layer, over the hashed features of `features`, made by `training/train.py`;
`urgent` has a word in it. Pure: the same text gives the same answer, any string gives one. Weights are read when they
are first needed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from recado.brain.rules.intents import urgent
from recado.brain.rules.intents.features import BLOCK_WEIGHTS, BUCKETS, features
from recado.brain.rules.intents.folding import fold

INTENTS = (
    "cancel", "greeting", "human", "information", "lookup", "no", "other", "reschedule", "schedule", "thanks", "urgent",
    "yes",
)  # fmt: skip
WEIGHTS_FILE = Path(__file__).with_name("weights.npz")
_NOUGHT = 8
"""Nought in four bits."""
_URGENT = INTENTS.index("urgent")
_CANCEL, _RESCHEDULE = INTENTS.index("cancel"), INTENTS.index("reschedule")
_MOVES = re.compile(r"\b(?:re ?program|re ?agend|re ?sched|posterg|pospon)\w+")
_DROPS = re.compile(
    r"\b(?:cancel|anul|borr|elimin|remov|delet|drop|quit|baja)"
    r"|\b(?:no|not|n't|sin|ni|instead)\b.{0,20}(?:program|agend|sched|posterg|pospon)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text most likely wants. Probabilities are of all intents and add up to 1.

    `intent` is the likeliest, but "urgent" already from a chance of `urgent.URGENT_FROM` on. `confidence` is the chance
    of `intent`. `danger`: the words have a sure sign of danger that nothing makes harmless.
    """

    intent: str
    confidence: float
    probabilities: Mapping[str, float]
    danger: bool = False

    def likeliest(self, count: int) -> tuple[str, ...]:
        """The likeliest intents, the likeliest first."""
        return tuple(sorted(self.probabilities, key=lambda name: -self.probabilities[name])[:count])


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model and one with a hidden layer, as `training.train.write` describes them; they decide together.

    `row_of` is where a bucket's row is in `units`, whose first row is of those that have none.
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    row_of: NDArray[np.int32]
    units: NDArray[np.uint8]
    unit_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]

    def scores(self, blocks: Sequence[list[int]]) -> NDArray[np.float64]:
        """What both say of a text with these features; the softmax of it are chances."""
        buckets = [bucket for block in blocks for bucket in block]
        counts = [len(block) for block in blocks]
        loud = [weight / max(count, 1) ** 0.5 for weight, count in zip(BLOCK_WEIGHTS, counts, strict=True)]
        values = np.repeat(np.array(loud, dtype=np.float32), counts)
        at = np.array(buckets, dtype=np.int64)
        straight = values @ self.weights[at] * self.scale + self.bias
        rows = self.units[self.row_of[at]]
        sums = np.concatenate((values @ (rows & 15), values @ (rows >> 4))) - _NOUGHT * values.sum()
        return (straight + np.maximum(sums + self.unit_bias, 0) @ self.out + self.out_bias).astype(np.float64)


@lru_cache(maxsize=1)
def _model() -> Model:
    return read_model()


def read_model() -> Model:
    """What is in the file of weights. Raises ValueError if it was made for other features."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as file:
        weights, units = file["weights"], file["units"]
        used, known = (np.flatnonzero(np.unpackbits(file[name], count=BUCKETS)) for name in ("used", "known"))
        if len(weights) != len(used) or weights.shape[1:] != (len(INTENTS),) or len(units) != len(known):
            raise ValueError(f"{WEIGHTS_FILE.name} was made for other features: run `make train`")
        spread = np.zeros((BUCKETS, len(INTENTS)), dtype=np.int8)
        spread[used] = weights
        row_of = np.zeros(BUCKETS, dtype=np.int32)
        row_of[known] = np.arange(1, len(known) + 1)
        nothing = np.full((1, units.shape[1]), _NOUGHT | _NOUGHT << 4, dtype=np.uint8)
        return Model(
            spread, file["scale"], file["bias"], row_of, np.concatenate((nothing, units)),
            file["unit_bias"], file["out"], file["out_bias"],
        )  # fmt: skip


def load() -> None:
    """Read the weights now (a few milliseconds) rather than with the first message."""
    _model()


def classify(text: str) -> Reading:
    """What one message wants, from its text alone."""
    scores = _model().scores(features(text))
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    line = fold(text)
    if _MOVES.search(line) and not _DROPS.search(line):
        # "no voy a poder ir" beside it is the reason; who names the move wants it.
        chances[_RESCHEDULE] += chances[_CANCEL]
        chances[_CANCEL] = 0.0
    chance, danger = urgent.judged(text, float(chances[_URGENT]))
    rest = 1.0 - float(chances[_URGENT])
    chances *= (1.0 - chance) / rest if rest > 0 else 0.0
    chances[_URGENT] = chance
    probabilities = {name: float(value) for name, value in zip(INTENTS, chances, strict=True)}
    intent = "urgent" if chance >= urgent.URGENT_FROM else max(probabilities, key=probabilities.__getitem__)
    return Reading(intent, probabilities[intent], MappingProxyType(probabilities), danger)

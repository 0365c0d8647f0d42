"""Which of twelve things a person wants, with probabilities that can be believed.

A linear model over the hashed features of `features`, made by `training/train.py`; `urgent` has a word in it. Pure: the
same text gives the same answer, any string gives one. Weights are read when they are first needed.
"""

import re
from collections.abc import Mapping
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
class _Model:
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    temperature: float


@lru_cache(maxsize=1)
def _model() -> _Model:
    with np.load(WEIGHTS_FILE, allow_pickle=False) as file:
        used = np.unpackbits(file["used"]).astype(bool)
        rows = file["weights"]
        if used.shape != (BUCKETS,) or rows.shape != (np.count_nonzero(used), len(INTENTS)):
            raise ValueError(f"{WEIGHTS_FILE.name} was made for other features: run `make train`")
        weights = np.zeros((BUCKETS, len(INTENTS)), dtype=np.int8)
        weights[used] = rows
        return _Model(weights, file["scale"], file["bias"], float(file["temperature"]))


def load() -> None:
    """Read the weights now (a few milliseconds) rather than with the first message."""
    _model()


def classify(text: str) -> Reading:
    """What one message wants, from its text alone."""
    model = _model()
    scores = np.zeros(len(INTENTS), dtype=np.float64)
    for weight, block in zip(BLOCK_WEIGHTS, features(text), strict=True):
        if block:
            scores += model.weights[block].sum(axis=0, dtype=np.int32) * (weight / len(block) ** 0.5)
    scores = (scores * model.scale + model.bias) / model.temperature
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

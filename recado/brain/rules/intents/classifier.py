"""Which of twelve things a person wants, with probabilities that can be believed.

A linear model and one with a hidden layer, over the hashed features of `features`, made by `training/train.py`;
`urgent` has a word in it. Pure: the same text gives the same answer, any string gives one. Weights are read when they
are first needed.
"""

import re
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os import SEEK_CUR
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

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
NOUGHT = 8
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

    `used` and `known` are where a bucket's row is in `weights` and in `units`, whose first row is of those without one.
    """

    used: NDArray[np.int32]
    known: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
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
        straight = values @ self.weights[self.used[at]] * self.scale + self.bias
        rows = self.units[self.known[at]]
        sums = np.concatenate((values @ (rows & 15), values @ (rows >> 4))) - NOUGHT * values.sum()
        return (straight + np.maximum(sums + self.unit_bias, 0) @ self.out + self.out_bias).astype(np.float64)


@lru_cache(maxsize=1)
def _model() -> Model:
    return read_model()


def read_model() -> Model:
    """What is in the file of weights. Raises ValueError if it was made for other features."""
    with WEIGHTS_FILE.open("rb") as file, zipfile.ZipFile(file) as archive:
        found = {part.filename.removesuffix(".npy"): _array(file, part) for part in archive.infolist()}
    for name in ("used", "known"):
        found[name] = _rows(found[name])
    model = Model(**found)
    rows = (int(model.used.max()) + 1, int(model.known.max()) + 1)
    if model.weights.shape != (rows[0], len(INTENTS)) or model.units.shape != (rows[1], len(model.unit_bias) // 2):
        raise ValueError(f"{WEIGHTS_FILE.name} was made for other features: run `make train`")
    return model


def _array(file: BinaryIO, part: zipfile.ZipInfo) -> NDArray[Any]:
    """An array as it stands in the file: `numpy.load` takes four times as long, in pieces and with their checksum,
    which is not looked at here.

    It follows 30 bytes, whose last four are the lengths of a name and of an extra field, and these two:
    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (6.3.10), 4.3.7.
    """
    if part.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{WEIGHTS_FILE.name} is packed: run `make train`")
    file.seek(part.header_offset + 26)
    file.seek(sum(struct.unpack("<HH", file.read(4))), SEEK_CUR)
    return np.lib.format.read_array(file, allow_pickle=False)


def _rows(bits: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Where the row of each bucket is: those whose bit is set have one each, the others share the first."""
    found = np.unpackbits(bits, count=BUCKETS)
    return np.cumsum(found, dtype=np.int32) * found


def load() -> None:
    """Read the weights now (10 to 30 ms) rather than with the first message."""
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

"""The recipe of the intents on public data sets, beside TF-IDF with logistic regression on the same split.

Banking77 is a folder with `train.csv` and `test.csv` of the columns `text` and `category`
(github.com/PolyAI-LDN/task-specific-datasets, banking_data). CLINC150 is one JSON file whose `train` and `test` are
lists of [text, intent] (github.com/clinc/oos-eval, data/data_full.json); `oos_train` and `oos_test`, where there are
any, belong to them, as one more intent.
"""

import csv
import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recado.brain.rules.intents.features import features
from recado.errors import BadInput
from training import linear
from training.train import ROUNDS, SEED, C

Labelled = tuple[str, str]
"""A text and its intent."""


@dataclass(frozen=True)
class Split:
    """A public data set, split as its makers split it."""

    name: str
    train: tuple[Labelled, ...]
    test: tuple[Labelled, ...]


class PublicSetError(BadInput):
    """A public data set that is not where or what it should be."""

    code = "unreadable_data_set"


def banking77(folder: Path) -> Split:
    """Read Banking77. Raises `PublicSetError`."""
    parts: list[tuple[Labelled, ...]] = []
    for name in ("train.csv", "test.csv"):
        try:
            with (folder / name).open(encoding="utf-8", newline="") as file:
                parts.append(tuple((row["text"], row["category"]) for row in csv.DictReader(file)))
        except (OSError, KeyError, ValueError) as error:
            raise _unreadable(folder / name, 'CSV with the columns "text" and "category"') from error
    return _checked(Split("Banking77", *parts), folder)


def clinc150(file: Path) -> Split:
    """Read CLINC150. Raises `PublicSetError`."""
    try:
        found: dict[str, list[list[str]]] = json.loads(file.read_text(encoding="utf-8"))
        train, test = (
            tuple((str(text), str(intent)) for text, intent in [*found[part], *found.get(f"oos_{part}", [])])
            for part in ("train", "test")
        )
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise _unreadable(file, 'JSON with "train" and "test", lists of [text, intent]') from error
    return _checked(Split("CLINC150", train, test), file)


def _checked(split: Split, where: Path) -> Split:
    if not split.train or not split.test or len({intent for _, intent in split.train}) < 2:
        raise _unreadable(where, "at least two intents to learn and a message to judge by")
    return split


def _unreadable(where: Path, wanted: str) -> PublicSetError:
    return PublicSetError(f"{where} cannot be read: expected {wanted}.")


def ours(split: Split) -> float:
    """The share of test messages that our features and linear learner get right, with the settings of the intents."""
    names = sorted({intent for _, intent in split.train})
    answers = np.array([names.index(intent) for _, intent in split.train])
    rows = linear.matrix([features(text) for text, _ in split.train])
    weights = linear.fit(rows, answers, len(names), C, ROUNDS, SEED)
    scores = linear.margins(linear.matrix([features(text) for text, _ in split.test]), weights)
    best: list[int] = np.argmax(scores, axis=1).tolist()
    return _share([names[at] for at in best], split.test)


def theirs(split: Split) -> float | None:
    """The same by scikit-learn's TF-IDF and logistic regression with their defaults; None when it is not installed."""
    try:
        text: Any = importlib.import_module("sklearn.feature_extraction.text")
        linear_model: Any = importlib.import_module("sklearn.linear_model")
        pipeline: Any = importlib.import_module("sklearn.pipeline")
    except ModuleNotFoundError:
        return None
    model = pipeline.make_pipeline(text.TfidfVectorizer(), linear_model.LogisticRegression(max_iter=1000))
    model.fit([text for text, _ in split.train], [intent for _, intent in split.train])
    return _share([str(read) for read in model.predict([text for text, _ in split.test])], split.test)


def _share(read: Sequence[str], test: Sequence[Labelled]) -> float:
    return sum(found == meant for found, (_, meant) in zip(read, test, strict=True)) / len(test)


def as_markdown(splits: Sequence[Split]) -> str:
    """A row a data set. Says so when scikit-learn is not there to compare with."""
    parts = [
        "| data set | intents | learned from | judged by | ours | TF-IDF + logistic regression |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    missing = False
    for split in splits:
        beside = theirs(split)
        missing = missing or beside is None
        parts.append(
            f"| {split.name} | {len({intent for _, intent in split.train})} | {len(split.train)} | {len(split.test)} "
            f"| {ours(split):.1%} | {'not measured' if beside is None else f'{beside:.1%}'} |"
        )
    if missing:
        parts.extend(
            ["", "scikit-learn is not installed here, so nothing to compare with: `pip install scikit-learn`."]
        )
    return "\n".join(parts) + "\n"

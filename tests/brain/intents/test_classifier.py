"""What the classifier reads in clear messages, and that it is pure and never raises. `make eval` says how quick."""

import math
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules.intents import classifier
from recado.brain.rules.intents.classifier import INTENTS, classify
from tests.brain.intents.cases import CASES

# Some hundred times what they take: only what grows with the square of a text's length takes longer.
ODD_LIMIT_S = 5.0


def test_clear_cases() -> None:
    wrong = [(text, intent, got) for intent, text in CASES if (got := classify(text).intent) != intent]
    assert not wrong


def test_there_are_enough_cases_of_every_intent() -> None:
    assert len(CASES) >= 150
    assert len({text for _, text in CASES}) == len(CASES)
    assert {intent for intent, _ in CASES} == set(INTENTS)


def test_is_small() -> None:
    assert classifier.WEIGHTS_FILE.stat().st_size <= 13_000_000  # of 186,000 messages; read in some 20 ms


def test_reads_what_numpy_wrote() -> None:
    model = classifier.read_model()
    with np.load(classifier.WEIGHTS_FILE) as file:
        assert set(file) == {field.name for field in fields(model)}
        for name in set(file) - {"used", "known"}:
            assert np.array_equal(getattr(model, name), file[name])
            assert getattr(model, name).dtype == file[name].dtype
        for name in ("used", "known"):  # bits in the file
            assert np.array_equal(np.packbits(getattr(model, name) > 0), file[name])


def test_a_packed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "weights.npz"
    with np.load(classifier.WEIGHTS_FILE) as file:
        np.savez_compressed(packed, bias=file["bias"])
    monkeypatch.setattr(classifier, "WEIGHTS_FILE", packed)
    with pytest.raises(ValueError, match="make train"):
        classifier.read_model()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_string_has_one_answer(text: str) -> None:
    reading = classify(text)
    assert reading == classify(text)
    assert reading.intent in INTENTS
    assert set(reading.probabilities) == set(INTENTS)
    assert math.isclose(sum(reading.probabilities.values()), 1.0, abs_tol=1e-6)
    assert all(0 <= value <= 1 for value in reading.probabilities.values())


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "a" * 100_000, "no " * 50_000, "🙏" * 5000, "9" * 9999, "\n"]
)
def test_odd_strings(text: str) -> None:
    began = time.process_time()
    assert classify(text).intent in INTENTS
    assert time.process_time() - began < ODD_LIMIT_S


def test_likeliest_are_in_order() -> None:
    reading = classify("quiero una cita para mañana")
    assert reading.likeliest(2)[0] == "schedule"
    assert len(reading.likeliest(2)) == 2


def test_urgent_is_read_already_when_it_is_not_the_likeliest() -> None:
    assert classify("no puede respirar").intent == "urgent"
    assert classify("¿atienden emergencias?").intent != "urgent"


def test_what_is_named_in_the_requirements() -> None:
    assert classify("no es urgente, es por un papel").intent != "urgent"


@pytest.mark.parametrize(
    "text",
    [
        "don't cancel my appointment",
        "please do not cancel my appointment",
        "dont cancel it, i'm coming",
        "no cancelen mi cita",
        "ni se les ocurra anularla",
        "no me vayan a borrar el turno",
    ],
)
def test_to_forbid_is_no_wish_to_cancel(text: str) -> None:
    assert classify(text).intent == "other"


@pytest.mark.parametrize("text", ["i don't want the appointment, cancel it", "no puedo ir, cancela mi cita"])
def test_a_negation_elsewhere_leaves_the_wish_to_cancel(text: str) -> None:
    assert classify(text).intent == "cancel"

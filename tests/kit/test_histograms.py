"""Histograms, and the age of ids."""

import pytest

from recado.kit import clock, new_id
from recado.kit.histograms import Histogram, age_s


def test_values_are_counted_up_to_their_steps() -> None:
    histogram = Histogram((1.0, 2.5))
    for value in (0.2, 1.0, 1.1, 99.0):
        histogram.observe(value)
    assert histogram.buckets() == [("1.0", 2), ("2.5", 3), ("+Inf", 4)]
    assert histogram.total == pytest.approx(101.3)


def test_an_id_tells_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    at_ms = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: at_ms)
    made = new_id()
    monkeypatch.setattr(clock, "now_ms", lambda: at_ms + 2_500)
    assert age_s(made) == pytest.approx(2.5, abs=0.01)
    monkeypatch.setattr(clock, "now_ms", lambda: at_ms - 60_000)
    assert age_s(made) == 0  # the clock of another machine

"""How a copy keeps out of the way: half of the time is others'."""

import time
from pathlib import Path

import pytest

from recado.archive.calm import SLICE_S, Calm
from recado.archive.spooling import row_of


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it rested each time; time goes on by 3 ms whenever somebody looks at the clock."""
    now_s = 0.0
    rests: list[float] = []

    def monotonic() -> float:
        nonlocal now_s
        now_s += 0.003
        return now_s

    def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds
        rests.append(seconds)

    monkeypatch.setattr(time, "monotonic", monotonic)
    monkeypatch.setattr(time, "sleep", sleep)
    return rests


def test_after_each_slice_it_rests_as_long_as_that_took(tmp_path: Path, rests: list[float]) -> None:
    (path := tmp_path / "copy").touch()
    with Calm(path) as calm, path.open("wb") as file:
        for _ in range(50):
            file.write(b"x" * 1000)
            calm()
    assert len(rests) == 7
    assert all(SLICE_S <= rest < 2 * SLICE_S for rest in rests)


def test_it_does_not_rest_where_it_must_get_on(tmp_path: Path, rests: list[float]) -> None:
    (path := tmp_path / "copy").touch()
    with Calm(path) as calm:
        for _ in range(50):
            calm(rest=False)
    assert rests == []


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("1\ta b\t\\N\n", ["1", "a b", None]),
        ("\t\\\\N\t\n", ["", "\\N", ""]),
        ("a\\tb\\nc\\rd\\\\\\b\\f\\v\n", ["a\tb\nc\rd\\\b\f\v"]),
        ("ñ 🩺\u2028\u0085x\n", ["ñ 🩺\u2028\u0085x"]),
    ],
)
def test_a_line_of_copy_is_read_as_it_was_meant(line: str, row: list[str | None]) -> None:
    assert row_of(line) == row

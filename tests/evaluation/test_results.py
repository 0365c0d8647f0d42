"""Runs are kept, compared and shown."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from recado.errors import BadInput
from recado.evaluation.page import page
from recado.evaluation.report import lines, rate
from recado.evaluation.results import (
    ConversationResult,
    Difference,
    Run,
    StepResult,
    difference,
    keep,
    load,
    percentile,
)

HOSTILE = "<script>alert(1)</script>"


def one(name: str, *, passed: bool = True, said: str = "hola") -> ConversationResult:
    problems = () if passed else ("does not say 'x'",)
    step = StepResult(said=said, replies=(said,), buttons=("Sí",), problems=problems, brain_ms=2.0, turn_ms=10.0)
    return ConversationResult(file="f", name=name, topic="booking", steps=(step,))


def run(*conversations: ConversationResult) -> Run:
    return Run(brain="rules", at=datetime(2026, 11, 20, tzinfo=UTC), conversations=conversations)


def test_a_run_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    made = run(one("a"), one("b", passed=False))
    keep(tmp_path / "deep" / "last.json", made)
    assert load(tmp_path / "deep" / "last.json") == made


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(BadInput, match="no results"):
        load(tmp_path / "other.json")
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "gone.json")


def test_the_difference_names_what_changed() -> None:
    before = run(one("a"), one("b", passed=False), one("c"), one("same"))
    after = run(one("a", passed=False), one("b"), one("d", passed=False), one("same"))
    changes = Difference(broken=("f: a",), mended=("f: b",), added=("f: d",), removed=("f: c",))
    assert difference(before, after) == changes


def test_percentiles_are_values_that_were_measured() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile([], 0.5)) == (3.0, 5.0, 0.0)


def test_only_all_is_a_hundred_per_cent() -> None:
    assert (rate(999, 1000), rate(1999, 2000), rate(3, 3), rate(0, 0)) == ("99.9 %", "99.9 %", "100 %", "-")


def test_the_terminal_shows_failures_topics_and_changes() -> None:
    made = run(one("a"), one("b", passed=False))
    shown = "\n".join(lines(made, difference(run(one("b")), made)))
    for words in (
        "FAILED  f: b",
        "! does not say 'x'",
        "booking  1/2  50 %",
        "Broken since the last run: 1",
        "10 ms p95",
    ):
        assert words in shown


class Tags(HTMLParser):
    """The tags of a page and what they link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_is_self_contained_and_harmless() -> None:
    made = run(one(HOSTILE, passed=False, said=HOSTILE), one("b"))
    text = page(made, difference(run(one("b")), made))
    found = Tags(text)
    assert "script" not in found.tags
    assert found.links == []
    assert "width=device-width" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "1 of 2 conversations passed" in text

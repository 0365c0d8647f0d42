"""The report: figures that can be reckoned by hand, targets that decide the exit status, public sets."""

import csv
import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest

from recado.brain.rules.intents.classifier import INTENTS, Reading
from training import dates, evaluate, public, report
from training.dataset import Line, is_harder, read


def reading(intent: str, confidence: float) -> Reading:
    rest = (1 - confidence) / (len(INTENTS) - 1)
    return Reading(intent, confidence, {name: confidence if name == intent else rest for name in INTENTS})


LINES = [Line("es", "urgent", "a"), Line("es", "cancel", "b"), Line("en", "yes", "c"), Line("en", "urgent", "d")]
READINGS = [reading("urgent", 0.9), reading("urgent", 0.9), reading("yes", 0.9), reading("other", 0.5)]


def test_scores_are_shares_of_the_lines() -> None:
    found = report.score(LINES, READINGS)
    assert (found.lines, found.right, found.urgent_found, found.false_alarms) == (4, 0.5, 0.5, 0.5)
    # Three readings at 0.9 of which two are right, one at 0.5 that is wrong.
    assert found.calibration_error == pytest.approx((abs(2.7 - 2) + 0.5) / 4)


def test_the_confusion_table_has_a_row_and_a_column_an_intent() -> None:
    rows = [row for row in report.as_markdown(LINES, READINGS).splitlines() if row.startswith("| cancel ")]
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert len(cells) == len(INTENTS) + 2
    assert cells[1 + INTENTS.index("urgent")] == "1"
    assert cells[-1] == "0.0%"


def test_the_harder_lines_have_a_row_of_their_own() -> None:
    first = next(line for line in read() if not is_harder(line.text))
    harder = next(line for line in read() if is_harder(line.text))
    lines = [first, first, harder]
    table = report.as_markdown(lines, [reading(line.intent, 0.9) for line in lines])
    assert "| of the first files | 2 |" in table
    assert "| of the later, harder files | 1 |" in table


def test_targets_are_met_at_the_limit_and_missed_beyond_it() -> None:
    marks = dates.Marks(Counter({("es", "D1"): 100}), Counter({("es", "D1"): 99}))
    good = evaluate.targets(report.Score(1, 0.97, 0.99, 0.0099, 0), marks, evaluate.Speed(49, 0.9, 3, 1.9))
    assert all(target.met for target in good)
    bad = evaluate.targets(report.Score(1, 0.9699, 0.98, 0.01, 0), marks, evaluate.Speed(50, 1.0, 3, 2.0))
    assert [target.name for target in bad if target.met] == ["dates right"]


def test_the_examination_of_dates_counts_by_rule_and_shows_no_message(tmp_path: Path) -> None:
    case = {
        "now": "2026-11-20T10:00", "timezone": "America/Lima", "language": "es", "rule": "R",
        "text": "mañana a las 5 pm", "date": "2026-11-21", "time": "17:00", "clarify": False,
    }  # fmt: skip
    wrong = {**case, "date": "2026-11-22"}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(case)}\n{json.dumps(wrong)}\n")
    marks = dates.examine(tmp_path)
    assert marks.asked == {("es", "R"): 2}
    assert marks.share == 0.5
    assert "mañana" not in dates.as_markdown(marks)


def test_what_was_missed_in_examinations_that_were_looked_at_is_mended() -> None:
    marks = dates.examine(dates.LOOKED_AT)
    assert marks.right == marks.asked
    asked = {language: sum(marks.asked[one] for one in marks.asked if one[0] == language) for language in ("en", "es")}
    # Two examinations, and what was written to learn from.
    assert asked["en"] == 5102
    assert asked["es"] == 6981


def test_it_writes_its_part_of_the_page_and_says_by_its_status_what_was_met(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nkept\n")
    status = evaluate.main(["--write", str(page)])
    written = page.read_text()
    assert status == int("| no |" in written)
    assert "kept" in written
    assert "| intents right | >= 97% |" in written
    assert capsys.readouterr().out.rstrip("\n") in written


WISHES = {"balance": ["how much money is in my account", "what is my balance", "show me my account balance please"],
          "card": ["my card was stolen", "i lost my card", "please block the card i lost"]}  # fmt: skip


@pytest.fixture
def banking77(tmp_path: Path) -> Path:
    for name in ("train.csv", "test.csv"):
        with (tmp_path / name).open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["text", "category"])
            rows.writerows((text, intent) for intent, texts in WISHES.items() for text in texts)
    return tmp_path


@pytest.fixture
def clinc150(tmp_path: Path) -> Path:
    known = [[text, intent] for intent, texts in WISHES.items() for text in texts]
    strange = [["sing me a song about the sea", "oos"], ["sing a song", "oos"]]
    file = tmp_path / "data_full.json"
    file.write_text(json.dumps({"train": known, "val": [], "test": known, "oos_train": strange, "oos_test": strange}))
    return file


def test_banking77_is_learned(banking77: Path) -> None:
    split = public.banking77(banking77)
    assert (split.name, len(split.train), len(split.test)) == ("Banking77", 6, 6)
    assert public.ours(split) == 1.0


def test_clinc150_counts_what_is_out_of_scope_as_one_more_intent(clinc150: Path) -> None:
    split = public.clinc150(clinc150)
    assert {intent for _, intent in split.test} == {"balance", "card", "oos"}
    assert public.ours(split) == 1.0


def test_scikit_learn_is_compared_with_where_it_is_installed(banking77: Path) -> None:
    split = public.banking77(banking77)
    table = public.as_markdown([split])
    assert "| Banking77 | 2 | 6 | 6 | 100.0% |" in table
    if importlib.util.find_spec("sklearn") is None:
        assert public.theirs(split) is None
        assert "pip install scikit-learn" in table
    else:
        assert public.theirs(split) == 1.0


@pytest.mark.parametrize("content", [None, "", "text,category\n", "words,label\na,b\n"])
def test_a_banking77_that_is_none_says_what_was_expected(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        for name in ("train.csv", "test.csv"):
            (tmp_path / name).write_text(content)
    assert evaluate.main(["--banking77", str(tmp_path)]) == 2
    assert "expected" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", '{"train": [["a"]], "test": []}', '{"train": [], "test": []}', "3"])
def test_a_clinc150_that_is_none_says_what_was_expected(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "data_full.json"
    file.write_text(content)
    assert evaluate.main(["--clinc150", str(file)]) == 2
    assert "expected" in capsys.readouterr().err

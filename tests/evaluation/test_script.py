"""Scripts are read strictly, and what is wrong in one is told with its line."""

from pathlib import Path

import pytest

from recado.errors import BadInput
from recado.evaluation.script import read_all, read_file

GOOD = """\
conversations:
  - name: one
    steps:
      - say: yes
        reply: 15:00
"""


def write(path: Path, text: str) -> Path:
    file = path / "script.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_words_stay_as_they_are_written(tmp_path: Path) -> None:
    (scripted,) = read_file(write(tmp_path, GOOD + "        not: [no, 2026-11-26, 5, on]\n"))
    (step,) = scripted.steps
    assert (step.say, step.reply, step.not_) == (("yes",), ("15:00",), ("no", "2026-11-26", "5", "on"))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "must be a mapping"),
        ("- a\n", 1, "must be a mapping"),
        ("conversations: []\n", 1, "conversations"),
        ("conversations:\n  - name: x\n    steps: [{say: hola}\n", 4, "expected"),
        (GOOD + "        intent: greting\n", 6, "conversations[0].steps[0].intent: Input should be"),
        (GOOD + "        repply: x\n", 6, "Extra inputs"),
        (GOOD + "        press: x\n", 4, "exactly one of"),
        (GOOD + "      - reply: x\n", 6, "exactly one of"),
        (GOOD + "      - say: x\n        after_minutes: -1\n", 7, "greater than or equal to 0"),
        (GOOD + "  - name: two\n", 6, "conversations[1].steps: Field required"),
        (GOOD + "assistant: {language: fr}\n", 6, "assistant.language"),
        (GOOD + "assistant: !!python/object:os.system x\n", 6, "could not determine a constructor"),
        ("a: " + "[" * 5000, 1, ""),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        read_file(file)
    assert caught.value.message.startswith(f"{file}, line {line}: ")
    assert problem in caught.value.message
    assert "\n" not in caught.value.message


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_all([tmp_path / "gone.yaml"])
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("conversations: [ñ]".encode("latin-1"))
    with pytest.raises(BadInput, match="is not UTF-8"):
        read_all([latin])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadInput, match="no conversations"):
        read_all([empty])


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD + GOOD.removeprefix("conversations:\n"))
    with pytest.raises(BadInput, match="two conversations are called 'one'"):
        read_all([file])

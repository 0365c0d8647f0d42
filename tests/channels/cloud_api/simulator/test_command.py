"""The command line refuses what it cannot do, and says why."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from recado.channels.cloud_api.simulator.command import command
from recado.channels.cloud_api.simulator.journal import Journal


def refusal(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["--port", "0", *arguments])
    assert result.exit_code == 1, result.output
    return result.output


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--callback-url", "http://example.org/"), "not on this machine"),
        (("--fault", "nonsense=1"), "unknown fault"),
        (("--fault", "drop"), "duplicate=0.1"),
        (("--number", "+1"), "123456"),
    ],
)
def test_wrong_arguments_say_why(arguments: tuple[str, ...], text: str) -> None:
    assert text in refusal(*arguments)


def test_two_simulators_cannot_share_a_folder(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    try:
        assert "another simulator uses" in refusal("--data", str(tmp_path))
    finally:
        first.close()


def test_a_damaged_journal_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"nonsense\n")
    assert "is damaged" in refusal("--data", str(tmp_path))
    assert (tmp_path / "journal.jsonl").read_bytes() == b"nonsense\n"

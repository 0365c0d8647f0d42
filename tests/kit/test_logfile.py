"""A log file that several processes write while it is rotated."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recado.kit.logfile import SharedLogFile

WRITER = """
import logging, sys
from pathlib import Path
from recado.kit.logfile import SharedLogFile

path, name, lines, most, keep = sys.argv[1:]
log = logging.getLogger()
log.addHandler(SharedLogFile(Path(path), int(most), int(keep)))
for number in range(int(lines)):
    log.warning("%s %04d %s", name, number, "x" * (number % 90))
"""


def write_from_processes(path: Path, processes: int, lines: int, most: int, keep: int) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"p{n}", str(lines), str(most), str(keep)])
        for n in range(processes)
    ]
    assert [one.wait(90) for one in running] == [0] * processes


def files(path: Path) -> list[Path]:
    return [one for one in path.parent.glob(path.name + "*") if not one.name.endswith(".lock")]


def test_no_line_is_lost_torn_or_doubled_by_rotation(tmp_path: Path) -> None:
    path, processes, lines = tmp_path / "recado.log", 3, 400
    write_from_processes(path, processes, lines, most=4_000, keep=1_000)
    found = files(path)
    assert len(found) > 10
    written = [line for file in found for line in file.read_text().splitlines()]
    assert sorted(written) == sorted(
        f"p{n} {number:04d} {'x' * (number % 90)}" for n in range(processes) for number in range(lines)
    )


def test_no_more_is_kept_than_asked(tmp_path: Path) -> None:
    path = tmp_path / "recado.log"
    write_from_processes(path, 2, 400, most=4_000, keep=2)
    assert {one.name for one in files(path)} == {"recado.log", "recado.log.1", "recado.log.2"}
    # Whoever was about to write when it was renamed may be a line late.
    assert all(one.stat().st_size <= 4_000 + 2 * 100 for one in files(path))
    assert path.stat().st_mode & 0o077 == 0


@pytest.fixture
def handler(tmp_path: Path) -> SharedLogFile:
    return SharedLogFile(tmp_path / "recado.log", 1_000_000, 5)


def record(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text})


def test_a_file_that_others_rename_is_opened_anew(tmp_path: Path, handler: SharedLogFile) -> None:
    handler.emit(record("before"))
    (tmp_path / "recado.log").rename(tmp_path / "recado.log-20261121")
    handler.emit(record("after"))
    handler.close()
    assert (tmp_path / "recado.log-20261121").read_text() == "before\n"
    assert (tmp_path / "recado.log").read_text() == "after\n"


def test_what_cannot_be_written_is_told_on_standard_error(
    tmp_path: Path, handler: SharedLogFile, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recado.log").unlink()
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    handler.emit(record("told"))
    handler.close()
    assert capsys.readouterr().err == "told\n"


def test_a_line_that_a_full_disk_cut_takes_no_other_along(
    handler: SharedLogFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write, room = os.write, [5, 0, 1]

    def full(descriptor: int, data: bytes) -> int:
        ours = descriptor == handler._file  # pyright: ignore[reportPrivateUsage]
        return write(descriptor, data[: room.pop(0)] if ours else data)

    handler.emit(record("before"))
    monkeypatch.setattr(os, "write", full)
    for told in ("cut off here", "lost here", "lost, too"):
        handler.emit(record(told))
    monkeypatch.undo()
    handler.emit(record("after"))
    handler.emit(record("and on"))
    handler.close()
    lines = (tmp_path / "recado.log").read_text().split("\n")
    assert [line for line in lines if line] == ["before", "cut o", "after", "and on"]
    assert capsys.readouterr().err == "cut off here\nlost here\nlost, too\n"

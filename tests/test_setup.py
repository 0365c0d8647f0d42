"""`make setup`: what was chosen once stays, and everything that is installed together fits together."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXTRAS = ("model", "redis", "s3", "voice")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout in which nothing is installed yet but uv."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".uv").touch()
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607 # from PATH


def synced(folder: Path, *arguments: str) -> list[str]:
    """The locks that would be installed."""
    (line,) = (line for line in make(folder, "-n", "setup", *arguments).stdout.splitlines() if "pip sync" in line)
    return re.findall(r"requirements/([a-z0-9]+)\.txt", line)


def test_what_was_chosen_stays_after_an_upgrade(folder: Path) -> None:
    assert synced(folder) == ["runtime"]
    assert synced(folder, "EXTRAS=redis") == ["runtime", "redis"]
    make(folder, ".venv/.extras", "EXTRAS=redis s3")
    assert synced(folder) == ["runtime", "redis", "s3"]
    assert synced(folder, "EXTRAS=voice") == ["runtime", "redis", "s3", "voice"]


def test_an_extra_that_there_is_not(folder: Path) -> None:
    refused = make(folder, "setup", "EXTRAS=redis radio")
    assert refused.returncode != 0
    assert "EXTRAS can be: model redis s3 voice" in refused.stderr
    assert synced(folder) == ["runtime"]


@pytest.mark.parametrize("name", ["runtime", *EXTRAS])
def test_every_set_has_the_versions_that_are_tested(name: str) -> None:
    assert versions(name).items() <= versions("dev").items()


def versions(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text().splitlines():
        if pinned := re.match(r"([a-z0-9.-]+)(?:\[[^]]*\])?==([^ ]+)", line):
            found.setdefault(pinned[1], []).append(pinned[2])
    return found

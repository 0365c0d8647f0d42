"""A little of `make test-api`, so that a change that breaks it is seen at once."""

from pathlib import Path

import pytest

from tests.databases import Databases
from tests.fuzz.running import fuzz


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_another_projects_key_finds_nothing_and_breaks_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("sqlite")
    assert fuzz(tmp_path, url, ["theirs"], ["--phases", "examples,fuzzing", "--max-time", "5"], 1) == 0

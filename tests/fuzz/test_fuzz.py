"""A little of `make test-api`, so that a change that breaks it is seen at once."""

import re
from pathlib import Path

import pytest

from recado.api import api_routes
from recado.settings import Settings
from tests.databases import Databases
from tests.fuzz.running import fuzz
from tests.fuzz.seeding import seed


async def test_every_id_in_a_path_is_one_that_exists(databases: Databases, tmp_path: Path) -> None:
    seeded = await seed(Settings(database_url=databases.create("sqlite"), data_dir=tmp_path))
    named = {name for route in api_routes() for name in re.findall(r"\{(\w+)\}", route.path)}
    for project in seeded.values():
        assert set(project.ids) == named


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_another_projects_key_finds_nothing_and_breaks_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("sqlite")
    assert fuzz(tmp_path, url, ["theirs"], ["--phases", "examples,fuzzing", "--max-time", "5"], 1) == 0

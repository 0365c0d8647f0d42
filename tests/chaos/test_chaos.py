"""The chaos run in short (`make chaos` is the long one): nothing lost, doubled, misordered or told to a stranger."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos import programs
from tests.chaos.cases import CASES, SHORT, Case
from tests.chaos.postgres import MortalPostgres
from tests.chaos.report import as_json, explanation
from tests.chaos.run import run_case
from tests.cli.terminal import loaded

SEED = 20_26
# The others take too long for every test run: `make test-chaos` has them, in `.ci/run`.
EVERY_TIME = ("sqlite-1", "postgresql-3")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.key, marks=() if case.key in EVERY_TIME else pytest.mark.chaos) for case in CASES],
)
def test_killing_processes_loses_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "loaded", loaded)
    postgres = MortalPostgres() if case.database == "postgresql" else None
    try:
        result = asyncio.run(run_case(case, SHORT, SEED, tmp_path, postgres))
    finally:
        if postgres is not None:
            postgres.stop()
    print(as_json(result))  # noqa: T201 # shown if it fails
    assert result.ok, explanation(result)
    assert result.kills == SHORT.kills

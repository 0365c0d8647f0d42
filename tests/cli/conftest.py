"""An installation for each test."""

from pathlib import Path

import pytest

from tests.cli.terminal import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty folder."""
    return Installation(tmp_path)

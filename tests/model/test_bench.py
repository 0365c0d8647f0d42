"""What `recado model bench` measures, on a small scale."""

from pathlib import Path

import pytest

from recado.model import places
from recado.model.bench import measure
from recado.model.settings import ModelSettings


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_reuse_of_prefixes_is_seen_in_its_figures(tiny_model: Path) -> None:
    settings = ModelSettings(path=str(tiny_model), context_tokens=1024, threads=1)
    figures = await measure(settings, places.locator(settings), places.open_engine)
    assert figures.reused.cached > 0.5
    assert figures.read_anew.cached < 0.1
    assert figures.reused.answers_per_s > 0
    assert figures.overhead is not None
    assert figures.overhead.bare_ms > 0
    assert len(figures.lines()) == 5

"""A WhatsApp line on the simulator, as the tests of files have it, whose voice notes are fetched and heard."""

import pytest

from tests.media.conftest import a_place, simulator, world
from tests.media.support import Place

__all__ = ["a_place", "simulator", "world"]


@pytest.fixture
def at(place: Place) -> Place:
    return place

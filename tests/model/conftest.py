"""What the tests of models share: a hub on loopback."""

import importlib.util
from collections.abc import Iterator

import pytest

from tests.model.hubs import LoopbackHub


@pytest.fixture(scope="session")
def running_hub() -> Iterator[LoopbackHub]:
    hub = LoopbackHub()
    yield hub
    hub.close()


@pytest.fixture
def hub(running_hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> LoopbackHub:
    """A hub without faults, which the environment does not change; messages are in English."""
    for name in ("HF_TOKEN", "HF_ENDPOINT", "HF_HOME", "HF_HUB_CACHE", "MODEL_NAME", "MODEL_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    running_hub.reset()
    return running_hub


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("torch") is not None:
        return
    for item in items:
        if item.get_closest_marker("transformers") is not None:
            item.add_marker(pytest.mark.skip(reason="torch is not installed: make setup-transformers"))

"""What the tests of models share: a hub on loopback."""

from collections.abc import Iterator

import pytest

from tests.model.hub.hubs import LoopbackHub


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

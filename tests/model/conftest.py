"""A tiny model, and the Model API with it as a process of its own."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.model.server import Server, running_server
from tests.model.tiny import write_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that many tests share, with the settings that people get."""
    with running_server(tiny_model, tmp_path_factory.mktemp("server"), N_CTX="4096") as one:
        yield one


class Servers:
    """Starts servers with settings of their own."""

    def __init__(self, model: Path, folder: Path) -> None:
        self._model = model
        self._folder = folder

    @contextmanager
    def __call__(self, **variables: str) -> Generator[Server]:
        with running_server(self._model, self._folder, **variables) as one:
            yield one


@pytest.fixture
def servers(tiny_model: Path, tmp_path: Path) -> Servers:
    return Servers(tiny_model, tmp_path)

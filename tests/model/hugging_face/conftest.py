"""Tiny models; and what needs torch says so where there is none."""

import importlib.util
from pathlib import Path

import pytest

from tests.model.hugging_face import tiny


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("torch") is not None:
        return
    for item in items:
        if item.get_closest_marker("transformers") is not None:
            item.add_marker(pytest.mark.skip(reason="torch is not installed: make setup-transformers"))


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.gpt2(tmp_path_factory.mktemp("gpt2"))


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.llama(tmp_path_factory.mktemp("llama"))

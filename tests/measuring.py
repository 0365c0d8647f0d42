"""A plugin of pytest: which branches of the rooms where a mistake would lose a message are run by what proves them.

Only while those tests run, for measuring makes Python take two thirds longer. Each process leaves a file for
`coverage combine`. What is imported is measured as well, and this is loaded before anything else is.
"""

import pkgutil
from collections.abc import Generator, Sequence
from importlib import import_module
from pathlib import Path

import pytest
from coverage import Coverage

PACKAGES = ("recado.mailbox", "recado.conversations")


_measured = Coverage(source=PACKAGES, data_suffix=True)
with _measured.collect():
    for _name in PACKAGES:
        for _found in pkgutil.walk_packages(import_module(_name).__path__, f"{_name}."):
            import_module(_found.name)


class Measuring:
    """Measures while tests of these files and folders run."""

    def __init__(self, proofs: Sequence[Path]) -> None:
        self._proofs = proofs

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if not any(item.path.is_relative_to(proof) for proof in self._proofs):
            return (yield)
        with _measured.collect():
            return (yield)

    def pytest_sessionfinish(self) -> None:
        _measured.save()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proofs", help="files and folders of tests, separated by spaces, that are measured")


def pytest_configure(config: pytest.Config) -> None:
    proofs: str | None = config.getoption("proofs")
    runs_tests = hasattr(config, "workerinput") or not config.getoption("numprocesses", 0)
    if proofs and runs_tests:
        config.pluginmanager.register(Measuring([config.rootpath / proof for proof in proofs.split()]), "measuring")

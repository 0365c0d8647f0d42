"""Coverage is measured while the tests run that are there to prove the rooms of which it is demanded, and no others.

It makes Python take two thirds longer, and `make test` demands it of two rooms only.
"""

import importlib
import pkgutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOMS = ("recado.mailbox", "recado.conversations")
"""Those that the Makefile names: what their modules do when they are imported counts too."""
PROVED_BY = tuple(
    Path(__file__).parent / name
    for name in (
        "mailbox", "conversations", "semantics", "voice", "tracing", "bulk",
        # What people of a project, and the law, may ask of them.
        "api/test_at_provider.py", "api/test_audit.py", "api/test_conversations.py", "api/test_filters.py",
        "api/test_health.py", "api/test_removal.py", "compat/test_memory.py", "compat/test_messages.py",
        "privacy/test_erasing.py", "privacy/test_exporting.py", "test_doctor.py",
    )
)  # fmt: skip


def _measuring(config: pytest.Config) -> Any:
    """What starts and stops it, or None where nobody asked for it."""
    plugin: Any = config.pluginmanager.get_plugin("_cov")
    return plugin and plugin.cov_controller


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Pause it, when the rooms are imported, until the first of those tests."""
    if measuring := _measuring(session.config):
        for room in ROOMS:
            found = importlib.import_module(room)
            for module in pkgutil.walk_packages(found.__path__, room + "."):
                importlib.import_module(module.name)
        measuring.pause()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measuring = _measuring(item.config)
    if not measuring or not any(item.path.is_relative_to(one) for one in PROVED_BY):
        return (yield)
    measuring.resume()
    try:
        return (yield)
    finally:
        measuring.pause()

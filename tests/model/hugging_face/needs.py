"""Marks for tests that need torch."""

import importlib.util

import pytest

NEEDS_TORCH = [
    pytest.mark.transformers,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        importlib.util.find_spec("torch") is None, reason="torch is not installed: make setup-transformers"
    ),
]

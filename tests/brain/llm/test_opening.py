"""Which model the settings open, and that without one nothing is loaded for it."""

import subprocess
import sys

import pytest

from recado.brain.llm.opening import open_thinker
from recado.errors import SettingsError
from recado.settings import Settings, load_settings

LIBRARIES = "('pydantic_ai', 'openai', 'anthropic')"
LOADED = f"import sys, recado.main; print([n for n in sys.modules if n.split('.')[0] in {LIBRARIES}])"


def test_without_a_model_its_libraries_take_no_memory() -> None:
    made = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"


def test_no_model_by_default() -> None:
    assert open_thinker(Settings()) is None


async def test_a_local_one_needs_no_key() -> None:
    thinker = open_thinker(Settings(model="local"))
    assert thinker is not None
    assert thinker.model.name == "local"
    await thinker.close()


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"RECADO_MODEL": "gpt-5"}, "RECADO_MODEL: begins with none of"),
        ({"RECADO_MODEL": "openai:"}, "RECADO_MODEL: names no model"),
        ({"RECADO_MODEL": "anthropic:claude-haiku-4-5"}, "RECADO_MODEL_API_KEY: is missing"),
        ({"RECADO_MODEL": "openai:gpt-5-mini"}, "RECADO_MODEL_API_KEY: is missing"),
        ({"RECADO_MODEL": "local", "RECADO_MODEL_BASE_URL": "localhost"}, "RECADO_MODEL_BASE_URL: is not an http"),
        ({"RECADO_MODEL_COST_PER_DAY": "5"}, "RECADO_MODEL_COST_PER_DAY: counts nothing without"),
        ({"RECADO_MODEL_TIMEOUT_S": "0"}, "RECADO_MODEL_TIMEOUT_S"),
    ],
)
def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert says in caught.value.message
    assert "Example: " in caught.value.message

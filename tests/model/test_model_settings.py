"""The settings of `recado model`: old names beside our own, and errors that name the variable."""

import pytest

from recado.errors import SettingsError
from recado.model.settings import load_model_settings


def test_older_names_are_known_and_ours_win(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("LOCAL_MODEL_PATH", "/m.gguf"), ("N_CTX", "4096"), ("N_THREADS", "3"), ("PORT", "9001")):
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("RECADO_MODEL_THREADS", "2")
    settings = load_model_settings()
    assert (settings.path, settings.context_tokens, settings.threads, settings.port) == ("/m.gguf", 4096, 2, 9001)


@pytest.mark.parametrize(
    ("variable", "text"),
    [("N_CTX", "many"), ("PORT", "70000"), ("RECADO_MODEL_KEYS", "short-secret"), ("DEVICE", "a b")],
)
def test_a_wrong_one_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError) as caught:
        load_model_settings()
    assert caught.value.message.startswith(f"{variable}: ")
    assert "short-secret" not in caught.value.message


def test_keys_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECADO_MODEL_KEYS", "a-key-0123456789, another-key-0123456789,")
    settings = load_model_settings()
    assert settings.keys == ("a-key-0123456789", "another-key-0123456789")
    assert "0123456789" not in repr(settings)


def test_what_the_environment_has_for_others_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every shell has a PATH, and a machine that serves models by name must not take it for one."""
    for name in ("LOCAL_MODEL_PATH", "RECADO_MODEL_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODEL_NAME", "ana/clinic")
    for name, text in (("PATH", "/usr/bin:/bin"), ("SLOTS", "9"), ("REVISION", "v3"), ("KEYS", "no")):
        monkeypatch.setenv(name, text)
    settings = load_model_settings()
    assert settings.named == ("ana/clinic", None)
    assert (settings.slots, settings.keys) == (4, ())

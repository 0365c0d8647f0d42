"""Whether audio can be heard."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from recado.doctor.findings import Finding, fail, ok

# Without these no model of faster-whisper can be loaded.
WHISPER_FILES = ("config.json", "model.bin")


def examine_voice(model: str) -> list[Finding]:
    """Whether audio can be heard, as far as can be seen without loading the model."""
    name, variable = "voice", "RECADO_VOICE_MODEL"
    if not model:
        return []
    if find_spec("faster_whisper") is None:
        mend = f"make setup EXTRAS=voice (or pip install 'recado[voice]'), or do without {variable}"
        return [fail(name, f"{variable} needs a library that is not installed, so Recado does not start", mend)]
    folder = Path(model)
    if folder.is_dir():
        missing = [file for file in WHISPER_FILES if not (folder / file).is_file()]
        if missing:
            mend = f"Set {variable} to the folder of a model that was converted for faster-whisper"
            return [fail(name, f"{folder} holds no such model: {', '.join(missing)} is missing", mend)]
        return [ok(name, f"the model is in {folder}")]
    if folder.is_absolute() or folder.exists() or model.count("/") > 1:
        return [fail(name, f"{folder} is not a folder", f"Set {variable} to the model's folder, or to a name: small")]
    if "/" not in model and model not in (names := import_module("faster_whisper").available_models()):
        return [
            fail(name, f"there is no model {model}", f"Set {variable} to a folder, or to one of: {', '.join(names)}")
        ]
    return [ok(name, f"{model} is fetched for the first audio, unless it is here already")]

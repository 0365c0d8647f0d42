"""Which of a model's files are needed to run it."""

from collections.abc import Sequence
from pathlib import Path

from recado.errors import BadInput, NotFound
from recado.model.cache import RemoteFile, is_safe
from recado.model.words import say

# Beside the weights: what transformers reads. Never code, and no other format of the same weights.
_READ_BESIDE = (".json", ".txt", ".model", ".jinja")
_SHOWN_FILES = 12


def choose(name: str, wanted: str | None, files: Sequence[RemoteFile]) -> tuple[RemoteFile, ...]:
    """The files that are needed to run a model, the one to open first. Other formats of it are left where they are.

    `wanted` names a `.gguf` file, or a part of its name such as "Q4_K_M". Raises `NotFound` (`model_not_found`), or
    `BadInput` (`bad_model_name`) when there are several to choose from.
    """
    safe = [file for file in files if is_safe(file.path)]
    weights = [file for file in safe if file.path.endswith(".gguf")]
    if wanted is not None:
        fits = [file for file in weights if file.path == wanted or wanted.lower() in Path(file.path).stem.lower()]
        exact = [file for file in fits if file.path == wanted]
        fits = exact or _first_parts(fits)
        if not fits:
            raise NotFound(say("no_file", name=name, file=wanted, files=_shown(weights)), code="model_not_found")
    else:
        fits = _first_parts(weights)
    if len(fits) > 1:
        shown = say("choose_file", name=name, first=fits[0].path, files=_shown(fits))
        raise BadInput(shown, code="bad_model_name")
    if fits:
        return _all_parts(fits[0], weights)
    return of_transformers(name, safe)


def _first_parts(weights: Sequence[RemoteFile]) -> list[RemoteFile]:
    """Without the later parts of models in several files (`...-00002-of-00003.gguf`, llama.cpp's gguf-split)."""
    return [file for file in weights if "-of-" not in file.path or "-00001-of-" in file.path]


def _all_parts(first: RemoteFile, weights: Sequence[RemoteFile]) -> tuple[RemoteFile, ...]:
    stem, mark, count = first.path.partition("-00001-of-")
    if not mark:
        return (first,)
    rest = [file for file in weights if file.path.startswith(f"{stem}-0") and file.path.endswith(f"-of-{count}")]
    return (first, *(file for file in rest if file != first))


def of_transformers(name: str, files: Sequence[RemoteFile]) -> tuple[RemoteFile, ...]:
    """The files of a transformers model. Raises `NotFound` (`model_not_found`) when there is none."""
    here = [file for file in files if "/" not in file.path]
    weights = [file for file in here if file.path.endswith(".safetensors")]
    # Older models have nothing else; transformers reads them without running what they hold.
    weights = weights or [f for f in here if f.path.startswith("pytorch_model") and f.path.endswith(".bin")]
    config = [file for file in here if file.path == "config.json"]
    if not weights or not config:
        raise NotFound(say("no_weights", name=name), code="model_not_found")
    beside = [file for file in here if file.path.endswith(_READ_BESIDE) and file not in config]
    return (*config, *beside, *weights)


def _shown(files: Sequence[RemoteFile]) -> str:
    names = [file.path for file in files[:_SHOWN_FILES]]
    return ", ".join(names + ["…"] * (len(files) > _SHOWN_FILES)) or "-"

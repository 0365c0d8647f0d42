"""Which models there are and which engine runs them: the two functions that the server is given."""

import asyncio
from pathlib import Path

from recado.errors import BadInput
from recado.model import hub
from recado.model.cache import default_folder
from recado.model.engine import Engine, EngineLimits, Locate, Located, Progress
from recado.model.settings import ModelSettings

GGUF = ".gguf"


def locator(settings: ModelSettings) -> Locate:
    """Finds models on this machine and on the hub that the settings name.

    What it returns raises what `hub.locate` raises, and `BadInput` (`bad_model_name`) when no model is named.
    """
    of_hub = hub.HubSettings(settings.cache_dir or default_folder(), token=settings.hub_token or None)

    async def locate(name: str, revision: str | None, progress: Progress) -> Located:
        if not name:
            raise BadInput(
                "No model is named. Set LOCAL_MODEL_PATH to a .gguf file or a folder, such as"
                " LOCAL_MODEL_PATH=/models/assistant.gguf, or MODEL_NAME to a model of a hub, such as"
                " MODEL_NAME=user/model",
                code="bad_model_name",
            )
        if name == settings.path:  # named as a path: never looked for on a hub
            return await asyncio.to_thread(_on_disk, name)
        return await hub.locate(name, revision, progress, settings=of_hub)

    return locate


def _on_disk(path: str) -> Located:
    return hub.locate_on_disk(Path(path).expanduser())


async def open_engine(located: Located, limits: EngineLimits, progress: Progress) -> Engine:
    """Load a model with the engine for its kind of file: llama.cpp for `.gguf`, transformers for a folder."""
    if located.path.suffix == GGUF:
        from recado.model.llama import open_llama

        return await open_llama(located, limits, progress)
    from recado.model.transformers_engine import open_transformers

    return await open_transformers(located, limits, progress)

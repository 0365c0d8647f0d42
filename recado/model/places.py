"""Which models there are and which engine runs them: the two functions that the server is given."""

import asyncio
from pathlib import Path

from recado.errors import BadInput, NotFound
from recado.model.engine import Engine, EngineLimits, Located, Progress
from recado.model.llama import open_llama


async def locate(name: str, revision: str | None, _progress: Progress) -> Located:
    """A model by path. Raises `NotFound` (`model_not_found`) or `BadInput` (`bad_model_name`)."""
    if not name:
        raise BadInput(
            "No model is named. Set LOCAL_MODEL_PATH to a .gguf file, such as LOCAL_MODEL_PATH=/models/assistant.gguf",
            code="bad_model_name",
        )
    path = Path(name)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(f"There is no model at {path}. Set LOCAL_MODEL_PATH to a .gguf file.", code="model_not_found")
    return Located(path, path.stem, revision)


async def open_engine(located: Located, limits: EngineLimits, progress: Progress) -> Engine:
    """Load a model with the engine for its kind of file."""
    return await open_llama(located, limits, progress)

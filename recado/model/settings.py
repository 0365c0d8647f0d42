"""Settings of `recado model`. Each has the name that older model servers know beside its own (contract A)."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from recado.errors import SettingsError
from recado.settings import MIN_SECRET_CHARACTERS

# The context of one request, contract A's default.
CONTEXT_TOKENS = 2048
# The turn of a conversation gives its brain 20 s; whoever calls the Model API otherwise may be more patient.
DEADLINE_S = 60.0
SLOTS = 4
MAX_WAITING = 64
MAX_PER_KEY = 32


def _names(own: str, *older: str) -> AliasChoices:
    return AliasChoices(own, *older)


class ModelSettings(BaseSettings):
    """All settings of the Model API. A field's first alias is its own name."""

    # The prefix is for the fields' own names, which are read as well: without it PATH would name the model.
    model_config = SettingsConfigDict(env_prefix="RECADO_MODEL_", frozen=True, extra="ignore", populate_by_name=True)

    path: str = Field(
        default="",
        validation_alias=_names("RECADO_MODEL_PATH", "LOCAL_MODEL_PATH"),
        description="The model: a .gguf file on this machine, or the folder of a transformers model.",
    )
    hub_name: str = Field(
        default="",
        max_length=400,
        validation_alias=_names("RECADO_MODEL_NAME", "MODEL_NAME"),
        description="The model on a hub: user/model, or user/model:file.gguf. Read where no path is set.",
    )
    revision: str = Field(
        default="",
        max_length=256,
        validation_alias=_names("RECADO_MODEL_REVISION", "MODEL_REVISION"),
        description="Branch, tag or commit of the model on the hub; empty means main, as first downloaded.",
    )
    cache_dir: Path | None = Field(
        default=None,
        validation_alias=_names("RECADO_MODEL_CACHE_DIR", "MODEL_CACHE_DIR"),
        description="Folder of downloaded models; empty means that of Hugging Face's own tools.",
    )
    hub_token: str = Field(
        default="",
        repr=False,
        validation_alias=_names("RECADO_MODEL_HUB_TOKEN", "HF_TOKEN"),
        description="Token for private models of the hub.",
    )
    context_tokens: int = Field(
        default=CONTEXT_TOKENS,
        ge=256,
        le=1_048_576,
        validation_alias=_names("RECADO_MODEL_CONTEXT", "N_CTX"),
        description="Tokens of one request, prompt and answer together.",
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=512,
        validation_alias=_names("RECADO_MODEL_THREADS", "N_THREADS"),
        description="Threads of the model. Empty: one for each core; with llama.cpp one fewer while it writes, "
        "for something else is always running.",
    )
    device: str = Field(
        default="auto",
        pattern="^[a-z0-9:]{1,20}$",
        validation_alias=_names("RECADO_MODEL_DEVICE", "DEVICE"),
        description="auto takes a GPU where there is one that the installed engine can use; or cpu.",
    )
    port: int = Field(
        default=8001, ge=1, le=65535, validation_alias=_names("RECADO_MODEL_PORT", "PORT"), description="Port."
    )
    slots: int = Field(
        default=SLOTS,
        ge=1,
        le=256,
        validation_alias=_names("RECADO_MODEL_SLOTS"),
        description="Requests at a time; each needs memory for its context.",
    )
    keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        repr=False,
        validation_alias=_names("RECADO_MODEL_KEYS"),
        description="Comma-separated bearer keys; only the first may change the model. "
        "Empty: only this machine is served.",
    )
    deadline_s: float = Field(
        default=DEADLINE_S,
        gt=0,
        le=3600,
        validation_alias=_names("RECADO_MODEL_DEADLINE_S"),
        description="How long a request may take, waiting included.",
    )
    max_waiting: int = Field(
        default=MAX_WAITING,
        ge=0,
        le=100_000,
        validation_alias=_names("RECADO_MODEL_QUEUE"),
        description="Requests that may wait for a slot; more are told to come back (503).",
    )
    max_per_key: int = Field(
        default=MAX_PER_KEY,
        ge=1,
        le=100_000,
        validation_alias=_names("RECADO_MODEL_PER_KEY"),
        description="Requests of one key that may wait or be served at a time (429).",
    )

    @property
    def named(self) -> tuple[str, str | None]:
        """The model to serve, by path or by hub id, and its revision."""
        return (self.path, None) if self.path else (self.hub_name, self.revision or None)

    @field_validator("threads", "cache_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        keys = tuple(key.strip() for key in value.split(",") if key.strip())
        if any(len(key) < MIN_SECRET_CHARACTERS for key in keys):
            raise ValueError(f"needs at least {MIN_SECRET_CHARACTERS} characters in each key")
        return keys


def load_model_settings() -> ModelSettings:
    """The settings of the environment. Raises `SettingsError` with one line per wrong variable."""
    try:
        return ModelSettings()
    except ValidationError as error:
        found = error.errors(include_input=False)
        lines = [f"{_set_as(item['loc'][0])}: {item['msg'].removeprefix('Value error, ')}" for item in found]
        raise SettingsError("\n".join(lines)) from None


def variables_of(field: FieldInfo) -> tuple[str, ...]:
    """The environment variables of a field, the first that is set wins."""
    alias = field.validation_alias
    return tuple(map(str, alias.choices)) if isinstance(alias, AliasChoices) else ()


def _set_as(name: int | str) -> str:
    """The variable that was set, where an error names the first that could have been."""
    for field in ModelSettings.model_fields.values():
        variables = variables_of(field)
        if name in variables:
            return next((one for one in variables if one in os.environ), str(name))
    return str(name)

"""Shapes of assistants in the API."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from recado.assistants.config import Config, from_stored
from recado.assistants.service import MAX_SETTLE_MS
from recado.decisions import Language
from recado.kit.etags import Editable
from recado.kit.schemas import Input, Moment, Name, Slug, WholeNumber, shown

BrainName = Annotated[str, Field(min_length=1, max_length=64, description="Which brain decides, such as rules.")]
Timezone = Annotated[str, Field(min_length=1, max_length=64, description="An IANA name, such as America/Lima.")]
Settle = Annotated[
    WholeNumber, Field(ge=0, le=MAX_SETTLE_MS, description="How long to wait for more messages before answering.")
]


def _complete(kept: dict[str, Any]) -> Config:
    config = from_stored(kept)
    return config.model_copy(update={"roles": config.all_roles})


class NewAssistant(Input):
    model_config = shown({"slug": "reception", "name": "Recepción", "language": "es", "timezone": "America/Lima"})

    slug: Slug
    name: Name
    brain: BrainName = "rules"
    language: Language = "es"
    timezone: Timezone = "America/Lima"
    settle_ms: Settle = 0
    config: Config = Config()


class AssistantChanges(Input):
    """What is given is changed, the rest stays."""

    model_config = shown({"name": "Recepción", "config": {"mode": "rules", "opens": "08:00", "closes": "18:00"}})

    name: Name | None = None
    brain: BrainName | None = None
    language: Language | None = None
    timezone: Timezone | None = None
    settle_ms: Settle | None = None
    config: Config | None = Field(default=None, description="What is given in it is changed, the rest stays.")


class AssistantOut(Editable):
    id: str
    slug: str
    name: str
    brain: str
    language: str
    timezone: str
    settle_ms: int
    config: Annotated[Config, BeforeValidator(_complete)] = Field(description="With the roles that every one has.")
    version: int = Field(description="Grows with every change of the assistant or of what it knows.")
    created_at: Moment = Field(validation_alias="created_ms")

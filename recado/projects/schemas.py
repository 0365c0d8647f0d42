"""Shapes of projects and keys in the API."""

from pydantic import Field

from recado.kit.schemas import Input, Moment, Name, Output, shown
from recado.projects.service import Role


class ProjectOut(Output):
    id: str
    slug: str
    name: str
    created_at: Moment = Field(validation_alias="created_ms")


class NewKey(Input):
    model_config = shown({"name": "The panel", "role": "agent"})

    name: Name
    role: Role


class KeyOut(Output):
    id: str
    name: str
    role: Role
    hint: str = Field(description="The first characters of the key, to tell keys apart.")
    created_at: Moment = Field(validation_alias="created_ms")
    revoked_at: Moment | None = Field(default=None, validation_alias="revoked_ms")


class CreatedKey(Output):
    """A new key. `token` is shown this once."""

    key: KeyOut
    token: str

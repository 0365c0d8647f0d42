"""What people send, as values. Without the web framework: its import would cost each command an eighth of a second."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Input(BaseModel):
    """The body of a request. Strict: unknown fields and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("U+0000 cannot be kept")
    return value


# Any text that both databases keep.
AnyText = Annotated[str, AfterValidator(_storable)]

"""What the API's schemas have in common. Input is strict: unknown fields and wrong types are errors."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from recado.kit.clock import from_ms
from recado.kit.ids import UUID_PATTERN
from recado.kit.inputs import AnyText, Input
from recado.kit.pages import DEFAULT_LIMIT, MAX_LIMIT, Cut

__all__ = [
    "AnyText",
    "Input",
    "Moment",
    "Name",
    "Output",
    "PageCut",
    "PageOf",
    "PathId",
    "Slug",
    "Uuid",
    "WholeNumber",
]

T = TypeVar("T")


class Output(BaseModel):
    """Part of an answer, mostly read from a row."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PageOf(Output, Generic[T]):
    """Some items; ask again with `cursor=next_cursor` for more. No `next_cursor`: that was all."""

    items: list[T]
    next_cursor: str | None = None


def _moment(value: Any) -> Any:
    return from_ms(value) if isinstance(value, int) else value


# A time; rows have it in milliseconds since 1970.
Moment = Annotated[datetime, BeforeValidator(_moment)]
Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN)]
PathId = Annotated[str, Path(pattern=UUID_PATTERN, description="A UUID, in lower case.")]
# What things are called: one line.
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$")]
WholeNumber = Annotated[int, Field(strict=True)]


def _cut(
    cursor: Annotated[str | None, Query(max_length=64, description="The `next_cursor` of an earlier page.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items at most.")] = DEFAULT_LIMIT,
) -> Cut:
    return Cut(cursor, limit)


PageCut = Annotated[Cut, Depends(_cut)]

"""What the API's schemas have in common. Input is strict: unknown fields and wrong types are errors."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from recado.kit.clock import from_ms
from recado.kit.ids import UUID_PATTERN
from recado.kit.inputs import AnyText, Input
from recado.kit.pages import DEFAULT_LIMIT, MAX_LIMIT, Cut
from recado.kit.spans import Span

__all__ = [
    "SHOWN_ID",
    "AnyText",
    "Input",
    "Moment",
    "Name",
    "Output",
    "PageCut",
    "PageOf",
    "PathId",
    "QuerySpan",
    "Slug",
    "Uuid",
    "WholeNumber",
    "shown",
]

T = TypeVar("T")
# https://www.rfc-editor.org/rfc/rfc3339#section-5.6. A bare number is no moment: nobody can see in which unit it is.
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# An id in examples.
SHOWN_ID = "01900000-0000-7000-8000-000000000000"


def shown(example: dict[str, Any]) -> ConfigDict:
    """The configuration of an `Input` with an example, which the reference of the API shows."""
    return ConfigDict(json_schema_extra={"examples": [example]})


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
Uuid = Annotated[str, StringConstraints(pattern=UUID_PATTERN), Field(examples=[SHOWN_ID])]
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


def _written_out(value: Any) -> Any:
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        raise ValueError("must be a moment such as 2026-11-21T08:00:00Z (a + is written %2B)")
    return value


QueryMoment = Annotated[AwareDatetime, BeforeValidator(_written_out)]


def _span(
    since: Annotated[
        QueryMoment | None, Query(description="Made at this moment or later, such as 2026-11-21T08:00:00Z.")
    ] = None,
    until: Annotated[QueryMoment | None, Query(description="Made before this moment.")] = None,
) -> Span:
    return Span(*(None if at is None else (at - _EPOCH) // timedelta(milliseconds=1) for at in (since, until)))


QuerySpan = Annotated[Span, Depends(_span)]

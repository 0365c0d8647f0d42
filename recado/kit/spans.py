"""A span of time as a filter of lists: `since` and `until` in the query."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime, BeforeValidator
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from recado.errors import BadInput

# https://www.rfc-editor.org/rfc/rfc3339#section-5.6. A bare number is no moment: nobody can see in which unit it is.
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since_ms` on, before `until_ms`, in milliseconds since 1970; None is open.

    Raises `BadInput` (`bad_span`) if it ends before it begins.
    """

    since_ms: int | None = None
    until_ms: int | None = None

    def __post_init__(self) -> None:
        if self.since_ms is not None and self.until_ms is not None and self.until_ms < self.since_ms:
            raise BadInput("until must not be before since", code="bad_span")

    def of(self, column: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
        """What a time must meet to be in the span."""
        conditions: list[ColumnElement[bool]] = []
        if self.since_ms is not None:
            conditions.append(column >= self.since_ms)
        if self.until_ms is not None:
            conditions.append(column < self.until_ms)
        return conditions


ALWAYS = Span()


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

"""A span of time as a filter of lists: `since` and `until` in the query."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from recado.errors import BadInput

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


def _span(
    since: Annotated[
        AwareDatetime | None, Query(description="Made at this moment or later, such as 2026-11-21T08:00:00Z.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(description="Made before this moment.")] = None,
) -> Span:
    return Span(*(None if at is None else (at - _EPOCH) // timedelta(milliseconds=1) for at in (since, until)))


QuerySpan = Annotated[Span, Depends(_span)]

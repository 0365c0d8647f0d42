"""A span of time as a filter of lists: `since` and `until` in the query."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from recado.errors import BadInput


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

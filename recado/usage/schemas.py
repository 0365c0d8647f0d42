"""Shapes of usage in the API."""

from pydantic import Field

from recado.kit.schemas import Output


class UsageDay(Output):
    """What models took on one day."""

    day: str = Field(description="UTC, such as 2026-11-21.")
    calls: int
    refused: int = Field(description="Calls that were not made because the day's budget was used up.")
    tokens_in: int
    tokens_out: int
    cost: float = Field(description="By the prices of the settings, in their currency.")
    reserved_tokens: int = Field(description="What calls on their way may still take.")


class Usage(Output):
    """What models took, newest day first, and the budgets of a day; null is no limit."""

    tokens_per_day: int | None
    cost_per_day: float | None
    days: list[UsageDay]

"""What models may cost. The brain asks before each call and settles after it; others keep the counts."""

from dataclasses import dataclass
from typing import Protocol

MICROS = 1_000_000
"""Money is counted in millionths of the currency of the prices: whole numbers, so that nothing is rounded away."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens, in any currency: so many units a million are as many millionths a token."""

    input: float = 0.0
    output: float = 0.0

    def cost_micros(self, tokens_in: int, tokens_out: int) -> int:
        return round(tokens_in * self.input + tokens_out * self.output)


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of both directions, and their price."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0


class Reservation(Protocol):
    """What was set aside for one call."""

    async def settle(self, spent: Spent) -> None:
        """Count what the call took in place of what was set aside. Once; never raises."""
        ...


class Budget(Protocol):
    """The budgets of the projects."""

    async def reserve(self, project_id: str, model: str, most: Spent) -> Reservation | None:
        """Set aside the most that a call may take. None: that is more than is left today. May raise `RecadoError`."""
        ...


class _Nothing:
    async def settle(self, spent: Spent) -> None:
        """Nobody counts."""


class NoBudget:
    """Lets everything through and counts nothing: for tests and evaluations."""

    async def reserve(self, project_id: str, model: str, most: Spent) -> Reservation | None:
        return _Nothing()

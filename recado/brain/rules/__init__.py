"""The rules brain: offline, instant, and honest about what it does not know."""

from recado.brain.rules.brain import RulesBrain

__all__ = ["RulesBrain"]

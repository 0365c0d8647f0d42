"""The rules brain: offline, instant, and honest about what it does not know."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recado.brain.rules.brain import RulesBrain

__all__ = ["RulesBrain"]


def __getattr__(name: str) -> Any:
    """The brain when it is asked for: who only searches needs its words, not its grammar, nor a second to load it."""
    if name == "RulesBrain":
        from recado.brain.rules.brain import RulesBrain

        return RulesBrain
    raise AttributeError(name)

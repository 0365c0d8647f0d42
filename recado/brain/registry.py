"""The brains that come with Recado."""

from recado.brain.echo import EchoBrain, SlowEchoBrain
from recado.brain.rules import RulesBrain
from recado.decisions import Brain


def builtin_brains() -> dict[str, Brain]:
    """New brains by name; `main.py` hands them to the turns."""
    brains: tuple[Brain, ...] = (RulesBrain(), EchoBrain(), SlowEchoBrain())
    return {brain.name: brain for brain in brains}

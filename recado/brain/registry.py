"""The brains that come with Recado."""

from recado.brain.echo import EchoBrain, SlowEchoBrain
from recado.brain.hybrid import HybridBrain
from recado.brain.llm.thinking import Thinker
from recado.brain.rules import RulesBrain
from recado.decisions import Brain


def builtin_brains(thinker: Thinker | None = None) -> dict[str, Brain]:
    """New brains by name; `main.py` hands them to the turns. With `thinker` the rules are helped by a model."""
    rules = RulesBrain()
    first: Brain = rules if thinker is None else HybridBrain(rules, thinker)
    brains: tuple[Brain, ...] = (first, EchoBrain(), SlowEchoBrain())
    return {brain.name: brain for brain in brains}

"""The grammars of dates compiled ahead: a rule is compiled when a text first needs it, while somebody waits."""

from collections.abc import Callable, Iterator

from recado.brain.rules.when import exclusions, resolver


def steps() -> Iterator[Callable[[], None]]:
    """A step for each rule, about a millisecond long; any thread may take it."""
    yield from exclusions.GRAMMAR.compiling()
    yield from resolver.MENTIONS.compiling()

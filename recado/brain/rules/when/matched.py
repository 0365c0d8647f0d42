"""What rules make of their matches, where it takes no look at the tokens."""

import re
from collections.abc import Callable

from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.mentions import Meant
from recado.brain.rules.when.tokens import Tokens

Make = Callable[[Tokens, re.Match[str]], Meant | None]


def each(make: Make, *texts: str) -> tuple[Rule[Meant], ...]:
    """Rules that mean the same."""
    return tuple(Rule(text, make) for text in texts)


def always(meant: Meant, *texts: str) -> tuple[Rule[Meant], ...]:
    """Rules whose every match means exactly this."""

    def make(tokens: Tokens, match: re.Match[str]) -> Meant:
        del tokens, match
        return meant

    return each(make, *texts)

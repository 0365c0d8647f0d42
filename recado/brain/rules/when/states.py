"""Where somebody was and how they were: "I was sick on monday", "we were with you on thursday"."""

import re

from recado.brain.rules.when.lexicon import ALPHABET

_NOT = frozenset(ALPHABET.union("no not"))
_STATES = frozenset(ALPHABET.union("WAS HAVE"))
_AT_SOMEBODYS = (
    "(out | up | over | in | DOWN)? (in | at | with | by) (the | a | an | my | your)? (u | word | words | LOCAL |"
    " STREET"
    " | MESA){1,2}"
)
_WAS_ON = ALPHABET.compile(
    "(WAS ((in | FILL)? | (muy)? (SICK | WORK_FOR | BUSY)"
    f" | {_AT_SOMEBODYS} | (out | up | over) FILL? | by (?= on | $))"
    # "I've been there on the 20th", "I have come on 14th"
    " | (?<! COULD i) (?<! CAN i) (?<! WOULD) HAVE"
    f" (COME FILL? (?= on | $) | been FILL (?= on | $) | (been | COME) to (the | your | my) (word | LOCAL | STREET"
    f" | MESA)"
    f" | (been | COME) {_AT_SOMEBODYS})"
    f" | (i | EJEM) been (FILL | {_AT_SOMEBODYS}))"
    " (on)? (the)? $"
)


def was_there(letters: str, at: int) -> bool:
    """ "I was sick on monday", "we were with you on thursday"."""
    put_right = letters[at + 1 : at + 2] in _NOT
    return not _STATES.isdisjoint(letters) and before(_WAS_ON, letters, at) and not put_right


def before(pattern: re.Pattern[str], letters: str, at: int) -> bool:
    """Whether the words right before a place are such words."""
    words = letters[max(0, at - 6) : at]
    return any(pattern.match(words, start) is not None for start in range(len(words)))

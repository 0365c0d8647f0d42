"""Verbs of the past that tell nothing of when something is: in a question for what there is, in a clause about who."""

import re

from recado.brain.rules.when.lexicon import ALPHABET

_ALSO = ALPHABET.of("ejem")
_ASK = ALPHABET.of("ASK")
_BREAKS = frozenset(ALPHABET.union("BREAK"))
_GOT = ALPHABET.of("GOT")
_HAVE_YOU_GOT = ALPHABET.compile("(?<! INSIDE) (HAVE? u | any word)? GOT (?! my | your | DID | word? RESULTS)")
_WHO_DID = ALPHABET.compile(
    "(con | a | de | del | para | por | en | with | at | for | from | to | by)"
    " (el | la | los | las | the | a | un | una | ese | lo | mi | my | word){0,2}"
    " (word | words | COSA | DOCTOR | one | LOCAL | MESA | same | DOSIS){0,3}"
    " (que | that | (?= u))"
    " (me | u | i | ejem | ya | no | EJEM | word){0,3}"
    " (SEEMS_PAST | HAPPENED | DIJO | DID | TOLD | ASKED | AGREED | left)"
)
""" "El jueves con la logopeda que nos dijiste", "thursday with the guy you recommended"."""


def without_asked(letters: str) -> str:
    """The letters of a message with "got" made a word like any other where it asks: "got a slot on the 30th?"."""
    if _GOT not in letters or _ASK not in letters:
        return letters
    return _HAVE_YOU_GOT.sub(lambda match: _plain(letters, match), letters)


def _plain(letters: str, match: re.Match[str]) -> str:
    end = next((letter for letter in letters[match.end() :] if letter in _BREAKS), "")
    return _ALSO * len(match.group()) if end == _ASK else match.group()


def without_whom(letters: str, at: int, start: int, end: int) -> str:
    """The clause around a place without what tells, after it, who somebody is by what they did."""
    after = _WHO_DID.sub(lambda match: _ALSO * len(match.group()), letters[at:end])
    return letters[start:at] + after

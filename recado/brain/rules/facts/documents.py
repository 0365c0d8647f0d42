"""Identity numbers: those that are named ("mi dni es 45678912"), and those whose shape is like no other number's."""

import re
from collections.abc import Iterator

from recado.brain.rules.facts import document_rules as rules
from recado.brain.rules.facts.document_rules import Rule
from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.people import is_name
from recado.brain.rules.facts.values import Document

_MIN_DIGITS = 5
_MAX_DIGITS = 14
_WINDOW = 70
_MAX_GAP = 40
_SHOWN_OF_SSN = 4
_MONTHS, _DAYS = 12, 31

_NAME = re.compile("|".join(rf"(?P<{name}>(?<![a-z0-9])(?:{words})(?![a-z]))" for name, words in rules.NAMES.items()))
# Digits parted as people part them; a letter before (Venezuela, passports) and after (Spain, Chile's K).
_CHUNK = re.compile(
    r"(?<![a-z0-9])(?P<before>[a-z]{1,3}[-. ]?)?"
    r"(?P<digits>[0-9]{1,3}(?: [0-9]{3}){1,3}(?![0-9])|[0-9]{1,14}(?:[.-][0-9]{1,13}){0,4})"
    r"(?P<after>(?P<mark>[ -]?)[a-z](?![a-z0-9]))?"
)
_LETTERED = re.compile(r"(?<![a-z0-9])[a-z&]{3,4}[ -]?[0-9]{6}[ -]?[a-z0-9]{3,8}(?![a-z0-9])")
_SHAPES = re.compile(
    r"(?<![a-z0-9.-])(?:"
    r"(?P<curp>[a-z]{4}[0-9]{6}[hmx][a-z]{5}[a-z0-9][0-9])"
    r"|(?P<rfc>[a-z&]{3,4}[0-9]{6}[a-z0-9]{3})"
    r"|(?P<nie>[xyz]-?[0-9]{7}-?[a-z])"
    r"|(?P<spain>[0-9]{8}-?[a-z])"
    r"|(?P<ssn>[0-9]{3}-[0-9]{2}-[0-9]{4})"
    r"|(?P<venezuela>[ve](?:-?[0-9]{1,2}(?:\.[0-9]{3}){2}|-[0-9]{6,8}))"
    r"|(?P<checked>[0-9]{1,2}(?:\.[0-9]{3}){2}-[0-9k]|[0-9]{7,8}-[0-9k])"
    r")(?![a-z0-9]|[.-][0-9])"
)
_BETWEEN = frozenset(
    """
    es is son de del mi my su n nro no num numero number the el la of identidad ciudadania extranjeria identity nacional
    hijo hija bebe nino nina mama papa esposo esposa paciente patient titular senor senora sr sra card
    """.split()
)
"""Words that may stand between the name of a number and the number; names of people may too."""
_BETWEEN_AFTER = frozenset("es is mi my el de su numero nro the number".split())
_OTHER_IDS = frozenset("order user customer booking ticket pedido tracking zoom meeting transaction".split())
_WORD = re.compile("[a-z]+")
_GAP = re.compile(r"[a-z :#°.=\n-]*")


def find(page: Page) -> tuple[Document, ...]:
    """The numbers in the order of the text. There must be a digit in it."""
    found = [*_named(page), *_shaped(page)]
    return tuple(sorted(found, key=lambda document: document.start))


def _named(page: Page) -> Iterator[Document]:
    """Numbers after their names, or else right before them ("45678912 es mi dni")."""
    for match in _NAME.finditer(page.plain):
        meant = _meant(page, match)
        if meant and (document := _after_name(page, match.end(), meant) or _before_name(page, match.start(), meant)):
            yield document


def _meant(page: Page, match: re.Match[str]) -> tuple[Rule, ...]:
    name = match.group()
    if rules.LOCAL_NAMES.get(name.replace(".", ""), page.country) != page.country:
        return ()
    before = _WORD.findall(page.plain, max(0, match.start() - 12), match.start())
    if before and before[-1] in _OTHER_IDS:
        return ()
    return rules.rules_for(match.lastgroup or "", page.country)


def _after_name(page: Page, end: int, meant: tuple[Rule, ...]) -> Document | None:
    pattern = _LETTERED if meant[0].kind in {"curp", "rfc"} else _CHUNK
    chunk = pattern.search(page.plain, end, end + _WINDOW)
    return None

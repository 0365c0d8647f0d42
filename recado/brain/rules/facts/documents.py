"""Identity numbers: those that are named ("mi dni es 45678912"), and those whose shape is like no other number's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recado.brain.rules.facts import document_rules as rules
from recado.brain.rules.facts.document_rules import Rule
from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.phones import PHONE_WORDS
from recado.brain.rules.facts.values import Document
from recado.brain.rules.lexicon import words_of

_MIN_DIGITS = 5
_MAX_DIGITS = 14
_WINDOW = 80
_MAX_UNKNOWN_WORDS = 2
"""The name of whose number it is may stand before it ("dni de luis torres 71234567")."""
_MONTHS, _DAYS = 12, 31

_NAME = re.compile("|".join(rf"(?P<{name}>(?<![a-z0-9])(?:{words})(?![a-z]))" for name, words in rules.NAMES.items()))
# Digits parted as people part them, with the letters that some countries put before or after them.
_CHUNK = re.compile(
    r"(?<![a-z0-9])(?:(?P<before>[a-z&]{1,4})[-. ]?)?"
    r"(?P<digits>[0-9]{1,3}(?: [0-9]{3}){1,3}(?![0-9])|[0-9]{4} [0-9]{5} [0-9]{4}(?![0-9])"
    r"|(?P<first>[0-9]{1,14})(?:[.-][0-9]{1,13}){0,4})"
    r"(?:(?P<mark>[ -]?)(?P<after>[a-z][a-z0-9]{0,8})(?![a-z0-9]))?"
)
_SHAPES = re.compile(
    r"(?<![a-z0-9.-])(?:"
    r"(?P<curp>[a-z]{4}[0-9]{6}[hmx][a-z]{5}[a-z0-9][0-9])"
    r"|(?P<rfc>[a-z&]{3,4}[0-9]{6}[a-z0-9]{2}[0-9a])"
    r"|(?P<nie>[xyz]-?[0-9]{7}-?[a-z])"
    r"|(?P<dni>[0-9]{8}-?[a-z])"
    r"|(?P<cedula>[ve](?:-?[0-9]{1,2}(?:\.[0-9]{3}){2}|-?[0-9]{6,8}))"
    r"|(?P<dashed>[0-9]{1,2}(?:\.[0-9]{3}){2}-[0-9k]|[0-9]{7,8}-[0-9k])"
    r")(?![a-z0-9]|[.-][0-9])"
)
_BETWEEN = words_of("""
    es is son de del mi my su n nro no num numero number the el la of en identidad ciudadania extranjeria identity
    nacional hijo hija bebe nino nina mama papa esposo esposa paciente patient titular senor senora sr sra card
""")
"""Words that may stand between the name of a number and the number."""
_BETWEEN_AFTER = frozenset({"es", "is", "mi", "my", "el", "de", "su", "numero", "nro", "the", "number"})
_ENDS_REACH = PHONE_WORDS | {"y", "e", "o", "and", "or", "con", "al", "para", "por", "cita", "pago", "hace"}
"""After these the name of a number has nothing to say about a number any more."""
_SHORT_WORDS = frozenset({"y", "e", "o", "a", "u", "i"})
_OTHER_IDS = words_of("""
    order user customer booking ticket tracking zoom meeting transaction
    orden pedido compra reserva cliente usuario transaccion operacion
""")
"""Whose "id" is nobody's identity."""
_WORD = re.compile("[a-z]+")
_GAP = re.compile(r"[a-z :#°.=*\n-]*")
_GAP_AFTER = re.compile(r"[a-z ,(:#°.-]*")
_MARKS = re.compile(r"[^a-z0-9&]+")


@dataclass(frozen=True, slots=True)
class _Number:
    """What a chunk of digits may be, read in one way: `value` without marks, in upper case."""

    value: str
    start: int
    end: int


def find(page: Page) -> tuple[Document, ...]:
    """The numbers in the order of the text."""
    found = [*_named(page), *_shaped(page)]
    return tuple(sorted(found, key=lambda document: document.start))


def _named(page: Page) -> Iterator[Document]:
    """Numbers after their names, or else right before them ("45678912 es mi dni")."""
    for match in _NAME.finditer(page.plain):
        meant = _meant(page, match)
        if meant and (document := _after_name(page, match.end(), meant) or _before_name(page, match.start(), meant)):
            yield document


def _meant(page: Page, match: re.Match[str]) -> tuple[Rule, ...]:
    """Which numbers a name can mean here."""
    region = rules.LOCAL_NAMES.get(match.group().replace(".", ""), page.region)
    before = _WORD.findall(page.plain, max(0, match.start() - _WINDOW), match.start())
    if region != page.region or (before and before[-1] in _OTHER_IDS):
        return ()
    return rules.rules_for(match.lastgroup or "", page.region)


def _after_name(page: Page, end: int, meant: tuple[Rule, ...]) -> Document | None:
    chunk = _CHUNK.search(page.plain, end, end + _WINDOW)
    if chunk is None:
        return None
    gap = page.plain[end : chunk.start("digits")]
    words = _WORD.findall(gap)
    if chunk["before"] and chunk["before"] not in _BETWEEN:
        words = words[:-1]
    unknown = [word for word in words if word not in _BETWEEN]
    if len(unknown) > _MAX_UNKNOWN_WORDS or not _ENDS_REACH.isdisjoint(unknown) or not _GAP.fullmatch(gap):
        return None
    return _document(page, chunk, meant)


def _before_name(page: Page, start: int, meant: tuple[Rule, ...]) -> Document | None:
    chunks = list(_CHUNK.finditer(page.plain, max(0, start - _WINDOW), start))
    if not chunks:
        return None
    gap = page.plain[chunks[-1].end("digits") : start]
    letters = chunks[-1]["after"] if not chunks[-1]["mark"] else None
    words = _WORD.findall(gap)[1 if letters else 0 :]
    if not _BETWEEN_AFTER.issuperset(words) or not _GAP_AFTER.fullmatch(gap):
        return None
    return _document(page, chunks[-1], meant)


def _document(page: Page, chunk: re.Match[str], meant: tuple[Rule, ...]) -> Document | None:
    """The likeliest reading of a chunk: one whose check digit is right, one that fits, or one that is wrong."""
    readings = [number for number in _readings(page, chunk) if page.is_free(number.start, number.end)]
    fitting = [(rule, number) for rule in meant for number in readings if rule.fits(number.value)]
    best = next(((rule, number) for rule, number in fitting if rule.validity(number.value)), None)
    for rule, number in [best] if best else fitting:
        return _made(page, rule, number, rule.validity(number.value))
    for number in readings:
        if number.value.isdigit() and _MIN_DIGITS <= len(number.value) <= _MAX_DIGITS and meant[0].country:
            return _made(page, meant[0], number, valid=False)
    return None


def _readings(page: Page, chunk: re.Match[str]) -> Iterator[_Number]:
    """A chunk with its letters and without; its first digits alone ("45678912-2 personas")."""
    start, end = chunk.span("digits")
    ends, starts = [end], [start]
    apart = chunk["mark"] == " " and (page.region != "ES" or len(chunk["after"]) > 1)
    if chunk["after"] and not (apart and chunk["after"] in _SHORT_WORDS):
        ends.insert(0, chunk.end("after"))
    if chunk["before"] and chunk["before"] not in _BETWEEN:
        starts.insert(0, chunk.start("before"))
    spans = [(first, after) for after in ends for first in starts]
    if chunk["first"] and chunk.end("first") != end:
        spans.append(chunk.span("first"))
    for first, after in spans:
        yield _Number(_MARKS.sub("", page.plain[first:after]).upper(), first, after)


def _shaped(page: Page) -> Iterator[Document]:
    """Numbers that nobody named, told by their shape and, where others have it too, by region or check digit."""
    for match in _SHAPES.finditer(page.plain):
        number = _Number(_MARKS.sub("", match.group()).upper(), *match.span())
        rule = _rule_of(page, match, number.value)
        if rule and page.is_free(*match.span()):
            yield _made(page, rule, number, rule.validity(number.value))


def _rule_of(page: Page, match: re.Match[str], value: str) -> Rule | None:
    kind, region = match.lastgroup, page.region
    rule = {"curp": rules.CURP, "rfc": rules.RFC, "nie": rules.NIE}.get(kind or "")
    if kind == "dni":
        rule = rules.SPAIN if region == "ES" or rules.SPAIN.validity(value) else None
    elif kind == "cedula":
        rule = rules.VENEZUELA if region == "VE" or not match.group().isalnum() else None
    elif kind == "dashed":
        rule = _DASHED.get(region or "")
        if rule is None or not rule.fits(value):
            rule = rules.CHILE if rules.CHILE.validity(value) else None
    elif kind == "rfc" and not _has_date(value):
        return None
    return rule if rule and rule.fits(value) else None


_DASHED = {"CL": rules.CHILE, "UY": rules.URUGUAY, "SV": rules.EL_SALVADOR}


def _has_date(value: str) -> bool:
    """An RFC has a date of birth before its last three characters: year, month, day."""
    month, day = int(value[-7:-5]), int(value[-5:-3])
    return 1 <= month <= _MONTHS and 1 <= day <= _DAYS


def _made(page: Page, rule: Rule, number: _Number, valid: bool | None) -> Document:
    return Document(rule.kind, number.value, rule.country, valid, *page.claim(number.start, number.end))

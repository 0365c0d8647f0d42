"""Measures in an answer: "2 hectáreas y media", "media arroba", "20 x 30 m", "-4.5"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from recado.brain.rules.facts import numbers, page
from recado.brain.rules.facts.units import Unit, unit_of
from recado.decisions import Language

_LOCAL = re.compile(r"tareas?|fanegadas?|fanegas?|cuadras?|topos?|yugadas?|cuerdas?|almud(?:es)?|caballerias?|surcos?")
"""Measures of land that are another size in every country, or in every valley."""
_AFTER = re.compile(r" {0,2}(?:de )?(?P<unit>(?:mts?|k?m)[23](?![0-9])|[a-z]+)\.?")
_AND_PART = re.compile(r" (?:y|i|and|con) (?P<part>media|medio|un cuarto|cuarto|a half|a quarter)\b")
_PARTS = {"media": "0.5", "medio": "0.5", "a half": "0.5", "un cuarto": "0.25", "cuarto": "0.25", "a quarter": "0.25"}
_FRACTION = re.compile(r"(?<![0-9/.,])(?<![0-9] )([1-9])/([2-9])(?![0-9/])")
_FRACTION_WORDS = (
    (re.compile(r"\b(?:tres cuartos de|three quarters of)(?: an?)?(?= [a-z])"), "0.75"),
    (re.compile(r"\b(?:(?:un )?cuarto de|a quarter of|a quarter)(?: an?)?(?= [a-z])"), "0.25"),
    (re.compile(r"(?<!y )(?<!i )(?<!and )(?<!and a )\b(?:half an?|half|medi[oa])(?= [a-z])"), "0.5"),
)
_SIDES = re.compile(
    r"(?<![0-9.,])([0-9]+(?:[.,][0-9]+)?) ?(?:m|mts?|metros?|meters?|ft|pies)? ?(?:x|\*|por|by) ?"
    r"([0-9]+(?:[.,][0-9]+)?) ?(?P<unit>m|mts?|metros?|meters?|metres?|ft|feet|pies)?(?![a-z0-9])"
)
_FROM_TO = re.compile(r" ?(?:-|a|o|u|to|or|y|and|hasta) ?")
_MINUS = re.compile(r"(?:(?:^|[^0-9a-z] ?)-|\b(?:menos|minus|bajo cero) )$")
_ARTICLES = frozenset({"un", "una", "uno", "one", "a"})


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, its unit if one that is known follows; `local`: one that is no size of its own; `is_range`: one of
    two between which it is."""

    value: Decimal
    unit: Unit | None = None
    local: bool = False
    is_range: bool = False


def measures(text: str, language: Language) -> list[Measure]:
    """The measures of a text in their order. "Un" and "a" are numbers only where nothing else is one."""
    read = page.read(text.replace("²", "2").replace("³", "3"), language, None)
    plain = _FRACTION.sub(lambda found: str(Decimal(found[1]) / Decimal(found[2]))[:8], read.plain)
    for pattern, value in _FRACTION_WORDS:
        plain = pattern.sub(value, plain)
    if sides := _SIDES.search(plain):
        return [_rectangle(sides)]
    found = list(_measures(page.read(plain, language, None)))
    counted = [one for one, written in found if written not in _ARTICLES]
    return counted or [one for one, _ in found]


def _rectangle(sides: re.Match[str]) -> Measure:
    one, other = (Decimal(side.replace(",", ".")) for side in sides.groups()[:2])
    side = unit_of(sides["unit"] or "m")
    square = Unit("area", side.size * side.size) if side else None
    return Measure(one * other, square)


def _measures(read: page.Page) -> Iterator[tuple[Measure, str]]:
    plain = read.plain
    before: int | None = None
    for number in numbers.find(read, in_words=True):
        if before is not None and number.start < before:
            continue  # the 2 of "m2"
        named = _AFTER.match(plain, number.end)
        unit = unit_of(named["unit"]) if named else None
        local = bool(named and _LOCAL.fullmatch(named["unit"]))
        value = -number.value if _MINUS.search(plain, 0, number.start) else number.value
        end = named.end() if named and (unit or local) else number.end
        part = _AND_PART.match(plain, end) if end > number.end else None
        if part and not number.decimals:
            value += Decimal(_PARTS[part["part"]])
        made = Measure(value, unit, local)
        is_range = before is not None and _FROM_TO.fullmatch(plain, before, number.start) is not None
        yield replace(made, is_range=is_range), plain[number.start : number.end]
        before = end

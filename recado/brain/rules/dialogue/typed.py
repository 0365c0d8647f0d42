"""Answers to questions whose answer must be of a type: the value that the words say, or what is wrong with them."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from recado.brain.rules.dialogue import fields
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.measures import Measure, measures
from recado.brain.rules.facts import extract
from recado.brain.rules.facts.units import converted, unit_of
from recado.brain.rules.normalise import fold
from recado.brain.rules.regions import region_of
from recado.decisions import FieldType, Plain

Reason = Literal[
    "number", "several", "unit", "between", "least", "most", "amount", "date", "impossible", "vague", "choice",
    "yes_no", "phone", "photo",
]  # fmt: skip
_ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        ("1 uno una primero primera primer first one", "2 dos segundo segunda second two",
         "3 tres tercero tercera tercer third three", "4 cuatro cuarto cuarta fourth four",
         "5 cinco quinto quinta fifth five", "6 seis sexto sexta sixth six", "7 siete septimo septima seventh seven",
         "8 ocho octavo octava eighth eight", "9 nueve noveno novena ninth nine", "10 diez decimo decima tenth ten")
    )
    for word in words.split()
}  # fmt: skip
_ORDINAL = re.compile(
    r"^\W*(?:(?:la|el|the|opcion|option|numero|number|n|nro|es|seria|quiero)\W+)*(?P<which>\w+)"
    r"(?:\W+(?:opcion|option|one|porfa|por favor|please))*\W*$"
)
MAX_LIKENED = 30
"""Words of an answer that are compared with the choices: more are no answer, and it bounds the time."""
_LEAST_LIKENESS = 0.8
"""Of two words in `difflib`'s measure: "goteo" and "gotteo", not "seco" and "cerco"."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why words are no value: a key of `Phrases.wrong`, and what stands in it."""

    reason: Reason
    details: Mapping[str, str] = field(default_factory=dict[str, str])


def read(wanted: FieldType, kind: fields.Kind, text: str, said: Said) -> Plain | Wrong:
    """What the words say as a value of this type. `kind` tells a beginning ("since") from another date."""
    match wanted.kind:
        case "number" | "area":
            return _measured(wanted, text, said)
        case "amount":
            return _amount(wanted, text, said)
        case "date":
            return _date(kind, text, said)
        case "choice":
            found = _choice(wanted.choices, text)
            return Wrong("choice") if found is None else found
        case "yes_no":
            return True if said.yes else False if said.no else Wrong("yes_no")
        case "phone":
            return _phone(text, said)
        case "photo":
            return False if said.no else Wrong("photo")
        case "text":
            return fields.plain(text) or ""


def names_itself(wanted: FieldType, text: str, said: Said) -> Plain | None:
    """The value, if the words can hardly be anything else: a measure with its unit, money, a phone, a choice."""
    match wanted.kind:
        case "number" | "area":
            unit = unit_of(wanted.unit or "")
            named = [one for one in measures(text, said.language) if one.unit]
            if unit is None or not any(one.unit and one.unit.dimension == unit.dimension for one in named):
                return None
        case "amount":
            if not extract(text, said.language, _region(said)).amounts:
                return None
        case "phone":
            pass
        case "choice":
            return next((choice for choice in wanted.choices if fold(choice) == fold(text).strip(" .,!")), None)
        case _:
            return None
    found = read(wanted, "text", text, said)
    return None if isinstance(found, Wrong) else found


# --- numbers ------------------------------------------------------------------------------------------------


def _measured(wanted: FieldType, text: str, said: Said) -> Plain | Wrong:
    found = measures(text, said.language)
    if not found:
        return Wrong("number", _unit(wanted))
    unit = unit_of(wanted.unit or "")
    fitting = [one for one in found if unit and one.unit and one.unit.dimension == unit.dimension]
    values = {value for one in fitting or found if (value := _in_unit(one, wanted)) is not None}
    if not values:
        return Wrong("unit", {"unit": wanted.unit or ""})
    if len(values) > 1 or any(one.is_range for one in found):
        return Wrong("several", _unit(wanted))
    return _bounded(wanted, values.pop())


def _in_unit(one: Measure, wanted: FieldType) -> Decimal | None:
    """The value in the unit of the field; None if it was measured in what is none."""
    unit = unit_of(wanted.unit or "")
    if one.local:
        return None if unit and unit.dimension == "area" else one.value
    return one.value if unit is None or one.unit is None else converted(one.value, one.unit, unit)


def _amount(wanted: FieldType, text: str, said: Said) -> Plain | Wrong:
    details = {"unit": wanted.unit or ""}
    found = extract(text, said.language, _region(said)).amounts
    if not found:
        plain = {one.value for one in measures(text, said.language) if not (one.unit or one.local)}
        return _bounded(wanted, plain.pop()) if len(plain) == 1 else Wrong("amount", details)
    if any(one.currency not in (None, wanted.unit) for one in found):
        return Wrong("unit", details)
    values = {Decimal(one.value) for one in found}
    return _bounded(wanted, values.pop()) if len(values) == 1 else Wrong("several", _unit(wanted))


def _bounded(wanted: FieldType, value: Decimal) -> Plain | Wrong:
    number = int(value) if value == value.to_integral_value() else float(value)
    least, most = wanted.least, wanted.most
    if (least is None or number >= least) and (most is None or number <= most):
        return number
    details = _unit(wanted) | {"least": _said(least), "most": _said(most)}
    return Wrong("between" if None not in (least, most) else "most" if least is None else "least", details)


def _said(bound: float | None) -> str:
    return "" if bound is None else f"{bound:.10g}"


def _unit(wanted: FieldType) -> dict[str, str]:
    unit = wanted.unit
    return {"unit": f" {unit}" if unit else "", "named": f" ({unit})" if unit else ""}


# --- the others ---------------------------------------------------------------------------------------------


def _date(kind: fields.Kind, text: str, said: Said) -> Plain | Wrong:
    day = fields.date_in(kind, text, said)
    if day is not None:
        return day
    when = said.when("day")
    if when.date is not None:
        return when.date.isoformat()
    return Wrong("impossible" if when.slots.get("impossible") else "vague" if when.slots.get("vague") else "date")


def _choice(choices: tuple[str, ...], text: str) -> str | None:
    """The one that was chosen: by its words, by its number, or misspelled."""
    line = " ".join(re.findall(r"\w+", fold(fields.plain(text) or "")))
    named = {choice: " ".join(re.findall(r"\w+", fold(choice))) for choice in choices}
    exact = [choice for choice, plain in named.items() if plain == line]
    if exact:
        return exact[0]
    within = [choice for choice, plain in named.items() if plain and re.search(rf"\b{re.escape(plain)}\b", line)]
    longest = [one for one in within if not any(named[one] in named[other] for other in within if other != one)]
    if longest:
        return longest[0] if len(longest) == 1 else None
    ordinal = _ORDINAL.match(line)
    at = _ORDINALS.get(ordinal["which"]) if ordinal else None
    if at is not None:
        return choices[at] if at < len(choices) else None
    begun = [choice for choice, plain in named.items() if len(line) > 2 and plain.startswith(line)]
    if len(begun) == 1:
        return begun[0]
    return _alike(named, line.split())


def _alike(named: Mapping[str, str], said: Sequence[str]) -> str | None:
    """The choice that is most like some words on end of what was said."""
    best, likeness = None, _LEAST_LIKENESS
    for choice, plain in named.items():
        size = len(plain.split())
        for at in range(min(len(said) - size, MAX_LIKENED) + 1):
            like = difflib.SequenceMatcher(None, " ".join(said[at : at + size]), plain).ratio()
            if like > likeness:
                best, likeness = choice, like
    return best


def _phone(text: str, said: Said) -> Plain | Wrong:
    """Called a phone number, so that it need not look like one."""
    found = extract(f"telefono {text}", said.language, _region(said)).phones
    return found[0].value if found else Wrong("phone")


def _region(said: Said) -> str | None:
    return region_of(said.now.tzinfo)

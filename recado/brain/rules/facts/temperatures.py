"""Temperatures: "38.5", "38 y medio de fiebre", "39,2 grados", "101F", "temp 40", "cuarenta de calentura"."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from recado.brain.rules.facts import heat, numbers
from recado.brain.rules.facts.numbers import Number
from recado.brain.rules.facts.page import MAX_CHARACTERS, Page
from recado.brain.rules.facts.values import Temperature, TemperatureKind
from recado.brain.rules.lexicon import words_of

Scale = str | None
"""'c', 'f', or None if only degrees or nothing was said."""
Range = tuple[Decimal, Decimal]

BODY_C: Range = (Decimal(34), Decimal(43))
"""What a living person's temperature can be, with a margin: below 35 is hypothermia, above 42 is hardly survived."""
BODY_F: Range = (Decimal(93), Decimal("109.5"))
WEATHER_C: Range = (Decimal(-40), Decimal(57))
"""From the coldest towns to the highest on record (56.7 at Death Valley in 1913, wmo.int)."""
_MEANT_C: Range = (Decimal(20), Decimal(60))
"""Said as a fever, such a number is a temperature, if a wrong one."""
_MEANT_F: Range = (Decimal(80), Decimal(120))
_FAHRENHEIT_COUNTRIES = frozenset({"US", "PR"})
_NEAR_CHARACTERS = 60
_MAX_DECIMALS = 2
_MAX_GAP_WORDS = 8
_LONGEST_WORD = 20
_LARGEST = Decimal(130)
_TENTH, _HALF = Decimal("0.1"), Decimal("0.5")


def _one_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_TRIGGERS = words_of(heat.FEVER, heat.MEASURED, heat.UNITS)
_FEVER = re.compile(rf"\b{_one_of(heat.FEVER)}\b")
_ANY_HEAT = rf"{_one_of(heat.FEVER + ' ' + heat.MEASURED)}\b"
# "T 38.5" and "T°: 39" are how nurses write it.
_HEAT = re.compile(rf"\b(?:{_ANY_HEAT}|t(?=°|:? ?(?:3[4-9]|4[0-3])[.,][0-9])°?)")
_THINGS = re.compile(rf"\b(?:{'|'.join(heat.THINGS)})\b")
_WEATHER = re.compile(rf"\b(?:{'|'.join(heat.WEATHER)})\b")

# "38°5" is half a degree more.
_UNIT = re.compile(
    rf" {{0,2}}(?P<degree>°(?P<tenth>[0-9])?(?![0-9])|{_one_of(heat.UNITS)}\b)? ?"
    r"(?P<scale>c|f|celsius|centigrados?|fahrenheit)?(?![a-z0-9/])(?P<half> y medio\b)?"
)
_RANGE = r"(?: ?(?:a|y|o|-|to|and|or) ?[0-9]{2,3}(?:[.,][0-9])?)?"
_SAID_AFTER = re.compile(
    rf"{_RANGE} {{0,2}}(?:y (?:pico|algo|tantos) )?(?:de |of |en )(?:la |su )?{_ANY_HEAT}"
    # Without a preposition only if the word has no number of its own ("120/80 temperatura 38").
    rf"|{_RANGE} {{0,2}}{_ANY_HEAT}(?!(?: de| es| of|:)? ?[0-9])"
)
_OTHER_AFTER = re.compile(rf" ?(?:{_one_of(heat.OTHER_UNITS)}\b|[%/]|:[0-9])")
_OTHER_DEGREES = re.compile(rf"[^0-9]{{0,12}}\b(?:de )?{_one_of(heat.OTHER_DEGREES)}\b")
_SETTLED = re.compile(rf" ?(?:$|[^\w ]|{_one_of(heat.AFTERWARDS)}\b)")
_WORD_BEFORE = re.compile(r"([a-z]+)[^a-z0-9]{0,3}$")
_CHAIN = re.compile(r" ?(?:a|y|o|-|,|to|and|or|hasta) ?")
_OF_THE_AIR = re.compile(r" de (?:calor|frio)\b")
_BELOW_ZERO = re.compile(r" ?(?:bajo cero|below (?:zero|freezing))\b")
_WORDS = re.compile("[a-z]+")
_NO_WORD = re.compile("[^a-z0-9]*")
_LINKS, _LEADS, _PERSON_HAS, _OF, _OTHER_MEASURES = (
    words_of(words) for words in (heat.LINKS, heat.LEADS, heat.PERSON_HAS, heat.OF, heat.OTHER_MEASURES)
)


class _Cues:
    """Where some words stand in a text, for questions about the nearest one."""

    def __init__(self, pattern: re.Pattern[str], plain: str) -> None:
        spans = [match.span() for match in pattern.finditer(plain)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]

    def end_before(self, start: int) -> int | None:
        """Where the last cue before this offset ends."""
        at = bisect_right(self.ends, start)
        return self.ends[at - 1] if at else None

    def distance(self, number: Number) -> int:
        """How far away the nearest cue is; far more than is near if there is none."""
        before = self.end_before(number.start)
        at = bisect_left(self.starts, number.end)
        after = self.starts[at] if at < len(self.starts) else None
        return min(
            number.start - before if before is not None else MAX_CHARACTERS,
            after - number.end if after is not None else MAX_CHARACTERS,
        )


@dataclass(frozen=True, slots=True)
class _Scene:
    """A message and what it says of heat."""

    page: Page
    heat: _Cues
    fever: _Cues
    weather: _Cues
    things: _Cues


def find(page: Page, has_digits: bool) -> tuple[Temperature, ...]:
    """The temperatures in the order of the text."""
    named = not _TRIGGERS.isdisjoint(page.words)
    if not has_digits and not named:
        return ()
    plain = page.plain
    scene = _Scene(page, *(_Cues(pattern, plain) for pattern in (_HEAT, _FEVER, _WEATHER, _THINGS)))
    found: list[Temperature] = []
    last_end: int | None = None
    for number in numbers.find(page, in_words=named):
        if not _may_be(page, number):
            continue
        chained = last_end is not None and _CHAIN.fullmatch(plain, last_end, number.start) is not None
        if read := _read(scene, number, chained):
            last_end = read.end
            found.append(read.claimed(page))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reading:
    celsius: Decimal
    kind: TemperatureKind
    start: int
    end: int
    plausible: bool = True
    certain: bool = True

    def claimed(self, page: Page) -> Temperature:
        celsius = float(self.celsius.quantize(_TENTH, ROUND_HALF_UP))
        return Temperature(celsius, self.kind, self.plausible, self.certain, *page.claim(self.start, self.end))


def _may_be(page: Page, number: Number) -> bool:
    """Not a part of a code, of a time or of a fraction; not a number that something else before it names."""
    start, plain = number.start, page.plain
    if number.value > _LARGEST or number.decimals > _MAX_DECIMALS or not page.is_free(start, number.end):
        return False
    if start and (plain[start - 1].isalpha() or (plain[start - 1] in ":/#" and plain[max(0, start - 2)].isdigit())):
        return False
    word = _word_before(plain, start)
    if word in _OF:
        word = _word_before(plain, plain.rindex(word, 0, start))
    return word not in _OTHER_MEASURES


def _read(scene: _Scene, number: Number, chained: bool) -> _Reading | None:
    unit = _unit(scene, number)
    end = unit.end() if unit else number.end
    value = number.value + _rest(unit)
    if _is_weather(scene, number, unit):
        return _weather(scene.page, number.start, end, value, unit)
    if _is_other(scene, number, end, unit):
        return None
    scale = unit["scale"] if unit else None
    said = chained or _is_said(scene, number, end)
    celsius = _body(value, scale)
    if celsius is not None and (unit or said or _is_meant(scene, number) or _is_had(scene.page.plain, number)):
        return _Reading(celsius, "body", number.start, end)
    if said and (celsius := _miswritten(value, scale)) is not None:
        return _Reading(celsius, "body", number.start, end, plausible=False)
    if celsius is not None and _is_alone(scene.page.plain, number):
        return _Reading(celsius, "body", number.start, end, certain=False)
    return None


def _unit(scene: _Scene, number: Number) -> re.Match[str] | None:
    """The unit of a number. Where heat is not spoken of, a letter counts only where it touches the number or a
    degree sign, and degrees only if they need not be Fahrenheit."""
    unit = _UNIT.match(scene.page.plain, number.end)
    if unit is None or not (unit["degree"] or unit["scale"]):
        return None
    if scene.heat.starts or scene.weather.starts:
        return unit
    if unit["scale"]:
        return unit if unit["degree"] or len(unit["scale"]) > 1 or unit.start("scale") == number.end else None
    return None if _within(number.value, BODY_F) else unit


def _rest(unit: re.Match[str] | None) -> Decimal:
    """What the unit adds to the number: "38°5" and "38 grados y medio"."""
    if unit is None:
        return Decimal(0)
    return _HALF if unit["half"] else Decimal(unit["tenth"] or 0) / 10


def _is_other(scene: _Scene, number: Number, end: int, unit: re.Match[str] | None) -> bool:
    """The number counts something else ("38 años"), or is the temperature of a thing."""
    plain = scene.page.plain
    if _SAID_AFTER.match(plain, end):
        return False
    things = scene.things.distance(number)
    if things <= _NEAR_CHARACTERS and things < scene.fever.distance(number):
        return True
    return (_OTHER_DEGREES if unit else _OTHER_AFTER).match(plain, end) is not None


def _is_said(scene: _Scene, number: Number, end: int) -> bool:
    """A word of heat stands right before or after the number, with nothing but linking words between them."""
    plain = scene.page.plain
    if _SAID_AFTER.match(plain, end):
        return True
    heat_end = scene.heat.end_before(number.start)
    if heat_end is None or number.start - heat_end > _NEAR_CHARACTERS:
        return False
    gap = plain[heat_end : number.start]
    words = _WORDS.findall(gap)
    return not any(letter.isdigit() for letter in gap) and len(words) <= _MAX_GAP_WORDS and _LINKS.issuperset(words)


def _is_meant(scene: _Scene, number: Number) -> bool:
    """Heat is spoken of elsewhere, and the number has decimals or stands where a temperature is told ("tiene 39")."""
    if not scene.heat.starts:
        return False
    plain = scene.page.plain
    return number.decimals > 0 or (
        _word_before(plain, number.start) in _LEADS and _SETTLED.match(plain, number.end) is not None
    )


def _is_had(plain: str, number: Number) -> bool:
    """A person has it, to the tenth ("mi hijo tiene 38.5"), and nothing says of what."""
    has_it = number.decimals == 1 and _word_before(plain, number.start) in _PERSON_HAS
    return has_it and _SETTLED.match(plain, number.end) is not None


def _is_alone(plain: str, number: Number) -> bool:
    """The message is the number, with no more than words that introduce a measurement."""
    before = plain[: number.start]
    return (
        number.decimals == 1
        and len(before) <= _NEAR_CHARACTERS
        and not any(letter.isdigit() for letter in before)
        and _LEADS.issuperset(_WORDS.findall(before))
        and _NO_WORD.fullmatch(plain, number.end) is not None
    )


def _is_weather(scene: _Scene, number: Number, unit: re.Match[str] | None) -> bool:
    """The air is spoken of, and nearer by than a fever; never what a person is said to have."""
    if unit is None and not _OF_THE_AIR.match(scene.page.plain, number.end):
        return False
    if _word_before(scene.page.plain, number.start) in _PERSON_HAS:
        return False
    distance = scene.weather.distance(number)
    return distance <= _NEAR_CHARACTERS and distance < scene.fever.distance(number)


def _weather(page: Page, start: int, end: int, value: Decimal, unit: re.Match[str] | None) -> _Reading | None:
    minus = page.plain[max(0, start - 2) : start].lstrip(" ") == "-"
    if minus or _BELOW_ZERO.match(page.plain, end):
        value = -value
    scale = unit["scale"] if unit else None
    unsaid = scale is None and (page.region in _FAHRENHEIT_COUNTRIES or value > WEATHER_C[1])
    celsius = _celsius(value) if unsaid or _is_fahrenheit(scale) else value
    return _Reading(celsius, "weather", start - minus, end) if _within(celsius, WEATHER_C) else None


def _body(value: Decimal, scale: Scale) -> Decimal | None:
    """Degrees Celsius of a possible body temperature; None if it is not possible."""
    if _within(value, BODY_F) and not _is_celsius(scale):
        return _celsius(value)
    return value if _within(value, BODY_C) and not _is_fahrenheit(scale) else None


def _miswritten(value: Decimal, scale: Scale) -> Decimal | None:
    if _within(value, _MEANT_C) and not _is_fahrenheit(scale):
        return value
    return _celsius(value) if _within(value, _MEANT_F) and not _is_celsius(scale) else None


def _is_celsius(scale: Scale) -> bool:
    return scale is not None and scale[0] == "c"


def _is_fahrenheit(scale: Scale) -> bool:
    return scale is not None and scale[0] == "f"


def _celsius(fahrenheit: Decimal) -> Decimal:
    return (fahrenheit - 32) * 5 / 9


def _within(value: Decimal, limits: Range) -> bool:
    return limits[0] <= value <= limits[1]


def _word_before(plain: str, start: int) -> str | None:
    found = _WORD_BEFORE.search(plain, max(0, start - _LONGEST_WORD), start)
    return found[1] if found else None

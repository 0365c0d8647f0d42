"""Units of measure as people write them, and what they are in one another."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from recado.brain.rules.normalise import fold

# Of each dimension, the size of its units in one of them. Exact: BIPM, "The International System of Units", table 8;
# feet, inches, acres, pounds, ounces and US gallons by NIST Handbook 44, appendix C. A quintal is the metric one of
# 100 kg, an arroba 11.5 kg, a manzana 10,000 square varas of 0.836 m (0.7 ha): customs, and different elsewhere.
_TABLE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "mass": {
        "kg": ("1", "kg kgs kilo kilos kilogramo kilogramos kilogram kilograms"),
        "g": ("0.001", "g gr grs gramo gramos gram grams"),
        "t": ("1000", "t tn ton tons tonelada toneladas tonne tonnes"),
        "lb": ("0.45359237", "lb lbs libra libras pound pounds"),
        "oz": ("0.028349523125", "oz onza onzas ounce ounces"),
        "qq": ("100", "qq quintal quintales quintals"),
        "arroba": ("11.5", "arroba arrobas"),
    },
    "length": {
        "m": ("1", "m mt mts metro metros meter meters metre metres"),
        "cm": ("0.01", "cm cms centimetro centimetros centimeter centimeters centimetre centimetres"),
        "mm": ("0.001", "mm milimetro milimetros millimeter millimeters millimetre millimetres"),
        "km": ("1000", "km kms kilometro kilometros kilometer kilometers kilometre kilometres"),
        "ft": ("0.3048", "ft pie pies foot feet"),
        "in": ("0.0254", "in pulgada pulgadas inch inches"),
    },
    "area": {
        "ha": ("10000", "ha has hect hectarea hectareas hectare hectares ectarea ectareas"),
        "m2": ("1", "m2 mt2 mts2 m²"),
        "km2": ("1000000", "km2 km²"),
        "acre": ("4046.8564224", "acre acres ac"),
        "manzana": ("6988.96", "manzana manzanas mz"),
    },
    "volume": {
        "l": ("1", "l lt lts litro litros liter liters litre litres"),
        "ml": ("0.001", "ml mililitro mililitros milliliter milliliters cc"),
        "m3": ("1000", "m3 m³"),
        "gal": ("3.785411784", "gal galon galones gallon gallons"),
    },
    "time": {
        "day": ("1", "day days dia dias d"),
        "week": ("7", "week weeks semana semanas sem"),
        "hour": ("0.0416666666666666666667", "hour hours hora horas h hr hrs"),
        "minute": ("0.000694444444444444444444", "minute minutes minuto minutos min mins"),
    },
    "span": {
        "year": ("12", "year years ano anos yr yrs"),
        "month": ("1", "month months mes meses"),
    },
}
_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Unit:
    """`size` is how many of its dimension's first unit it is."""

    dimension: str
    size: Decimal


@cache
def _units() -> Mapping[str, Unit]:
    return {
        word: Unit(dimension, Decimal(size))
        for dimension, units in _TABLE.items()
        for size, words in units.values()
        for word in words.split()
    }


def unit_of(word: str) -> Unit | None:
    """The unit of this name; None if it is none that is known here."""
    return _units().get(fold(word).strip(" ."))


def converted(value: Decimal, given: Unit, wanted: Unit) -> Decimal | None:
    """The value in another unit, to six places; None if the one cannot be the other."""
    if given.dimension != wanted.dimension:
        return None
    return value if given == wanted else (value * given.size / wanted.size).quantize(_PLACES)

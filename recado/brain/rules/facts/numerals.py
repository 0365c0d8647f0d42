"""The words of numbers in both languages, folded, with the ways they are misspelled."""

from collections.abc import Mapping

UNITS: Mapping[str, int] = {
    "un": 1, "una": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "quatro": 4, "kuatro": 4, "cinco": 5, "sinco": 5,
    "seis": 6, "siete": 7, "ciete": 7, "ocho": 8, "nueve": 9, "nuebe": 9,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS: Mapping[str, int] = {
    "diez": 10, "dies": 10, "once": 11, "doce": 12, "dose": 12, "trece": 13, "catorce": 14, "quince": 15, "kince": 15,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veintiun": 21, "veintiuno": 21,
    "veintiuna": 21, "veintidos": 22, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26,
    "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS: Mapping[str, int] = {
    "veinte": 20, "beinte": 20, "treinta": 30, "trenta": 30, "cuarenta": 40, "quarenta": 40, "cincuenta": 50,
    "sincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
HUNDREDS: Mapping[str, int] = {
    "cien": 100, "sien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "dosientos": 200,
    "trescientos": 300, "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500,
    "quinientas": 500, "seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700,
    "ochocientos": 800, "ochocientas": 800, "novecientos": 900, "novecientas": 900,
}  # fmt: skip
COMPOUNDS: Mapping[str, int] = {
    f"{tens}{joint}{word}": value + unit
    for tens, value in (("treinta", 30), ("cuarenta", 40))
    for joint in ("i", "y")
    for word, unit in UNITS.items()
}
"""Written as one word: only of the tens that temperatures need."""
THOUSANDS = ("mil", "thousand", "grand")
MILLIONS = ("millones", "millon", "millions", "million")
HUNDRED = "hundred"

FOREIGN: Mapping[str, frozenset[str]] = {"es": frozenset({"ten", "grand"}), "en": frozenset({"once", "dose"})}
"""Numbers of the other language that are common words of this one."""
VALUES: Mapping[str, int] = {**UNITS, **TEENS, **TENS, **HUNDREDS, **COMPOUNDS}
WORDS = frozenset({*VALUES, *THOUSANDS, *MILLIONS, HUNDRED})

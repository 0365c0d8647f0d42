"""What money is called: signs and words, and which currency each one is where."""

from collections.abc import Mapping

Meaning = str | Mapping[str, str]
"""An ISO 4217 code, or the code by country (ISO 3166-1); in other countries it may be any of them."""

_DOLLAR_SIGN: Mapping[str, str] = {
    "AR": "ARS", "AU": "AUD", "BO": "USD", "BR": "USD", "CA": "CAD", "CL": "CLP", "CO": "COP", "CR": "USD", "CU": "CUP",
    "EC": "USD", "ES": "USD", "GT": "USD", "HN": "USD", "MX": "MXN", "NI": "USD", "NZ": "NZD", "PA": "USD", "PE": "USD",
    "PR": "USD", "PY": "USD", "SV": "USD", "US": "USD", "UY": "UYU", "VE": "USD",
}  # fmt: skip
"""Not the Dominican Republic, where prices are in both currencies."""
PESOS: Mapping[str, str] = {
    "AR": "ARS", "CL": "CLP", "CO": "COP", "CU": "CUP", "DO": "DOP", "MX": "MXN", "PH": "PHP", "UY": "UYU",
}  # fmt: skip
_BOLIVARES_OR_BOLIVIANOS: Mapping[str, str] = {"BO": "BOB", "VE": "VES"}
_COLONES: Mapping[str, str] = {"CR": "CRC", "SV": "SVC"}
CENTS = frozenset({"centimos", "centimo", "centavos", "centavo", "ctvs", "cents", "cts"})

ISO_CODES = "ARS BRL CLP COP CRC DOP EUR GBP GTQ HNL MXN NIO PAB PEN PYG USD UYU"
"""Codes that people write out. Not BOB and VES: in chats they are a name and a misspelled "vez"."""
SIGNS: Mapping[str, Meaning] = {
    "$": _DOLLAR_SIGN, "us$": "USD", "u$s": "USD", "u$d": "USD", "usd$": "USD", "mx$": "MXN",
    "rd$": "DOP", "r$": "BRL", "c$": "NIO", "$u": "UYU", "ar$": "ARS", "s/.": "PEN", "s/": "PEN", "€": "EUR",
    "£": "GBP", "₡": "CRC", "₲": "PYG", "₱": "PHP", "b/.": "PAB", "bs.": _BOLIVARES_OR_BOLIVIANOS,
    "bs": _BOLIVARES_OR_BOLIVIANOS, **{code.lower(): code for code in ISO_CODES.split()},
}  # fmt: skip
"""Signs that stand before the number."""
SIGNS_AFTER: Mapping[str, Meaning] = {sign: SIGNS[sign] for sign in ("$", "us$", "u$s", "u$d", "€", "£", "₡")}
LOCAL_SIGNS: Mapping[str, tuple[str, str]] = {"q": ("GT", "GTQ"), "l": ("HN", "HNL"), "l.": ("HN", "HNL")}
"""Letters that are a sign in one region only, where they touch the number."""

WORDS: Mapping[str, Meaning] = {
    **{code.lower(): code for code in ISO_CODES.split()},
    "dolares": "USD", "dolar": "USD", "dolarez": "USD", "dollares": "USD", "dollars": "USD", "dollar": "USD",
    "dls": "USD", "dlls": "USD", "bucks": "USD", "buck": "USD",
    "soles": "PEN", "sol": "PEN", "solcitos": "PEN", "solsitos": "PEN", "lucrecias": "PEN",
    "pesos": PESOS, "peso": PESOS, "pesitos": PESOS, "varos": "MXN", "euros": "EUR", "euro": "EUR",
    "bs": _BOLIVARES_OR_BOLIVIANOS, "bolivianos": "BOB", "boliviano": "BOB", "bolivares": "VES",
    "quetzales": "GTQ", "quetzal": "GTQ", "lempiras": "HNL", "lempira": "HNL", "cordobas": "NIO",
    "colones": _COLONES, "balboas": "PAB", "guaranies": "PYG", "reais": "BRL",
}  # fmt: skip
OTHER_THINGS_TOO = frozenset({"sol", "peso"})
"""Money only after digits: "un sol" may shine, and "un peso" be a weight."""
NAMES: Mapping[str, Meaning] = {**SIGNS_AFTER, **WORDS}
"""Whatever stands after the number."""
SLANG = frozenset({"luca", "lucas", "luka", "lukas", "luquitas", "lukitas"})
"""A thousand pesos, and in two countries one of its own coins."""
SLANG_OF_ONE: Mapping[str, str] = {"PE": "PEN", "BO": "BOB"}


def code(meaning: Meaning, region: str | None) -> str | None:
    """The currency; None if the region does not tell."""
    return meaning if isinstance(meaning, str) else meaning.get(region or "")

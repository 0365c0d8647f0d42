"""Check digits of identity numbers. All take the number with its check digit, without marks, in upper case."""

_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_PREFIXES = {"X": "0", "Y": "1", "Z": "2"}
_CURP_LETTERS = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_RFC_LETTERS = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
_ECUADOR_PROVINCES = {*range(1, 25), 30}
"""30 is for those who registered abroad."""


def rut(value: str) -> bool:
    """Chile: modulus 11, weights 2 to 7 from the right; 10 is written K."""
    total = sum(int(digit) * (2 + at % 6) for at, digit in enumerate(reversed(value[:-1])))
    return "0123456789K"[-total % 11] == value[-1]


def ecuador(value: str) -> bool:
    """The first two digits are a province, the third is below 6 for people; Luhn."""
    return int(value[:2]) in _ECUADOR_PROVINCES and value[2] < "6" and luhn(value)


def uruguay(value: str) -> bool:
    """Weights 2 9 8 7 6 3 4, modulus 10."""
    return _weighted(value.zfill(8), (2, 9, 8, 7, 6, 3, 4))


def el_salvador(value: str) -> bool:
    """Weights 9 to 2, modulus 10."""
    return _weighted(value, range(9, 1, -1))


def spain(value: str) -> bool:
    """DNI and NIE: the number modulus 23 names the letter."""
    number = _NIE_PREFIXES.get(value[0], value[0]) + value[1:-1]
    return _SPANISH_LETTERS[int(number) % len(_SPANISH_LETTERS)] == value[-1]


def luhn(value: str) -> bool:
    """ISO/IEC 7812-1 annex B; the Dominican Republic's cedula too."""
    doubled = ((int(digit) * 2 if at % 2 else int(digit)) for at, digit in enumerate(reversed(value)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def curp(value: str) -> bool:
    """Mexico: weights 18 to 2, modulus 10."""
    total = sum(_CURP_LETTERS.index(letter) * (18 - at) for at, letter in enumerate(value[:-1]))
    return str(-total % 10) == value[-1]


def rfc(value: str) -> bool:
    """Mexico: weights 13 to 2 over 12 characters (a company's number starts with a blank), modulus 11; 10 is A."""
    total = sum(_RFC_LETTERS.index(letter) * (13 - at) for at, letter in enumerate(value[:-1].rjust(12)))
    return "0123456789A"[-total % 11] == value[-1]


def _weighted(value: str, weights: "tuple[int, ...] | range") -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(value[:-1], weights, strict=True))
    return str(-total % 10) == value[-1]

"""Which identity numbers there are: what each is called where, what it looks like, and how it is checked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from recado.brain.rules.facts import check_digits
from recado.brain.rules.facts.values import DocumentKind


@dataclass(frozen=True)
class Rule:
    """One kind of number of one country. `shape` is what its letters and digits look like without marks.

    `strict`: a wrong check digit proves that the number is wrong.
    """

    kind: DocumentKind
    country: str | None
    shape: str
    check: Callable[[str], bool] | None = None
    strict: bool = True

    def fits(self, value: str) -> bool:
        """True if it looks like such a number."""
        return self._pattern.fullmatch(value) is not None

    def validity(self, value: str) -> bool | None:
        """Of a number that fits: what its check digit says; None if it has none, or says nothing."""
        if self.check is None:
            return None
        return self.check(value) or (False if self.strict else None)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.shape)


SPAIN = Rule("dni", "ES", "[0-9]{8}[A-Z]", check_digits.spain)
NIE = Rule("nie", "ES", "[XYZ][0-9]{7}[A-Z]", check_digits.spain)
CHILE = Rule("rut", "CL", "[0-9]{6,8}[0-9K]", check_digits.rut)
URUGUAY = Rule("ci", "UY", "[0-9]{7,8}", check_digits.uruguay)
EL_SALVADOR = Rule("dui", "SV", "[0-9]{9}", check_digits.el_salvador)
VENEZUELA = Rule("cedula", "VE", "[VE][0-9]{6,8}")
CURP = Rule("curp", "MX", "[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}[A-Z0-9][0-9]", check_digits.curp)
RFC = Rule("rfc", "MX", "[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{2}[0-9A]", check_digits.rfc, strict=False)
"""About 1.5 % of the numbers in use have a wrong check digit, says python-stdnum (stdnum.mx.rfc)."""
PASSPORT = Rule("passport", None, "(?=.{6,9}$)[A-Z]{0,3}[0-9]{5,9}[A-Z]?")

_DNI: Mapping[str, Rule] = {
    "PE": Rule("dni", "PE", "[0-9]{8}"),
    "AR": Rule("dni", "AR", "[0-9]{7,8}"),
    "ES": SPAIN,
    "HN": Rule("dni", "HN", "[0-9]{13}"),
}
_CEDULA: Mapping[str, Rule] = {
    "BO": Rule("ci", "BO", "[0-9]{5,8}"),
    "CL": CHILE,
    "CO": Rule("cedula", "CO", "[0-9]{6,8}|[0-9]{10}"),
    "CR": Rule("cedula", "CR", "[0-9]{9}"),
    "DO": Rule("cedula", "DO", "[0-9]{11}", check_digits.luhn),
    "EC": Rule("cedula", "EC", "[0-9]{10}", check_digits.ecuador),
    "NI": Rule("cedula", "NI", "[0-9]{13}[A-Z]"),
    "PY": Rule("ci", "PY", "[0-9]{5,7}"),
    "UY": URUGUAY,
    "VE": Rule("cedula", "VE", "[VE]?[0-9]{6,8}"),
}
_ANY: Mapping[str, Rule] = {
    **_CEDULA, **_DNI, "SV": EL_SALVADOR, "GT": Rule("id", "GT", "[0-9]{13}"),
}  # fmt: skip
"""What a document is where it is only called a document."""
FOREIGNER = Rule("ce", None, "[0-9]{6,9}")
"""Of foreigners in Peru and Colombia."""
_ANY_DNI = Rule("dni", None, "[0-9]{7,8}")
_ANY_CEDULA = Rule("cedula", None, "[0-9]{6,11}")
_ANY_DOCUMENT = Rule("id", None, "[0-9]{5,13}")

Name = str
NAMES: Mapping[Name, str] = {
    "ce": r"(?:carnet?|cedula) de extranjeria|c\.?e\.?(?=:? ?[0-9])",
    "dni": r"dni|d\.n\.i\.?|documento nacional de identidad",
    "cedula": r"cedula|ced|c\.i\.?|ci|c\.c\.?|cc",
    "rut": r"rut|r\.u\.t\.?|run",
    "dui": r"dui|documento unico de identidad",
    "nie": "nie|nif",
    "curp": "curp",
    "rfc": "rfc",
    "passport": "pasaporte|passport|pasport|pasaport",
    "id": "documento|docto|doc|identificacion|identidad|carnet|dpi|cui|id|identity (?:card|number)",
}
"""What the numbers are called in messages, as regular expressions."""
LOCAL_NAMES: Mapping[str, str] = {"cc": "CO", "run": "CL", "nif": "ES", "cui": "GT"}
"""Names that mean something else outside one region."""


def rules_for(name: Name, region: str | None) -> tuple[Rule, ...]:
    """What a name can mean in a region, likeliest first; nothing if it means no identity number there."""
    match name:
        case "dni":
            rule = _DNI.get(region or "", _ANY_DNI)
            return (rule,) if rule is SPAIN else (rule, SPAIN)
        case "cedula":
            return (_CEDULA.get(region or "", _ANY_CEDULA), VENEZUELA)
        case "rut":
            return (CHILE,) if region not in {"CO", "UY"} else ()
        case "nie":
            return (NIE, SPAIN)
        case "id":
            return (_ANY.get(region or "", _ANY_DOCUMENT), NIE, SPAIN)
        case _:
            return _ONLY[name]


_ONLY: Mapping[Name, tuple[Rule, ...]] = {
    "ce": (FOREIGNER,), "dui": (EL_SALVADOR,), "curp": (CURP,), "rfc": (RFC,), "passport": (PASSPORT,),
}  # fmt: skip

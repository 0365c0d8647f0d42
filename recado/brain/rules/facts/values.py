"""What can be told from one message apart from dates: plain values, each with where it was written.

`start` and `end` are offsets into the message as it was written.
"""

from dataclasses import dataclass
from typing import Literal

Role = Literal["self", "other"]
"""Who a name belongs to: the person who writes, or somebody else (a child, a patient, the holder of a booking)."""
DocumentKind = Literal["dni", "cedula", "rut", "curp", "rfc", "ci", "dui", "nie", "ce", "passport", "id"]
TemperatureKind = Literal["body", "weather"]


@dataclass(frozen=True, slots=True)
class Name:
    """A person. `value` is written as names are ("ana torres" is "Ana Torres"), without titles.

    A family name on a line of its own is a part of the value; the place is that of the given name.
    """

    value: str
    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number. `value` is E.164 ("+51987654321")."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address, in lower case."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """An identity number. `value` has letters and digits only, in upper case; `country` is ISO 3166-1, if it is known.

    `valid`: True if its check digit is right, False if the check digit or the length is wrong, None if nothing tells.
    """

    kind: DocumentKind
    value: str
    country: str | None
    valid: bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money. `value` is a decimal number as text: "50", "120.50".

    `currency` is ISO 4217; None if the sign or word is that of several currencies and the region does not tell.
    """

    value: str
    currency: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """A temperature in degrees Celsius, with one decimal.

    `plausible`: possible for a living person (kind "body") or as weather. `certain` is False if neither a unit nor
    a word said that the number is a temperature: it only looks like one ("38.5" alone).
    """

    celsius: float
    kind: TemperatureKind
    plausible: bool
    certain: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one message, each kind in the order of the text."""

    names: tuple[Name, ...] = ()
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    documents: tuple[Document, ...] = ()
    amounts: tuple[Amount, ...] = ()
    temperatures: tuple[Temperature, ...] = ()

    @property
    def numbers(self) -> tuple[Phone | Document | Amount | Temperature, ...]:
        """Whatever is a number."""
        return (*self.phones, *self.documents, *self.amounts, *self.temperatures)

"""Phone numbers, read with Google's rules about every country's numbers (the library `phonenumbers`)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.values import Phone

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

MIN_DIGITS = 7
MAX_DIGITS = 15
"""ITU-T E.164: a number has at most 15 digits."""
_MAX_PREFIXED_DIGITS = 18
"""With what is dialled before it ("00", "011")."""
_MIN_COUNTRY_DIGITS = 11
"""A number with the code of its country has no fewer, where we are."""
_MIN_FIXED_DIGITS = 9
"""Bare, a fixed line's number is told from a document's only by its length."""
MAX_TRIES = 40
"""How many candidates of one message are looked up. A look-up takes some 40 µs."""
_HINT_CHARACTERS = 30

_RUN = re.compile(r"(?<![0-9a-z+])(?<![0-9][.,/:])[(+]{0,2} ?[0-9](?:[ .()-]{0,3}[0-9]){6,}")
_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{1,2}([-.])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}([-.])[0-9]{1,2}\2[0-9]{1,2})(?![0-9])"
)
_GROUPED = re.compile(r"[0-9]{4}-[0-9]{4}|\([0-9]+\).*")
_NO_DIGIT = re.compile("[^0-9]+")
_PIECE = re.compile(r"\S+")
_WORD = re.compile("[a-z]+")

_PHONE_WORDS = frozenset(
    """
    cel celu celular celulares cell cellphone fono fonos fijo telefono telefonos tel telf tlf tlfn tfno movil mobile
    phone phones whatsapp wasap wsp whats wpp numero numeros num contacto llamar llame llamame llamen llamenme marcar
    comunicarse call text reach
    """.split()
)
_OTHER_WORDS = frozenset(
    """
    pedido orden codigo cod cuenta cci cbu clabe factura boleta recibo guia tracking order invoice account historia
    expediente ticket lote serie ruc cuit cuil nit tarjeta card operacion voucher poliza policy dni documento cedula
    pasaporte passport reserva booking contrato medidor suministro placa referencia comprobante isbn
    """.split()
)
"""What other long numbers are called."""
_BETWEEN = frozenset("es nro n no num numero number de del la el mi su is my the".split())
"""What may stand between the name of a number and the number."""

CALLING_CODES = ("51", "52", "53", "54", "55", "56", "57", "58", "591", "593", "595", "598", "50", "34", "1")
"""The codes by which a number is known as an international one without "+"."""
_OLD_CODES = {"521": "52"}
"""Mexico had a 1 before mobile numbers until 2019; people and WhatsApp still write it."""
_OLD_PREFIXES = {"MX": ("044", "045")}
"""What was dialled before a mobile number there until then."""
_DIALLED_ABROAD = "00"


def find(page: Page) -> tuple[Phone, ...]:
    """The numbers in the order of the text. Without a country, only those with the code of theirs."""
    found: list[Phone] = []
    tries = 0
    for run in _RUN.finditer(page.plain):
        done = run.start()
        for start, end in _candidates(page.plain, *run.span()):
            if start < done or not page.is_free(start, end) or tries >= MAX_TRIES:
                continue
            tries += 1
            if value := _read(page, start, end):
                found.append(Phone(value, *page.claim(start, end)))
                done = end
    return tuple(found)


def _candidates(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What of a run of digits may be one number: all of it, all but its first or last piece ("a las 3 987 654 321"),
    or single pieces. Not what looks like a date."""
    pieces = [match.span() for match in _PIECE.finditer(plain, start, end)]
    spans = [(start, end), (start, pieces[-2][1]), (pieces[1][0], end), *pieces] if len(pieces) > 1 else pieces
    for first, after in spans:
        written = plain[first:after]
        if written[0] == "(" and ")" not in written:
            first += 1  # noqa: PLW2901
        digits = len(_digits(written))
        if MIN_DIGITS <= digits <= _MAX_PREFIXED_DIGITS and not _DATE.search(written):
            yield first, after


def _read(page: Page, start: int, end: int) -> str | None:
    """The number in E.164, if it is valid and not more likely something else."""
    written = page.plain[start:end]
    digits = _digits(written)
    hint = _hint(page.plain, start, end)
    if hint == "other":
        return None
    if "+" in written:
        return _e164(_lookup(f"+{digits}"))
    if digits.startswith(_DIALLED_ABROAD) and (number := _lookup(f"+{digits[2:]}")):
        return _e164(number)
    number = _lookup(_without_prefix(digits, page.country), page.country) if page.country else None
    if number and (hint or _is_sure(number, written)):
        return _e164(number)
    if len(digits) >= _MIN_COUNTRY_DIGITS and digits.startswith(CALLING_CODES):
        number = _lookup(f"+{digits}")
        return _e164(number) if number and (hint or _is_mobile(number)) else None
    return None


def _hint(plain: str, start: int, end: int) -> Literal["phone", "other"] | None:
    """What the words around a number call it."""
    before = _WORD.findall(plain, max(0, start - _HINT_CHARACTERS), start)
    named = next((word for word in reversed(before) if word not in _BETWEEN), None)
    if named in _OTHER_WORDS:
        return "other"
    around = {*before, *_WORD.findall(plain, end, end + _HINT_CHARACTERS)}
    return None if _PHONE_WORDS.isdisjoint(around) else "phone"


def _lookup(written: str, country: str | None = None) -> "PhoneNumber | None":
    """The number, if it is valid. The library loads 3 MB when it is first needed, so not before."""
    import phonenumbers

    for old, new in _OLD_CODES.items():
        written = re.sub(rf"^\+{old}(?=[0-9]{{10}}$)", f"+{new}", written)
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _without_prefix(digits: str, country: str | None) -> str:
    for prefix in _OLD_PREFIXES.get(country or "", ()):
        digits = digits.removeprefix(prefix)
    return digits


def _e164(number: "PhoneNumber | None") -> str | None:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else None


def _is_mobile(number: "PhoneNumber") -> bool:
    import phonenumbers

    kinds = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(number) in {kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE}


def _is_sure(number: "PhoneNumber", written: str) -> bool:
    """Nobody called it a phone number; is it one all the same? Fixed lines must not look like a document's number,
    and free numbers are hardly ever a person's."""
    import phonenumbers

    if _is_mobile(number):
        return True
    is_fixed = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
    return is_fixed and (len(_digits(written)) >= _MIN_FIXED_DIGITS or _GROUPED.fullmatch(written) is not None)


def _digits(written: str) -> str:
    return _NO_DIGIT.sub("", written)

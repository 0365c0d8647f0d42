"""Phone numbers, read with Google's rules about every country's numbers (the library `phonenumbers`)."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.values import Phone
from recado.brain.rules.lexicon import words_of

if TYPE_CHECKING:
    from recado.brain.rules.facts.numbering import PhoneNumber

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

_RUN = re.compile(r"(?<![0-9a-z+])(?<![0-9][.,/:])(?:[(+]{1,2} ?)?[0-9](?:[ .()-]{0,3}[0-9]){6,}")
_DATE = re.compile(
    r"(?<![0-9])(?<![0-9][-.])(?:[0-9]{1,2}([-.])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}([-.])[0-9]{1,2}\2[0-9]{1,2})"
    r"(?![0-9]|[-.][0-9])"
)
_GROUPED = re.compile(r"[0-9]{4}-[0-9]{4}|\([0-9]+\).*")
_NO_DIGIT = re.compile("[^0-9]+")
_PIECE = re.compile(r"\S+")
_WORD = re.compile("[a-z]+")

PHONE_WORDS = words_of("""
    cel celu celular celulares cell cellphone fono fonos fijo telefono telefonos tel telf tlf tlfn tfno movil mobile
    phone phones whatsapp wasap wsp whats wpp numero numeros num contacto llamar llame llamame llamen llamenme marcar
    comunicarse call text reach
""")
_OTHER_WORDS = words_of("""
    pedido orden codigo cod cuenta cci cbu clabe factura boleta recibo guia tracking order invoice account historia
    expediente ticket lote serie ruc cuit cuil nit tarjeta card operacion voucher poliza policy dni documento cedula
    pasaporte passport reserva booking contrato medidor suministro placa referencia comprobante isbn
""")
"""What other long numbers are called."""
_BETWEEN = words_of("es nro n no num numero number de del la el mi su is my the")
"""What may stand between the name of a number and the number."""

CALLING_CODES = ("51", "52", "53", "54", "55", "56", "57", "58", "591", "593", "595", "598", "50", "34", "1")
"""The codes by which a number is known as an international one without "+"."""
_MEXICAN_DIGITS = 10
_OLD_CODES = {"521": "52"}
"""Mexico had a 1 before mobile numbers until 2019; people and WhatsApp still write it."""
_OLD_PREFIXES = {"MX": ("044", "045")}
"""What was dialled before a mobile number there until then."""
_DIALLED_ABROAD = "00"


def find(page: Page) -> tuple[Phone, ...]:
    """The numbers in the order of the text. Without a region, only those with the code of their country."""
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
    number = _number(digits, "+" in written, page.region)
    if number is None:
        return None
    sure = hint == "phone" or number.is_mobile or _is_fixed_line(number, written)
    return number.e164 if sure or "+" in written or digits.startswith(_DIALLED_ABROAD) else None


def _number(digits: str, plus: bool, region: str | None) -> "PhoneNumber | None":
    """Read as an international number where it must be one, else as one of the region, else if it can be one."""
    # The library takes 25 ms and 3 MB when it is loaded: only for messages with numbers.
    from recado.brain.rules.facts import numbering

    if plus:
        return numbering.lookup(f"+{_renewed(digits)}", None)
    number = numbering.lookup(f"+{digits[2:]}", None) if digits.startswith(_DIALLED_ABROAD) else None
    if number is None and region:
        number = numbering.lookup(_without_prefix(digits, region), region)
    if number is None and len(digits) >= _MIN_COUNTRY_DIGITS and digits.startswith(CALLING_CODES):
        number = numbering.lookup(f"+{_renewed(digits)}", None)
    return number


def _hint(plain: str, start: int, end: int) -> Literal["phone", "other"] | None:
    """What the words around a number call it."""
    before = _WORD.findall(plain, max(0, start - _HINT_CHARACTERS), start)
    named = next((word for word in reversed(before) if word not in _BETWEEN), None)
    if named in _OTHER_WORDS:
        return "other"
    around = {*before, *_WORD.findall(plain, end, end + _HINT_CHARACTERS)}
    return None if PHONE_WORDS.isdisjoint(around) else "phone"


def _is_fixed_line(number: "PhoneNumber", written: str) -> bool:
    """A number that nobody called one: a fixed line's is told from a document's by its length or its grouping."""
    return number.is_fixed and (len(_digits(written)) >= _MIN_FIXED_DIGITS or _GROUPED.fullmatch(written) is not None)


def _renewed(digits: str) -> str:
    code = digits[:-_MEXICAN_DIGITS]
    return _OLD_CODES.get(code, code) + digits[-_MEXICAN_DIGITS:]


def _without_prefix(digits: str, region: str) -> str:
    for prefix in _OLD_PREFIXES.get(region, ()):
        digits = digits.removeprefix(prefix)
    return digits


def _digits(written: str) -> str:
    return _NO_DIGIT.sub("", written)

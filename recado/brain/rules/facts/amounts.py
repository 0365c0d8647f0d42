"""Amounts of money: "S/ 120.50", "$1.200,50", "20 lucas", "dos mil pesos", "USD 30", "$2k"."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from recado.brain.rules.facts import currencies, numbers
from recado.brain.rules.facts.numbers import Number
from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.values import Amount

_THOUSAND = 1000
_CENTS_A_UNIT = 100


def _one_of(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(name) for name in sorted(names, key=len, reverse=True))})"


_TRIGGERS = frozenset(currencies.WORDS) | currencies.SLANG
_LONGEST_SIGN = 5
_SIGN_BEFORE = re.compile(
    rf"(?<![a-z])(?:(?P<sign>{_one_of(currencies.SIGNS)}) ?|(?P<local>{_one_of(currencies.LOCAL_SIGNS)}))$"
)
_THOUSANDS = re.compile(r" ?k(?![a-z])")
_UNIT = re.compile(
    r"(?:(?:(?<=millon)|(?<=millones)|(?<=y medio)) de)? {0,2}(?:"
    rf"(?P<slang>{_one_of(currencies.SLANG)})(?![a-z])|(?P<word>{_one_of(currencies.WORDS)})(?![a-z])"
    # The sign of the next number is not that of this one ("de 30 $ 50").
    rf"|(?P<sign>{_one_of(currencies.SIGNS_AFTER)})(?![a-z]| ?[0-9]))"
)
_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3}){1,3}(?![0-9.,]?[0-9])")
_CENTS = re.compile(
    r" (?:con (?P<said>[0-9]{2})(?![0-9.,:/])"
    rf"|(?:con |y |and )?(?P<named>[0-9]{{1,2}}) ?{_one_of(currencies.CENTS)}\b)"
)


def find(page: Page, has_digits: bool) -> tuple[Amount, ...]:
    """The amounts in the order of the text."""
    if not has_digits and _TRIGGERS.isdisjoint(page.words):
        return ()
    found = _with_spaces(page, numbers.find(page, in_words=True))
    return tuple(amount for number in found if (amount := _amount(page, number)))


def _with_spaces(page: Page, found: Iterable[Number]) -> Iterator[Number]:
    """The numbers, with "1 200" as one where money is named beside it: elsewhere these are two numbers."""
    done = 0
    for number in found:
        if number.start < done:
            continue
        spaced = _SPACED.match(page.plain, number.start)
        if spaced and (_sign(page, number.start) or _UNIT.match(page.plain, spaced.end())):
            number = Number(Decimal(spaced.group().replace(" ", "")), *spaced.span())  # noqa: PLW2901
        done = number.end
        yield number


def _amount(page: Page, number: Number) -> Amount | None:
    sign = _sign(page, number.start)
    thousands = _THOUSANDS.match(page.plain, number.end)
    unit = _UNIT.match(page.plain, thousands.end() if thousands else number.end)
    if not (sign or unit):
        return None
    if unit and unit["word"] in currencies.OTHER_THINGS_TOO and not page.plain[number.start].isdigit():
        return None
    start = sign.start() if sign else number.start
    end = unit.end() if unit else thousands.end() if thousands else number.end
    if not page.is_free(start, end):
        return None
    value = number.value * _THOUSAND if thousands else number.value
    if unit and unit["slang"]:
        value, currency = _slang(value, page.region)
    else:
        currency = _currency(page.region, unit and (unit["word"] or unit["sign"]), sign)
    if cents := _CENTS.match(page.plain, end) if unit and not number.decimals else None:
        value, end = value + Decimal(cents["said"] or cents["named"]) / _CENTS_A_UNIT, cents.end()
    return Amount(_plain(value), currency, *page.claim(start, end))


def _sign(page: Page, end: int) -> re.Match[str] | None:
    """The sign of money that stands before a number."""
    found = _SIGN_BEFORE.search(page.plain, max(0, end - _LONGEST_SIGN), end)
    if found and found["local"]:
        return found if currencies.LOCAL_SIGNS[found["local"]][0] == page.region else None
    return found


def _slang(value: Decimal, region: str | None) -> tuple[Decimal, str | None]:
    coin = currencies.SLANG_OF_ONE.get(region or "")
    return (value, coin) if coin else (value * _THOUSAND, currencies.PESOS.get(region or ""))


def _currency(region: str | None, named: str | None, sign: re.Match[str] | None) -> str | None:
    """The word tells more than the sign ("$ 30 dolares"), if it tells."""
    told = currencies.code(currencies.NAMES[named], region) if named else None
    if told or sign is None:
        return told
    if sign["local"]:
        return currencies.LOCAL_SIGNS[sign["local"]][1]
    return currencies.code(currencies.SIGNS[sign["sign"]], region)


def _plain(value: Decimal) -> str:
    """Whole without a point, else with two decimals or more; never with an exponent."""
    if value == value.to_integral_value():
        return str(int(value))
    whole, _, decimals = f"{value:f}".rstrip("0").partition(".")
    return f"{whole}.{decimals:0<2}"

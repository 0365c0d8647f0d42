"""What Google's library knows of the world's phone numbers. Imported only when it is needed: it is not small."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A valid number. Neither mobile nor fixed are those that are free, premium, of a voice mail ..."""

    e164: str
    is_mobile: bool
    is_fixed: bool


def lookup(written: str, region: str | None) -> PhoneNumber | None:
    """The number, if it is valid; without a region it must begin with "+" and the code of its own."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    kind = phonenumbers.number_type(number)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return PhoneNumber(e164, kind in _MOBILE, kind == PhoneNumberType.FIXED_LINE)

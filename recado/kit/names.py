"""Texts that people type in: what is refused before it reaches the database."""

import re

from recado.errors import BadInput

MAX_SLUG = 64
MAX_NAME = 200
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


def check_slug(value: str) -> str:
    """`value`, if it is 1 to 64 lower-case letters, digits, `-` or `_`; else `BadInput` (`bad_slug`)."""
    if not _SLUG.fullmatch(value):
        raise BadInput(
            f"{value[:MAX_SLUG]!r} is not a short name: use 1 to {MAX_SLUG} lower-case letters, digits, - or _, "
            "beginning and ending with a letter or digit. Example: clinica-norte",
            code="bad_slug",
        )
    return value


def check_text(value: str, field: str, longest: int = MAX_NAME, code: str = "bad_text") -> str:
    """`value`, if it holds more than space and at most `longest` characters; else `BadInput` that names `field`.

    U+0000 is refused too: PostgreSQL stores it neither in text nor in jsonb.
    """
    if not value.strip() or len(value) > longest or "\0" in value:
        raise BadInput(f"{field} needs 1 to {longest} characters", code=code)
    return value

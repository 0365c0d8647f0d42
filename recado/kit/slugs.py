"""Slugs: short names that people type and that stand in addresses and settings."""

import re

from recado.errors import BadInput

MAX_SLUG = 64
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

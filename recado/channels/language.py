"""The language that this machine speaks, as far as Recado does."""

import os
from collections.abc import Mapping
from typing import Literal


def machine_language(environment: Mapping[str, str] | None = None) -> Literal["es", "en"]:
    """Spanish where the first of LC_ALL, LC_MESSAGES and LANG that is set says so, else English (POSIX, locale)."""
    known = os.environ if environment is None else environment
    said = next((known[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if known.get(name)), "")
    return "es" if said.lower().startswith("es") else "en"

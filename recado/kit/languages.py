"""Which of the two languages a person at this machine is spoken to in."""

import os
from typing import Literal

MachineLanguage = Literal["es", "en"]


def language_of_machine() -> MachineLanguage:
    """English where the machine speaks it, else Spanish."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "es"

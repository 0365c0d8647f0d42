"""The ids of the buttons of dialogues."""

from dataclasses import dataclass

_PREFIX = "do:"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a dialogue: what it does, and what it says besides ("do:yes:schedule 2026-11-26 15:00")."""

    does: str
    value: str = ""


def button_id(does: str, value: str = "") -> str:
    return f"{_PREFIX}{does}:{value}" if value else f"{_PREFIX}{does}"


def pressed_of(choice_id: str) -> Pressed | None:
    """The button of a dialogue with this id; None for other buttons."""
    if not choice_id.startswith(_PREFIX):
        return None
    does, _, value = choice_id.removeprefix(_PREFIX).partition(":")
    return Pressed(does, value)

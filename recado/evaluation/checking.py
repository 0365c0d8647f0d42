"""Whether a step came out as its script says."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from recado.decisions import Decision
from recado.evaluation.script import Step
from recado.messages import Button, OutButtons, OutContent, OutList, Row, words_of

_CLOCK = re.compile(r"(\d{2}:\d{2})(?::00)?")


def choices(replies: Sequence[OutContent]) -> dict[str, Button | Row]:
    """What can be pressed, by its title."""
    found: dict[str, Button | Row] = {}
    for reply in replies:
        if isinstance(reply, OutButtons):
            found |= {button.title: button for button in reply.buttons}
        elif isinstance(reply, OutList):
            found |= {row.title: row for row in reply.rows}
    return found


def problems(step: Step, replies: Sequence[OutContent], decision: Decision | None) -> list[str]:
    """What is not as it should be, one line each."""
    if decision is None:
        return ["the brain gave no decision"]
    return [*_reply_problems(step, replies), *_decision_problems(step, decision)]


def _reply_problems(step: Step, replies: Sequence[OutContent]) -> list[str]:
    said = fold("\n".join(words_of(reply) for reply in replies))
    offered = {fold(title) for title in choices(replies)}
    found: list[str] = []
    if step.silence and replies:
        found.append("should be silent")
    if not step.silence and not replies:
        found.append("should be answered")
    if step.replies is not None and len(replies) != step.replies:
        found.append(f"{len(replies)} replies instead of {step.replies}")
    if replies or not step.silence:
        found += [f"does not say {text!r}" for text in step.reply if fold(text) not in said]
        if step.reply_any and not any(fold(text) in said for text in step.reply_any):
            found.append(f"says none of {', '.join(map(repr, step.reply_any))}")
        found += [f"offers no button {title!r}" for title in step.buttons if fold(title) not in offered]
        if step.buttons_any and not any(fold(title) in offered for title in step.buttons_any):
            found.append(f"offers none of the buttons {', '.join(map(repr, step.buttons_any))}")
    return found + [f"says {text!r}" for text in step.not_ if fold(text) in said]


def _decision_problems(step: Step, decision: Decision) -> list[str]:
    found: list[str] = []
    if step.intent is not None and decision.intent != step.intent:
        found.append(f"intent {decision.intent} instead of {step.intent}")
    if decision.hand_over != step.handed_over:
        found.append("hands over to a person" if decision.hand_over else "does not hand over to a person")
    done = [action.model_dump(mode="json") for action in decision.actions]
    if len(done) != len(step.actions):
        found.append(f"actions {_shown(done)} instead of {_shown(step.actions)}")
    else:
        found += [
            f"action {_shown([actual])} instead of {_shown([wanted])}"
            for wanted, actual in zip(step.actions, done, strict=True)
            if not _holds(wanted, actual)
        ]
    return found


def _holds(wanted: Any, actual: Any) -> bool:
    """Every field that the script names is as it says; "15:00" and "15:00:00" are the same."""
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        fields, real = cast("Mapping[str, Any]", wanted), cast("Mapping[str, Any]", actual)
        return all(name in real and _holds(value, real[name]) for name, value in fields.items())
    if isinstance(wanted, str) and isinstance(actual, str):
        clocks = _CLOCK.fullmatch(wanted), _CLOCK.fullmatch(actual)
        if clocks[0] and clocks[1]:
            return clocks[0][1] == clocks[1][1]
        return fold(wanted) == fold(actual)
    return isinstance(wanted, bool) is isinstance(actual, bool) and bool(wanted == actual)


def _shown(actions: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(_one(action) for action in actions) or "none"


def _one(action: Mapping[str, Any]) -> str:
    said = {name: value for name, value in action.items() if name != "type" and value is not None}
    return f"{action.get('type', '?')}({', '.join(f'{name}={value}' for name, value in said.items())})"


def fold(text: str) -> str:
    """Lower case, without accents, with single blanks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())

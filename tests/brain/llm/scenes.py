"""Turns and answers for tests of model brains."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from recado.brain.hybrid import HybridBrain
from recado.brain.llm.asking import Answer, Ask, ModelTrouble
from recado.brain.llm.thinking import Thinker
from recado.brain.rules import RulesBrain
from recado.decisions import BrainMode, Context
from tests.brain.contexts import CLINIC, context

UNKNOWN = "sabe si su abuelo conoció a Neruda en Isla Negra?"
"""Nothing that the rules or the clinic's knowledge answer."""
ALL = frozenset({"update_form", "raise_alert", "add_note", "add_daily_log", "update_task", "request_appointment"})


def turn(
    *texts: str,
    mode: BrainMode = "hybrid",
    allowed: frozenset[str] = frozenset(),
    form: dict[str, str] | None = None,
    **named: Any,
) -> Context:
    """A turn of the demo clinic in which these actions are allowed."""
    prompt = "Atendemos con calma."
    clinic = replace(CLINIC, mode=mode, allowed=allowed, form=form or {}, prompt=prompt, project_id="p1")
    made = context(*(texts or (UNKNOWN,)), assistant=clinic)
    return replace(made, allowed=allowed, **named)


def says(reply: str = "No lo sé, lo averiguo.", **changed: Any) -> str:
    """A model's answer, as JSON."""
    answer: dict[str, Any] = {
        "intent": "information",
        "confidence": 0.9,
        "reply": reply,
        "buttons": [],
        "hand_over": False,
    }
    return json.dumps(answer | changed, ensure_ascii=False)


class Scripted:
    """A model that says what it is told: texts, errors, or what a function makes of the call."""

    name = "scripted:model"

    def __init__(self, *lines: str | Exception | Callable[[Ask], str]) -> None:
        self._lines = list(lines)
        self.asked: list[Ask] = []

    async def ask(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        line = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        if isinstance(line, Exception):
            raise line
        return Answer(line if isinstance(line, str) else line(ask), 100, 20)

    async def close(self) -> None:
        """There is nothing to close."""


def brain(model: Any, **named: Any) -> HybridBrain:
    return HybridBrain(RulesBrain(), Thinker(model, **named))


DOWN = ModelTrouble("unreachable")

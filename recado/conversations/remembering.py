"""What is known of a person from their other conversations: told before the turn, added to by its commit.

Facts have names: `name`, `language`, and `SKILL.NAME` for what a skill has learned.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

import structlog

from recado.conversations.acting import Memory
from recado.db import json_text
from recado.decisions import AssistantFacts, Decision, Language
from recado.mailbox.memories import NOTHING, Remembered
from recado.skills import Skills, TurnFacts

NAME, LANGUAGE = "name", "language"
# As the column has it; longer names stay in their conversation.
MAX_NAME = 128
# What one fact may hold, as JSON.
MAX_VALUE_CHARS = 16_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a person. `kept` are the JSON texts as stored, `skills` what each skill has learned."""

    kept: Remembered
    name: str | None
    language: Language | None
    skills: Mapping[str, Mapping[str, Any]]


_NOTHING = Known(NOTHING, None, None, {})


def known(kept: Remembered) -> Known:
    """Facts as stored, read."""
    if not kept.facts:
        return _NOTHING
    read = {name: json.loads(text) for name, text in kept.facts.items()}
    skills: dict[str, dict[str, Any]] = {}
    for name, value in read.items():
        skill, dot, key = name.partition(".")
        if dot:
            skills.setdefault(skill, {})[key] = value
    language = read.get(LANGUAGE)
    spoken = cast(Language, language) if language in get_args(Language) else None
    return Known(kept, read.get(NAME), spoken, skills)


def begun(skills: Skills, now: datetime, assistant: AssistantFacts, memory: Memory, of: Known) -> Memory:
    """The memory of a conversation, with what the skills that keep nothing in it yet take over from others."""
    if not of.skills:
        return memory
    parts, taken = dict(memory.skills), dict(memory.taken)
    for skill in skills.all:
        if skill.name in parts or skill.name not in of.skills:
            continue
        try:
            begins = skill.begin(TurnFacts(now, assistant), of.skills[skill.name])
        except Exception as error:  # a person must not be left without an answer because of it
            log.error("skill_failed", skill=skill.name, error=type(error).__name__)
            continue
        if begins is not None:
            parts[skill.name] = begins
            if others := _of_others(skill.name, begins, of.kept):
                taken[skill.name] = others
    return Memory(memory.brain, parts, taken)


def _of_others(skill: str, begins: Any, kept: Remembered) -> dict[str, Any]:
    """What of a skill's first state was learned by another contact of the person than the conversation's."""
    if not isinstance(begins, dict):
        return {}
    first = cast("dict[str, Any]", begins)
    names = {key: f"{skill}.{key}" for key in first}
    return {key: first[key] for key, name in names.items() if kept.facts.get(name) != kept.own.get(name)}


def learned(of: Known, decision: Decision, by_skills: Mapping[tuple[str, str], Any]) -> tuple[tuple[str, str], ...]:
    """What is new since `of`, as JSON texts by name; also what so far was known of another contact of theirs only."""
    facts: dict[str, Any] = {f"{skill}.{name}": value for (skill, name), value in by_skills.items()}
    if isinstance(name := decision.slots.get(NAME), str):
        facts[NAME] = name
    if decision.language is not None:
        facts[LANGUAGE] = decision.language
    if not facts:
        return ()
    texts = {name: json_text(value) for name, value in facts.items() if len(name) <= MAX_NAME}
    return tuple(
        (name, text)
        for name, text in texts.items()
        if len(text) <= MAX_VALUE_CHARS and (text != of.kept.facts.get(name) or text != of.kept.own.get(name))
    )


def lists_in(taken: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The lists that a conversation took over from others, by the names of the facts in which they are kept."""
    values = {f"{skill}.{key}": value for skill, part in taken.items() for key, value in part.items()}
    return {name: value for name, value in values.items() if isinstance(value, list)}

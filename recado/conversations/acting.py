"""What a decision may do, and what comes of it.

Before the turn the skills say what they know; afterwards each action is looked at once more and carried out, or left
out and recorded. Nothing here writes: the turn commits what comes of it, together with the replies.

What the skills keep of a conversation lies in its state beside what the brain keeps, under one key that the brain never
sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import structlog
from pydantic_core import from_json

from recado.db import json_text
from recado.decisions import AssistantFacts, Context, Decision
from recado.mailbox.claims import Claim, NewEvent
from recado.skills import ActionRefused, Effects, Skills, TurnFacts

SKILLS_KEY = "$skills"
# Among the skills' parts, what of them came from the person's other contacts, as {skill: {key: value}}.
TAKEN_KEY = "$taken"
# What one skill may tell a brain, and keep of one conversation, as JSON. Every turn reads and writes it.
MAX_TOLD_CHARS = 16_000
MAX_KEPT_CHARS = 64_000
# All that may still be done while a person has the conversation, and only if it is urgent.
URGENT_ACTION = "raise_alert"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation remembers: the brain's own part, and the skills' parts by their names.

    `taken` is what of the parts came from another contact of the person, as it came: a merge may be undone.
    """

    brain: dict[str, Any]
    skills: Mapping[str, Any]
    taken: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


def recall(state: str) -> Memory:
    """The parts of a conversation's state."""
    brain: dict[str, Any] = from_json(state)
    skills: dict[str, Any] = brain.pop(SKILLS_KEY, None) or {}
    taken: dict[str, dict[str, Any]] = skills.pop(TAKEN_KEY, None) or {}
    return Memory(brain, skills, taken)


def without_others(state: str) -> str:
    """The state without what came from other contacts of the person. What the brain keeps may be made of it, and goes
    as well: at worst somebody is asked once more.
    """
    memory = recall(state)
    parts = {name: _own(part, memory.taken.get(name, {})) for name, part in memory.skills.items()}
    return _state({}, {name: part for name, part in parts.items() if part != {}}, {})


def _own(part: Any, taken: Mapping[str, Any]) -> Any:
    if not taken or not isinstance(part, dict):
        return part
    kept: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", part).items():
        others = taken.get(key)
        if key in taken and isinstance(value, list) and isinstance(others, list):
            own = [one for one in cast("list[Any]", value) if one not in others]
            if own:
                kept[key] = own
        elif key not in taken or value != others:
            kept[key] = value
    return kept


def allowed_in(claim: Claim, allowed: frozenset[str], skills: Skills) -> frozenset[str]:
    """The actions that may be asked for: the assistant's in its role, as far as there are skills, and the contact's."""
    return allowed & skills.types if claim.contact_allowed else frozenset()


def told_by(skills: Skills, now: datetime, assistant: AssistantFacts, memory: Memory) -> dict[str, Any]:
    """What the skills say of the conversation, by their names. One that fails or says too much says nothing."""
    told: dict[str, Any] = {}
    at_first = TurnFacts(now, assistant)
    for skill in skills.all:
        try:
            state = memory.skills.get(skill.name)
            said = skill.context(at_first if state is None else TurnFacts(now, assistant, state))
            if said is not None and len(json_text(said)) <= MAX_TOLD_CHARS:
                told[skill.name] = said
            elif said is not None:
                log.warning("skill_says_too_much", skill=skill.name)
        except Exception as error:  # a person must not be left without an answer because of it
            log.error("skill_failed", skill=skill.name, error=type(error).__name__)
    return told


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision comes to. `state` is the conversation's new one as JSON text; None keeps it. `learned` is what
    the skills have learned of the person, by skill and name.
    """

    decision: Decision
    events: tuple[NewEvent, ...]
    state: str | None
    learned: Mapping[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])


def outcome_of(skills: Skills, context: Context, memory: Memory, decision: Decision) -> Outcome:
    """Carry out what may be carried out. While a person has the conversation, nothing is said but what is urgent."""
    if context.handed_over and decision.intent != "urgent":
        decision = decision.model_copy(update={"replies": (), "hand_over": False})
    if not decision.actions:
        kept = None if decision.state is None else _state(decision.state, memory.skills, memory.taken)
        return Outcome(decision, (), kept)
    parts, events, learned = dict(memory.skills), list[NewEvent](), dict[tuple[str, str], Any]()
    for action in decision.actions:
        try:
            _refuse(context, decision, action.type)
            name, effects = _effects(skills, context, parts, action)
        except ActionRefused as refused:
            events.append(NewEvent("action.refused", json_text({"type": action.type, "code": refused.code})))
            continue
        parts[name] = effects.state
        learned |= {(name, key): value for key, value in effects.learned.items()}
        events += [NewEvent(event, json_text(dict(data))) for event, data in effects.events]
    parts = {name: part for name, part in parts.items() if part is not None}
    changed = decision.state is not None or parts != memory.skills
    brain = memory.brain if decision.state is None else decision.state
    return Outcome(decision, tuple(events), _state(brain, parts, memory.taken) if changed else None, learned)


def _refuse(context: Context, decision: Decision, kind: str) -> None:
    """Raise `ActionRefused`: `handed_over`, `not_allowed`."""
    if context.handed_over and not (decision.intent == "urgent" and kind == URGENT_ACTION):
        raise ActionRefused("handed_over", "A person has the conversation")
    if kind not in context.allowed:
        raise ActionRefused("not_allowed", "This may not be done here")


def _effects(skills: Skills, context: Context, parts: Mapping[str, Any], action: Any) -> tuple[str, Effects]:
    """The skill of an action, and what the action comes to. Raises `ActionRefused`: the skill's codes, `no_skill`,
    `failed`, `state_full`."""
    found = skills.handler(action.type)
    if found is None:
        raise ActionRefused("no_skill", "No skill does this")
    skill, handler = found
    try:
        effects = handler.apply(TurnFacts(context.now, context.assistant, parts.get(skill.name)), action)
        size = len(json_text(effects.state))
    except ActionRefused:
        raise
    except Exception as error:  # the same action would fail again, and nobody would be answered
        log.error("action_failed", skill=skill.name, type=action.type, error=type(error).__name__)
        raise ActionRefused("failed", "The skill failed") from error
    if size > MAX_KEPT_CHARS:
        raise ActionRefused("state_full", "The skill keeps too much of this conversation")
    return skill.name, effects


def _state(brain: Mapping[str, Any], parts: Mapping[str, Any], taken: Mapping[str, Any]) -> str:
    own = {name: value for name, value in brain.items() if name != SKILLS_KEY}
    if taken:
        parts = {**parts, TAKEN_KEY: taken}
    return json_text({**own, SKILLS_KEY: parts} if parts else own)

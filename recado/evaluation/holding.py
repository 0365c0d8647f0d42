"""Holds scripted conversations with a brain, one after the other, and says how they went."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from recado import kit
from recado.assistants import forms
from recado.brain.rules.zones import zone
from recado.decisions import AssistantFacts, Brain, Decision, Entry
from recado.demo import DEMO
from recado.evaluation.checking import choices, problems
from recado.evaluation.results import ConversationResult, Run, StepResult
from recado.evaluation.script import Scripted, Setting, Step
from recado.evaluation.stage import Answered, Stage, open_stage
from recado.messages import Button, Choice, InboundContent, OutContent, Row, Text, words_of
from recado.skills import Skill

Progress = Callable[[ConversationResult], None]


async def hold(
    conversations: Sequence[Scripted], brain: Brain, skills: Iterable[Skill] = (), progress: Progress | None = None
) -> Run:
    """Hold all of them, on a stage of their own. `skills` carry out actions; `progress` hears of each at its end."""
    at = kit.now()
    held: list[ConversationResult] = []
    async with open_stage(brain, skills) as stage:
        for scripted in conversations:
            held.append(await _hold_one(stage, scripted))
            if progress is not None:
                progress(held[-1])
        spent_usd, spent_tokens = stage.probe.spent()
    return Run(brain=brain.name, at=at, conversations=tuple(held), spent_usd=spent_usd, spent_tokens=spent_tokens)


async def _hold_one(stage: Stage, scripted: Scripted) -> ConversationResult:
    setting = scripted.assistant
    local = scripted.now if scripted.now.tzinfo else scripted.now.replace(tzinfo=zone(setting.timezone))
    stage.now_ms = round(local.timestamp() * 1000)
    stage.new_person(_assistant(setting, stage.probe.name))
    stage.probe.facts, stage.probe.allowed = scripted.facts, frozenset(setting.allowed)
    steps: list[StepResult] = []
    offered: dict[str, Button | Row] = {}
    for step in scripted.steps:
        result, replies = await _take(stage, scripted, step, offered)
        steps.append(result)
        offered |= choices(replies)
        if result.problems:
            break
    return ConversationResult(file=scripted.file, name=scripted.name, topic=scripted.topic, steps=tuple(steps))


async def _take(
    stage: Stage, scripted: Scripted, step: Step, offered: Mapping[str, Button | Row]
) -> tuple[StepResult, tuple[OutContent, ...]]:
    """One step. `offered` is all that can be pressed in this conversation, by title; the latest of a title."""
    stage.now_ms += round(timedelta(minutes=step.after_minutes).total_seconds() * 1000)
    if step.mode is not None:
        await stage.give_to(step.mode)
    contents = _contents(step, offered)
    if contents is None:
        return StepResult(said=step.label, problems=(f"there is no button {step.press!r} to press",)), ()
    stage.probe.took_ms.clear()
    answered = await stage.send(contents, scripted.contact)
    decision = stage.probe.take()
    return _result(step, answered, decision, sum(stage.probe.took_ms)), answered.replies


def _contents(step: Step, offered: Mapping[str, Button | Row]) -> list[InboundContent] | None:
    """The messages of a step; None for a button that is not there."""
    if step.say:
        return [Text(text=text) for text in step.say]
    if step.press is None:
        return [step.send] if step.send is not None else None
    chosen = offered.get(step.press)
    if chosen is None:
        return None
    return [Choice(source="button" if isinstance(chosen, Button) else "list", id=chosen.id, title=chosen.title)]


def _result(step: Step, answered: Answered, decision: Decision | None, brain_ms: float) -> StepResult:
    # Who may not do something is refused by the turn, and what is not expected has been told already.
    refused = answered.refused if len(step.actions) else ()
    return StepResult(
        said=step.label,
        replies=tuple(words_of(reply, choices=False) for reply in answered.replies),
        buttons=tuple(choices(answered.replies)),
        intent=decision.intent if decision else "",
        confidence=decision.confidence if decision else 0.0,
        actions=tuple(action.model_dump_json(exclude_none=True) for action in decision.actions) if decision else (),
        handed_over=bool(decision and decision.hand_over),
        problems=(*problems(step, answered.replies, decision), *(f"an action was refused: {code}" for code in refused)),
        brain_ms=round(brain_ms, 3),
        turn_ms=round(answered.took_ms, 3),
    )


def _assistant(setting: Setting, brain: str) -> AssistantFacts:
    return AssistantFacts(
        id=f"evaluation {hash(setting.model_dump_json())}",
        name=setting.name,
        language=setting.language,
        timezone=setting.timezone,
        brain=brain,
        entries=_entries(setting),
        mode=setting.mode,
        role=setting.role,
        prompt=setting.prompt,
        allowed=frozenset(setting.allowed),
        form=forms.questions(setting.form),
        field_types=forms.types(setting.form),
        opens=setting.opens,
        closes=setting.closes,
    )


def _entries(setting: Setting) -> tuple[Entry, ...]:
    if setting.entries == "none":
        return ()
    known = DEMO.entries if setting.entries == "demo" else setting.entries
    return tuple(
        Entry(f"{one.language}:{one.topic}:{number}", one.topic, one.language, one.question, one.answer, one.keywords)
        for number, one in enumerate(known)
    )

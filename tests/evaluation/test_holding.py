"""What a step is held against, with brains that answer as told."""

from collections.abc import Callable
from pathlib import Path

from recado.decisions import Context, Decision, RequestAppointment
from recado.evaluation.holding import hold
from recado.evaluation.results import Run
from recado.evaluation.script import read_file
from recado.main import SKILLS
from recado.messages import Button, OutButtons, OutText

SAID = "conversations: [{name: one, topic: t, steps: [%s]}]"


class Told:
    """Does what `script` says, and costs a cent each time."""

    name = "told"

    def __init__(self, script: Callable[[Context], Decision]) -> None:
        self._script = script
        self.contexts: list[Context] = []

    async def decide(self, context: Context) -> Decision:
        self.contexts.append(context)
        return self._script(context)

    @property
    def spent_usd(self) -> float:
        return len(self.contexts) / 100

    @property
    def spent_tokens(self) -> int:
        return 10 * len(self.contexts)


def answering(**more: object) -> Callable[[Context], Decision]:
    return lambda _: Decision.model_validate({"replies": (OutText(text="Buenos días"),), **more})


async def held(path: Path, steps: str, brain: Told) -> Run:
    file = path / "script.yaml"
    file.write_text(SAID % steps, encoding="utf-8")
    return await hold(read_file(file), brain, SKILLS)


async def problems(path: Path, steps: str, script: Callable[[Context], Decision]) -> tuple[str, ...]:
    run = await held(path, steps, Told(script))
    return run.conversations[0].steps[-1].problems


async def test_texts_are_found_without_case_and_accents(tmp_path: Path) -> None:
    assert await problems(tmp_path, "{say: hola, reply: BUENOS DIAS, not: tardes, replies: 1}", answering()) == ()


async def test_what_is_missing_or_too_much_is_told(tmp_path: Path) -> None:
    step = "{say: hola, intent: greeting, reply: [días, noches], not: buenos, buttons: Sí, replies: 2}"
    assert await problems(tmp_path, step, answering(intent="thanks")) == (
        "1 replies instead of 2",
        "does not say 'noches'",
        "offers no button 'Sí'",
        "says 'buenos'",
        "intent thanks instead of greeting",
    )


async def test_an_action_that_nobody_expects_fails(tmp_path: Path) -> None:
    action = RequestAppointment(wish="cancel")
    (problem,) = await problems(tmp_path, "{say: hola}", answering(actions=(action,)))
    assert problem == "actions request_appointment(wish=cancel) instead of none"


async def test_actions_are_compared_by_the_fields_that_are_named(tmp_path: Path) -> None:
    action = {"type": "request_appointment", "wish": "schedule", "day": "2026-11-26", "time": "15:00"}
    right = 'actions: [{type: request_appointment, day: 2026-11-26, time: "15:00"}]'
    wrong = 'actions: [{type: request_appointment, day: 2026-11-27, time: "15:00"}]'
    assert await problems(tmp_path, f"{{say: hola, {right}}}", answering(actions=(action,))) == ()
    assert len(await problems(tmp_path, f"{{say: hola, {wrong}}}", answering(actions=(action,)))) == 1


async def test_an_action_that_its_skill_refuses_fails(tmp_path: Path) -> None:
    sunday = {"type": "request_appointment", "wish": "schedule", "day": "2026-11-22", "time": "15:00"}
    step = "{say: hola, actions: [{type: request_appointment}]}"
    (problem,) = await problems(tmp_path, step, answering(actions=(sunday,)))
    assert problem == "an action was refused: appointment_closed"


async def test_silence_and_handing_over_are_checked(tmp_path: Path) -> None:
    assert await problems(tmp_path, "{say: hola}", answering(replies=())) == ("should be answered",)
    assert await problems(tmp_path, "{say: hola, silence: true}", answering()) == ("should be silent",)
    assert await problems(tmp_path, "{say: hola, silence: true}", answering(replies=())) == ()
    assert await problems(tmp_path, "{say: hola}", answering(hand_over=True)) == ("hands over to a person",)
    assert await problems(tmp_path, "{say: hola, handed_over: true}", answering()) == (
        "does not hand over to a person",
    )


async def test_a_brain_that_breaks_fails_its_conversation_and_the_rest_goes_on(tmp_path: Path) -> None:
    def script(context: Context) -> Decision:
        raise ValueError

    run = await held(tmp_path, "{say: hola}, {say: adios}", Told(script))
    (only,) = run.conversations[0].steps
    assert only.problems == ("the brain gave no decision",)
    assert "problema" in only.replies[0]


async def test_time_facts_and_who_answers_are_the_scripts(tmp_path: Path) -> None:
    brain = Told(answering())
    file = tmp_path / "script.yaml"
    file.write_text(
        """
        assistant: {timezone: America/Bogota, role: formulario, allowed: [update_form], form: {a: "¿A?"}}
        contact: Ana
        conversations:
          - name: one
            now: 2026-11-20T22:00
            facts: {forms: {a: 1}}
            assistant: {language: en, entries: none}
            steps: [{say: [hola, que tal]}, {say: x, after_minutes: 31}]
        """,
        encoding="utf-8",
    )
    await hold(read_file(file), brain, SKILLS)
    first, second = brain.contexts
    assert first.now.isoformat() == "2026-11-21T03:00:00+00:00"
    assert (second.now - first.now).total_seconds() == 31 * 60
    assert len(first.messages) == 2
    assert first.facts["forms"] == {"a": 1}
    assert first.allowed == {"update_form"}
    assert first.contact_name == "Ana"
    who = first.assistant
    assert (who.language, who.role, dict(who.form), who.entries) == ("en", "formulario", {"a": "¿A?"}, ())


async def test_a_button_is_pressed_by_its_title(tmp_path: Path) -> None:
    def script(context: Context) -> Decision:
        content = context.messages[0].content
        if content.type == "choice":
            return Decision(replies=(OutText(text=f"pressed {content.id}"),))
        return Decision(replies=(OutButtons(text="?", buttons=(Button(id="yes-1", title="Sí"),)),))

    assert await problems(tmp_path, "{say: hola}, {press: Sí, reply: pressed yes-1}", script) == ()
    assert await problems(tmp_path, "{say: hola}, {press: Quizás}", script) == ("there is no button 'Quizás' to press",)


async def test_a_person_can_take_it_over(tmp_path: Path) -> None:
    brain = Told(answering(replies=()))
    steps = (
        "{say: hola, silence: true}, {mode: person, say: x, silence: true}, {mode: assistant, say: x, silence: true}"
    )
    run = await held(tmp_path, steps, brain)
    assert run.passed == 1
    assert [context.handed_over for context in brain.contexts] == [False, True, False]


async def test_cost_and_times_are_kept(tmp_path: Path) -> None:
    run = await held(tmp_path, "{say: hola}, {say: adios}", Told(answering()))
    assert (run.spent_usd, run.spent_tokens) == (0.02, 20)
    assert 0 < run.turn_ms(0.5) <= run.turn_ms(0.95)

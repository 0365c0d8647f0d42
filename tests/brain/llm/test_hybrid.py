"""The rules and a model together: who answers which turn, and that somebody always does."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from recado.brain.llm.asking import ModelTrouble
from recado.brain.llm.breaker import FAILURES_TO_OPEN
from recado.brain.llm.budget import Prices, Reservation, Spent
from recado.brain.rules import RulesBrain
from recado.decisions import RaiseAlert, RequestAppointment, UpdateForm
from recado.errors import Unavailable
from recado.messages import OutButtons
from tests.brain.llm.scenes import ALL, DOWN, UNKNOWN, Scripted, brain, says, turn

# A Tuesday after the clinic's NOW.
DAY, TIME = "2026-11-24", "10:00"


@pytest.mark.parametrize(
    "text",
    ["hola", "gracias!", "a qué hora abren?", "quiero hablar con una persona", "no puedo respirar, ayuda!", "sí", "no"],
)
async def test_what_the_rules_are_sure_of_needs_no_model(text: str) -> None:
    model = Scripted(says())
    ruled = await RulesBrain().decide(turn(text))
    assert await brain(model).decide(turn(text)) == ruled or text in ("sí", "no")
    assert not model.asked or text in ("sí", "no")


async def test_a_model_answers_the_rest() -> None:
    model = Scripted(says("Eso no lo sé."))
    decision = await brain(model).decide(turn(UNKNOWN))
    assert decision.replies[0].text == "Eso no lo sé."


async def test_modes() -> None:
    model = Scripted(says("Modelo."))
    assert (await brain(model).decide(turn("hola", mode="model"))).replies[0].text == "Modelo."
    assert (await brain(model).decide(turn(UNKNOWN, mode="rules"))).replies[0].text != "Modelo."
    assert len(model.asked) == 1


@pytest.mark.parametrize("mode", ["rules", "hybrid", "model"])
async def test_what_is_urgent_never_waits_for_a_model(mode: Any) -> None:
    model = Scripted(says())
    decision = await brain(model).decide(turn("mi papá no puede respirar!!", mode=mode, allowed=ALL))
    assert decision.intent == "urgent"
    assert isinstance(decision.actions[0], RaiseAlert)
    assert not model.asked


async def test_a_model_is_not_asked_while_a_person_has_the_conversation() -> None:
    model = Scripted(says())
    decision = await brain(model).decide(turn(UNKNOWN, mode="model", handed_over=True))
    assert decision.replies == ()
    assert not model.asked


async def test_a_model_only_proposes_an_appointment_and_the_person_confirms_it() -> None:
    wish = {"type": "request_appointment", "wish": "schedule", "day": DAY, "time": TIME, "name": None, "reason": None}
    made = brain(Scripted(says("Listo, quedó agendada.", actions=[wish], intent="schedule")))
    first = await made.decide(turn(UNKNOWN, mode="model", allowed=ALL))
    assert first.actions == ()
    assert "agendada" not in first.replies[0].text
    assert isinstance(first.replies[0], OutButtons)
    assert first.state is not None
    second = await made.decide(turn("sí", allowed=ALL, state=first.state))
    assert second.actions == (
        RequestAppointment(wish="schedule", day=dt.date.fromisoformat(DAY), time=dt.time.fromisoformat(TIME)),
    )


async def test_an_hour_that_cannot_be_is_asked_about_again() -> None:
    wish = {"type": "request_appointment", "wish": "schedule", "day": "2026-11-22", "time": "03:10"}
    made = brain(Scripted(says(actions=[wish | {"name": None, "reason": None}])))
    decision = await made.decide(turn(UNKNOWN, mode="model", allowed=ALL))
    assert decision.actions == ()


async def test_a_yes_to_a_question_of_the_model_confirms_nothing_of_the_rules() -> None:
    rules = RulesBrain()
    asked = await rules.decide(turn("quiero una cita el martes a las 10 de la mañana", allowed=ALL))
    assert asked.state is not None
    made = brain(Scripted(says("Quieres que te cuente más?", actions=[])))
    left = await made.decide(turn(UNKNOWN, mode="model", allowed=ALL, state=asked.state))
    assert left.state is not None
    assert "flow" not in left.state
    assert (await rules.decide(turn("sí", allowed=ALL, state=left.state))).actions == ()


async def test_actions_of_a_model() -> None:
    form = {"cultivo": "Qué cultivo es?"}
    update = {"type": "update_form", "values": [{"name": "cultivo", "value": "papa"}]}
    made = brain(Scripted(says(actions=[update])))
    decision = await made.decide(turn(UNKNOWN, mode="model", allowed=ALL, form=form))
    assert decision.actions == (UpdateForm(values={"cultivo": "papa"}),)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (DOWN, "unreachable"),
        (ModelTrouble("rate_limited"), "rate_limited"),
        ("no JSON", "wrong"),
        (RuntimeError("a defect"), "defect"),
    ],
)
async def test_the_rules_answer_where_the_model_does_not(line: Any, reason: str) -> None:
    made = brain(Scripted(line))
    assert await made.decide(turn()) == await RulesBrain().decide(turn())
    assert made.thinker.stats.fallbacks == {reason: 1}


async def test_a_repair_is_told_what_was_wrong_and_there_is_one() -> None:
    model = Scripted("{}", says("Ahora sí."))
    assert (await brain(model).decide(turn())).replies[0].text == "Ahora sí."
    assert "reply: missing" in model.asked[1].wrong
    model = Scripted("{}")
    made = brain(model)
    await made.decide(turn())
    assert len(model.asked) == 2


async def test_the_deadline_holds_for_call_and_repair_together() -> None:
    class Slow(Scripted):
        async def ask(self, ask: Any) -> Any:
            await asyncio.Event().wait()

    made = brain(Slow(says()), deadline_s=0.05)
    assert await made.decide(turn()) == await RulesBrain().decide(turn())
    assert made.thinker.stats.fallbacks == {"timeout": 1}


async def test_a_model_that_keeps_failing_is_left_alone() -> None:
    model = Scripted(DOWN)
    made = brain(model)
    for _ in range(FAILURES_TO_OPEN + 3):
        await made.decide(turn())
    assert len(model.asked) == FAILURES_TO_OPEN
    assert made.thinker.stats.fallbacks == {"unreachable": FAILURES_TO_OPEN, "open": 3}


class Purse:
    """A budget of so many tokens."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.settled: list[Spent] = []

    async def reserve(self, project_id: str, model: str, most: Spent) -> Reservation | None:
        assert project_id == "p1"
        return self if most.tokens_in + most.tokens_out <= self.left else None

    async def settle(self, spent: Spent) -> None:
        self.settled.append(spent)
        self.left -= spent.tokens_in + spent.tokens_out


async def test_over_budget_the_rules_answer_and_no_call_is_made() -> None:
    model, purse = Scripted(says()), Purse(10)
    made = brain(model, budget=purse)
    assert await made.decide(turn()) == await RulesBrain().decide(turn())
    assert not model.asked
    assert made.thinker.stats.fallbacks == {"over_budget": 1}
    assert made.thinker.breaker.state == "closed"


async def test_what_a_call_took_is_settled_also_when_its_answer_is_wrong() -> None:
    purse = Purse(10**6)
    await brain(Scripted("{}"), budget=purse, prices=Prices(1.0, 2.0)).decide(turn())
    assert purse.settled == [Spent(100, 20, 140), Spent(100, 20, 140)]
    purse = Purse(10**6)
    await brain(Scripted(DOWN), budget=purse).decide(turn())
    assert purse.settled == [Spent()]


async def test_a_budget_that_does_not_answer_costs_nobody_an_answer() -> None:
    class Gone(Purse):
        async def reserve(self, project_id: str, model: str, most: Spent) -> Reservation | None:
            raise Unavailable("The database does not answer")

    made = brain(Scripted(says()), budget=Gone(0))
    assert await made.decide(turn()) == await RulesBrain().decide(turn())
    assert made.thinker.stats.fallbacks == {"unavailable": 1}
    assert made.thinker.breaker.state == "closed"

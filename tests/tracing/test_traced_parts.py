"""What stands in the traces of messages that go other ways than the straight one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from recado.brain.llm.asking import Answer, Ask, ModelTrouble
from recado.decisions import AssistantFacts, Context, Decision
from recado.errors import RecadoError
from recado.jobs.kinds import Kind, Kinds
from recado.kit import new_id, now
from recado.mailbox.outbox import Status
from recado.mailbox.people import ArrivedFile
from recado.messages import DELIVERY_RANK
from recado.tracing.parts import TracedModel
from recado.tracing.spans import span_of, trace_of
from tests.mailbox.support import Lane, Shop, answer, claim_one, out, take_lines
from tests.operations.collector import Seen
from tests.tracing.conftest import Traced


def of(spans: list[Seen], message_id: str | None, name: str) -> list[Seen]:
    """The spans of this name in the trace of a message."""
    assert message_id is not None
    return [span for span in spans if span.trace == message_id.replace("-", "") and span.name == name]


async def test_messages_that_are_answered_together_link_to_the_newest(traced: Traced, shop: Shop) -> None:
    mailbox = traced.mailbox
    first, second = await mailbox.store([shop.arrival("wamid.1"), shop.arrival("wamid.2")])
    again = await mailbox.store([shop.arrival("wamid.1")])
    assert again[0].message_id is None
    assert await answer(mailbox, await claim_one(mailbox), out())
    spans = await traced.spans()
    (newest,) = of(spans, second.message_id, "turn")
    (other,) = of(spans, first.message_id, "turn")
    assert newest.links == ()
    assert other.links == ((newest.trace, newest.id),)
    assert newest.attributes["recado.turn.messages"] == 2
    assert not of(spans, first.message_id, "commit")  # what it did stands once
    assert len(of(spans, second.message_id, "commit")) == 1
    assert [len(of(spans, one.message_id, "receive")) for one in (first, second)] == [1, 1]


async def test_failed_turns_and_tries_stand_beside_what_went_well(traced: Traced, shop: Shop) -> None:
    mailbox = traced.mailbox
    (stored,) = await mailbox.store([shop.arrival("wamid.1")])
    await mailbox.release_turn(await claim_one(mailbox), failed=True, delay_ms=0)
    await answer(mailbox, await claim_one(mailbox), out())
    fences = await take_lines(mailbox)
    road = Lane(mailbox, shop, stored.conversation_id, fences[shop.line_id])
    await road.mark(await road.head(), "queued", error_code="provider_unavailable", error_text="privado")
    await road.send_as("wamid.out")
    failed = Status(shop.line_id, "wamid.out", None, DELIVERY_RANK["failed"], "undeliverable", "privado")
    await mailbox.apply_statuses([failed])
    spans = await traced.spans()
    turns = of(spans, stored.message_id, "turn")
    assert [(one.attributes["recado.turn.outcome"], one.failed) for one in turns] == [
        ("failed", True),
        ("settled", False),
    ]
    tries = of(spans, stored.message_id, "send")
    assert [(one.attributes["recado.send.attempt"], one.attributes.get("error.type")) for one in tries] == [
        (1, "provider_unavailable"),
        (2, None),
    ]
    (waited,) = of(spans, stored.message_id, "outbox")
    assert waited.parent == turns[1].id
    assert {one.parent for one in tries} == {waited.id}
    (status,) = of(spans, stored.message_id, "status")
    assert (status.parent, status.attributes["error.type"]) == (tries[1].id, "undeliverable")
    assert b"privado" not in b"".join(traced.kept.raw)


async def test_a_message_that_nobody_asked_for_has_its_own_trace(traced: Traced, shop: Shop) -> None:
    mailbox = traced.mailbox
    (stored,) = await mailbox.store([shop.arrival("wamid.1")])
    await answer(mailbox, await claim_one(mailbox))
    fences = await take_lines(mailbox)
    road = Lane(mailbox, shop, stored.conversation_id, fences[shop.line_id])
    (sent,) = await road.add("recordatorio")
    await road.mark(await road.head(), "queued", counts=False, delay_ms=0)  # put off, as by pacing
    await road.send()
    (handed,) = await road.add("otro")
    await mailbox.hand_out([handed])
    spans = await traced.spans()
    (waited,) = of(spans, sent, "outbox")
    assert waited.parent == ""
    tries = of(spans, sent, "send")
    assert len({one.id for one in tries}) == len(tries) == 2
    assert {one.parent for one in tries} == {waited.id}
    assert [one.attributes["recado.send.outcome"] for one in of(spans, handed, "send")] == ["handed_out"]


@dataclass
class ScriptedModel:
    """Answers once, then it is busy."""

    asked: int = 0

    @property
    def name(self) -> str:
        return "local"

    async def ask(self, ask: Ask) -> Answer:
        self.asked += 1
        if self.asked > 1:
            raise ModelTrouble("busy")
        return Answer("una frase", 12, 3)

    async def close(self) -> None: ...


@dataclass
class Asking:
    """A brain that asks a model twice."""

    model: TracedModel
    wants_history: int = 7

    @property
    def name(self) -> str:
        return "asking"

    async def decide(self, context: Context) -> Decision:
        ask = Ask("sistema", "una frase", {}, 10, 1.0)
        await self.model.ask(ask)
        await self.model.ask(ask)
        return Decision()


async def test_a_turn_shows_its_brain_and_the_model_that_it_asked(traced: Traced, shop: Shop) -> None:
    mailbox, brain = traced.mailbox, Asking(TracedModel(ScriptedModel()))
    (stored,) = await mailbox.store([shop.arrival("wamid.1")])
    held = await claim_one(mailbox)
    made = traced.tracing.brains({"asking": brain}, mailbox)["asking"]
    assert getattr(made, "wants_history", 0) == 7
    facts = AssistantFacts(
        id=new_id(), project_id=shop.project_id, name="Clínica", language="es", timezone="America/Lima", brain="asking"
    )
    context = Context(now=now(), assistant=facts, messages=(), conversation_id=held.conversation_id)
    with pytest.raises(ModelTrouble):
        await made.decide(context)
    with pytest.raises(ModelTrouble):  # of no turn that is in work here: nothing is traced, all works
        await made.decide(replace(context, conversation_id=new_id()))
    await mailbox.release_turn(held, failed=True, delay_ms=0)
    spans = await traced.spans()
    (turn,) = of(spans, stored.message_id, "turn")
    (decided,) = of(spans, stored.message_id, "decide")
    answered, busy = of(spans, stored.message_id, "model")
    assert decided.parent == turn.id
    assert (decided.failed, decided.attributes["error.type"]) == (True, "model_trouble")
    assert answered.parent == busy.parent == decided.id
    assert answered.attributes["gen_ai.usage.input_tokens"] == 12
    assert (answered.failed, busy.attributes["error.type"]) == (False, "busy")
    assert b"frase" not in b"".join(traced.kept.raw)


async def test_a_file_is_fetched_in_the_trace_of_its_message(traced: Traced, shop: Shop) -> None:
    arrival = shop.arrival("wamid.1")._replace(
        file=ArrivedFile("image", False, "900", "image/jpeg", None, "cédula.jpg")
    )
    (stored,) = await traced.mailbox.store([arrival])
    work = traced.tracing.media_work()
    (job,) = await work.claim("keep", 5)
    assert await work.settle(job, {"state": "stored", "size_bytes": 321})
    spans = await traced.spans()
    (fetched,) = of(spans, stored.message_id, "media")
    (received,) = of(spans, stored.message_id, "receive")
    assert fetched.parent == received.id
    assert fetched.attributes["recado.media.size_bytes"] == 321
    assert "cédula".encode() not in b"".join(traced.kept.raw)


@dataclass
class AtWork:
    """A job at work, as its kind sees it."""

    id: str
    project_id: str
    input: Any = None

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        return await work()

    async def progress(self, shown: Any) -> None: ...

    async def wait(self, wait_s: float) -> None: ...


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_job_has_a_trace_of_its_own(traced: Traced) -> None:
    async def fail(run: Any) -> None:
        raise RecadoError("una frase", code="no_luck")

    kinds = traced.tracing.kinds(Kinds.of((Kind("sums", fail),)))
    job = AtWork(new_id(), new_id())
    with pytest.raises(RecadoError):
        await kinds.all["sums"].run(job)
    (span,) = await traced.spans()
    assert (span.trace, span.name, span.parent) == (job.id.replace("-", ""), "job", "")
    assert (span.attributes["recado.job.kind"], span.attributes["error.type"]) == ("sums", "no_luck")


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_ids_on_the_wire_are_those_that_were_derived(traced: Traced, shop: Shop) -> None:
    (stored,) = await traced.mailbox.store([shop.arrival("wamid.1")])
    assert stored.message_id is not None
    trace = trace_of(stored.message_id)
    spans = await traced.spans()
    assert {span.id for span in spans} == {f"{span_of(trace, key):016x}" for key in ("receive", "store")}
    assert {span.process for span in spans} == {"worker"}

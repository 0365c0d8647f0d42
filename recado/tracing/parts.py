"""Parts of a process that note what they do: brains, models, jobs, files and webhooks."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from recado.brain.llm.asking import Answer, Ask, Model, ModelTrouble
from recado.db import Database
from recado.decisions import Brain, Context, Decision
from recado.errors import RecadoError
from recado.jobs.kinds import JobPutOff, Kind, Kinds, Run
from recado.media.work import Job, MediaWork, Task
from recado.tracing.noting import REQUEST_NS, THINKING, InWork, Notes, Thought, TurnInWork
from recado.tracing.spans import RECEIVE, OfFile, Place, Span, Unplaced, Value, now_ns


def code_of(error: BaseException) -> str:
    """What a span says of an error: never its words."""
    return error.code if isinstance(error, RecadoError) else type(error).__name__


class TracedBrain:
    """A brain whose decisions are parts of their turns."""

    def __init__(self, brain: Brain, turns: InWork[TurnInWork]) -> None:
        self._brain = brain
        self._turns = turns
        self.wants_history: int = getattr(brain, "wants_history", 0)

    @property
    def name(self) -> str:
        return self._brain.name

    async def decide(self, context: Context) -> Decision:
        turn = self._turns.get(context.conversation_id)
        if turn is None:
            return await self._brain.decide(context)
        key, began_ns = f"decide:{turn.claim.epoch}", now_ns()
        about: dict[str, Value] = {"recado.brain": self.name}
        error = None
        token = THINKING.set(turn)
        try:
            decision = await self._brain.decide(context)
            about["recado.intent"] = decision.intent
            return decision
        except BaseException as caught:
            error = code_of(caught)
            raise
        finally:
            THINKING.reset(token)
            turn.thoughts.append(Thought("decide", key, None, began_ns, now_ns(), error, about))


class TracedModel:
    """A model whose calls are parts of the decisions that they are asked for."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    async def ask(self, ask: Ask) -> Answer:
        turn = THINKING.get()
        if turn is None:
            return await self._model.ask(ask)
        began_ns = now_ns()
        # https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
        about: dict[str, Value] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": self.name}
        error = None
        try:
            answer = await self._model.ask(ask)
            about["gen_ai.usage.input_tokens"] = answer.tokens_in
            about["gen_ai.usage.output_tokens"] = answer.tokens_out
            return answer
        except BaseException as caught:
            error = caught.trouble if isinstance(caught, ModelTrouble) else code_of(caught)
            raise
        finally:
            epoch = turn.claim.epoch
            key = f"model:{epoch}:{len(turn.thoughts)}"
            turn.thoughts.append(Thought("model", key, f"decide:{epoch}", began_ns, now_ns(), error, about))

    async def close(self) -> None:
        await self._model.close()


class TracedMediaWork(MediaWork):
    """Files whose fetching is a part of the trace of the message that they came with."""

    def __init__(self, database: Database, owner: str, notes: Notes) -> None:
        super().__init__(database, owner)
        self._notes = notes
        self._begun: InWork[int] = InWork()

    async def claim(self, task: Task, size: int) -> list[Job]:
        jobs = await super().claim(task, size)
        for job in jobs:
            self._begun.begin(job.id, now_ns())
        return jobs

    async def settle(
        self,
        job: Job,
        values: dict[str, Any],
        *,
        event: str | None = None,
        data: dict[str, Any] | None = None,
        delay_ms: int | None = None,
    ) -> bool:
        held = await super().settle(job, values, event=event, data=data, delay_ms=delay_ms)
        began_ns = self._begun.end(job.id)
        if began_ns is not None and job.line_id is not None:
            end_ns = now_ns()
            self._notes.add(Unplaced(OfFile(job.id), lambda place: [_file(place, job, values, began_ns, end_ns)]))
        return held


def _file(place: Place, job: Job, values: Mapping[str, Any], began_ns: int, end_ns: int) -> Span:
    name = "voice" if job.state == "stored" else "media"
    about: dict[str, Value] = {"recado.media_id": job.id, "recado.media.kind": job.kind}
    if isinstance(size := values.get("size_bytes"), int):
        about["recado.media.size_bytes"] = size
    if isinstance(state := values.get("state") or values.get("hearing"), str):
        about["recado.media.state"] = state
    error = values.get("error_code")
    key = f"{name}:{job.id}:{job.epoch}"
    return Span(place.message_id, name, key, RECEIVE, began_ns, end_ns, about, error, outside=name == "media")


def traced_kinds(kinds: Kinds, notes: Notes) -> Kinds:
    """Jobs that have a trace each, by their ids."""
    return Kinds({name: replace(kind, run=_noted(kind, notes)) for name, kind in kinds.all.items()})


def _noted(kind: Kind, notes: Notes) -> Callable[[Run], Any]:
    async def run(job: Run) -> Any:
        began_ns, error = now_ns(), None
        try:
            return await kind.run(job)
        except JobPutOff:
            raise
        except BaseException as caught:
            error = code_of(caught)
            raise
        finally:
            about: dict[str, Value] = {"recado.project_id": job.project_id, "recado.job.kind": kind.name}
            notes.add(Span(job.id, "job", f"job:{began_ns}", None, began_ns, now_ns(), about, error))

    return run


class TracedWebhook:
    """A webhook's application; what it stores knows when its request began."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = REQUEST_NS.set(now_ns())
        try:
            await self._app(scope, receive, send)
        finally:
            REQUEST_NS.reset(token)

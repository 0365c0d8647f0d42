"""One decision of a model: prompt, call, check, one repair; all within a deadline, a budget and a breaker."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from recado.brain.llm import prompt, schema
from recado.brain.llm.asking import Answer, Ask, Model, ModelTrouble
from recado.brain.llm.breaker import Breaker
from recado.brain.llm.budget import Budget, NoBudget, Prices, Spent
from recado.decisions import Context, Decision

DEADLINE_S = 20.0
"""Of one turn, its repair included: people see that an answer is being written, and give up after about that long."""
# With less left a repair could not end in time.
LEAST_REPAIR_S = 1.0


@dataclass(slots=True)
class ModelStats:
    """Counts since the start, for metrics. `fallbacks` is by reason."""

    answered: int = 0
    repaired: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0
    seconds: float = 0.0
    calls: int = 0
    fallbacks: dict[str, int] = field(default_factory=dict[str, int])

    def fell_back(self, reason: str) -> None:
        self.fallbacks[reason] = self.fallbacks.get(reason, 0) + 1


@dataclass(slots=True)
class Thinker:
    """Asks one model. `answer_tokens` is the most that it may write, `prompt_tokens` the most that it is told."""

    model: Model
    budget: Budget = field(default_factory=NoBudget)
    prices: Prices = field(default_factory=Prices)
    deadline_s: float = DEADLINE_S
    prompt_tokens: int = prompt.DEFAULT_PROMPT_TOKENS
    answer_tokens: int = schema.ANSWER_TOKENS
    breaker: Breaker = field(default_factory=Breaker)
    stats: ModelStats = field(default_factory=ModelStats)
    clock: Callable[[], float] = time.monotonic

    async def decide(self, context: Context) -> Decision:
        """The model's decision, checked. Raises `ModelTrouble`."""
        if not self.breaker.allows():
            raise ModelTrouble("open")
        try:
            async with asyncio.timeout(self.deadline_s):
                decision = await self._decide(context)
        except TimeoutError:
            self.breaker.failed()
            raise ModelTrouble("timeout") from None
        except ModelTrouble as trouble:
            self._judge(trouble)
            raise
        except BaseException:  # the turn was given up, or the database did not answer: no fault of the model
            self.breaker.gave_up()
            raise
        self.breaker.succeeded()
        self.stats.answered += 1
        return decision

    async def close(self) -> None:
        """Close the model's connections."""
        await self.model.close()

    def _judge(self, trouble: ModelTrouble) -> None:
        match trouble.trouble:
            case "over_budget":
                self.breaker.gave_up()
            case "wrong":  # it is there, and its next answer may well be right
                self.breaker.succeeded()
            case "rate_limited" | "busy":
                self.breaker.failed(trouble.verdict.retry_after_s or 0.0)
            case _:
                self.breaker.failed()

    async def _decide(self, context: Context) -> Decision:
        began_s = self.clock()
        told = prompt.build(context, self.prompt_tokens)
        wanted = schema.answer_type(context).model_json_schema()
        ask = Ask(told.system, told.user, wanted, self.answer_tokens, self.deadline_s)
        answer = await self._ask(context, ask)
        try:
            return schema.read(answer.text, context, told.user + told.system)
        except schema.WrongAnswer as wrong:
            left_s = self.deadline_s - (self.clock() - began_s)
            if left_s < LEAST_REPAIR_S:
                raise ModelTrouble("wrong", spent=True) from None
            said = answer.text[: schema.MAX_ANSWER_BYTES // 4]
            again = Ask(told.system, told.user, wanted, self.answer_tokens, left_s, said, wrong.message)
        answer = await self._ask(context, again)
        try:
            decision = schema.read(answer.text, context, told.user + told.system)
        except schema.WrongAnswer:
            raise ModelTrouble("wrong", spent=True) from None
        self.stats.repaired += 1
        return decision

    async def _ask(self, context: Context, ask: Ask) -> Answer:
        """One call, within the budget."""
        most_in = prompt.tokens(ask.system) + prompt.tokens(ask.user) + prompt.tokens(ask.said_before)
        most = self._spent(most_in, ask.max_tokens)
        reservation = await self.budget.reserve(context.assistant.project_id, self.model.name, most)
        if reservation is None:
            raise ModelTrouble("over_budget")
        spent, began_s = most, self.clock()  # a call whose end nobody saw may have cost all of it
        try:
            answer = await self.model.ask(ask)
            spent = self._spent(answer.tokens_in, answer.tokens_out)
            return answer
        except ModelTrouble as trouble:
            spent = most if trouble.spent else Spent()
            raise
        finally:
            self._count(spent, self.clock() - began_s)
            await asyncio.shield(reservation.settle(spent))

    def _spent(self, tokens_in: int, tokens_out: int) -> Spent:
        return Spent(tokens_in, tokens_out, self.prices.cost_micros(tokens_in, tokens_out))

    def _count(self, spent: Spent, took_s: float) -> None:
        self.stats.calls += 1
        self.stats.seconds += took_s
        self.stats.tokens_in += spent.tokens_in
        self.stats.tokens_out += spent.tokens_out
        self.stats.cost_micros += spent.cost_micros

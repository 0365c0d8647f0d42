"""Hosted models over their simulators: what they say is taken, and whatever they do, a person is answered."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from recado.brain.hybrid import HybridBrain
from recado.brain.llm.opening import open_thinker
from recado.brain.llm.simulator import (
    KINDS,
    MODELS,
    TOKENS_IN,
    TOKENS_OUT,
    Act,
    Cut,
    Fails,
    Host,
    Kind,
    Raw,
    Says,
    Silent,
    host,
)
from recado.brain.llm.thinking import Thinker
from recado.brain.rules import RulesBrain
from recado.kit.logs import calm_libraries
from recado.settings import Settings
from tests.brain.llm.scenes import UNKNOWN, says, turn

every_kind = pytest.mark.parametrize("kind", KINDS)
KEY = "sk-test-0123456789-very-secret"
WRONG = json.dumps({"reply": "hola"})


@asynccontextmanager
async def thinking(
    kind: Kind, *acts: Act, timeout_s: float = 20.0
) -> AsyncGenerator[tuple[Host, Thinker, HybridBrain]]:
    """A host that does these acts, and the rules with its model."""
    async with host(kind, *acts, key=KEY) as at:
        thinker = thinker_of(at, timeout_s)
        try:
            yield at, thinker, HybridBrain(RulesBrain(), thinker)
        finally:
            await thinker.close()


def thinker_of(at: Host, timeout_s: float) -> Thinker:
    thinker = open_thinker(
        Settings(
            model=MODELS[at.kind],
            model_api_key=KEY,
            model_base_url=at.base_url,
            model_timeout_s=max(1.0, timeout_s),
            model_input_price=1.0,
            model_output_price=10.0,
        )
    )
    assert thinker is not None
    return replace(thinker, deadline_s=timeout_s)


@every_kind
async def test_a_model_answers_what_the_rules_do_not_know(kind: Kind) -> None:
    async with thinking(kind, Says(says("Eso no lo sé."))) as (at, thinker, brain):
        decision = await brain.decide(turn())
    assert [reply.text for reply in decision.replies] == ["Eso no lo sé."]
    assert UNKNOWN in at.told()
    assert thinker.stats.answered == 1
    assert (thinker.stats.tokens_in, thinker.stats.tokens_out) == (TOKENS_IN, TOKENS_OUT)
    assert thinker.stats.cost_micros == TOKENS_IN + 10 * TOKENS_OUT


@every_kind
async def test_an_answer_of_the_wrong_shape_is_repaired_once(kind: Kind) -> None:
    async with thinking(kind, Says(WRONG), Says(says("Ahora sí."))) as (at, thinker, brain):
        decision = await brain.decide(turn())
    assert [reply.text for reply in decision.replies] == ["Ahora sí."]
    assert len(at.requests) == 2
    assert "intent: missing" in at.told()
    assert thinker.stats.repaired == 1


FAULTS: dict[str, tuple[tuple[Act, ...], str]] = {
    "wrong key": ((Fails(401),), "refused"),
    "rate limit": ((Fails(429, {"Retry-After": "7"}),), "rate_limited"),
    "error": ((Fails(500),), "failed"),
    "busy": ((Fails(503, {"Retry-After": "2"}),), "busy"),
    "gone": ((Fails(503),), "failed"),
    "cut": ((Cut(),), "unreachable"),
    "no JSON": ((Raw(b"<html>oops"),), "failed unreachable"),
    "other JSON": ((Raw(b'{"hello": []}'),), "failed unreachable wrong"),
    "empty": ((Raw(b""),), "failed unreachable wrong"),
    "wrong twice": ((Says(WRONG), Says("no JSON at all")), "wrong"),
    "silent": ((Silent(),), "timeout"),
}


@every_kind
@pytest.mark.parametrize(("acts", "reason"), FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_fails_the_rules_answer(kind: Kind, acts: tuple[Act, ...], reason: str) -> None:
    ruled = await RulesBrain().decide(turn())
    async with thinking(kind, *acts, timeout_s=0.6 if reason == "timeout" else 50.0) as (_, thinker, brain):
        decision = await brain.decide(turn())
    assert decision == ruled
    assert list(thinker.stats.fallbacks.values()) == [1]
    assert next(iter(thinker.stats.fallbacks)) in reason.split()


@every_kind
async def test_a_rate_limit_is_left_alone_for_as_long_as_it_asks(kind: Kind) -> None:
    async with thinking(kind, Fails(429, {"Retry-After": "60"})) as (at, thinker, brain):
        await brain.decide(turn())
        await brain.decide(turn())
    assert len(at.requests) == 1
    assert thinker.breaker.state == "open"
    assert thinker.stats.fallbacks == {"rate_limited": 1, "open": 1}


@every_kind
@pytest.mark.parametrize("act", [Says(says("Palabras del modelo.")), Fails(401), Raw(b"<html>"), Cut(), Says(WRONG)])
async def test_logs_have_no_words_and_no_keys(kind: Kind, act: Act, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    calm_libraries("DEBUG")
    async with thinking(kind, act, timeout_s=50.0) as (_, _, brain):
        await brain.decide(turn())
    kept = "\n".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    for secret in (KEY, UNKNOWN, "Palabras del modelo", "Atendemos con calma"):
        assert secret not in kept


@every_kind
async def test_eight_turns_at_once_share_a_model(kind: Kind) -> None:
    async with thinking(kind, Says(says("Eso no lo sé."))) as (at, _, brain):
        made = await asyncio.gather(*(brain.decide(turn()) for _ in range(8)))
    assert len({decision.replies for decision in made}) == 1
    assert len(at.requests) == 8

"""What a model is to a brain: a prompt and a schema go in, a text comes out. Whatever fails is a `ModelTrouble`."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from recado.errors import PERMANENT, RecadoError, Verdict

Trouble = Literal["timeout", "rate_limited", "busy", "refused", "unreachable", "failed", "wrong", "open", "over_budget"]
"""Why a model did not answer: `busy` is one that loads or has too much to do, `refused` a wrong key, name or request,
`failed` the model's own error, `wrong` an answer that is not of the schema, `open` a breaker that lets nothing through.
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call. `said_before` and `wrong` are set for a repair: the answer that was wrong, and what is wrong."""

    system: str
    user: str
    schema: dict[str, Any]
    max_tokens: int
    timeout_s: float
    said_before: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote, and what it says that this took."""

    text: str
    tokens_in: int
    tokens_out: int


class ModelTrouble(RecadoError):
    """A model gave no answer that can be used. `spent`: the tokens may have been paid for all the same."""

    code = "model_trouble"
    status = 502

    def __init__(self, trouble: Trouble, *, verdict: Verdict = PERMANENT, spent: bool = False) -> None:
        super().__init__(f"The model gave no answer ({trouble})", verdict=verdict)
        self.trouble: Trouble = trouble
        self.spent = spent


class Model(Protocol):
    """A model, hosted or local. `name` is for people and metrics, such as `openai:gpt-5-mini`."""

    @property
    def name(self) -> str: ...

    async def ask(self, ask: Ask) -> Answer:
        """Raises `ModelTrouble`."""
        ...

    async def close(self) -> None:
        """Close its connections. Once, at the end."""
        ...

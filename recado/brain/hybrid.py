"""The rules and a model together: who answers which turn, and that somebody always does.

The rules look at every turn first: they take microseconds, and what is urgent must never wait for a model. In the mode
`rules` they answer alone; in `hybrid` the model answers what they are not sure of; in `model` it answers everything but
what is urgent and what a person has taken over. Where the model fails, the rules' answer stands.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from recado.brain.llm.asking import ModelTrouble
from recado.brain.llm.budget import MICROS
from recado.brain.llm.prompt import WANTS_HISTORY
from recado.brain.llm.thinking import Thinker
from recado.brain.rules import RulesBrain
from recado.brain.rules.dialogue import standing
from recado.brain.rules.proposing import propose
from recado.decisions import Context, Decision, RequestAppointment
from recado.errors import RecadoError

SURE = 0.5
"""From this confidence on the rules' answer stands: below it they ask back, or say that they do not know."""

log = structlog.get_logger(__name__)


class HybridBrain:
    """Bears the name of the rules: an assistant whose brain they are says by its mode how far a model takes part."""

    name = "rules"
    wants_history = WANTS_HISTORY

    def __init__(self, rules: RulesBrain, thinker: Thinker) -> None:
        self._rules = rules
        self.thinker = thinker

    @property
    def spent_usd(self) -> float:
        """What the model has cost since the start, in the currency of its prices."""
        return self.thinker.stats.cost_micros / MICROS

    @property
    def spent_tokens(self) -> int:
        """What the model has read and written since the start."""
        return self.thinker.stats.tokens_in + self.thinker.stats.tokens_out

    async def decide(self, context: Context) -> Decision:
        """Never fails because of the model."""
        ruled = await self._rules.decide(context)
        if not self._is_for_the_model(context, ruled):
            return ruled
        try:
            decided = await self.thinker.decide(context)
        except ModelTrouble as trouble:
            reason = trouble.trouble
        except RecadoError as error:  # whoever keeps the budget
            reason = error.code
        except Exception as error:  # a defect of ours or of a library: the person is answered all the same
            log.error("model_defect", error=type(error).__name__)
            reason = "defect"
        else:
            return _joined(context, decided)
        self.thinker.stats.fell_back(reason)
        log.info("model_fell_back", model=self.thinker.model.name, reason=reason)
        return ruled

    def is_asking(self, state: Mapping[str, Any], now: datetime) -> bool:
        """Whether a question of the rules stands: what a model asks is known to nobody else."""
        return self._rules.is_asking(state, now)

    def _is_for_the_model(self, context: Context, ruled: Decision) -> bool:
        mode = context.assistant.mode
        if mode == "rules" or context.handed_over or ruled.intent == "urgent" or not ruled.replies:
            return False
        if ruled.hand_over:  # the person asked for one, or the rules promised one
            return False
        return mode == "model" or not _is_sure(context, ruled)


def _is_sure(context: Context, ruled: Decision) -> bool:
    """The rules know what they are doing: an action, a talk that is on, or an answer that fits."""
    state = context.state if ruled.state is None else ruled.state
    return bool(ruled.actions) or standing.is_talking(state, context.now) or ruled.confidence >= SURE


def _joined(context: Context, decided: Decision) -> Decision:
    """The model's decision as the conversation takes it: no question of the rules stands any more that a later "yes"
    could answer; and an appointment is proposed, for the person confirms it and not the model."""
    allowed = tuple(action for action in decided.actions if action.type in context.allowed)
    wish = next((action for action in allowed if isinstance(action, RequestAppointment)), None)
    others = tuple(action for action in allowed if not isinstance(action, RequestAppointment))
    left = standing.without_questions(context.state)
    decided = decided.model_copy(update={"actions": others, "state": left if left != context.state else None})
    if wish is None:
        return decided
    proposed = propose(replace(context, state=left), wish)
    state = {name: value for name, value in {**left, **proposed.memory}.items() if value is not None}
    update = {"replies": (proposed.reply,), "state": state, "intent": proposed.intent, "hand_over": proposed.hand_over}
    return decided.model_copy(update={**update, "actions": (*others, *proposed.actions)})

"""The model that the settings name, ready to be asked."""

from recado.brain.llm.budget import Budget, NoBudget, Prices
from recado.brain.llm.prompt import DEFAULT_PROMPT_TOKENS
from recado.brain.llm.thinking import Thinker
from recado.settings import LOCAL_MODEL_URL, Settings

LOCAL_PROMPT_TOKENS = 3_000
"""Of a local model: with the answer it fits a context of 4,096 tokens, and a small machine reads it in seconds."""


def open_thinker(settings: Settings, budget: Budget | None = None) -> Thinker | None:
    """None if there is no model. Opens no connection; a wrong key or address shows at the first call."""
    if not settings.model:
        return None
    # Loaded here: whoever has no model does without the memory that its libraries take.
    from recado.brain.llm.hosted import open_hosted

    local = settings.model.partition(":")[0] == "local"
    url = settings.model_base_url or (LOCAL_MODEL_URL if local else "")
    return Thinker(
        open_hosted(settings.model, settings.model_api_key, url),
        budget or NoBudget(),
        Prices(settings.model_input_price, settings.model_output_price),
        settings.model_timeout_s,
        settings.model_prompt_tokens or (LOCAL_PROMPT_TOKENS if local else DEFAULT_PROMPT_TOKENS),
    )

"""Models behind HTTP, by pydantic-ai: OpenAI and what speaks like it (the Model API too), Anthropic, Gemini.

Only this file knows pydantic-ai, and it is imported when a model is configured; a provider's own library only for a
model of that provider. Each weighs tens of megabytes.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from pydantic_ai import exceptions
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart
from pydantic_ai.models import Model as Provider
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings

from recado.brain.llm.asking import Answer, Ask, ModelTrouble
from recado.errors import retry_after

LOCAL_KEY = "none"
"""What is sent to a local server that asks for no key: its clients insist on one."""
# What a provider that wants to be left alone but names no time gets.
DEFAULT_RETRY_S = 30.0
REPAIR = "That answer was wrong: {wrong}. Answer again: one JSON object of the schema, and follow the rules."


class HostedModel:
    """Implements `Model`."""

    def __init__(self, name: str, provider: Provider, close: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self._provider = provider
        self._close = close

    async def close(self) -> None:
        await self._close()

    async def ask(self, ask: Ask) -> Answer:
        """One call, never repeated by the client: the caller has a deadline and an answer of its own."""
        native = bool(cast("dict[str, Any]", self._provider.profile).get("supports_json_schema_output"))
        parameters = ModelRequestParameters(
            output_mode="native" if native else "prompted",
            output_object=OutputObjectDefinition(ask.schema, name="answer"),
        )
        settings = ModelSettings(max_tokens=ask.max_tokens, timeout=ask.timeout_s)
        try:
            response = await self._provider.request(_messages(ask), settings, parameters)
        except exceptions.ModelAPIError as error:
            raise _trouble(error) from None
        except exceptions.UnexpectedModelBehavior:  # a body that is no answer
            raise ModelTrouble("failed", spent=True) from None
        except Exception:  # what the clients raise of bodies that are not of their API is of any class
            raise ModelTrouble("failed", spent=True) from None
        text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
        return Answer(text, response.usage.input_tokens, response.usage.output_tokens)


def _messages(ask: Ask) -> list[ModelMessage]:
    first = ModelRequest([SystemPromptPart(ask.system), UserPromptPart(ask.user)])
    if not ask.wrong:
        return [first]
    repair = ModelRequest([UserPromptPart(REPAIR.format(wrong=ask.wrong))])
    return [first, ModelResponse([TextPart(ask.said_before or "{}")]), repair]


def _trouble(error: exceptions.ModelAPIError) -> ModelTrouble:
    """What an error of a provider means. Its words may repeat the request, so none of them is kept."""
    status = error.status_code if isinstance(error, exceptions.ModelHTTPError) else None
    asked_s = error.retry_after if error.retry_after and error.retry_after > 0 else None
    if isinstance(error, exceptions.ModelRateLimitError) or status == 429:
        return ModelTrouble("rate_limited", verdict=retry_after(asked_s or DEFAULT_RETRY_S))
    if isinstance(error, exceptions.ModelOverloadedError) or (status == 503 and asked_s):
        return ModelTrouble("busy", verdict=retry_after(asked_s or DEFAULT_RETRY_S))
    if isinstance(error, exceptions.ModelTimeoutError):
        return ModelTrouble("timeout", spent=True)
    if status is not None:
        return ModelTrouble("failed") if status >= 500 else ModelTrouble("refused")
    return ModelTrouble("unreachable", spent=True)


def open_hosted(model: str, api_key: str, base_url: str) -> HostedModel:
    """The model that `model` names: `openai:NAME`, `anthropic:NAME`, `google:NAME`, `local` or `local:NAME`.

    Opens no connection. Raises `ValueError` for another kind.
    """
    kind, _, name = model.partition(":")
    match kind:
        case "local" | "openai":
            return HostedModel(model, *_openai(name or "local", api_key or LOCAL_KEY, base_url or None))
        case "anthropic":
            return HostedModel(model, *_anthropic(name, api_key, base_url or None))
        case "google":
            return HostedModel(model, *_google(name, api_key, base_url or None))
        case _:
            raise ValueError(kind)


# A provider and what closes its connections.
_Opened = tuple[Provider, Callable[[], Awaitable[None]]]


def _openai(name: str, api_key: str, base_url: str | None) -> _Opened:
    """Chat completions, by choice: pydantic-ai (2.62.0) would take OpenAI's newer Responses API for `openai:`.

    The servers that speak like OpenAI mostly lack that one, the Model API among them, and what it keeps between calls
    Recado keeps itself.
    """
    import openai
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0)
    return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client)), client.close


def _anthropic(name: str, api_key: str, base_url: str | None) -> _Opened:
    import anthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    client = anthropic.AsyncAnthropic(api_key=api_key, base_url=base_url, max_retries=0)
    return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=client)), client.close


def _google(name: str, api_key: str, base_url: str | None) -> _Opened:
    import httpx2
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    client = httpx2.AsyncClient()  # our own, so that it can be closed; each call has its time limit
    provider = GoogleProvider(api_key=api_key, base_url=base_url, http_client=client)
    return GoogleModel(name, provider=provider), client.aclose

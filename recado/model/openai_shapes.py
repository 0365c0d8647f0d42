"""The shapes of OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), as far as they are
served: what is asked as a `Generation`, pieces as its answers and events, errors as its errors."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from recado.errors import BadInput, RecadoError
from recado.kit import new_id
from recado.kit.clock import now_ms
from recado.model.engine import ChatMessage, EngineInfo, Generation, Piece, Usage
from recado.model.schemas import held

MAX_MESSAGES = 512
# OpenAI's own limit.
MAX_STOPS = 4
_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class _Shape(BaseModel):
    """Fields that are not known are not minded, as OpenAI's clients send new ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TextPart(_Shape):
    type: Literal["text"]
    text: str


class MessageIn(_Shape):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart] | None = None

    def message(self) -> ChatMessage:
        parts = self.content if isinstance(self.content, list) else []
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in parts)
        return ChatMessage("system" if self.role == "developer" else self.role, text)


class JsonSchemaIn(_Shape):
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(_Shape):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchemaIn | None = None


class StreamOptions(_Shape):
    include_usage: bool = False


Stop = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class CompletionRequest(_Shape):
    """`user` and `prompt_cache_key` name a conversation, whose prefix is kept in a slot if possible."""

    messages: list[MessageIn] = Field(min_length=1, max_length=MAX_MESSAGES)
    model: str | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, le=2**32 - 2)
    stop: Stop | list[Stop] | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    response_format: ResponseFormat | None = None
    n: Literal[1] | None = 1
    tools: list[Any] | None = None
    user: str | None = Field(default=None, max_length=512)
    prompt_cache_key: str | None = Field(default=None, max_length=512)

    @property
    def conversation(self) -> str | None:
        return self.prompt_cache_key or self.user

    def generation(self, info: EngineInfo) -> Generation:
        """What is asked for. Raises `BadInput` for what this API does not do."""
        if self.tools:
            raise BadInput("Tools are not served: ask for a JSON schema instead.", code="unsupported", status=400)
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        if len(stops) > MAX_STOPS:
            raise BadInput(f"`stop` has at most {MAX_STOPS} texts.", status=400)
        wanted = self.max_completion_tokens or self.max_tokens or info.context_tokens
        return Generation(
            messages=[one.message() for one in self.messages],
            max_tokens=min(wanted, info.context_tokens),
            temperature=1.0 if self.temperature is None else self.temperature,
            top_p=self.top_p or 1.0,
            seed=self.seed,
            schema=self._schema(),
            stop=stops,
        )

    def _schema(self) -> Mapping[str, Any] | None:
        wanted = self.response_format
        if wanted is None or wanted.type == "text":
            return None
        if wanted.type == "json_object":
            return {"type": "object"}
        if wanted.json_schema is None:
            raise BadInput("`response_format` has no json_schema.", status=400)
        return held(wanted.json_schema.schema_)


class Head:
    """What every part of one answer repeats."""

    def __init__(self, model: str) -> None:
        self._head = {"id": f"chatcmpl-{new_id()}", "created": now_ms() // 1000, "model": model}

    def whole(self, text: str, last: Piece) -> dict[str, Any]:
        """The answer in one piece."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": last.finish}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": usage_of(last.usage)}

    def event(self, delta: Mapping[str, str], finish: str | None = None) -> bytes:
        """A part of a stream."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._event([choice])

    def usage(self, usage: Usage) -> bytes:
        """The last part of a stream whose client asked for it."""
        return self._event([], usage=usage_of(usage))

    def _event(self, choices: Sequence[Mapping[str, Any]], **more: Any) -> bytes:
        return event({**self._head, "object": "chat.completion.chunk", "choices": choices, **more})


DONE = b"data: [DONE]\n\n"


def event(value: Mapping[str, Any]) -> bytes:
    """A server-sent event."""
    return b"data: %b\n\n" % json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def usage_of(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def model_list(info: EngineInfo | None) -> dict[str, Any]:
    one = [] if info is None else [{"id": info.model, "object": "model", "created": 0, "owned_by": "recado"}]
    return {"object": "list", "data": one}


def error_body(error: RecadoError) -> dict[str, Any]:
    """An error as OpenAI's clients read it."""
    status = status_of(error)
    kind = _ERROR_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": error.message, "type": kind, "param": None, "code": error.code}}


def status_of(error: RecadoError) -> int:
    return 400 if error.status == 422 else error.status


def error_response(error: RecadoError) -> Response:
    headers: dict[str, str] = {}
    if error.verdict.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.verdict.retry_after_s)))
    return Response(json.dumps(error_body(error)), status_of(error), headers=headers, media_type="application/json")

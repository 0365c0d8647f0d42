"""What the three APIs want of a request and how they answer, as far as `recado.brain.llm.hosted` uses them.

Shapes: https://platform.openai.com/docs/api-reference/chat/create, https://docs.anthropic.com/en/api/messages,
https://ai.google.dev/api/generate-content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["openai", "anthropic", "google"]
KINDS: tuple[Kind, ...] = ("openai", "anthropic", "google")
MODELS: dict[Kind, str] = {
    "openai": "openai:gpt-5-mini",
    "anthropic": "anthropic:claude-haiku-4-5",
    "google": "google:gemini-2.5-flash",
}
"""A model of each, as the settings name it."""
# What every answer says that it took.
TOKENS_IN, TOKENS_OUT = 123, 45


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: Json


def problem(kind: Kind, request: Request, key: str | None) -> str | None:
    """What is wrong with a request, if anything. `key` None: any key is taken, but there must be one."""
    given = _keys(kind, request.headers)
    if not any(given) or (key is not None and key not in given):
        return "key"
    match kind:
        case "openai":
            return _openai_lacks(request)
        case "anthropic":
            return _anthropic_lacks(request)
        case "google":
            return _google_lacks(request)


def schema_of(kind: Kind, body: Json) -> Json:
    """The JSON schema that the answer is to have."""
    match kind:
        case "openai":
            return body["response_format"]["json_schema"]["schema"]
        case "anthropic":
            return _anthropic_shape(body)["schema"]
        case "google":
            config = body["generationConfig"]
            return config.get("responseJsonSchema") or config["responseSchema"]


def answer(kind: Kind, text: str) -> Json:
    """An answer whose model wrote this text."""
    match kind:
        case "openai":
            return _openai_answer(text)
        case "anthropic":
            return _anthropic_answer(text)
        case "google":
            return _google_answer(text)


def error(kind: Kind, status: int, message: str = "It failed") -> Json:
    """An error in the provider's own shape."""
    match kind:
        case "openai":
            return {"error": {"message": message, "type": "server_error", "param": None, "code": None}}
        case "anthropic":
            return {"type": "error", "error": {"type": "api_error", "message": message}}
        case "google":
            return {"error": {"code": status, "message": message, "status": "UNAVAILABLE"}}


def _keys(kind: Kind, headers: Mapping[str, str]) -> tuple[str, ...]:
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    match kind:
        case "openai":
            return (bearer,)
        case "anthropic":  # the API takes both
            return (headers.get("x-api-key", ""), bearer)
        case "google":
            return (headers.get("x-goog-api-key", ""),)


def _openai_lacks(request: Request) -> str | None:
    if request.path != "/v1/chat/completions":
        return "path"
    shape = request.body.get("response_format", {})
    if shape.get("type") != "json_schema" or "schema" not in shape.get("json_schema", {}):
        return "no schema"
    if request.body["messages"][0]["role"] not in ("system", "developer"):
        return "no system message"
    return None if request.body.get("max_completion_tokens") or request.body.get("max_tokens") else "no limit"


def _anthropic_lacks(request: Request) -> str | None:
    if request.path != "/v1/messages":
        return "path"
    if "anthropic-version" not in request.headers or not request.body.get("max_tokens"):
        return "no version or no limit"
    if not request.body.get("system"):
        return "no system"
    shape = _anthropic_shape(request.body)
    return None if shape.get("type") == "json_schema" and "schema" in shape else "no schema"


def _anthropic_shape(body: Json) -> Json:
    asked: Json = body.get("output_config") or {}
    return asked.get("format") or body.get("output_format") or {}


def _google_lacks(request: Request) -> str | None:
    if not request.path.endswith(":generateContent"):
        return "path"
    config = request.body.get("generationConfig", {})
    if config.get("responseMimeType") != "application/json" or not config.get("maxOutputTokens"):
        return "no JSON or no limit"
    if not (config.get("responseJsonSchema") or config.get("responseSchema")):
        return "no schema"
    return None if "systemInstruction" in request.body else "no system instruction"


def _openai_answer(text: str) -> Json:
    usage = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": TOKENS_IN + TOKENS_OUT}
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": "gpt-5-mini",
        "choices": [choice],
        "usage": usage,
    }


def _anthropic_answer(text: str) -> Json:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": TOKENS_IN, "output_tokens": TOKENS_OUT},
    }


def _google_answer(text: str) -> Json:
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": TOKENS_IN,
            "candidatesTokenCount": TOKENS_OUT,
            "totalTokenCount": TOKENS_IN + TOKENS_OUT,
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1",
    }

"""The three hosted APIs on loopback, as far as `recado.brain.llm.hosted` uses them: what a request must have is
checked, answers have the providers' shapes, and faults can be ordered.

Shapes: https://platform.openai.com/docs/api-reference/chat/create, https://docs.anthropic.com/en/api/messages,
https://ai.google.dev/api/generate-content.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

KEY = "sk-test-0123456789-very-secret"
Kind = Literal["openai", "anthropic", "google"]
KINDS: tuple[Kind, ...] = ("openai", "anthropic", "google")
MODELS: dict[Kind, str] = {
    "openai": "openai:gpt-5-mini",
    "anthropic": "anthropic:claude-haiku-4-5",
    "google": "google:gemini-2.5-flash",
}
TOKENS_IN, TOKENS_OUT = 123, 45


@dataclass(frozen=True)
class Says:
    """The model writes this text."""

    text: str


@dataclass(frozen=True)
class Fails:
    """An error of the provider, in its own shape."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Raw:
    """A body that is not of the API."""

    body: bytes
    status: int = 200


@dataclass(frozen=True)
class Cut:
    """The connection ends before the answer."""


@dataclass(frozen=True)
class Silent:
    """Nothing comes until the client goes."""


Act = Says | Fails | Raw | Cut | Silent


@dataclass
class Host:
    """One server for all three. It does `acts` in their order; the last one for ever."""

    kind: Kind
    acts: list[Act]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1" if self.kind == "openai" else self.url

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        problem = CHECKS[self.kind](request, body)
        self.requests.append(body)
        if problem is not None:
            return web.json_response({"error": {"message": problem, "type": "bad"}}, status=400)
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        match act:
            case Says(text):
                return web.json_response(ANSWERS[self.kind](text))
            case Fails(status, headers):
                return web.json_response(_error(self.kind, status), status=status, headers=headers)
            case Raw(raw, status):
                return web.Response(body=raw, status=status, content_type="application/json")
            case Cut():
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case Silent():
                await asyncio.Event().wait()
                raise AssertionError

    def told(self, number: int = -1) -> str:
        """All that a request said, as one text."""
        return json.dumps(self.requests[number], ensure_ascii=False)


def _openai_wants(request: web.Request, body: dict[str, Any]) -> str | None:
    if request.path != "/v1/chat/completions" or request.headers.get("Authorization") != f"Bearer {KEY}":
        return "path or key"
    shape = body.get("response_format", {})
    if shape.get("type") != "json_schema" or "schema" not in shape.get("json_schema", {}):
        return "no schema"
    if body["messages"][0]["role"] not in ("system", "developer"):
        return "no system message"
    return None if body.get("max_completion_tokens") or body.get("max_tokens") else "no limit"


def _anthropic_wants(request: web.Request, body: dict[str, Any]) -> str | None:
    # The API takes both; this version of the client sends the second.
    keys = (request.headers.get("x-api-key"), request.headers.get("Authorization", "").removeprefix("Bearer "))
    if request.path != "/v1/messages" or KEY not in keys:
        return "path or key"
    if "anthropic-version" not in request.headers or not body.get("max_tokens") or not body.get("system"):
        return "version, limit or system"
    asked: dict[str, Any] = body.get("output_config") or {}
    shape: dict[str, Any] = asked.get("format") or body.get("output_format") or {}
    return None if shape.get("type") == "json_schema" and "schema" in shape else "no schema"


def _google_wants(request: web.Request, body: dict[str, Any]) -> str | None:
    if not request.path.endswith(":generateContent") or request.headers.get("x-goog-api-key") != KEY:
        return "path or key"
    config = body.get("generationConfig", {})
    if config.get("responseMimeType") != "application/json" or not config.get("maxOutputTokens"):
        return "no JSON or no limit"
    if not (config.get("responseJsonSchema") or config.get("responseSchema")) or "systemInstruction" not in body:
        return "no schema or no system instruction"
    return None


def _openai_answer(text: str) -> dict[str, Any]:
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


def _anthropic_answer(text: str) -> dict[str, Any]:
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


def _google_answer(text: str) -> dict[str, Any]:
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


def _error(kind: Kind, status: int) -> dict[str, Any]:
    if kind == "anthropic":
        return {"type": "error", "error": {"type": "api_error", "message": "It failed"}}
    if kind == "google":
        return {"error": {"code": status, "message": "It failed", "status": "UNAVAILABLE"}}
    return {"error": {"message": "It failed", "type": "server_error", "param": None, "code": None}}


CHECKS: dict[Kind, Callable[[web.Request, dict[str, Any]], str | None]] = {
    "openai": _openai_wants,
    "anthropic": _anthropic_wants,
    "google": _google_wants,
}
ANSWERS: dict[Kind, Callable[[str], dict[str, Any]]] = {
    "openai": _openai_answer,
    "anthropic": _anthropic_answer,
    "google": _google_answer,
}


@asynccontextmanager
async def host(kind: Kind, *acts: Act) -> AsyncGenerator[Host]:
    """A provider on loopback that does these acts."""
    made = Host(kind, list(acts))
    app = web.Application()
    app.router.add_post("/{path:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    finally:
        await runner.cleanup()

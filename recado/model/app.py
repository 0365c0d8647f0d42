"""The Model API over HTTP: contract A's `/chat` and `/health`, OpenAI's chat completions, the swap and the metrics."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from recado.errors import BadInput, RecadoError, Unavailable, retry_after
from recado.kit.gate import Gate
from recado.kit.problems import problem_of, problem_response
from recado.messages import Value
from recado.model.access import Access, need_json
from recado.model.answers import CLOSING_TOKENS, ChatRequest, check_json, finished, frame_of, generation_of
from recado.model.openai_shapes import CompletionRequest, Head, error_response, model_list
from recado.model.service import LOADING_RETRY_S, Asked, ModelService, collect
from recado.model.stats import exposition
from recado.model.streaming import ClientGone, EventStream, unless_gone

M = TypeVar("M", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]

# Names a conversation, whose prefix is kept in a slot if possible; contract A's body has no field for it.
CONVERSATION_HEADER = "x-conversation-id"
# Nginx's status for a client that left before its answer; nobody reads it but our log.
_GONE = 499


class SwapRequest(Value):
    """The model to serve from now on: by path, or whatever else the model may be named by."""

    path: str = Field(min_length=1, max_length=4096)
    revision: str | None = Field(default=None, max_length=256)


class ModelApi:
    """The endpoints over one service."""

    def __init__(self, service: ModelService, access: Access) -> None:
        self._service = service
        self._access = access

    def app(self) -> ASGIApp:
        """The application, with its gate."""
        routes = [
            Route("/health", self.health, methods=["GET"], name="get_health"),
            Route("/chat", self.chat, methods=["POST"], name="chat"),
            Route("/v1/chat/completions", _as_openai(self.completions), methods=["POST"], name="completions"),
            Route("/v1/models", _as_openai(self.models), methods=["GET"], name="models"),
            Route("/admin/model", self.swap, methods=["POST"], name="swap_model"),
            Route("/metrics", self.metrics, methods=["GET"], name="get_metrics"),
        ]
        handlers: dict[Any, Any] = {RecadoError: _problem, HTTPException: _http_problem, ClientGone: _nobody}
        return Gate(Starlette(routes=routes, exception_handlers=handlers))

    async def health(self, _request: Request) -> Response:
        """Answers at once, also while the model loads."""
        info, percent = self._service.info, self._service.percent
        said: dict[str, Any] = {"status": "ok", "ready": info is not None, "percent": percent}
        if info is not None:
            said |= {"model": info.model, "revision": info.revision, "engine": info.engine, "slots": info.slots}
        else:
            said |= {"model": None, "revision": None, "engine": None, "slots": 0}
        return _json(said)

    async def chat(self, request: Request) -> Response:
        """Contract A: an answer in the wire form, as a text of JSON."""
        key = self._access.caller(request)
        asked = await _body(request, ChatRequest)
        frame = frame_of(asked.context)
        generation = generation_of(asked, frame)
        conversation = request.headers.get(CONVERSATION_HEADER)
        work = collect(self._service, Asked(generation, key, conversation))
        text, last = await unless_gone(request.receive, work)
        if last.finish == "length" and last.usage.completion_tokens < CLOSING_TOKENS:
            raise BadInput(
                "The prompt leaves no room for an answer. Shorten the context, or raise N_CTX.",
                code="context_length_exceeded",
                status=400,
            )
        return _json({"content": finished(text, frame, cut=last.finish == "length")})

    async def completions(self, request: Request) -> Response:
        """OpenAI's chat completions."""
        key = self._access.caller(request)
        wanted = await _body(request, CompletionRequest)
        info = self._service.info
        if info is None:
            raise Unavailable("The model is still loading.", code="model_loading", verdict=retry_after(LOADING_RETRY_S))
        asked = Asked(wanted.generation(info), key, wanted.conversation)
        head = Head(info.model)
        if wanted.stream:
            with_usage = wanted.stream_options is not None and wanted.stream_options.include_usage
            return EventStream(self._service, asked, head, include_usage=with_usage)
        text, last = await unless_gone(request.receive, collect(self._service, asked))
        if asked.generation.schema is not None and last.finish == "stop":
            check_json(text)
        return _json(head.whole(text, last))

    async def models(self, request: Request) -> Response:
        """The one model there is."""
        self._access.caller(request)
        return _json(model_list(self._service.info))

    async def swap(self, request: Request) -> Response:
        """Serve another model; answers when it is served."""
        self._access.operator(request)
        wanted = await _body(request, SwapRequest)
        info = await self._service.load(wanted.path, wanted.revision)
        return _json({"model": info.model, "revision": info.revision, "engine": info.engine, "slots": info.slots})

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        self._access.caller(request)
        text = exposition(self._service.stats, self._service.places)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _body(request: Request, shape: type[M]) -> M:
    """The request's body. Raises `BadInput`, whose message repeats nothing of it."""
    need_json(request)
    try:
        return shape.model_validate(json.loads(await request.body()))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[:5]
        wrong = "; ".join(f"{'.'.join(str(part)[:40] for part in one['loc'])}: {one['msg']}" for one in found)
        raise BadInput(f"The request does not fit: {wrong}") from None
    except (ValueError, RecursionError):
        raise BadInput("The body is not valid JSON.", code="bad_json", status=400) from None


def _json(value: Any) -> Response:
    return Response(json.dumps(value, ensure_ascii=False, separators=(",", ":")), media_type="application/json")


def _as_openai(endpoint: Endpoint) -> Endpoint:
    """The endpoint, whose errors have OpenAI's shape."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except RecadoError as error:
            return error_response(error)

    return answer


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RecadoError)  # noqa: S101 # registered for it
    return problem_of(error)


async def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 # registered for it
    codes = {404: "not_found", 405: "method_not_allowed", 408: "body_incomplete", 413: "body_too_large"}
    code = codes.get(error.status_code, "http_error")
    return problem_response(error.status_code, code, str(error.detail), headers=error.headers)


async def _nobody(_request: Request, _error: Exception) -> Response:
    return Response(status_code=_GONE)

"""The description of the API (OpenAPI 3.1), with what FastAPI does not know: keys, roles and problems."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from recado.kit.problems import MEDIA_TYPE, Problem

METHODS = ("get", "put", "post", "patch", "delete")
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
_TEXT = {"type": "string"}
_ETAG = {"ETag": {"description": "What the answer shows, to be sent as If-Match or If-None-Match.", "schema": _TEXT}}
_IF_NONE_MATCH = {
    "name": "if-none-match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: if nothing has changed since, the answer is 304 and empty.",
    "schema": {**_TEXT, "title": "If-None-Match"},
}
# Names that only FastAPI's own errors use.
_UNUSED = ("HTTPValidationError", "ValidationError")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route: problems that cannot be told from its path and parameters."""
    return {status: {"description": HTTPStatus(status).phrase, "content": _PROBLEM} for status in statuses}


def operations(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of each operation of a description."""
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def complete(
    schema: dict[str, Any], prefix: str, roles: Mapping[str, str], tagged: Mapping[str, bool]
) -> dict[str, Any]:
    """Add the keys that operations below `prefix` need, the problems that each may answer with, and its role.

    `roles` is the least role by operation id; `tagged` are the ids of those whose answers have an ETag, and whether one
    that reads may be answered 304.
    """
    components = schema.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    for name in _UNUSED:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    components["schemas"] = dict(sorted(schemas.items()))
    components["securitySchemes"] = _SCHEMES
    for path, method, operation in operations(schema):
        guarded = path.startswith(prefix + "/")
        if guarded:
            operation["security"] = [{name: []} for name in _SCHEMES]
            operation["x-role"] = roles[operation["operationId"]]
        answers = operation["responses"]
        answers.pop("422", None)
        if operation["operationId"] in tagged:
            _add_etag(operation, may_be_304=method == "get" and tagged[operation["operationId"]])
        for status in _problems(path, method, operation, guarded):
            answers[str(status)] = {"description": HTTPStatus(status).phrase, "content": _PROBLEM}
        operation["responses"] = dict(sorted(answers.items())) | {
            "default": {"description": "Any other problem", "content": _PROBLEM}
        }
    return schema


def _add_etag(operation: dict[str, Any], *, may_be_304: bool) -> None:
    answers = operation["responses"]
    for answer in answers.values():
        answer["headers"] = _ETAG
    if may_be_304:
        operation["parameters"] = [*operation.get("parameters", ()), _IF_NONE_MATCH]
        answers["304"] = {"description": "It is still as If-None-Match says", "headers": _ETAG}


def _problems(path: str, method: str, operation: Mapping[str, Any], guarded: bool) -> Iterator[int]:
    body = "requestBody" in operation
    if body:
        yield from (400, 408, 413)
    if guarded:
        yield from (401, 403, 503)
        yield 429
    if "{" in path:
        yield 404
    if any(parameter["name"] == "if-match" for parameter in operation.get("parameters", ())):
        yield 412
    if guarded and method != "get":
        yield 409
    if guarded:
        yield 422


def write_openapi(app: FastAPI, path: Path) -> bool:
    """Write the description; False if the file was current already."""
    text = openapi_text(app)
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return True


def openapi_text(app: FastAPI) -> str:
    """The description as it stands in the reference."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"

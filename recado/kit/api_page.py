"""The reference of the API as a page for people, from its description (OpenAPI): every call with a `curl` example."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recado.kit.ids import is_id
from recado.kit.openapi import operations

MADE = "<!-- Made by `make docs`; change the program, not this page. -->"
_HEAD = """\
# The HTTP API

{made}

{about}
The examples run in a shell where `RECADO_URL` is the address of your Recado, such as `http://127.0.0.1:8000`, and
`RECADO_KEY` a key; `recado key create` makes one. Other words in capitals stand for ids of yours: `$LINE_ID` is the
`id` of a line. The same in full, for programs: [openapi.json](openapi.json), also at `/api/v1/openapi.json`.
"""
# Watching goes on until somebody stops it.
STREAM_S = 5
_STREAMS = "text/event-stream"


def api_page(schema: Mapping[str, Any]) -> str:
    """The page."""
    found: dict[str, list[str]] = {}
    for path, method, operation in operations(schema):
        found.setdefault(operation["tags"][0], []).append(_section(schema, path, method, operation))
    about = schema["info"]["description"]
    parts = [_HEAD.format(made=MADE, about=about)]
    for tag, sections in found.items():
        parts += [f"## {tag.capitalize()}\n", *sections]
    return "\n".join(parts)


def write_page(schema: Mapping[str, Any], path: Path) -> bool:
    """Write the page; False if the file was current already."""
    text = api_page(schema)
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def _section(schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    role = f" · role `{operation['x-role']}`" if "x-role" in operation else ""
    lines = [f"### {operation['summary']}", "", f"`{method.upper()} {path}`{role}", "", operation["description"], ""]
    lines += ["```sh", curl(schema, path, method, operation), "```", ""]
    given = [p for p in operation.get("parameters", ()) if p["in"] != "path"]
    if given:
        lines += ["| parameter | in | what it is |", "|---|---|---|", *map(_row, given), ""]
    answers = ", ".join(
        f"{status} {answer['description']}" for status, answer in operation["responses"].items() if status != "default"
    )
    return "\n".join([*lines, f"Answers: {answers}.", ""])


def _row(parameter: Mapping[str, Any]) -> str:
    about = str(parameter.get("description", "")).replace("|", "\\|")
    return f"| `{parameter['name']}` | {parameter['in']} | {about} |"


def curl(schema: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    """One call, for a shell with the variables of the page's head and one for each id."""
    url = re.sub(r"\{([a-z_]+)\}", lambda match: f"${match[1].upper()}", path) + _query(schema, operation)
    words = ["curl --silent --show-error --fail-with-body"]
    if _STREAMS in operation["responses"].get("200", {}).get("content", {}):
        words[0] += f" --no-buffer --max-time {STREAM_S}"
    if method != "get":
        words[0] += f" -X {method.upper()}"
    words[0] += f' "$RECADO_URL{url}"'
    if operation.get("security"):
        words.append('-H "X-API-Key: $RECADO_KEY"')
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        text = json.dumps(_named(example(schema, body["application/json"]["schema"])), ensure_ascii=False)
        words += ["-H 'Content-Type: application/json'", f"-d {_quoted(text)}"]
    elif body:  # a file, of one of the types
        kind = "text/plain" if "text/plain" in body else next(iter(body))
        words += [f"-H 'Content-Type: {kind}'", "--data-binary 'what is in the file; @name sends one'"]
    return " \\\n  ".join(words)


def _query(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    """What must be given, and how a page is asked for."""
    given: list[str] = []
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter["name"] == "limit":
            given.append("limit=20")
        elif parameter["in"] == "query" and parameter.get("required"):
            given.append(f"{parameter['name']}={example(schema, parameter['schema'])}")
    return "?" + "&".join(given) if given else ""


def _named(value: Any, name: str = "") -> Any:
    """The value with the ids in it as the shell's variables."""
    if isinstance(value, dict):
        return {key: _named(part, key) for key, part in _items(value)}
    if isinstance(value, list):
        return [_named(part, name) for part in _parts(value)]
    if isinstance(value, str) and is_id(value):
        return f"${(name if name.endswith('_id') else name + '_id').upper()}"
    return value


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    yield from value.items()


def _parts(value: Any) -> Iterator[Any]:
    yield from value


_VARIABLE = re.compile(r"\$[A-Z_]+_ID")


def _quoted(text: str) -> str:
    """In single quotes, but for variables, which the shell fills in."""
    return "'" + _VARIABLE.sub(lambda match: f"'\"{match[0]}\"'", text.replace("'", "'\\''")) + "'"


def example(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Any:
    """A value that fits: the example that the shape has, or one made of what it demands."""
    if "$ref" in shape:
        return example(schema, schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
    examples: Sequence[Any] = shape.get("examples", ())
    if examples:
        return examples[0]
    for word in ("const", "default"):
        if word in shape:
            return shape[word]
    for word in ("enum", "anyOf", "oneOf"):
        if word in shape:
            return shape[word][0] if word == "enum" else example(schema, shape[word][0])
    return _of_type(schema, shape)


def _of_type(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Any:
    kind = shape.get("type")
    if kind == "object":
        properties: Mapping[str, Any] = shape.get("properties", {})
        return {name: example(schema, properties[name]) for name in shape.get("required", ())}
    if kind == "array":
        return [example(schema, shape["items"])] if shape.get("minItems", 0) else []
    if kind in ("integer", "number"):
        return shape.get("minimum", 1)
    return kind == "boolean" or "text"

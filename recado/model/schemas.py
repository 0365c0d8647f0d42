"""JSON schemas that a text can be held to. llama.cpp with llguidance lets a text run free when it cannot read a schema,
so what it might not read is refused here."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, cast

from recado.errors import BadInput

MAX_SCHEMA_BYTES = 64 * 1024
MAX_DEPTH = 32
# Written out by the grammar, item by item: a thousand million of them kept the engine from everybody for minutes.
MAX_COUNT = 10_000
MAX_LENGTH = 1_000_000
TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
# https://github.com/guidance-ai/llguidance/blob/main/docs/json_schema.md
KEYWORDS = frozenset(
    {
        *(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "maxProperties",
        ),
        *("items", "prefixItems", "minItems", "maxItems", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs"),
        *("definitions", "minLength", "maxLength", "pattern", "format", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
)
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri", "unknown"}
)
# Words about a schema; they allow and forbid nothing. `discriminator` is OpenAPI's, Pydantic writes it.
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$schema", "$id"),
        *("$comment", "discriminator"),
    }
)
_ONE = ("items", "additionalProperties")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions")


def held(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without its annotations. Raises `BadInput` (`bad_schema`) for one that no text could be held to."""
    if len(json.dumps(schema)) > MAX_SCHEMA_BYTES:
        raise bad_schema(f"has more than {MAX_SCHEMA_BYTES} bytes")
    return _held(schema, 0)


def bad_schema(problem: str) -> BadInput:
    return BadInput(f"The JSON schema {problem}.", code="bad_schema", status=400)


def _held(schema: object, depth: int) -> Any:
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        raise bad_schema(f"is no object, or deeper than {MAX_DEPTH}")
    of = {name: value for name, value in cast("Mapping[str, Any]", schema).items() if name not in ANNOTATIONS}
    unknown = set(of) - KEYWORDS
    if unknown:
        raise bad_schema(f"has the keyword {min(unknown)[:40]!r}, which cannot be held to")
    _check_words(of)
    for name in set(_ONE) & set(of):
        of[name] = _held(of[name], depth + 1)
    for name in set(_SEVERAL) & set(of):
        of[name] = [_held(one, depth + 1) for one in _list(of[name])]
    for name in set(_NAMED) & set(of):
        if not isinstance(of[name], Mapping):
            raise bad_schema(f"has {name} that are no object")
        of[name] = {key: _held(one, depth + 1) for key, one in of[name].items()}
    return of


def _check_words(of: Mapping[str, Any]) -> None:
    _check_counts(of)
    kinds = of.get("type", "null")
    if kinds == []:
        raise bad_schema("has a type that is none")
    for kind in [kinds] if isinstance(kinds, str) else _list(kinds):
        if kind not in TYPES:
            raise bad_schema("has a type that JSON does not know")
    if of.get("format", "unknown") not in FORMATS:
        raise bad_schema("has a format that cannot be held to")
    for pattern in (of.get("pattern", ""), *of.get("patternProperties", {})):
        try:
            re.compile(pattern)
        except (re.error, TypeError):
            raise bad_schema("has a pattern that is no regular expression") from None
    if "enum" in of and not _list(of["enum"]):
        raise bad_schema("has an enum without values")


def _check_counts(of: Mapping[str, Any]) -> None:
    for least, most, bound in (
        ("minLength", "maxLength", MAX_LENGTH),
        ("minItems", "maxItems", MAX_COUNT),
        ("minProperties", "maxProperties", MAX_COUNT),
    ):
        low, high = of.get(least, 0), of.get(most, bound)
        for count in (low, high):
            if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= bound:
                raise bad_schema(f"has a {least} or {most} that is no number from 0 to {bound}")
        if low > high:
            raise bad_schema(f"has a {least} over its {most}")
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        value = of.get(name, 1)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise bad_schema(f"has a {name} that is no number")
    if of.get("multipleOf", 1) <= 0:
        raise bad_schema("has a multipleOf that is not over 0")
    if not all(isinstance(name, str) for name in _list(of.get("required", []))):
        raise bad_schema("has something else where names are required")


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise bad_schema("has something else where a list belongs")
    return list(cast("list[Any]", value))

"""Schemas that a text could not be held to are refused, before a model writes whatever it likes."""

from typing import Any

import pytest

from recado.errors import BadInput
from recado.model.schemas import held
from recado.wire import wire_schema


def deep(levels: int) -> dict[str, Any]:
    return {"type": "array", "items": deep(levels - 1)} if levels else {"type": "null"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"},
        {"type": 5},
        {"type": ["string", "text"]},
        {"enum": []},
        {"enum": 5},
        {"anyOf": {}},
        {"anyOf": ["string"]},
        {"properties": []},
        {"properties": {"a": {"type": "x"}}},
        {"type": "string", "pattern": "("},
        {"type": "string", "pattern": 5},
        {"type": "string", "format": "phone"},
        {"not": {"type": "string"}},
        {"if": {}, "then": {}},
        {"type": []},
        {"type": "string", "minLength": 10, "maxLength": 3},
        {"type": "string", "minLength": "5"},
        {"type": "string", "maxLength": True},
        {"type": "array", "minItems": 1_000_000_000},
        {"type": "array", "minItems": -1},
        {"type": "array", "maxItems": 1.5},
        {"type": "integer", "minimum": "x"},
        {"type": "integer", "multipleOf": 0},
        {"type": "object", "required": 5},
        {"type": "object", "required": [5]},
        {"description": "x" * 70_000},
        deep(40),
    ],
)
def test_what_cannot_be_held_to_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        held(schema)
    assert (caught.value.code, caught.value.status) == ("bad_schema", 400)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        wire_schema(fields=("a",), metrics=("m",), tasks=("t",)),
        {"$defs": {"a": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/a"}}, "additionalProperties": False},
        {"type": ["string", "null"], "pattern": "^a+$", "title": "T"},
        deep(10),
    ],
)
def test_what_can_be_held_to_passes(schema: dict[str, Any]) -> None:
    assert set(held(schema)) <= set(schema)


def test_annotations_are_left_out_and_properties_of_their_names_are_not() -> None:
    schema = {
        "title": "T",
        "properties": {"title": {"type": "string", "default": "x"}},
        "oneOf": [{"type": "null", "description": "d"}],
        "discriminator": {"propertyName": "type"},
    }
    assert held(schema) == {"properties": {"title": {"type": "string"}}, "oneOf": [{"type": "null"}]}

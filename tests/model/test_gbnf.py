"""Grammars for tokenizers that pad words: what they are for each schema, and a model that is held to them."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from recado.errors import BadInput
from recado.model.engine import ChatMessage, EngineLimits, Generation, Located
from recado.model.gbnf import to_gbnf
from recado.model.gguf_head import read_head
from recado.model.llama import open_llama
from recado.wire import read, wire_schema
from tests.model.hostile import requests
from tests.model.server import running_server
from tests.model.tiny import write_tiny_model

SEEDS = 12
TEXT = {"type": "string", "maxLength": 5}
SCHEMAS: dict[str, Any] = {
    "optional first": {"properties": {"a": {"type": "null"}, "b": TEXT, "c": TEXT}, "required": ["b"]},
    "all optional": {"properties": {"a": {"type": "null"}, "b": {"type": "boolean"}}, "additionalProperties": False},
    "no properties": {"type": "object", "additionalProperties": False},
    "a list": {"type": "array", "items": {"enum": [1, "x", None]}, "minItems": 2, "maxItems": 4},
    "an empty list": {"type": "array", "maxItems": 0},
    "a small range": {"type": "integer", "minimum": -3, "maximum": 12},
    "a large range": {"type": "integer", "minimum": -1_000_000, "maximum": 99_999},
    "a positive range": {"type": "integer", "minimum": 1, "maximum": 5_000},
    "a quoted name": {"properties": {'a"\\ñ': TEXT}, "required": ['a"\\ñ']},
    "a reference": {"$defs": {"n": TEXT}, "properties": {"a": {"$ref": "#/$defs/n"}}, "required": ["a"]},
    "two types": {"type": ["boolean", "null"]},
    "a date": {"type": "string", "format": "date"},
}


@pytest.fixture(scope="module")
def padding_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("padding") / "padding.gguf", pads_words=True)


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a value is valid by one of the schemas above."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "enum" in schema:
        return value in schema["enum"]
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        of = schema.get("properties", {})
        return set(schema.get("required", ())) <= set(members) <= set(of) and all(
            fits(one, of[name], root) for name, one in members.items()
        )
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return schema.get("minItems", 0) <= len(items) <= schema["maxItems"] and all(
            fits(one, schema["items"], root) for one in items
        )
    if isinstance(value, str):
        return schema["type"] == "string" and len(value) <= schema.get("maxLength", 10)
    if value is None or isinstance(value, bool):
        return ("null" if value is None else "boolean") in schema["type"]
    return schema["minimum"] <= value <= schema["maximum"]


async def test_a_model_that_pads_words_is_held_to_every_schema(padding_model: Path) -> None:
    assert read_head(padding_model).pads_words
    engine = await open_llama(Located(padding_model, "padding"), EngineLimits(1, 2048, 1), lambda _percent: None)
    try:
        for name, schema in SCHEMAS.items():
            for seed in range(SEEDS):
                asked = Generation((ChatMessage("user", "hola"),), 400, 1.0, seed=seed, schema=schema)
                pieces = [piece async for piece in engine.generate(asked, 0)]
                assert pieces[-1].finish == "stop"
                assert fits(json.loads("".join(piece.text for piece in pieces)), schema, schema), name
    finally:
        await engine.close()


async def test_it_answers_hostile_requests_in_the_wire_form(padding_model: Path, tmp_path: Path) -> None:
    with running_server(padding_model, tmp_path, N_CTX="4096") as server:
        for body in requests(20, seed=5):
            answer = await server.post("/chat", body)
            assert answer.status == 200, answer.body
            assert read(answer.body["content"])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "a"},
        {"type": "string", "format": "email"},
        {"type": "string", "minLength": 3000},
        {"type": "number", "minimum": 0},
        {"type": "integer", "minimum": 5_000, "maximum": 9_000},
        {"type": "array", "prefixItems": [True]},
        {"type": "array", "minItems": 5, "maxItems": 2},
        {"type": "object", "required": ["a"]},
        {"$ref": "#/$defs/none"},
        {"allOf": [TEXT, TEXT]},
    ],
)
def test_what_it_cannot_hold_to_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as caught:
        to_gbnf(schema)
    assert caught.value.code == "bad_schema"


def test_the_wire_form_is_short_enough_to_be_read_with_each_request() -> None:
    assert len(to_gbnf(wire_schema(fields=[f"campo_{n}" for n in range(40)], tasks=("t",)))) < 40_000

"""The official client of OpenAI against the Model API, unchanged."""

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Annotated, Literal

import openai
import pytest
import pytest_asyncio
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONSchema
from pydantic import BaseModel, Field

from tests.model.server import Server

HOLA: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hola"}]


class Person(BaseModel):
    name: str = Field(max_length=8)
    age: int = Field(ge=0, le=120)


@pytest_asyncio.fixture
async def client(server: Server) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.url + "/v1", api_key="unused", max_retries=0) as one:
        yield one


async def test_a_completion_with_usage(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="tiny", messages=HOLA, max_tokens=5, seed=1)
    assert answer.object == "chat.completion"
    assert answer.choices[0].finish_reason in ("length", "stop")
    assert answer.usage is not None
    assert 0 < answer.usage.completion_tokens <= 5
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_a_stream_says_the_same_as_one_piece(client: openai.AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="tiny", messages=HOLA, max_tokens=40, seed=7, temperature=0)
    stream = await client.chat.completions.create(
        model="tiny",
        messages=HOLA,
        max_tokens=40,
        seed=7,
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == (whole.usage and whole.usage.completion_tokens)
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == whole.choices[0].finish_reason


async def test_the_same_prompt_is_read_once(client: openai.AsyncOpenAI) -> None:
    long: list[ChatCompletionMessageParam] = [{"role": "system", "content": "reglas " * 50}, *HOLA]
    for known in (False, True):
        answer = await client.chat.completions.create(model="tiny", messages=long, max_tokens=1, user="ana")
        assert answer.usage is not None
        assert answer.usage.prompt_tokens_details is not None
        cached = answer.usage.prompt_tokens_details.cached_tokens or 0
        assert (cached > answer.usage.prompt_tokens / 2) is known


async def test_a_pydantic_model_comes_back(client: openai.AsyncOpenAI) -> None:
    for seed in range(5):
        parsed = await client.chat.completions.parse(model="tiny", messages=HOLA, response_format=Person, seed=seed)
        assert isinstance(parsed.choices[0].message.parsed, Person)


async def test_a_stream_is_held_to_a_schema(client: openai.AsyncOpenAI) -> None:
    for seed in range(3):
        async with client.chat.completions.stream(
            model="tiny", messages=HOLA, response_format=Person, seed=seed, stream_options={"include_usage": True}
        ) as stream:
            written = [event.delta async for event in stream if event.type == "content.delta"]
            final = await stream.get_final_completion()
        assert len(written) > 1
        assert Person.model_validate_json("".join(written)) == final.choices[0].message.parsed
        assert final.choices[0].finish_reason == "stop"
        assert final.usage is not None


async def test_a_json_object_is_one(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="tiny", messages=HOLA, response_format={"type": "json_object"}, seed=3, max_tokens=2000
    )
    text = answer.choices[0].message.content or ""
    assert text.startswith("{")
    if answer.choices[0].finish_reason == "stop":
        assert isinstance(json.loads(text), dict)


async def test_stop_texts_are_not_given_out(client: openai.AsyncOpenAI) -> None:
    free = await client.chat.completions.create(model="tiny", messages=HOLA, max_tokens=30, temperature=0)
    text = free.choices[0].message.content or ""
    stop = next(pair for one, other in pairwise(text[3:]) if (pair := one + other).isalnum() and pair.isascii())
    answer = await client.chat.completions.create(
        model="tiny", messages=HOLA, max_tokens=30, temperature=0, stop=[stop]
    )
    assert answer.choices[0].message.content == text.partition(stop)[0]
    assert answer.choices[0].finish_reason == "stop"


async def test_models_lists_the_model(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["tiny"]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 5, "maximum": 1},
        {"type": "string", "pattern": "^(?=a)a+$"},
        {"$ref": "#"},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": "object", "properties": {"a": False}, "required": ["a"], "additionalProperties": False},
        {"const": "x", "type": "integer"},
    ],
    ids=["empty range", "look-ahead", "itself", "contradiction", "false", "const"],
)
async def test_a_text_that_cannot_be_held_to_its_schema_is_not_written(
    client: openai.AsyncOpenAI, schema: dict[str, object]
) -> None:
    form: ResponseFormatJSONSchema = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="tiny", messages=HOLA, response_format=form, max_tokens=20)
    assert caught.value.code == "bad_schema"


async def test_errors_are_those_of_openai(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="tiny", messages=[])
    assert caught.value.type == "invalid_request_error"
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": "hola " * 5000}])
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(
            model="tiny",
            messages=HOLA,
            response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "strin"}}},
        )
    assert caught.value.code == "bad_schema"
    form: ResponseFormatJSONSchema = {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"type": "object", "properties": {"a</s>": {"type": "null"}}}},
    }
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(model="tiny", messages=HOLA, response_format=form)
    assert caught.value.code == "bad_schema"
    with pytest.raises(openai.BadRequestError) as caught:
        await client.chat.completions.create(
            model="tiny", messages=HOLA, tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}]
        )
    assert caught.value.code == "unsupported"


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=0, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str = Field(max_length=5)


class Pets(BaseModel):
    first: Annotated[Cat | Dog, Field(discriminator="kind")]
    others: list[Cat] = Field(max_length=2)


async def test_a_union_with_a_discriminator_comes_back(client: openai.AsyncOpenAI) -> None:
    form: ResponseFormatJSONSchema = {
        "type": "json_schema",
        "json_schema": {"name": "pets", "schema": Pets.model_json_schema()},
    }
    for seed in range(8):
        answer = await client.chat.completions.create(model="tiny", messages=HOLA, response_format=form, seed=seed)
        assert Pets.model_validate_json(answer.choices[0].message.content or "")

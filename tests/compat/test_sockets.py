"""The WebSocket: frames with every field, answers, pings, mistakes, and a bad key."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.compat.conftest import KEY, OTHER_KEY, Client, serving, settings_of
from tests.databases import Databases


async def said(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    frame = await socket.receive_json(timeout=60)
    assert set(frame) == {"type", "text", "conversation_id", "error", "timestamp"}
    assert frame["timestamp"].endswith("+00:00")
    return {name: value for name, value in frame.items() if name != "timestamp"}


def frame(kind: str, text: str | None = None, error: str | None = None) -> dict[str, Any]:
    return {"type": kind, "text": text, "conversation_id": "c1", "error": error}


def where(client: Client, **query: str) -> str:
    return f"{client.url}/v1/ws/conversations/c1?{urlencode(query)}"


async def test_words_go_in_and_answers_come_out(client: Client) -> None:
    async with client.http.ws_connect(where(client, api_key=KEY, customer_id="ana")) as socket:
        await socket.send_json({"type": "ping"})
        assert await said(socket) == frame("pong")
        await socket.send_json({"type": "user_message", "text": "hola"})
        assert await said(socket) == frame("assistant_message", "1: hola")
        for wrong in ("{", "[]", '{"type": "dance"}', '{"type": "user_message"}', '{"type": "assistant_message"}'):
            await socket.send_str(wrong)
            answer = await said(socket)
            assert (answer["type"], answer["text"]) == ("error", None)
            assert answer["error"]
        await socket.send_bytes(b"\x00")
        assert (await said(socket))["type"] == "error"
    # It is the conversation of the requests.
    await client.post("/v1/conversations/c1/messages", {"text": "hola"}, headers={"X-Customer-Id": "ana"})
    assert len({context.conversation_id for context in client.brain.contexts}) == 1


async def test_a_bad_key_gets_an_error_and_the_end(client: Client) -> None:
    for query, error in (({}, "Missing X-API-Key"), ({"api_key": "no-key-of-anybody"}, "Invalid X-API-Key")):
        async with client.http.ws_connect(where(client, **query)) as socket:
            assert await said(socket) == frame("error", error=error)
            end = await socket.receive(timeout=60)
            assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_opening_one_and_asking_count_for_the_project_and_everything_for_the_address(
    databases: Databases, tmp_path: Path
) -> None:
    chosen = settings_of(databases.create("sqlite"), tmp_path, project_rate_limit="2/600", limit_per_address="6/600")
    async with serving(chosen) as client:
        async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
            await socket.send_json({"type": "user_message", "text": "hola"})
            assert await said(socket) == frame("assistant_message", "1: hola")
            await socket.send_json({"type": "user_message", "text": "hola"})
            assert await said(socket) == frame("error", error="Rate limit exceeded")
        async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
            assert await said(socket) == frame("error", error="Rate limit exceeded")
            assert (await socket.receive(timeout=60)).data == 1008
        async with client.http.ws_connect(where(client, api_key=OTHER_KEY)) as socket:
            await socket.send_json({"type": "ping"})
            assert await said(socket) == frame("pong")
            await socket.send_json({"type": "ping"})
            assert (await socket.receive(timeout=60)).data == 1008

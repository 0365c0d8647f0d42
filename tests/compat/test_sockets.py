"""The WebSocket: frames with every field, answers, pings, mistakes, and a bad key."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import select

from recado.compat import keys
from recado.compat.sockets import Talk
from recado.compat.talks import Ear
from recado.decisions import Decision
from recado.kit.crypto import hash_token
from recado.mailbox.models import OutboxMessage
from recado.mailbox.service import Mailbox
from recado.messages import MAX_OUT_TEXT, OutText
from recado.projects.models import ApiKey
from recado.projects.service import Role, create_key, revoke_key
from tests.compat.conftest import KEY, OTHER_KEY, Client, serving, settings_of
from tests.databases import Databases
from tests.mailbox.support import eventually


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
        await socket.send_json({"type": "user_message", "text": "buttons"})
        assert await said(socket) == frame("assistant_message", "2: buttons\n- Yes\n- No")
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


async def outbox(client: Client) -> list[OutboxMessage]:
    async with client.runtime.database.system(read_only=True) as session:
        return list(await session.scalars(select(OutboxMessage)))


async def test_an_answer_is_handed_out_once_its_frame_is_written(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, hand_out = asyncio.Event(), Mailbox.hand_out

    async def later(mailbox: Mailbox, out_ids: Sequence[str]) -> None:
        await marks.wait()
        await hand_out(mailbox, out_ids)

    monkeypatch.setattr(Mailbox, "hand_out", later)
    message = {"type": "user_message", "text": "hola", "message_id": "m1"}
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await socket.send_json(message)
        assert await said(socket) == frame("assistant_message", "1: hola")
    assert [row.state for row in await outbox(client)] == ["queued"]  # it broke before that was known
    marks.set()
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await socket.send_json(message)
        assert await said(socket) == frame("assistant_message", "1: hola")

        async def handed_out() -> bool:
            return [row.state for row in await outbox(client)] == ["sent"]

        await eventually(handed_out)


async def test_an_answer_of_many_messages_may_be_longer_than_a_message(client: Client) -> None:
    long = "a" * MAX_OUT_TEXT
    client.brain.decisions["tell me all"] = Decision(replies=(OutText(text=long), OutText(text="the end")))
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await socket.send_json({"type": "user_message", "text": "tell me all"})
        assert await said(socket) == frame("assistant_message", f"{long}\n\nthe end")
        await socket.send_json({"type": "user_message", "text": f"{long}a"})
        assert (await said(socket))["type"] == "error"


async def test_a_bad_key_gets_an_error_and_the_end(client: Client) -> None:
    for query, error in (({}, "Missing X-API-Key"), ({"api_key": "no-key-of-anybody"}, "Invalid X-API-Key")):
        async with client.http.ws_connect(where(client, **query)) as socket:
            assert await said(socket) == frame("error", error=error)
            end = await socket.receive(timeout=60)
            assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def revoke(client: Client) -> None:
    """Close the key, as another process does: in the database."""
    async with client.runtime.database.system() as session:
        found = await session.scalar(select(ApiKey.id).where(ApiKey.hash == hash_token(KEY)))
        assert found is not None
        await revoke_key(session, found)


async def ended(socket: aiohttp.ClientWebSocketResponse) -> None:
    """Check that the socket is told of its key, and closed."""
    assert await said(socket) == frame("error", error="Invalid X-API-Key")
    end = await socket.receive(timeout=60)
    assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_a_key_that_is_closed_opens_nothing_by_a_socket_that_is_open(client: Client) -> None:
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await socket.send_json({"type": "user_message", "text": "hola"})
        assert await said(socket) == frame("assistant_message", "1: hola")
        await revoke(client)
        await socket.send_json({"type": "user_message", "text": "more"})
        await ended(socket)
    assert client.brain.turns == 1


async def test_a_silent_socket_is_ended_when_its_key_is_closed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KEYS_EVERY_S", 0.01)
    async with (
        client.http.ws_connect(where(client, api_key=KEY)) as socket,
        client.http.ws_connect(where(client, api_key=OTHER_KEY)) as other,
    ):
        await socket.send_json({"type": "user_message", "text": "hold"})  # its answer is not handed out any more
        await client.brain.holding.wait()
        await revoke(client)
        await ended(socket)
        client.brain.held.set()
        await other.send_json({"type": "user_message", "text": "hola"})
        assert (await said(other))["type"] == "assistant_message"


async def entries(client: Client) -> list[dict[str, Any]]:
    """What the audit log says, the newest first."""
    async with client.http.get(f"{client.url}/api/v1/audit", headers={"X-API-Key": KEY}) as answer:
        return (await answer.json())["items"]


async def test_what_a_key_does_by_a_socket_is_in_the_audit_log(client: Client) -> None:
    before = len(await entries(client))
    async with client.http.ws_connect(where(client, api_key=KEY, customer_id="ana")) as socket:
        for n in (1, 2):  # the second time they are known to be one
            await socket.send_json({"type": "user_message", "text": "hola"})
            assert await said(socket) == frame("assistant_message", f"{n}: hola")
    entry, *older = await entries(client)
    assert len(older) == before
    assert (entry["action"], entry["actor"], entry["outcome"]) == ("talk", "key", "done")
    assert {change["kind"] for change in entry["changes"]} >= {"contact"}
    assert "ana" not in json.dumps(entry["changes"])


async def test_a_closed_key_that_knocks_is_noted(client: Client) -> None:
    async with client.runtime.database.system() as session:
        found = await session.scalar(select(ApiKey).where(ApiKey.hash == hash_token(KEY)))
        assert found is not None
        closed, token = await create_key(session, found.project_id, "till noon", Role.AGENT)
        looking, looks = await create_key(session, found.project_id, "looking", Role.READ)
        await session.flush()
        await revoke_key(session, closed.id)
    async with client.http.ws_connect(where(client, api_key=token)) as socket:
        await ended(socket)
    async with client.http.ws_connect(where(client, api_key=looks)) as socket:
        assert (await said(socket))["error"] == "This needs a key with the role agent"
    refused = [
        (one["key_id"], one["action"], one["code"]) for one in await entries(client) if one["outcome"] == "refused"
    ]
    assert refused == [(looking.id, "talk", "forbidden"), (closed.id, "talk", "key_revoked")]


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


async def test_an_answer_is_noted_also_if_the_client_leaves_with_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was said: that it was is true when the socket is gone, too."""
    left, hear, hand_out = asyncio.Event(), Talk._hear, Mailbox.hand_out  # pyright: ignore[reportPrivateUsage]

    async def hear_and_tell(talk: Talk, ear: Ear) -> None:
        await hear(talk, ear)
        left.set()

    async def late(mailbox: Mailbox, ids: Sequence[str]) -> None:
        async with asyncio.timeout(60):
            await left.wait()
        for _ in range(20):  # all that its end cancels is cancelled by now
            await asyncio.sleep(0)
        await hand_out(mailbox, ids)

    monkeypatch.setattr(Talk, "_hear", hear_and_tell)
    monkeypatch.setattr(Mailbox, "hand_out", late)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await socket.send_json({"type": "user_message", "text": "hola"})
        assert await said(socket) == frame("assistant_message", "1: hola")

    async def noted() -> bool:
        async with client.runtime.database.system(read_only=True) as session:
            return list(await session.scalars(select(OutboxMessage.state))) == ["sent"]

    await eventually(noted)

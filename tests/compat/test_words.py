"""What a colleague writes on a web line: to every open socket of that person, once, in order, and to nobody else."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import delete, select

from recado.compat import jobs, sockets
from recado.compat.door import TOO_MANY
from recado.compat.models import AnswerJob
from recado.compat.waiting import Answers
from recado.mailbox.models import InboxMessage, OutboxMessage
from tests.compat.conftest import KEY, OTHER_KEY, Client, serving, settings_of
from tests.compat.test_sockets import frame, said, where
from tests.mailbox.support import eventually

Socket = aiohttp.ClientWebSocketResponse


async def conversations(client: Client, key: str = KEY) -> list[str]:
    """Their ids, the first that began first."""
    listed = (await client.get("/api/v1/conversations", key=key)).json["items"]
    return [one["id"] for one in reversed(listed)]


async def write(client: Client, conversation_id: str, text: str, *, key: str = KEY) -> None:
    body = {"content": {"type": "text", "text": text}}
    assert (await client.post(f"/api/v1/conversations/{conversation_id}/messages", body, key=key)).status == 202


async def told(socket: Socket, *texts: str) -> None:
    """Check that these come next."""
    assert [await said(socket) for _ in texts] == [frame("assistant_message", text) for text in texts]


async def ask(socket: Socket, text: str = "hola", **more: Any) -> None:
    await socket.send_json({"type": "user_message", "text": text, **more})


async def states(client: Client) -> Sequence[str]:
    async with client.runtime.database.system(read_only=True) as session:
        return (await session.scalars(select(OutboxMessage.state))).all()


async def all_are_sent(client: Client) -> None:
    async def sent() -> bool:
        return set(await states(client)) == {"sent"}

    await eventually(sent)


async def test_a_word_reaches_every_open_socket_of_the_person_whichever_process_has_it(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(database_url, tmp_path)
    async with serving(settings) as one, serving(settings) as other:
        ana, beto = ({"api_key": KEY, "customer_id": name} for name in ("ana", "beto"))
        async with (
            one.http.ws_connect(where(one, **ana)) as here,
            other.http.ws_connect(where(other, **ana)) as there,
            one.http.ws_connect(where(one, **beto)) as of_another,
            other.http.ws_connect(where(other, api_key=OTHER_KEY, customer_id="ana")) as elsewhere,
        ):
            await ask(here, "quiet")  # nothing to say yet
            await ask(of_another, "quiet")

            async def begun() -> bool:
                return len(await conversations(one)) == 2

            await eventually(begun)
            of_ana, of_beto = await sorted_by_customer(one)
            for word in ("voy", "ya"):
                await write(other, of_ana, word)
                await told(here, word)
                await told(there, word)
            # Nothing of it came before what is theirs.
            await write(one, of_beto, "para beto")
            await told(of_another, "para beto")
            await ask(elsewhere)
            assert (await said(elsewhere))["text"].endswith(": hola")
            await write(one, of_ana, "adios")
            await told(here, "adios")
            await told(there, "adios")
            await all_are_sent(one)
        history = (await one.get(f"/api/v1/conversations/{of_ana}/messages")).json["items"]
        assert [item["content"]["text"] for item in history] == ["adios", "ya", "voy", "quiet"]


async def sorted_by_customer(client: Client) -> list[str]:
    """The conversations, by the web addresses of their people."""
    found: dict[str, str] = {}
    for listed in (await client.get("/api/v1/conversations")).json["items"]:
        contact = (await client.get(f"/api/v1/contacts/{listed['contact']['id']}")).json
        found[str(contact["addresses"])] = listed["id"]
    return [found[name] for name in sorted(found)]


async def test_words_wait_for_a_socket_and_are_said_once_before_what_comes_later(client: Client) -> None:
    await client.post("/v1/conversations/c1/messages", {"text": "hola"})
    (conversation,) = await conversations(client)
    for word in ("one", "two"):
        await write(client, conversation, word)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket)
        await told(socket, "one", "two", "2: hola")
        await all_are_sent(client)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket)
        await told(socket, "3: hola")
        body = {"content": {"type": "text", "text": "never"}}
        sent = await client.post(f"/api/v1/conversations/{conversation}/messages", body)
        await told(socket, "never")
        assert len(sent.json["message_ids"]) == 1


async def test_what_was_dropped_is_not_said(client: Client) -> None:
    await client.post("/v1/conversations/c1/messages", {"text": "hola"})
    (conversation,) = await conversations(client)
    body = {"content": {"type": "text", "text": "a mistake"}}
    (mistake,) = (await client.post(f"/api/v1/conversations/{conversation}/messages", body)).json["message_ids"]
    assert (await client.post(f"/api/v1/outbox/{mistake}/drop", {})).status in (200, 204)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket)
        await told(socket, "2: hola")


async def test_a_person_who_has_taken_over_talks_by_the_socket(client: Client) -> None:
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket)
        await told(socket, "1: hola")
        (conversation,) = await conversations(client)
        assert (await client.post(f"/api/v1/conversations/{conversation}/hand-over", {})).status == 200
        await ask(socket, "quiet")
        await write(client, conversation, "le habla Rosa")
        await told(socket, "le habla Rosa")


async def test_an_answer_that_stood_before_a_word_is_said_before_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unnoticed(_: Answers, found: Sequence[object]) -> None:
        """Whoever waits does not notice it."""

    monkeypatch.setattr(Answers, "_tell", unnoticed)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket)

        async def stands() -> bool:
            return list(await states(client)) == ["queued"]

        await eventually(stands)
        (conversation,) = await conversations(client)
        await write(client, conversation, "y algo mas")
        await told(socket, "1: hola", "y algo mas")


async def test_a_word_that_stood_before_an_answer_is_said_before_it(client: Client) -> None:
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket, "hold")
        await client.brain.holding.wait()
        (conversation,) = await conversations(client)
        await write(client, conversation, "un momento")
        client.brain.held.set()
        await told(socket, "un momento", "1: hold")


async def test_an_answer_that_is_late_is_said_when_it_is_there(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"answer_limit_s": 0.2})
    async with serving(settings) as client, client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket, "hold")
        late = await said(socket)
        assert (late["type"], "Send the same again" in late["error"]) == ("error", True)
        client.brain.held.set()
        await told(socket, "1: hold")
        assert client.brain.turns == 1


async def test_an_answer_that_is_said_while_its_question_is_noted_as_late_leaves_nothing_to_repeat(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"answer_limit_s": 0.2})
    late, said_it, noted, note = asyncio.Event(), asyncio.Event(), asyncio.Event(), jobs.owe

    async def owe(*given: Any) -> None:
        late.set()
        await said_it.wait()
        await note(*given)
        noted.set()

    monkeypatch.setattr(jobs, "owe", owe)
    async with serving(settings) as client, client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket, "hold")
        async with asyncio.timeout(60):
            await late.wait()
        client.brain.held.set()
        await told(socket, "1: hold")
        said_it.set()

        async def nothing_is_owed() -> bool:
            async with client.runtime.database.system(read_only=True) as session:
                return (await session.scalars(select(AnswerJob.id))).all() == []

        async with asyncio.timeout(60):
            await noted.wait()
        await eventually(nothing_is_owed)


async def test_what_was_erased_is_owed_to_no_socket(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_OPEN", 1)
    settings = settings_of(database_url, tmp_path).model_copy(update={"answer_limit_s": 0.2})
    async with serving(settings) as client, client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket, "hold")
        assert (await said(socket))["type"] == "error"  # late, and owed
        async with client.runtime.database.system() as session:
            await session.execute(delete(InboxMessage))

        async def is_taken() -> bool:
            await ask(socket, "again")
            return (await said(socket))["error"] != TOO_MANY

        await eventually(is_taken)
        client.brain.held.set()
